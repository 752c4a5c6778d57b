"""How random a value looks: drawn by a machine, written by a person, or a digest that is public by purpose.

Entropy alone does not tell a key from a long identifier: a word of twenty letters has as many bits a character as
twenty drawn ones. Words are known by their neighbours instead: nearly all pairs of letters in words of European
languages and in names of programs are among the 160 commonest, and of pairs drawn at random a quarter is.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter

# The commonest pairs of letters in English text and in identifiers, of 676.
_PAIRS = frozenset(
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic "
    "ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un "
    "lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev "
    "ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ov by ep tt sc da cr cl du ga "
    "qu ue ba um lu ru pi ck br ei".split()
)
# At least so many pairs are needed to judge by, and words show at least this share of common ones. Of ten pairs drawn
# at random six are common once in a hundred times.
_FEWEST_PAIRS, _WORDY, _VERY_WORDY = 5, 0.62, 0.72
_LETTERS = re.compile(r"[A-Za-z]{2,}")

_UUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"(?i)(?:0x)?[0-9a-f]+")
_DIGEST_LENGTHS = (32, 40, 56, 64, 96, 128)
# Shapes of identifiers, paths, versions, addresses and calls: not random although they are long.
_STRUCTURED = re.compile(
    r"(?i:sha\d{1,3}[-:=].*)|[A-Za-z]+[-_]\d+(?:[-_]\w{1,4})?|"
    r"[A-Za-z]{2,}(?:[_.\-/:]+[A-Za-z]{2,}\d{0,4})+|[a-z]+(?:[A-Z][a-z]+)+\d{0,3}|[A-Z][a-z]+(?:[A-Z]+[a-z]+)*|[\d.:,/+-]+|"
    r"[A-Za-z_.]+\(.*|(?:https?|file|ftp|s3|arn|aws|git|ssh|urn|oci|docker|projects)[:@/].*|[A-Za-z]+|[A-Z_]+|"
    r"v?\d+(?:\.\d+)+(?:\.?(?:post|dev|rc|a|b))?[\d+.-]*|v?\d+\.\d+\.\d+[-+][\w.+-]*|[\w.-]+@[\w.-]+|/.*|\$.*|&.*|"
    # dates, trace contexts (W3C), resources of clouds, ULIDs, image references, names of pods, file names
    r"\d{4}-\d\d-\d\d.*|00-[0-9a-f]{32}-[0-9a-f]{16}-0\d|[a-z]{1,8}-0?[0-9a-f]{8,17}|[0-7][0-9A-HJKMNP-TV-Z]{25}|"
    r"[\w./:-]+@sha256:.*|[a-z][a-z-]*(?:-[0-9a-z]{8,10})?-[0-9a-z]{5}|"
    r".*\.(?:js|css|html?|png|jpe?g|gif|svg|json|ya?ml|xml|py|ts|tgz|gz|zip|whl|jar|so|map|md|txt|pdf|exe|dll|woff2?)"
)
_SEPARATORS = re.compile(r"[-_.:/+=~@]+")
_LONG, _SHORTEST_PART = 24, 12


def wordiness(value: str) -> float:
    """Share of common pairs among its neighbouring letters, 0 to 1; 0 where there are too few to say."""
    total = common = 0
    for run in _LETTERS.findall(value):
        lower = run.lower()
        total += len(lower) - 1
        common += sum(lower[at : at + 2] in _PAIRS for at in range(len(lower) - 1))
    return common / total if total >= _FEWEST_PAIRS else 0.0


def is_structured(value: str) -> bool:
    """Has the shape of an identifier, a path, a version, an address or a call."""
    return _STRUCTURED.fullmatch(value) is not None


def is_uuid(value: str) -> bool:
    """A UUID in its usual form."""
    return _UUID.fullmatch(value) is not None


def is_hex(value: str) -> bool:
    """Hexadecimal digits only, in one case; no program writes a digest in both."""
    return _HEX.fullmatch(value) is not None and (value.islower() or value.isupper() or value.isdigit())


def is_digest(value: str) -> bool:
    """Hexadecimal and as long as a digest of a usual function."""
    return len(value) in _DIGEST_LENGTHS and is_hex(value)


def is_random(value: str) -> bool:
    """Looks drawn at random rather than written: enough entropy, no structure, no words.

    Bits a character: a random string of n base-36 characters shows about log2(n) bits while n is small, so 2.9 at
    twelve and 3.4 at twenty lie under nearly all random values and over most words with digits.
    """
    core = value.rstrip("=.")
    parts = [part for part in _SEPARATORS.split(core) if part]
    if is_structured(core) and not any(map(_drawn_letters, parts)):
        return False
    if wordiness(core) >= _VERY_WORDY:
        return False
    if len(parts) > 1 and max(map(len, parts)) < _SHORTEST_PART and len(core) < _LONG:
        return False
    if not any(map(str.isdigit, core)) and not any(map(_drawn_letters, parts)):
        return False
    return any(map(str.isalpha, core)) and entropy(core) >= (
        3.4 if len(core) >= 20 else 2.9 if len(core) >= 12 else 2.7
    )


def _drawn_letters(core: str) -> bool:
    """Letters without a digit are random only when they are many, and hardly one pair is that of a word."""
    return len(core) >= 16 and core.isalpha() and 0 < wordiness(core) < 0.45 and entropy(core) >= 3.2


def is_mixed(value: str) -> bool:
    """Capitals, small letters and digits throughout, as base-62 and base-64 keys are; no words, no encoded text."""
    found = kinds(value)
    return (
        "l" in found
        and "u" in found
        and found.count("d") >= 2
        and switches(value) >= len(value) / 3
        and wordiness(value) < _WORDY
        and not is_readable(value)
        and entropy(value) >= (4.2 if len(value) >= 32 else 3.5)
    )


def is_scrambled(value: str) -> bool:
    """Capitals and small letters in no order, with or without digits; for values whose prefix names a credential."""
    found = kinds(value)
    return "l" in found and "u" in found and switches(value) >= len(value) / 3 and wordiness(value) < _WORDY


def is_base36(value: str) -> bool:
    """Letters of one case and digits throughout, more than hexadecimal ones, no words."""
    letters = [char for char in value if char.isalpha()]
    digits = len(value) - len(letters)
    return (
        value.isalnum()
        and (value.islower() or value.isupper())
        and not is_hex(value)
        and 0.08 * len(value) <= digits <= 0.6 * len(value)
        and sum(char in "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ" for char in letters) >= len(value) / 5
        and switches(value) >= len(value) / 5
        and wordiness(value) < _WORDY
        and entropy(value) >= 3.6
    )


def is_readable(value: str) -> bool:
    """Base64 of plain text in one of its parts: its words are read in a view of their own."""
    return any(_decodes(part) for part in re.split(r"[.:~]", value) if len(part) >= 12)


def _decodes(value: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:  # not base64 (binascii.Error), or not ASCII
        return False
    return raw.isascii() and raw.decode().isprintable()


def kinds(value: str) -> str:
    """One letter for each character: l(ower), u(pper), d(igit), o(ther)."""
    if value.isascii():
        return value.encode().translate(_KINDS).decode()
    return "".join([_kind(char) for char in value])


def _kind(char: str) -> str:
    return "l" if char.islower() else "u" if char.isupper() else "d" if char.isdigit() else "o"


def switches(value: str) -> int:
    """How often the kind of character changes."""
    return max(0, len(_KIND_RUNS.findall(kinds(value))) - 1)


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    if not text:
        return 0.0
    # H = log n - (sum of c log c) / n, with the logarithms of the small counts at hand
    total = sum(
        [_C_LOG_C[count] if count < len(_C_LOG_C) else count * math.log2(count) for count in Counter(text).values()]
    )
    return math.log2(len(text)) - total / len(text)


_KINDS = bytes(ord(_kind(chr(code))) if code < 128 else 0 for code in range(256))
_KIND_RUNS = re.compile(r"l+|u+|d+|o+")
_C_LOG_C = (0.0, *(count * math.log2(count) for count in range(1, 64)))
