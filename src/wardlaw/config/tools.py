"""Tools models may call, and what the operator says of each: ``tools`` in the configuration."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole


class OutputWord(StrEnum):
    """What the operator says of a tool's answers; ``INFERRED`` says nothing."""

    INFERRED = "inferred"
    OWN = "own"
    RECORDS = "records"
    CONTENT = "content"
    WEB = "web"


class RegisteredTool(msgspec.Struct, frozen=True):
    """A tool models may call. What nobody says of it is inferred from its definition."""

    name: Annotated[str, Meta(min_length=1, max_length=200, description="Name of the tool as models see it; unique.")]
    effect: Annotated[
        ToolEffect,
        Meta(
            description="`read`, `write`, `egress`, `share`, `payment`, `credential` or `destructive`; this or `effects`."
        ),
    ] = ToolEffect.UNKNOWN
    rows_argument: Annotated[
        str,
        Meta(description="Argument that bounds how many rows come back; empty when the usual names (`limit`, …) hold."),
    ] = ""
    effects: Annotated[
        tuple[ToolEffect, ...], Meta(description="All of its effects, where it has more than one; this or `effect`.")
    ] = ()
    sql_argument: Annotated[
        str,
        Meta(description="Argument that holds SQL; empty when the usual names (`sql`, `query`, `statement`, …) hold."),
    ] = ""
    arguments: Annotated[
        dict[str, ArgumentRole],
        Meta(
            description="What arguments are for, by name: `destination`, `target`, `credential`, `content`, `when`, `amount` or `option`."
        ),
    ] = {}
    output: Annotated[
        OutputWord,
        Meta(
            description="Who writes its answers: `own` (the organisation), `records` (records with texts of others in them), `content` (one text of others), `web`."
        ),
    ] = OutputWord.INFERRED
    trusted: Annotated[
        bool,
        Meta(
            description="What it answers may decide where things go: a source that only the organisation writes to. Needs `confirmed_by`."
        ),
    ] = False
    data: Annotated[
        tuple[str, ...],
        Meta(
            description="Classes of data its answers may hold, such as `contact`, `customer-pii`, `financial`, `secret`; `none` for none."
        ),
    ] = ()
    reversible: Annotated[
        bool | None, Meta(description="Whether another call can undo what it does; empty: inferred.")
    ] = None
    confirmed_by: Annotated[
        str,
        Meta(
            description="Person who looked at the definition and stands for this entry. Without one the entry can only make the tool graver than its definition."
        ),
    ] = ""
    definition_sha256: Annotated[
        str,
        Meta(
            pattern="^([0-9a-f]{64})?$",
            description="The definition that person saw, as `wardlaw tools show` tells it; another one counts as unconfirmed. Empty: whatever it is.",
        ),
    ] = ""

    @property
    def said_effects(self) -> frozenset[ToolEffect]:
        """Everything the entry says it does, by ``effect`` and ``effects``; never empty."""
        single = () if self.effect is ToolEffect.UNKNOWN and self.effects else (self.effect,)
        return frozenset((*single, *self.effects))
