"""Values in a text that lead somewhere or name something exactly, as keys that compare whatever the spelling.

| key | what |
|---|---|
| ``e:`` | mail address, lower case |
| ``u:`` | link without scheme, ``www.``, query's end and last slash |
| ``h:`` | host of a link or mail address |
| ``c:`` | letters and figures of an account, card, phone or other long code, without separators |
| ``n:`` | number |
| ``d:`` | day, see ``dates`` |
"""

from __future__ import annotations

import re

from wardlaw.facts.words import fold
from wardlaw.security.provenance.dates import days_of

_MAIL = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}")
# A link needs a scheme, a www., or a name ending in letters that is followed by a path or stands alone.
_LINK = re.compile(
    r"(?:(?:https?|ftp|wss?)://|www\.)[^\s<>\"'`|\\^{}\[\]]{1,2000}"
    r"|(?<![@\w.-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d{1,5})?(?:/[^\s<>\"'`|\\^{}\[\]]{0,2000})?(?![\w@])"
)
_CODE = re.compile(r"(?<![\w@])\+?[(]?[a-z0-9]{1,34}[)]?(?:[ \u00a0.()/-]{1,2}[a-z0-9]{2,10}){0,8}(?![\w@])")
_NUMBER = re.compile(
    r"(?<![\w.,-])-?\d{1,3}(?:[ ,'’.]\d{3})+(?:[.,]\d{1,2})?(?!\w|:\d)|(?<![\w.:])-?\d+(?:[.,]\d+)?(?!\w|:\d)"
)
_IBAN_HEAD = re.compile(r"[a-z]{2}\d{2}")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_TRAILING = ".,;:!?)'\"’”»>"
# Endings of file names, which look like hosts.
_FILES = frozenset(
    """txt md pdf doc docx xls xlsx csv json xml yaml yml png jpg jpeg gif svg html htm zip gz tar py js ts log ppt pptx
    ini cfg toml sql mp3 mp4 eml ics rtf odt""".split()
)
_FEWEST_DIGITS, _SHORTEST_CODE = 5, 6  # in a code that says something by itself


def link_key(text: str) -> str:
    """A link's key, ``""`` when it is none."""
    folded = fold(text).strip().rstrip(_TRAILING)
    bare = re.sub(r"^(?:[a-z]+:)?//", "", folded)
    bare = bare.removeprefix("www.").rstrip("/")
    host = re.split(r"[/?#:]", bare, maxsplit=1)[0]
    if "." not in host or " " in bare:
        return ""
    if not host.rsplit(".", 1)[1].isalpha() and bare == folded and "/" not in bare:
        return ""  # a number; an address in figures has a scheme or a path
    if bare == folded and "/" not in bare and host.rsplit(".", 1)[1] in _FILES:
        return ""  # with a scheme or www. it is a link whatever it ends in
    return "u:" + bare


def host_of(key: str) -> str:
    """The ``h:`` key of a ``u:`` or ``e:`` key."""
    rest = key[2:].rsplit("@", 1)[-1]
    return "h:" + re.split(r"[/?#:]", rest, maxsplit=1)[0]


def number_key(text: str) -> str:
    """A number's key, ``""`` when the text is none: ``n:1200`` for 1200, 1,200.00 and 1.200,00."""
    clean = text.strip().lstrip("$€£¥").replace(" ", "").replace("'", "").replace("’", "")
    if re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+,\d{1,2}|-?\d+,\d{1,2}", clean):
        clean = clean.replace(".", "").replace(",", ".")
    clean = clean.replace(",", "")
    if not re.fullmatch(r"-?\d{1,18}(?:\.\d{1,12})?", clean):
        return ""
    value = float(clean)
    return f"n:{int(value)}" if value == int(value) else f"n:{value:g}"


def code_key(text: str) -> str:
    """The ``c:`` key of an account, card or phone number, ``""`` when the text is none."""
    compact = _SEPARATORS.sub("", fold(text))
    if len(compact) < _SHORTEST_CODE or sum(char.isdigit() for char in compact) < _FEWEST_DIGITS:
        return ""
    return "c:" + compact


def leading_keys(text: str) -> set[str]:
    """Keys of what leads somewhere: mail addresses, links and codes; the dangerous part of a text."""
    folded = fold(text)
    found: set[str] = set()
    if "@" in folded:
        found.update("e:" + hit[0] for hit in _MAIL.finditer(folded))
    if "." in folded:
        for hit in _LINK.finditer(folded):
            key = link_key(hit[0])
            if key:
                found.add(key)
    return found | _codes(folded)


def _codes(folded: str) -> set[str]:
    found: set[str] = set()
    for hit in _CODE.finditer(folded):
        words = [part for part in _SEPARATORS.split(hit[0]) if part]
        for start in range(len(words)):
            joined = ""
            for word in words[start:]:
                bank = len(word) == 4 and _IBAN_HEAD.fullmatch(joined)  # an IBAN's bank may be four letters
                if not bank and not any(char.isdigit() for char in word):
                    break
                joined += word
                key = code_key(joined)
                if key:
                    found.add(key)
    return found


def keys_of(text: str) -> set[str]:
    """Keys of everything in a text that can be compared exactly."""
    found = leading_keys(text)
    found |= {host_of(key) for key in found if key[0] in "ue"}
    found |= days_of(text)
    for hit in _NUMBER.finditer(fold(text)):
        key = number_key(hit[0])
        if key:
            found.add(key)
    return found
