"""Sets of hashes in little room: a Bloom filter (Bloom 1970), from which nothing that was put in can be read."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

_BITS_EACH, _PROBES = 16, 6  # one of some 1,000 strangers is taken for known
_LEAST_BITS = 1_024


def hashed(text: str) -> int:
    """64 bits of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def filter_of(hashes: Hashes) -> bytes:
    """A filter that knows these."""
    size = max(_LEAST_BITS, 1 << (len(hashes) * _BITS_EACH - 1).bit_length())
    bits = np.zeros(size, dtype=bool)
    for probe in range(_PROBES):
        bits[_places(hashes, probe, size)] = True
    return np.packbits(bits).tobytes()


def knows(known: bytes, hashes: Hashes) -> npt.NDArray[np.bool_]:
    """For each, whether the filter knows it; a stranger is taken for known now and then, one it knows never for a stranger."""
    bits = np.unpackbits(np.frombuffer(known, dtype=np.uint8)).astype(bool)
    found = np.ones(len(hashes), dtype=bool)
    for probe in range(_PROBES):
        found &= bits[_places(hashes, probe, len(bits))]
    return found


def _places(hashes: Hashes, probe: int, size: int) -> npt.NDArray[np.int64]:
    # Kirsch and Mitzenmacher 2008: two halves of one hash make as many as are needed.
    low, high = hashes & np.uint64(0xFFFFFFFF), hashes >> np.uint64(32)
    return ((low + np.uint64(probe) * (high | np.uint64(1))) % np.uint64(size)).astype(np.int64)
