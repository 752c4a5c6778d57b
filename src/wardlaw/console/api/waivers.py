"""Waivers: asked for by one person, granted by two others, ended by time or by anybody who may cut."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import CallAnswerRequest, Release, WaiverRequest
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.errors import InputError
from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.waiver import Waiver, WaiverAnswer, WaiverState
from wardlaw.governance.exemptions import answered, check_period, check_scope, ended, granting_roles, standing
from wardlaw.governance.problems import did_you_mean
from wardlaw.governance.rights import Circumstances
from wardlaw.store.exemptions import change_waiver, get_waiver, keep_waiver, list_waivers

_Only = Annotated[bool, QueryParameter()]
_Limit = Annotated[int, QueryParameter(ge=1, le=1_000)]


class WaiverView(msgspec.Struct, frozen=True):
    """A waiver, and how it stands now: as its state, or ``expired``."""

    standing: str
    waiver: Waiver


@get("/waivers", operation_id="waivers.list", summary="Waivers that wait or stand")
async def list_of_waivers(call: Given, *, everything: _Only = False, limit: _Limit = 100) -> tuple[WaiverView, ...]:
    """Newest first; with ``everything`` also those that are over."""

    def work(turn: Turn) -> tuple[WaiverView, ...]:
        found = list_waivers(turn.connection, now=turn.now, everything=everything, limit=limit)
        return tuple(_view(one, turn) for one in found)

    return await call.read(work)


@get("/waivers/{waiver_id:str}", operation_id="waivers.get", summary="One waiver")
async def show_waiver(call: Given, waiver_id: FromPath[str]) -> WaiverView:
    """The waiver with what everybody said of it."""
    return await call.read(lambda turn: _view(get_waiver(turn.connection, waiver_id), turn))


@post("/waivers", operation_id="waivers.request", summary="Ask for a waiver", status_code=201)
async def request_waiver(call: Given, data: JSONBody[WaiverRequest]) -> WaiverView:
    """It lifts nothing before two others have granted it."""

    def work(turn: Turn) -> Done[WaiverView]:
        scope = ExemptionScope(data.principals, data.systems, data.resources)
        check_period(data.minutes)
        check_scope(scope)
        check_liftable((data.clause,), call.deps.grants.policies())
        waiver = Waiver(
            id=turn.new_id("wvr_"),
            clause=data.clause,
            scope=scope,
            owner=data.owner or turn.person.id,
            reason=data.reason,
            minutes=data.minutes,
            asked_by=turn.person.id,
            asked_at=turn.now,
        )
        keep_waiver(turn.connection, waiver)
        return Done(_view(waiver, turn), {**_facts(waiver), "reason": data.reason})

    return await call.change(work)


@post("/waivers/{waiver_id:str}/answer", operation_id="waivers.answer", summary="Say yes or no", status_code=200)
async def answer_waiver(call: Given, waiver_id: FromPath[str], data: JSONBody[CallAnswerRequest]) -> WaiverView:
    """One person's word; the second yes, with another role, puts it in force."""

    def work(turn: Turn) -> Done[WaiverView]:
        before = get_waiver(turn.connection, waiver_id)
        # The set in force may have changed since it was asked for.
        check_liftable((before.clause,) if data.approves else (), call.deps.grants.policies())
        answer = WaiverAnswer(turn.person.id, turn.now, data.approves, granting_roles(turn.person.roles), data.reason)
        waiver = answered(before, answer, selves=turn.selves)
        change_waiver(turn.connection, waiver, sign=call.deps.sign)
        facts = {**_facts(waiver), "approves": int(data.approves), "reason": data.reason}
        return Done(_view(waiver, turn), facts)

    def circumstances(turn: Turn) -> Circumstances:
        return Circumstances(not_by=get_waiver(turn.connection, waiver_id).asked_by, rule="SOD-4")

    return await call.change(work, circumstances=circumstances)


@post("/waivers/{waiver_id:str}/end", operation_id="waivers.end", summary="End it before its time", status_code=200)
async def end_waiver(call: Given, waiver_id: FromPath[str], data: JSONBody[Release]) -> WaiverView:
    """The clause is in force again for everybody; gateways follow within a second."""

    def work(turn: Turn) -> Done[WaiverView]:
        before = get_waiver(turn.connection, waiver_id)
        waiver = ended(before, by=turn.person.id, reason=data.reason, now=turn.now)
        change_waiver(turn.connection, waiver, sign=call.deps.sign)

        def remember() -> WaiverView:
            if before.state is WaiverState.GRANTED:
                call.deps.endings.add(waiver.id, at=turn.now, until=before.ends_at)
            return _view(waiver, turn)

        return Done(_view(waiver, turn), {**_facts(waiver), "reason": data.reason}, then=remember)

    return await call.change(work)


def liftable_clauses(policies: PolicySet, *, by_glass: bool = False) -> dict[str, bool]:
    """The clauses in force that forbid something, and whether each may be lifted; by broken glass none of security's."""
    known: dict[str, bool] = {}
    for policy in policies.policies.values():
        if policy.forbid:
            may = policy.liftable and not (by_glass and policy.security)
            known[policy.clause] = known.get(policy.clause, True) and may
    return known


def check_liftable(clauses: tuple[str, ...], policies: PolicySet, *, by_glass: bool = False) -> None:
    """Refuse what no clause in force is called, and what nothing may lift.

    Raises:
        InputError: There is no such clause, or it may not be lifted (WL-WVR-008).
    """
    known = liftable_clauses(policies, by_glass=by_glass)
    for clause in clauses:
        if clause not in known:
            hint = did_you_mean(clause, known) or "`wardlaw policy explain` shows all."
            raise _refused(f"There is no clause {clause} in force.", hint)
        if not known[clause]:
            security = ", or security's" if by_glass else ""
            message = f"{clause} cannot be lifted: it is about a prohibited practice, or sets callers apart{security}."
            raise _refused(message, "Change what is asked for; nobody can grant this.")


def _refused(message: str, hint: str) -> InputError:
    return InputError("WL-WVR-008", message, hint)


def _view(waiver: Waiver, turn: Turn) -> WaiverView:
    return WaiverView(standing(waiver, now=turn.now), waiver)


def _facts(waiver: Waiver) -> dict[str, str | int]:
    return {
        "waiver": waiver.id,
        "clause": waiver.clause,
        "state": waiver.state.value,
        "owner": waiver.owner,
        "minutes": waiver.minutes,
        "principals": ", ".join(waiver.scope.principals),
        "systems": ", ".join(waiver.scope.systems),
        "resources": ", ".join(waiver.scope.resources),
        "ends_at": int(waiver.ends_at),
    }
