"""Folding: undo compatibility forms, lookalike letters and invisible characters.

Covered: NFKC forms (full width, mathematical, circled, superscript …), accents on Latin, Greek and Cyrillic
letters, combining marks and Arabic vowel marks, Cyrillic, Greek, Armenian, Cherokee and Latin-extension letters
that look like ASCII ones, small capitals, regional-indicator and negative squared letters, zero-width,
bidirectional control, soft hyphen, variation selectors, tag characters.
Not covered: lookalikes outside those tables (mathematical operators used as letters, emoji used as letters),
digits for letters (leet), letters drawn with several characters.

The same folding is applied to the rule texts, so a Russian rule matches Russian text although some of its
letters fold to Latin ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from wardlaw.security.views import Building, Layer, View

# Lookalikes by shape (Unicode Technical Standard 39 names the idea). Cyrillic pairs keep upper and lower case
# consistent, so that folding and lower-casing commute for Cyrillic text.
_CYRILLIC = dict(zip("авсеһіјкмнорԛѕтухԝԁӏгґ", "abcehijkmhopqstyxwdlrr", strict=True))
_LOOKALIKES = {
    **dict(zip("αβγεζηικμνορστυχωϲϳ", "abyezniku" "vopotuxwcj", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ", "ABEZHIKMNOPTYXCJ", strict=True)),
    **dict(zip("օսհոցաեքյ", "ouhngwtqj", strict=True)),
    **dict(zip("ᎪᏴᏟᎠᎬᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "ABCDEHJKLMPRSTVWZ", strict=True)),
    **dict(zip("ıɑɡɩɪɴʀʏʟɢʜʙøłđħŧƒɛɔʋᴀᴄᴅᴇᴊᴋᴍᴏᴘꜱᴛᴜᴠᴡᴢꜰꞯØŁĐĦŦ", "iagiinrylghbo" "ldhtfeovacdejkmopstuvwzfqOLDHT", strict=True)),
    **{chr(0x1F1E6 + place): chr(65 + place) for place in range(26)},
    **{chr(base + place): chr(65 + place) for base in (0x1F150, 0x1F170) for place in range(26)},
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "﹣": "-",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"',
    "⁄": "/", "∕": "/", "ꞏ": ".", "·": ".", "‧": ".", "∶": ":", "∗": "*",
}  # fmt: skip

# Characters that a person does not see (Unicode Default_Ignorable_Code_Point and controls of direction).
INVISIBLE_RANGES = (
    (0xAD, 0xAE), (0x34F, 0x350), (0x61C, 0x61D), (0x115F, 0x1161), (0x17B4, 0x17B6), (0x180B, 0x1810),
    (0x200B, 0x2010), (0x202A, 0x202F), (0x2060, 0x2070), (0x3164, 0x3165), (0xFE00, 0xFE10), (0xFEFF, 0xFF00),
    (0xFFA0, 0xFFA1), (0xFFF9, 0xFFFC), (0x1D173, 0x1D17B), (0xE0000, 0xE1000),
)  # fmt: skip
# Blocks with compatibility forms or decomposable letters; Han, Hangul and private areas fold to themselves.
_BLOCKS = (
    (0x80, 0x3400),
    (0xA640, 0xAC00),
    (0xF900, 0xFB50),
    (0xFE00, 0x10000),
    (0x1D400, 0x1D800),
    (0x1F100, 0x1F200),
)
_ARABIC_MARKS = {*range(0x64B, 0x660), 0x670, 0x640}
_COMBINING = ((0x300, 0x370), (0x483, 0x488), (0x1AB0, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100), (0xFE20, 0xFE30))


def _fold_character(code: int) -> str:
    """What one character folds to; may be empty or several characters."""
    char = chr(code)
    if code in _ARABIC_MARKS or any(low <= code < high for low, high in _COMBINING):
        return ""
    found = _lookalike(char)
    if found:
        return found
    normal = unicodedata.normalize("NFKC", char)
    if normal.isspace() and char.isspace():
        return char  # white space stays itself, so that line structure is kept
    decomposed = unicodedata.normalize("NFKD", char)
    if decomposed and ord(decomposed[0]) < 0x530:  # Latin, Greek, Cyrillic: accents carry no identity here
        normal = "".join(part for part in decomposed if not unicodedata.combining(part))
    folded = "".join(_lookalike(part) or part for part in normal)
    return folded if len(folded.lower()) == len(folded) else char


def _lookalike(char: str) -> str:
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    lower = char.lower()
    if lower in _CYRILLIC:
        return _CYRILLIC[lower] if char == lower else _CYRILLIC[lower].upper()
    return ""


@cache
def _table() -> dict[int, str]:
    """Code point to folded text, for every code point that changes."""
    table = {0xD800 + place: "\ufffd" for place in range(0x800)}
    for low, high in _BLOCKS:
        for code in range(low, high):
            folded = _fold_character(code)
            if folded != chr(code):
                table[code] = folded
    for chars in (_LOOKALIKES, _CYRILLIC):
        table.update({ord(char): folded for char, folded in chars.items()})
    for low, high in INVISIBLE_RANGES:
        table.update(dict.fromkeys(range(low, high), ""))
    return table


@cache
def _length_changing() -> frozenset[str]:
    return frozenset(chr(code) for code, folded in _table().items() if len(folded) != 1)


_FOREIGN = re.compile(r"[^\x00-\x7f]+")
# The first two planes hold every living script and the emoji; what lies beyond takes the slower way.
_PLANES = 0x20000
_SEVERAL = 0xFFFFFFFF  # folds to no character or to several


@cache
def _one_by_one() -> npt.NDArray[np.uint32]:
    """What each character of the first two planes folds to, where that is one character."""
    folded = np.arange(_PLANES, dtype=np.uint32)
    for code, text in _table().items():
        if code < _PLANES:
            folded[code] = ord(text) if len(text) == 1 else _SEVERAL
    folded.flags.writeable = False
    return folded


def _fold_one_by_one(text: str) -> str | None:
    """``text`` folded on whole arrays, as long as each character folds to one; None otherwise.

    A dictionary asked for every character takes thirty times as long (400 µs for 1,000 characters of Cyrillic).
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    if codes.max() >= _PLANES:
        return None
    folded = _one_by_one().take(codes)
    return None if folded.max() == _SEVERAL else folded.tobytes().decode("utf-32-le")


def fold_text(text: str) -> str:
    """``text`` folded, case kept; for rule texts and values that need no map."""
    if text.isascii():
        return text
    folded = _fold_one_by_one(text)
    return text.translate(_table()) if folded is None else folded


def fold(view: View) -> View:
    """The folded view of ``view``; ``view`` itself where folding changes nothing."""
    text = view.text
    if text.isascii():
        return view
    table, changing = _table(), _length_changing()
    folded = _fold_one_by_one(text)
    if folded is None and changing.isdisjoint(text):
        folded = text.translate(table)
    if folded is not None:
        return view if folded == text else View(folded, folded.lower(), Layer.FOLDED, view.depth, view)
    build, done = Building(), 0
    for match in _FOREIGN.finditer(text):
        start, end = match.span()
        build.add(text[done:start], done, start)
        done = end
        if changing.isdisjoint(match[0]):
            build.add(match[0].translate(table), start, end)
        else:
            for place, char in enumerate(match[0], start):
                build.add(char.translate(table), place, place + 1, up=0)
    build.add(text[done:], done, len(text))
    return build.view(view, Layer.FOLDED, depth=view.depth)
