"""A gate as data: its checks with their thresholds, and whose sign-offs it needs.

The digest is over checks and approvers together, so that a threshold changed by anybody is another gate, which
nobody has signed yet.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.facts.tier import Tier
from wardlaw.register.checks import CheckKind

GateId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Threshold = bool | int | float | str | tuple[str, ...]
"""What a check is held against: a number, a word, or a list of words."""

MOST_DAYS = 366
"""Longest a verdict may stand, in days: a system is looked at again once a year."""

_ENCODER = msgspec.json.Encoder(order="sorted")


class CheckSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One check of a gate.

    Attributes:
        id: Its name in the gate.
        refs: Provisions it answers to, such as ``eu-ai-act:art-10``.
        require: Thresholds, by the names its kind knows.
        files: Names of what must be handed in with a run (``--input model=cv.safetensors``).
    """

    id: GateId
    kind: CheckKind
    refs: tuple[_Word, ...] = ()
    require: dict[str, Threshold] = {}
    files: tuple[GateId, ...] = ()


class Approvers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose sign-offs a run needs, each by another person.

    Attributes:
        roles: One sign-off for each; its giver holds that role.
    """

    roles: Annotated[tuple[Role, ...], msgspec.Meta(max_length=8)] = ()


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gate.

    Attributes:
        systems: Ids of the systems it is for; empty means any.
        tiers: Only systems of these tiers; empty means any.
        days: How long a verdict of it stands.
    """

    gate: GateId
    title: _Word
    checks: Annotated[tuple[CheckSpec, ...], msgspec.Meta(min_length=1, max_length=64)]
    approvals: Approvers = Approvers()
    systems: Annotated[tuple[_Word, ...], msgspec.Meta(max_length=200)] = ()
    tiers: tuple[Tier, ...] = ()
    days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS)] = 90

    @property
    def digest(self) -> str:
        """SHA-256 of everything it says, in lower-case hex; what is signed before a run."""
        return hashlib.sha256(_ENCODER.encode(self)).hexdigest()


def read_gate(text: str | bytes) -> Gate:
    """A gate from its YAML.

    Raises:
        InputError: It is not a gate (WL-GAT-001).
    """
    try:
        gate = msgspec.yaml.decode(text, type=Gate)
    except msgspec.MsgspecError as error:
        raise InputError("WL-GAT-001", f"This is no gate: {error}.", "docs/gates.md shows one, key by key.") from error
    names = [one.id for one in gate.checks]
    if len(set(names)) != len(names):
        raise InputError("WL-GAT-001", "Two checks of the gate have the same id.", "Give each an id of its own.")
    return gate
