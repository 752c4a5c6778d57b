"""What is kept of data that was accepted: counts, rates and digests. No row, no value and no text is in it."""

from __future__ import annotations

import hashlib

import msgspec

from wardlaw.facts.errors import DataError
from wardlaw.register.checks import Digest
from wardlaw.register.poisoning.labels import LabelDoubts
from wardlaw.register.poisoning.neighbours import DenialSketch
from wardlaw.register.poisoning.pieces import HASHING
from wardlaw.register.poisoning.shift import ShiftSketch

FORMAT = "wardlaw.baseline/v1"


class TableBaseline(msgspec.Struct, frozen=True, tag="table", tag_field="of"):
    """A table that was accepted.

    Attributes:
        name: Its file, for people.
        data: Digest of the file.
        shift_z: The greatest surprise between one half of its rows and the other: what chance alone does.
        denials: What trusted rows said of it; None when none were given.
        trusted: Digest of those trusted rows.
    """

    name: str
    data: Digest
    rows: int
    shift: ShiftSketch
    shift_z: float
    doubts: LabelDoubts
    denials: DenialSketch | None = None
    trusted: str = ""


class TextBaseline(msgspec.Struct, frozen=True, tag="texts", tag_field="of"):
    """Texts that were accepted.

    Attributes:
        runs: Filters of the runs of words met, by their length.
        alike: Documents that nearly repeat another; ``pieces`` is a filter by which more such are found.
        compared: Of how many documents that is; 0 for all.
        crowded: Documents in crowds of copies, of all.
        hashing: Which hashes ``runs`` and ``pieces`` are made of; others cannot be held against them.
        every: Of the last documents, runs of one of so many were taken in; 1 where those of all were.
        marked: Documents with hidden text or orders to a model, by rule.
    """

    name: str
    data: Digest
    rows: int
    runs: dict[int, bytes]
    alike: int
    pieces: bytes
    marked: dict[str, int]
    compared: int = 0
    crowded: int = 0
    hashing: int = 1
    every: int = 1


Baseline = TableBaseline | TextBaseline

_decoder: msgspec.json.Decoder[Baseline] = msgspec.json.Decoder(Baseline)


def write_baseline(baseline: Baseline) -> bytes:
    """A baseline as one line."""
    return msgspec.json.encode(baseline)


def read_baseline(line: bytes) -> Baseline:
    """A baseline from its line.

    Raises:
        DataError: It is none (WL-DAT-004), or of texts and made by an earlier version (WL-DAT-016).
    """
    try:
        found = _decoder.decode(line)
    except msgspec.DecodeError as error:
        raise DataError(
            "WL-DAT-004", f"This is no baseline: {error}.", "Make one with `wardlaw measure baseline`."
        ) from error
    if isinstance(found, TextBaseline) and found.hashing != HASHING:
        raise DataError(
            "WL-DAT-016", "This baseline of texts was made by a version that hashed words otherwise.",
            "Make it anew of the texts that were accepted, with `wardlaw measure baseline`.",
        )  # fmt: skip
    return found


def signed_words(line: bytes) -> str:
    """What a baseline's signature is over."""
    return f"{FORMAT}\n{hashlib.sha256(line).hexdigest()}\n"
