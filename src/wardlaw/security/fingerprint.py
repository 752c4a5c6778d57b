"""Exactly these secrets: registered credentials and tripwires, recognised without keeping their text.

A secret is reduced to its *canonical form*: folded, lower case, letters and digits only. The same is done to each
view of a text, so that one search finds it plain, in another case, with separators or invisible characters put in,
or encoded (see ``decode``). Candidates come from a keyed rolling hash; an HMAC-SHA256 over the whole canonical
secret confirms them. Not covered: what ``decode`` and ``fold`` do not cover, and secrets cut into parts that do not
stand in order.

Rolling hash: polynomial over character codes modulo 2^64 with a secret odd base. Prefix sums P[i] = sum c[j] b^j;
the window at i of length n has (P[i+n] - P[i]) b^-i, the same wherever it stands (Karp and Rabin, 1987). The low
half of all this is the same sum modulo 2^32; a text is searched by that, and what it points at is hashed in full.
"""

from __future__ import annotations

import hmac
import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import InputError
from wardlaw.security.fold import fold_text
from wardlaw.security.tripwire import PromptTripwires
from wardlaw.security.views import View

# Window sizes of the rolling hash; the largest that fits a secret is used. Few sizes keep the search short.
WINDOWS = (12, 16, 24, 32, 48, 64)
# A shorter or poorer secret would be met by chance in ordinary text.
MIN_LENGTH = 12
MIN_ENTROPY_BITS = 28.0
_CHUNK = 1 << 16  # characters hashed at once; bounds memory and the tables of powers
# The upper bits of a half hash look into a table of 16 KB, small enough to stay near; twenty secrets let one place of
# 800 through, which is then compared in full.
_TABLE_BITS = 14
_SHIFT = np.array(32 - _TABLE_BITS, np.uint32)  # without a dimension, as numpy would make it each time
_SHIFT.flags.writeable = False
_APART = b"\0"  # never part of a canonical form

_Words = npt.NDArray[np.uint64]
_Halves = npt.NDArray[np.uint32]
Codes = npt.NDArray[np.uint32] | npt.NDArray[np.uint8]


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
            f"{id} has {len(form)} letters and digits; with fewer than {MIN_LENGTH}, ordinary text would match it "
            "by chance and honest requests would be cut.",
            "Replace the credential by a longer one and register that.",
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
        tripwires: Tokens planted in system prompts, searched for by a detector of their own; None where nobody knows them.
    """

    def __init__(
        self,
        entries: tuple[RegisteredSecret, ...],
        *,
        key: bytes,
        base: int,
        tripwires: PromptTripwires | None = None,
    ) -> None:
        self._key = key
        self.tripwires = tripwires
        self._by_window: dict[int, dict[int, tuple[RegisteredSecret, ...]]] = {}
        for window in sorted({entry.prefix_length for entry in entries}):
            same = [entry for entry in entries if entry.prefix_length == window]
            hashes = {entry.prefix_hash for entry in same}
            self._by_window[window] = {one: tuple(e for e in same if e.prefix_hash == one) for one in hashes}
        self._halves = frozenset(entry.prefix_hash & 0xFFFF_FFFF for entry in entries)
        self._marked = np.zeros(1 << _TABLE_BITS, dtype=np.bool_)
        self._marked[[half >> (32 - _TABLE_BITS) for half in self._halves]] = True
        self._shortest = min(self._by_window, default=0)
        longest = max((entry.length for entry in entries), default=0)
        self._overlap = max(longest, *WINDOWS)
        size = _CHUNK + self._overlap + 1
        self._powers = _powers(base, size)
        self._half_powers = self._powers.astype(np.uint32)
        self._half_inverses = _powers(pow(base, -1, 1 << 64), size).astype(np.uint32)
        self.entries = entries
        self.longest_spaced = max((entry.length for entry in entries if entry.spaced), default=0)

    def search(self, view: View) -> list[tuple[RegisteredSecret, int, int]]:
        """Registered secrets in ``view`` with their offsets there, in order of place."""
        if not self._shortest or len(view.text) < self._shortest:
            return []
        hits = self._hits(canonical_codes(view.lower))
        if not hits:
            return []
        places = [place for place, char in enumerate(view.lower) if _kept(char)]
        return sorted(((entry, places[at], places[at + entry.length - 1] + 1) for entry, at in hits), key=_place)

    def clears(self, views: Iterable[View]) -> bool:
        """Whether none of ``views`` holds a registered secret: one search over all of them, for many short texts."""
        texts = [view.lower for view in views if len(view.lower) >= self._shortest]
        if not self._shortest or not texts:
            return True
        if not all(text.isascii() for text in texts):
            return False
        raw = _APART.join([text.encode().translate(None, _DROPPED) for text in texts])
        return not self._hits(np.frombuffer(raw, dtype=np.uint8))

    def _hits(self, codes: Codes) -> list[tuple[RegisteredSecret, int]]:
        """Registered secrets in a canonical form with their places in it."""
        if len(codes) <= _CHUNK:
            return self._search(codes)
        hits: list[tuple[RegisteredSecret, int]] = []
        for begin in range(0, len(codes), _CHUNK):
            part = codes[begin : begin + _CHUNK + self._overlap]
            hits += [(entry, begin + at) for entry, at in self._search(part) if at < _CHUNK]
        return hits

    def _search(self, codes: Codes) -> list[tuple[RegisteredSecret, int]]:
        length = len(codes)
        windows = [window for window in self._by_window if window <= length]
        if not windows:
            return []
        sums = np.empty(length + 1, dtype=np.uint32)
        sums[0] = 0
        np.add.accumulate(codes * self._half_powers[:length], dtype=np.uint32, out=sums[1:])
        parts = [(sums[window:] - sums[:-window]) * self._half_inverses[: length + 1 - window] for window in windows]
        rolling = parts[0] if len(parts) == 1 else np.concatenate(parts)
        marked = self._marked.take(rolling >> _SHIFT)
        if not marked.any():
            return []
        return self._compare(codes, windows, rolling, marked.nonzero()[0])

    def _compare(
        self, codes: Codes, windows: list[int], rolling: _Halves, marked: npt.NDArray[np.intp]
    ) -> list[tuple[RegisteredSecret, int]]:
        """What of the marked windows are registered secrets: by half hash, hash and the whole text."""
        found: list[tuple[RegisteredSecret, int]] = []
        hashed: dict[bytes, int] = {}  # a text that repeats one stretch is hashed once
        for place, half in zip(marked.tolist(), rolling[marked].tolist(), strict=True):
            if half not in self._halves:
                continue
            at = place
            for window in windows:
                if at < len(codes) + 1 - window:
                    break
                at -= len(codes) + 1 - window
            part = codes[at : at + window]
            key = part.tobytes()
            if key not in hashed:
                hashed[key] = int((part.astype(np.uint64) * self._powers[:window]).sum(dtype=np.uint64))
            entries = self._by_window[window].get(hashed[key], ())
            found += [(entry, at) for entry in entries if self._confirm(codes[at : at + entry.length], entry)]
        return found

    def _confirm(self, codes: Codes, entry: RegisteredSecret) -> bool:
        if len(codes) < entry.length:
            return False
        text = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        mac = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
        return hmac.compare_digest(mac, entry.mac)


def _place(hit: tuple[RegisteredSecret, int, int]) -> int:
    return hit[1]


def canonical_codes(lower: str) -> Codes:
    """Character codes of the canonical form of a folded text in lower case."""
    if lower.isascii():
        return np.frombuffer(lower.encode().translate(None, _DROPPED), dtype=np.uint8)
    wide = np.frombuffer(lower.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kept = (wide >= len(_ASCII_KEPT)) | _ASCII_KEPT[np.minimum(wide, len(_ASCII_KEPT) - 1)]
    codes: _Halves = wide[kept]
    return codes


def _powers(base: int, count: int) -> _Words:
    """The first ``count`` powers of ``base`` modulo 2^64."""
    powers = np.full(count, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)
