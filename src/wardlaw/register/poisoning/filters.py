"""Sets of hashes in little room: a Bloom filter (Bloom 1970), from which nothing that was put in can be read."""

from __future__ import annotations

import hashlib
from math import log

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

MOST_BITS = 1 << 30
"""Of a filter, 128 MiB: some 67 million hashes at full sharpness. With more, more strangers are taken for known."""
_BITS_EACH, _PROBES = 16, 6  # one of some 1,000 strangers is taken for known
_LEAST_BITS = 1_024
_EXACT, _PENDING = 1 << 20, 1 << 18  # hashes that are kept as they are; hashes that wait to be put in
# A filter is let have this many bits a hash at least, so that one of 16 strangers is taken for known at most. It takes
# every hash up to half of that, then those of half of the documents up to three quarters, of a quarter up to seven eighths ...
_FEWEST_BITS_EACH, _MOST_EVERY = 6, 1 << 20
_LOOKS, _COUNTED_BYTES = 64, 1 << 20  # how often a filter is counted until it is full; bytes counted at once


def hashed(text: str) -> int:
    """64 bits of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


class FilterTally:
    """Makes a filter of hashes as they come, in room that does not grow beyond that of the largest.

    Attributes:
        every: From now on only hashes of one of so many documents are put in, so that the filter stays sharp; 1 for all.
    """

    def __init__(self, most_bits: int = MOST_BITS, *, exact: int = _EXACT) -> None:
        self.every = 1
        self._pending: list[Hashes] = []
        self._waiting = 0
        self._known: Hashes = np.zeros(0, dtype=np.uint64)
        self._bits: npt.NDArray[np.uint8] | None = None
        self._most_bits, self._exact = most_bits, exact
        self._unseen = 0  # hashes since it was last counted how full it is

    def add(self, hashes: Hashes, keys: Hashes | None = None) -> None:
        """Put hashes in; ``keys`` has the number of each one's document, by which a part is chosen; None to put all in."""
        if self.every > 1 and keys is not None:
            hashes = hashes[keys % np.uint64(self.every) == 0]
        self._pending.append(hashes)
        self._waiting += len(hashes)
        if self._waiting > _PENDING:
            self.settle()

    def filter(self) -> bytes:
        """The filter that knows them, as small as it may be."""
        self.settle()
        if self._bits is None:
            size = min(self._most_bits, max(_LEAST_BITS, 1 << (len(self._known) * _BITS_EACH - 1).bit_length()))
            bits = np.zeros(size // 8, dtype=np.uint8)
            _put(bits, self._known)
            return bits.tobytes()
        wanted = self._held(self._bits) * _BITS_EACH
        bits = self._bits
        while len(bits) * 4 >= max(wanted, _LEAST_BITS):
            # A place of half the size is the place modulo that size, so that a filter folds into itself.
            bits = bits[: len(bits) // 2] | bits[len(bits) // 2 :]
        return bits.tobytes()

    def settle(self) -> None:
        """Put in what waits."""
        hashes = np.concatenate([*self._pending, np.zeros(0, dtype=np.uint64)])
        self._pending, self._waiting = [], 0
        if self._bits is not None:
            _put(self._bits, hashes)
            most = self._most_bits / _FEWEST_BITS_EACH
            self._unseen += len(hashes)
            if self._unseen < most / _LOOKS:
                return
            self._unseen = 0
            while self.every < _MOST_EVERY and self._held(self._bits) > most * (1 - 1 / (2 * self.every)):
                self.every *= 2
            return
        self._known = np.unique(np.concatenate([self._known, hashes]))
        if len(self._known) > self._exact:
            self._bits = np.zeros(self._most_bits // 8, dtype=np.uint8)
            _put(self._bits, self._known)
            self._known = np.zeros(0, dtype=np.uint64)

    def _held(self, bits: npt.NDArray[np.uint8]) -> float:
        """How many there are is told by how full it is (Swamidass and Baldi 2007)."""
        return -self._most_bits / _PROBES * log(1 - min(_fill(bits), 1 - 1e-9))


def filter_of(hashes: Hashes) -> bytes:
    """A filter that knows these."""
    tally = FilterTally()
    tally.add(hashes)
    return tally.filter()


def knows(known: bytes, hashes: Hashes) -> npt.NDArray[np.bool_]:
    """For each, whether the filter knows it; a stranger is taken for known now and then, one it knows never for a stranger."""
    packed = np.frombuffer(known, dtype=np.uint8)
    found = np.ones(len(hashes), dtype=bool)
    for probe in range(_PROBES):
        place = _places(hashes, probe, len(packed) * 8)
        found &= (packed[place >> 3] & _mask(place)) != 0
    return found


def blindness(known: bytes) -> float:
    """The share of strangers that a filter takes for known."""
    return _fill(np.frombuffer(known, dtype=np.uint8)) ** _PROBES


def _fill(bits: npt.NDArray[np.uint8]) -> float:
    parts = range(0, len(bits), _COUNTED_BYTES)
    ones = sum(int(np.bitwise_count(bits[at : at + _COUNTED_BYTES]).sum(dtype=np.int64)) for at in parts)
    return ones / (len(bits) * 8)


def _put(bits: npt.NDArray[np.uint8], hashes: Hashes) -> None:
    for probe in range(_PROBES):
        place = _places(hashes, probe, len(bits) * 8)
        np.bitwise_or.at(bits, place >> 3, _mask(place))


def _mask(place: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    return np.right_shift(np.uint8(128), (place & 7).astype(np.uint8))


def _places(hashes: Hashes, probe: int, size: int) -> npt.NDArray[np.int64]:
    # Kirsch and Mitzenmacher 2008: two halves of one hash make as many as are needed.
    low, high = hashes & np.uint64(0xFFFFFFFF), hashes >> np.uint64(32)
    return ((low + np.uint64(probe) * (high | np.uint64(1))) % np.uint64(size)).astype(np.int64)
