"""Text that a person does not see but a model reads.

Covered: tag characters (U+E0000 block) and variation-selector bytes, which spell text and are decoded; runs of
zero-width characters; overrides of the writing direction; tag sequences of the three subdivision flags and single
joiners of emoji and of Indic, Arabic and Persian writing are ordinary.
Not covered: text made invisible by markup or style (white on white, font size 0, HTML comments).
"""

from __future__ import annotations

import re

import msgspec

_TAGS = re.compile("[\U000e0020-\U000e007f]+")
_FLAG = "\U0001f3f4"
_CANCEL = "\U000e007f"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
_ZERO_WIDTH = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\u180e]{2,}")
_DIRECTION = re.compile("[\u202d\u202e]")
_ANY = re.compile("[\u180e\u200b-\u200d\u202d\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")

# A flag's tag sequence spells at most six characters and a cancel tag (Unicode Technical Standard 51, C.1.1).
_FLAG_LENGTH = 7
# Bits for one byte: fewer zero-width characters in a row carry no text.
_ZERO_WIDTH_RUN = 8


class Hidden(msgspec.Struct, frozen=True):
    """One hidden stretch.

    Attributes:
        rule: ``tag-characters``, ``selector-bytes``, ``zero-width-run`` or ``direction-override``.
        text: What it spells; ``""`` where it spells nothing we can read.
    """

    rule: str
    start: int
    end: int
    text: str = ""


def find_hidden(text: str) -> tuple[Hidden, ...]:
    """Hidden stretches of ``text``, in order of kind and place."""
    if text.isascii() or not _ANY.search(text):
        return ()
    found: list[Hidden] = []
    for match in _TAGS.finditer(text):
        start, end = match.span()
        flag = start > 0 and text[start - 1] == _FLAG and match[0].endswith(_CANCEL) and end - start <= _FLAG_LENGTH
        if not flag:
            spelled = "".join(chr(ord(char) - 0xE0000) for char in match[0] if char != _CANCEL)
            found.append(Hidden("tag-characters", start, end, spelled))
    found.extend(
        Hidden("selector-bytes", *match.span(), _selector_text(match[0])) for match in _SELECTORS.finditer(text)
    )
    found.extend(
        Hidden("zero-width-run", *match.span(), _bit_text(match[0]))
        for match in _ZERO_WIDTH.finditer(text)
        if len(match[0]) >= _ZERO_WIDTH_RUN
    )
    found.extend(Hidden("direction-override", *match.span()) for match in _DIRECTION.finditer(text))
    return tuple(found)


def _selector_text(run: str) -> str:
    """Bytes spelled by variation selectors 1–256, as UTF-8 text where they are."""
    values = (ord(char) - 0xFE00 if char <= "\ufe0f" else ord(char) - 0xE0100 + 16 for char in run)
    return _printable(bytes(values))


def _bit_text(run: str) -> str:
    """Text spelled by two kinds of zero-width characters as bits, either kind being the one."""
    kinds = sorted(set(run))
    if len(kinds) != 2:
        return ""
    for one in kinds:
        bits = "".join("1" if char == one else "0" for char in run)
        spelled = _printable(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)))
        if spelled:
            return spelled
    return ""


def _printable(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""
