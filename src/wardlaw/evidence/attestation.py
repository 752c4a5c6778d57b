"""What a person vouches for, until a day: that a clause is met for a system, or that it does not apply to it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Says(StrEnum):
    """What is vouched for."""

    MET = "met"
    NOT_APPLICABLE = "not-applicable"


class Attestation(msgspec.Struct, frozen=True):
    """One statement of a person. It never makes anything proven.

    Attributes:
        clause: Id of a clause or control, or ``<framework>:<id>``.
        effective_from: Since when it is so, as the person says; Unix seconds.
        received_at: When it was given, by our clock; only this tells who knew what when.
        until: When it ends, Unix seconds.
        file_name: Name of the file it rests on; the file stays with whoever has it.
        file_sha256: Its digest, hex; ``""`` without one.
        withdrawn_at: Unix seconds; 0 while it stands.
    """

    id: str
    clause: str
    system: str
    says: Says
    text: str
    effective_from: float
    until: float
    attested_by: str
    received_at: float
    file_name: str = ""
    file_sha256: str = ""
    withdrawn_at: float = 0.0
    withdrawn_by: str = ""

    def stands(self, now: float) -> bool:
        """Whether it holds at a time (Unix seconds)."""
        return self.effective_from <= now < self.until and not self.withdrawn_at


def standing(attestations: Iterable[Attestation], says: Says, *, now: float) -> Attestation | None:
    """Of those that hold, the one that was given last; None for none."""
    found = [one for one in attestations if one.says is says and one.stands(now)]
    return max(found, key=lambda one: (one.received_at, one.id), default=None)
