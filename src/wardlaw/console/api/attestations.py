"""What people vouch for: giving it, and taking it back."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.shapes import DAY_S
from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.facts.errors import InputError
from wardlaw.governance.problems import did_you_mean
from wardlaw.register.technicalfile import ANNEX_IV, FIELDS
from wardlaw.store.attestations import keep_attestation, list_attestations, withdraw_attestation
from wardlaw.store.lawpacks import close_reopenings, open_reopenings
from wardlaw.store.systems import living_system

MOST_DAYS = 366
"""Longest an attestation may stand, in days: who vouches looks again once a year."""

_All = Annotated[bool, QueryParameter(name="ended")]
_Ref = Annotated[str, msgspec.Meta(min_length=1, max_length=160, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Text = Annotated[str, msgspec.Meta(min_length=8, max_length=2_000, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Name = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$(?!\n)")]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=2**40)]


class AttestationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statement; times in Unix seconds, ``effective_from`` 0 for now."""

    clause: _Ref
    system: _Name
    text: _Text
    until: _Seconds
    says: Says = Says.MET
    effective_from: _Seconds = 0.0
    file_name: _Name = ""
    file_sha256: _Hex = ""


@get("/attestations", operation_id="attestations.list", summary="What people vouch for")
async def list_given(call: Given, *, ended: _All = False) -> tuple[Attestation, ...]:
    """Attestations that stand, the newest first; ``ended`` adds all there ever were."""
    return await call.read(lambda turn: list_attestations(turn.connection, after=0.0 if ended else turn.now))


@post("/attestations", operation_id="attestations.give", summary="Vouch for a clause")
async def give_attestation(call: Given, data: JSONBody[AttestationRequest]) -> Attestation:
    """Vouch for a clause, a control or a provision, for one system, until a day.

    It also says that somebody has looked again at what a change of the law had reopened.
    """

    def work(turn: Turn) -> Done[Attestation]:
        _refuse_unknown(call, turn, data.clause)
        living_system(turn.connection, data.system)
        begins = data.effective_from or turn.now
        if not turn.now < data.until <= turn.now + MOST_DAYS * DAY_S or begins >= data.until:
            raise InputError(
                "WL-COV-002",
                f"An attestation ends in the future, within {MOST_DAYS} days, and after it began.",
                "Give another --until, or another --from.",
            )
        one = Attestation(
            id=turn.new_id("att_"), clause=data.clause, system=data.system, says=data.says, text=data.text,
            effective_from=begins, until=data.until, attested_by=turn.person.id, received_at=turn.now,
            file_name=data.file_name, file_sha256=data.file_sha256,
        )  # fmt: skip
        keep_attestation(turn.connection, one)
        closed = close_reopenings(turn.connection, one)
        return Done(one, {**_facts(one), "looked_at_again": closed})

    return await call.change(work)


@post(
    "/attestations/{attestation_id:str}/withdraw",
    operation_id="attestations.withdraw",
    summary="Take it back",
    status_code=200,
)
async def take_back(call: Given, attestation_id: FromPath[str]) -> Attestation:
    """Let an attestation end now; it stays in the list of all there ever were."""

    def work(turn: Turn) -> Done[Attestation]:
        one = withdraw_attestation(turn.connection, attestation_id, by=turn.person.id, now=turn.now)
        return Done(one, _facts(one))

    return await call.change(work)


def _facts(one: Attestation) -> dict[str, str | int]:
    return {
        "attestation": one.id,
        "clause": one.clause,
        "system": one.system,
        "says": one.says.value,
        "until": int(one.until),
        "effective_from": int(one.effective_from),
        "file_sha256": one.file_sha256,
    }


def _refuse_unknown(call: Call, turn: Turn, clause: str) -> None:
    desk = call.deps.coverage
    frameworks = desk.frameworks(turn.connection)
    name, colon, item = clause.partition(":")
    if name == ANNEX_IV:
        if item in FIELDS:
            return
        known = [f"{ANNEX_IV}:{one}" for one in FIELDS]
    elif colon:
        if name in frameworks and frameworks[name].provision(item) is not None:
            return
        # What a change of the law has removed can still be looked at again.
        if any(one.ref == clause for one in open_reopenings(turn.connection)):
            return
        known = [f"{name}:{one.id}" for one in frameworks[name].provisions] if name in frameworks else list(frameworks)
    else:
        known = [one.id for one in desk.running()] + [one.id for one in desk.controls()]
        if clause in known:
            return
    hint = did_you_mean(clause, known) or "A clause is GOV-07, a control WL-SEC-INJECT, a provision eu-ai-act:art-14."
    raise InputError("WL-COV-001", f"There is no clause, control or provision {clause}.", hint)
