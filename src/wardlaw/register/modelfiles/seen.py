"""What was seen in a file of a model, and the bounds within which it is looked at."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.register.checks import CheckOutcome


class Rule(StrEnum):
    """What is wrong. The value is the stable name in reports."""

    GLOBAL = "global-not-allowed"
    CALL = "call-not-allowed"
    HIDDEN = "hidden-global"
    EXTENSION = "extension-registry"
    PERSISTENT = "persistent-id"
    DAMAGED = "damaged"
    TRAILING = "trailing-bytes"
    BOMB = "bomb"
    NESTED = "nested-too-deep"
    MISMATCH = "archive-contradicts-itself"
    LOCKED = "cannot-be-read"
    ESCAPE = "path-leaves-folder"
    NATIVE = "native-code"
    SOURCE = "source-code"
    HEADER = "header-lies"
    TEMPLATE = "template-reaches-code"
    OPERATOR = "operator-not-allowed"
    LAYER = "layer-runs-code"
    TYPE = "type-not-allowed"
    MARKUP = "markup-reaches-out"
    REMOTE = "remote-code"
    UNKNOWN = "unknown-content"


REVIEWED = frozenset(
    {Rule.TRAILING, Rule.LOCKED, Rule.SOURCE, Rule.REMOTE, Rule.UNKNOWN},
)
"""What a person must look at, where nothing shows that code would run; everything else fails."""


class Seen(msgspec.Struct, frozen=True, order=True):
    """One thing that was seen.

    Attributes:
        where: Path inside the file, ``archive/data.pkl``; empty for the file itself.
        what: What stands there, for a person: ``posix.system``.
        at: Offset in bytes in what ``where`` names.
    """

    where: str
    at: int
    rule: Rule
    what: str

    @property
    def outcome(self) -> CheckOutcome:
        """How grave it is."""
        return CheckOutcome.REVIEW if self.rule in REVIEWED else CheckOutcome.FAIL


class Limits(msgspec.Struct, frozen=True):
    """How much is looked at before a file counts as made to exhaust whoever opens it.

    Attributes:
        depth: Archives in archives; a compressed torch archive inside a tar takes three.
        entries: Of all archives together; the largest public checkpoints have about 3,000 tensors a file.
        unpacked_bytes: Of everything that had to be unpacked.
        ratio: Unpacked over packed, from ``ratio_from_bytes`` on; zlib cannot reach more than 1,032.
        held_bytes: Of one compressed entry in memory at a time.
        opcodes: Of all pickles together.
        seen: More findings than these are not listed.
    """

    depth: int = 6
    entries: int = 20_000
    unpacked_bytes: int = 2 * 2**30
    ratio: int = 200
    ratio_from_bytes: int = 64 * 2**20
    held_bytes: int = 128 * 2**20
    opcodes: int = 50_000_000
    seen: int = 100


class StopLooking(Exception):
    """A bound was reached or the content contradicts itself: what follows cannot be trusted.

    Raised and caught inside this package only; it becomes a `Seen`.
    """

    def __init__(self, rule: Rule, what: str, at: int = 0) -> None:
        super().__init__(what)
        self.rule, self.what, self.at = rule, what, at
