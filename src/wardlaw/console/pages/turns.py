"""Characters that turn the direction of writing, made visible: a name with one is read as another name."""

from __future__ import annotations

import re

# Characters that turn the direction of what follows (UAX 9): a name with one is read as another name.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_READ = re.compile(r'\b(?:title|aria-label)="[^"]*"')  # attributes that people read
# What a form gives back is left as it was written; everything else that is shown is text between tags.
_KEPT = re.compile(r"(<textarea\b.*?</textarea>|<[^>]*>)", re.DOTALL)


def with_turns_shown(html: str) -> str:
    """A page in which characters that turn the direction of writing are seen, as ``[U+202E]``, and turn nothing.

    Values of forms and addresses are left alone: they come back as they were. Attributes are escaped, so that no ``>``
    stands in them.
    """
    if not _TURNS.search(html):
        return html
    parts = _KEPT.split(html)  # every other one is a tag, or a whole field of text
    parts[::2] = map(_shown, parts[::2])
    parts[1::2] = (_READ.sub(lambda found: _shown(found[0]), tag) for tag in parts[1::2])
    return "".join(parts)


def _shown(text: str) -> str:
    return _TURNS.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
