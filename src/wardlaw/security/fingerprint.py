"""Exactly these secrets: registered credentials and tripwires, recognised without keeping their text.

A secret is reduced to its *canonical form*: folded, lower case, letters and digits only. The same is done to each
view of a text, so that one search finds it plain, in another case, with separators or invisible characters put in,
or encoded (see ``decode``). Candidates come from a keyed rolling hash; an HMAC-SHA256 over the whole canonical
secret confirms them. Not covered: what ``decode`` and ``fold`` do not cover, and secrets cut into parts that do not
stand in order.

Rolling hash: polynomial over character codes modulo 2^64 with a secret odd base. Prefix sums P[i] = sum c[j] b^j;
the window at i of length n has (P[i+n] - P[i]) b^-i, the same wherever it stands (Karp and Rabin, 1987).
"""

from __future__ import annotations

import hmac
import math
from collections import Counter

import numpy as np
import numpy.typing as npt

from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import InputError
from wardlaw.security.fold import fold_text
from wardlaw.security.views import View

# Window sizes of the rolling hash; the largest that fits a secret is used. Few sizes keep the search short.
WINDOWS = (12, 16, 24, 32, 48, 64)
# A shorter or poorer secret would be met by chance in ordinary text.
MIN_LENGTH = 12
MIN_ENTROPY_BITS = 28.0
_CHUNK = 1 << 16  # characters hashed at once; bounds memory and the tables of powers

_Words = npt.NDArray[np.uint64]
_Codes = npt.NDArray[np.uint32]


_DROPPED = bytes(code for code in range(128) if not chr(code).isalnum())
_ASCII_KEPT = np.array([chr(code).isalnum() for code in range(128)])
_ASCII_KEPT.flags.writeable = False


def canonical(text: str) -> str:
    """``text`` folded, in lower case, letters and digits only."""
    return "".join(char for char in fold_text(text).lower() if _kept(char))


def _kept(char: str) -> bool:
    return char.isalnum() if char.isascii() else True


def make_fingerprint(text: str, *, id: str, key: bytes, base: int, tripwire: bool = False) -> RegisteredSecret:  # noqa: A002 (the noun's own field)
    """The fingerprint of a secret to register.

    Args:
        text: The secret; not kept.
        id: ``secret:<slug>`` or ``tripwire:<slug>``.
        key: HMAC key of the installation.
        base: Odd secret base of the rolling hash, below 2^64.

    Raises:
        InputError: The secret is too short or too regular to be told from ordinary text (WL-SEC-001, WL-SEC-002).
    """
    form = canonical(text)
    if len(form) < MIN_LENGTH:
        raise InputError(
            "WL-SEC-001",
            f"{id} has {len(form)} letters and digits; at least {MIN_LENGTH} are needed to recognise it.",
            "Register a longer secret, or put the rule into a clause instead.",
        )
    if entropy_bits(form) < MIN_ENTROPY_BITS:
        raise InputError(
            "WL-SEC-002",
            f"{id} is so regular that ordinary text would be taken for it.",
            "Register the real secret rather than a placeholder.",
        )
    window = max(size for size in WINDOWS if size <= len(form))
    return RegisteredSecret(
        id=id,
        length=len(form),
        prefix_length=window,
        prefix_hash=_hash(form[:window], base),
        mac=hmac.digest(key, form.encode(), "sha256").hex(),
        tripwire=tripwire,
        spaced=any(char.isspace() for char in text.strip()) or not form.isascii(),
    )


def entropy_bits(text: str) -> float:
    """Shannon entropy of the characters times their number, in bits."""
    counts = Counter(text)
    return -sum(count * math.log2(count / len(text)) for count in counts.values())


def _hash(text: str, base: int) -> int:
    total, power = 0, 1
    for char in text:
        total = (total + ord(char) * power) & 0xFFFF_FFFF_FFFF_FFFF
        power = power * base & 0xFFFF_FFFF_FFFF_FFFF
    return total


class FingerprintBook:
    """The registered secrets, ready to be searched for.

    Args:
        entries: Fingerprints made with the same key and base.
        key: HMAC key of the installation.
        base: Odd secret base of the rolling hash, below 2^64.
    """

    def __init__(self, entries: tuple[RegisteredSecret, ...], *, key: bytes, base: int) -> None:
        self._key = key
        self._by_window: dict[int, tuple[_Words, dict[int, tuple[RegisteredSecret, ...]]]] = {}
        for window in sorted({entry.prefix_length for entry in entries}):
            same = [entry for entry in entries if entry.prefix_length == window]
            hashes = {entry.prefix_hash for entry in same}
            grouped = {one: tuple(entry for entry in same if entry.prefix_hash == one) for one in hashes}
            self._by_window[window] = (np.array(sorted(hashes), dtype=np.uint64), grouped)
        longest = max((entry.length for entry in entries), default=0)
        self._overlap = max(longest, *WINDOWS)
        size = _CHUNK + self._overlap + 1
        self._powers = _powers(base, size)
        self._inverses = _powers(pow(base, -1, 1 << 64), size)
        self.entries = entries
        self.longest_spaced = max((entry.length for entry in entries if entry.spaced), default=0)

    def search(self, view: View) -> list[tuple[RegisteredSecret, int, int]]:
        """Registered secrets in ``view`` with their offsets there, in order of place."""
        shortest = min(self._by_window, default=0)
        if not shortest or len(view.text) < shortest:
            return []
        codes = _canonical_codes(view.lower)
        hits: list[tuple[RegisteredSecret, int]] = []
        for begin in range(0, len(codes), _CHUNK):
            part = codes[begin : begin + _CHUNK + self._overlap]
            hits += [(entry, begin + at) for entry, at in self._search(part) if at < _CHUNK]
        if not hits:
            return []
        places = [place for place, char in enumerate(view.lower) if _kept(char)]
        return sorted(((entry, places[at], places[at + entry.length - 1] + 1) for entry, at in hits), key=_place)

    def _search(self, codes: _Codes) -> list[tuple[RegisteredSecret, int]]:
        sums = np.empty(len(codes) + 1, dtype=np.uint64)
        sums[0] = 0
        np.cumsum(codes * self._powers[: len(codes)], out=sums[1:])
        found: list[tuple[RegisteredSecret, int]] = []
        for window, (hashes, grouped) in self._by_window.items():
            count = len(codes) - window + 1
            if count <= 0:
                continue
            rolling = (sums[window : window + count] - sums[:count]) * self._inverses[:count]
            hits = np.flatnonzero(rolling == hashes[0] if len(hashes) == 1 else _among(rolling, hashes))
            found += [
                (entry, at)
                for at in hits.tolist()
                for entry in grouped[int(rolling[at])]
                if self._confirm(codes[at : at + entry.length], entry)
            ]
        return found

    def _confirm(self, codes: _Codes, entry: RegisteredSecret) -> bool:
        if len(codes) < entry.length:
            return False
        text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        mac = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
        return hmac.compare_digest(mac, entry.mac)


def _place(hit: tuple[RegisteredSecret, int, int]) -> int:
    return hit[1]


def _canonical_codes(lower: str) -> _Codes:
    """Character codes of the canonical form of a folded text in lower case."""
    codes: _Codes
    if lower.isascii():
        codes = np.frombuffer(lower.encode().translate(None, _DROPPED), dtype=np.uint8).astype(np.uint32)
        return codes
    wide = np.frombuffer(lower.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kept = (wide >= len(_ASCII_KEPT)) | _ASCII_KEPT[np.minimum(wide, len(_ASCII_KEPT) - 1)]
    codes = wide[kept]
    return codes


def _among(values: _Words, wanted: _Words) -> npt.NDArray[np.bool_]:
    """Which of ``values`` stand in the sorted ``wanted``."""
    places = np.minimum(np.searchsorted(wanted, values), len(wanted) - 1)
    same: npt.NDArray[np.bool_] = wanted[places] == values
    return same


def _powers(base: int, count: int) -> _Words:
    """The first ``count`` powers of ``base`` modulo 2^64."""
    powers = np.full(count, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)
