"""Where the text forms of private keys begin and end: the lines between say nothing by themselves.

Source: RFC 7468 (textual encodings of PKIX structures), RFC 9580 section 6.2 (OpenPGP's armour), PuTTY's manual,
appendix C (its file format).
"""

from __future__ import annotations

import re

MOST_CHARS = 16_384
"""Characters of the longest key; RSA with 16,384 bits, the largest in use, has 12,700. What goes on is none."""

_FORMS = (
    (
        "-----BEGIN",
        re.compile(r"-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY"),
        re.compile(r"-----END[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----"),
    ),
    (
        "PuTTY-User-Key-File-",
        re.compile(r"PuTTY-User-Key-File-[23]:"),
        re.compile(r"Private-MAC:[ \t]*[0-9A-Fa-f]{40}"),
    ),
)
_MAY_BE_HEAD = re.compile(r"-----BEGIN[ A-Z0-9_-]{0,51}\Z")  # a first line up to where it says that it is a key's


def kept_whole(text: str) -> list[tuple[int, int]]:
    """Begin and end of each key in ``text``, and of what may become one; without an end it reaches to the text's."""
    return [(start, end or len(text)) for start, end in _keys(text)]


def begun_in(text: str) -> int:
    """How many characters of ``text`` belong to a key that has not ended in it; 0 where there is none."""
    return max((len(text) - start for start, end in _keys(text) if not end), default=0)


def _keys(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for mark, head, tail in _FORMS:
        at = text.find(mark)
        while at >= 0:
            following = at + len(mark)
            if head.match(text, at):
                ending = tail.search(text, at)
                end = ending.end() if ending else 0
                if (end or len(text)) - at <= MOST_CHARS:
                    found.append((at, end))
                following = end or len(text)
            elif _MAY_BE_HEAD.match(text, at):
                found.append((at, 0))
            at = text.find(mark, following)
    return found
