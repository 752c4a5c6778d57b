"""Chat templates: what in a Jinja template reaches out of the texts it is given.

A template is a program that runs at every request. Only what stands inside its blocks counts: prose may say "import".
"""

from __future__ import annotations

import re

_BLOCK = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)
_WRONG = (
    (re.compile(r"__\w+|\w+__"), "it names an internal of Python"),
    (re.compile(r"""\\x5f|\\u005f|\\137|\\N\{LOW LINE\}""", re.IGNORECASE), "it spells an underscore in disguise"),
    (re.compile(r"""(['"])_+\1"""), "it puts underscores together"),
    (re.compile(r"\|\s*(?:attr|map\s*\(\s*attribute)\b"), "it reaches attributes by name"),
    (re.compile(r"\b(?:lipsum|cycler|joiner|get_flashed_messages|url_for)\b"), "it uses a function that carries Python's globals"),
    (re.compile(r"\b(?:self|request|config)\s*[.\[]"), "it reaches into the engine"),
    (re.compile(r"\{%-?\s*(?:import|from|include|extends)\b"), "it loads another template"),
    (re.compile(r"\b(?:popen|subprocess|getattr|eval|exec|builtins|globals|mro|subclasses)\b"), "it names a way to run code"),
    (re.compile(r"(?<!strftime)\.format\s*\(|\.format_map\b"), "it formats with a text as its pattern"),
)  # fmt: skip
_RANGE = re.compile(r"\brange\s*\(\s*(\d{7,})|\*\s*\d{7,}|\*\*\s*\d{3,}")


def template_wrong(template: str) -> str:
    """What is wrong with a template; empty when nothing is."""
    for block in _BLOCK.findall(template):
        for pattern, words in _WRONG:
            if found := pattern.search(block):
                return f"{words}: {found[0][:60]}"
        if found := _RANGE.search(block):
            return f"it counts beyond any chat: {found[0][:60]}"
    return ""
