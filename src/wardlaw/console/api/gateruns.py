"""Runs of gates, the sign-offs they need, and the verdicts that open routes."""

from __future__ import annotations

import base64
import math
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.evidence.attestation import Says
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.effect import Mode
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.governance.rights import Circumstances
from wardlaw.register.checks import CheckKind, CheckResult
from wardlaw.register.classification import stands
from wardlaw.register.entry import EntryKind, RegisteredModel
from wardlaw.register.gates.gate import Gate
from wardlaw.register.gates.run import (
    GateAnswer,
    GateRun,
    RunState,
    answered_run,
    clauses_of,
    missing_roles,
    rests_on,
    results_of,
    says_the_same,
    state_of,
)
from wardlaw.register.gates.runner import Subject, SystemFacts
from wardlaw.register.gates.statement import Statement, statement_message
from wardlaw.register.gates.verdict import verdict_of
from wardlaw.register.lifecycle import Lifecycle
from wardlaw.register.system import System
from wardlaw.store.attestations import list_attestations
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.classifications import newest_classification
from wardlaw.store.entries import find_entry
from wardlaw.store.gates import (
    change_run,
    gate_by_digest,
    get_gate,
    get_run,
    is_newest,
    keep_run,
    list_runs,
    newest_of_artefact,
)
from wardlaw.store.redteamreports import reports_for
from wardlaw.store.systems import change_system, living_system
from wardlaw.store.verdictbook import bypassed_clauses, keep_verdict, revoke_verdict, standing_of

_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Person = Annotated[str, msgspec.Meta(max_length=128, pattern=r"^(person:[^\x00-\x1f\x7f]+)?$(?!\n)")]
_System = Annotated[str, QueryParameter(max_length=64)]


class RunBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run: of which gate, for which system, who made the model, and what the checks of files said.

    ``anew`` begins another run where one of the same artefact waits or its verdict stands.
    """

    gate: str
    system: str
    author: _Person = ""
    results: Annotated[tuple[CheckResult, ...], msgspec.Meta(max_length=64)] = ()
    anew: bool = False


class RunAnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Yes or no, and why."""

    approves: bool
    reason: _Reason


class RevokeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it ends."""

    reason: _Reason


class RunView(msgspec.Struct, frozen=True):
    """A run and how it stands; ``missing`` are roles whose sign-off it waits for, ``found`` that it was there before."""

    run: GateRun
    state: RunState
    outcome: str
    missing: tuple[Role, ...]
    verdict: str = ""
    found: bool = False


class StatementView(msgspec.Struct, frozen=True):
    """How a system stands now, signed, so that it can be shown where the installation cannot be reached."""

    statement: Statement
    key: str
    signature: str


@get("/gate-runs", operation_id="gates.runs", summary="Runs of gates")
async def list_of_runs(call: Given, *, system: _System = "") -> tuple[RunView, ...]:
    """Newest first; of one system when it is named."""

    def work(turn: Turn) -> tuple[RunView, ...]:
        return tuple(_view(turn, run) for run in list_runs(turn.connection, system=system))

    return await call.read(work)


@get("/gate-runs/{run_id:str}", operation_id="gates.run_get", summary="One run")
async def show_run(call: Given, run_id: FromPath[str]) -> RunView:
    """What each check said, and who signed it off."""
    return await call.read(lambda turn: _view(turn, get_run(turn.connection, run_id)))


@post("/gate-runs", operation_id="gates.run", summary="Run a gate", status_code=201)
async def begin_run(call: Given, data: JSONBody[RunBody]) -> RunView:
    """Take what the checks of files said, run the others, and see whose sign-offs are missing.

    Where a run of the same digests waits, or its verdict stands, and nothing came out otherwise, that run is answered.
    """

    def work(turn: Turn) -> Done[RunView]:
        kept = get_gate(turn.connection, data.gate)
        system = living_system(turn.connection, data.system)
        gate = kept.gate
        if not kept.signed_at:
            raise InputError(
                "WL-GAT-009",
                f"Nobody has signed the thresholds of {data.gate} yet.",
                f"Somebody with the role legal, risk or ciso: `wardlaw gate sign {data.gate} --digest {kept.digest[:12]}`.",
            )
        _check_fits(gate, system.system)
        known = _facts_of(call, turn, system.system, _targets(gate))
        subject = Subject(system.system, system.version, turn.now, known)
        run = GateRun(
            id=turn.new_id("grn_"), gate=gate.gate, gate_digest=kept.digest, system=system.system.id,
            system_version=system.version, environment=system.system.environment, made_of=system.system.made_of,
            policies=call.deps.grants.policies().digest, classification=known.classification,
            results=results_of(gate, subject, data.results), requested_by=turn.person.id,
            authors=_authors(turn, system.system, data.author), at=turn.now,
            rests_on=rests_on(gate, known), clauses=clauses_of(gate, known),
        )  # fmt: skip
        newest = newest_of_artefact(turn.connection, run)
        if newest is not None:
            found = None if data.anew else _found(call, turn, (newest, run), system.system)
            if found is not None:
                return Done(found, {**_facts(found.run, found.state), "found": 1})
            # Later than the one whose place it takes, whatever the clock says.
            run = msgspec.structs.replace(run, at=max(run.at, math.nextafter(newest.at, math.inf)))
        keep_run(turn.connection, run)
        view = _settled(call, turn, run, gate)
        return Done(view, _facts(run, view.state))

    return await call.change(work)


@post("/gate-runs/{run_id:str}/answer", operation_id="gates.answer", summary="Sign a run off", status_code=200)
async def answer_run(call: Given, run_id: FromPath[str], data: JSONBody[RunAnswerBody]) -> RunView:
    """One person's word; the last one that is needed opens the route. Whoever asked or made the model has none."""

    def circumstances(turn: Turn) -> Circumstances:
        run = get_run(turn.connection, run_id)
        return Circumstances(changes=True, authors=(run.requested_by, *run.authors))

    def work(turn: Turn) -> Done[RunView]:
        before = get_run(turn.connection, run_id)
        gate = gate_by_digest(turn.connection, before.gate, before.gate_digest).gate
        answer = GateAnswer(turn.person.id, Role.OWNER, data.approves, data.reason, turn.now)
        run = answered_run(before, gate, answer, turn.person.roles, is_newest=is_newest(turn.connection, before))
        if any(one.by in turn.selves for one in before.answers):
            raise InputError(
                "WL-GAT-007", "You have answered already; each sign-off is another person's.", "Ask another."
            )
        change_run(turn.connection, run)
        view = _settled(call, turn, run, gate)
        facts = {**_facts(run, view.state), "approves": int(data.approves), "reason": data.reason}
        return Done(view, facts)

    return await call.change(work, circumstances=circumstances)


@get("/systems/{system_id:str}/verdict", operation_id="gates.verdict", summary="How a system stands at the door")
async def show_verdict(call: Given, system_id: FromPath[str]) -> StatementView:
    """Its verdict and whether that lives now, signed with the time."""

    def work(turn: Turn) -> StatementView:
        system = living_system(turn.connection, system_id).system
        keys = call.deps.keys()
        standing = standing_of(turn.connection, system, now=turn.now, keys=keys)
        signed = standing.kept.signed if standing.kept is not None else None
        clauses = signed.verdict.clauses if signed is not None else ()
        gone = sorted(bypassed_clauses(turn.connection, clauses))
        why = standing.why or (f"a canary got through the clause {', '.join(gone)}" if gone else "")
        statement = Statement(
            system_id, system.gate_mode, not why, why, turn.now, standing.until, system.made_of, signed
        )
        signature = base64.b64encode(call.deps.sign(statement_message(statement))).decode()
        return StatementView(statement, keys[-1].text, signature)

    return await call.read(work)


@post(
    "/systems/{system_id:str}/verdict/revoke", operation_id="gates.revoke", summary="Revoke a verdict", status_code=200
)
async def end_verdict(call: Given, system_id: FromPath[str], data: JSONBody[RevokeBody]) -> RevokeBody:
    """Close the system's routes where its gate mode is ``enforce``; the door follows within a second."""

    def work(turn: Turn) -> Done[RevokeBody]:
        kept = revoke_verdict(turn.connection, system_id, by=turn.person.id, now=turn.now, reason=data.reason)
        facts: dict[str, str | int] = {
            "system": system_id, "verdict": kept.signed.verdict.id, "reason": data.reason,
        }  # fmt: skip
        return Done(data, facts)

    return await call.change(work)


def _settled(call: Call, turn: Turn, run: GateRun, gate: Gate) -> RunView:
    """A run that has all it needs gets its verdict at once, and its system is approved."""
    view = _view(turn, run)
    if view.state is not RunState.APPROVED:
        return view
    kept = gate_by_digest(turn.connection, run.gate, run.gate_digest)
    verdict = verdict_of(run, gate, verdict_id=turn.new_id("vdt_"), signed_at=kept.signed_at, now=turn.now)
    keep_verdict(turn.connection, verdict, sign=call.deps.sign, keys=call.deps.keys())
    system = living_system(turn.connection, run.system).system
    if system.lifecycle in (Lifecycle.PROPOSED, Lifecycle.IN_REVIEW):
        approved = msgspec.structs.replace(system, lifecycle=Lifecycle.APPROVED)
        change_system(turn.connection, approved, by=turn.person.id, now=turn.now)
    return msgspec.structs.replace(view, verdict=verdict.id)


def _found(call: Call, turn: Turn, both: tuple[GateRun, GateRun], system: System) -> RunView | None:
    """The run there was before, where it says what the new one would and waits, or the system stands by its verdict."""
    newest, run = both
    if not says_the_same(newest, run):
        return None
    view = msgspec.structs.replace(_view(turn, newest), found=True)
    if view.state is RunState.WAITING:
        return view
    standing = standing_of(turn.connection, system, now=turn.now, keys=call.deps.keys())
    stands = standing.kept is not None and not standing.why and standing.kept.signed.verdict.run == newest.id
    if standing.kept is None or not stands or bypassed_clauses(turn.connection, standing.kept.signed.verdict.clauses):
        return None
    return msgspec.structs.replace(view, verdict=standing.kept.signed.verdict.id)


def _view(turn: Turn, run: GateRun) -> RunView:
    gate = gate_by_digest(turn.connection, run.gate, run.gate_digest).gate
    state = state_of(run, gate)
    if state is RunState.WAITING:
        state = state_of(run, gate, is_newest=is_newest(turn.connection, run))
    missing = missing_roles(run, gate) if state is RunState.WAITING else ()
    return RunView(run, state, run.outcome.value, missing)


def _check_fits(gate: Gate, system: System) -> None:
    if gate.systems and system.id not in gate.systems:
        raise InputError("WL-GAT-009", f"{gate.gate} is not for the system {system.id}.", "Take the gate that is.")
    if gate.tiers and system.tier not in gate.tiers:
        tiers = " or ".join(one.value for one in gate.tiers)
        raise InputError(
            "WL-GAT-009", f"{gate.gate} is for systems of the tier {tiers}.", f"{system.id} is {system.tier.value}."
        )


def _targets(gate: Gate) -> tuple[str, ...]:
    """Targets of red-team attacks that the gate names."""
    named = [str(one.require.get("target", "")) for one in gate.checks if one.kind is CheckKind.RED_TEAM]
    return tuple(filter(None, named))


def _facts_of(call: Call, turn: Turn, system: System, targets: tuple[str, ...]) -> SystemFacts:
    """What the installation knows of a system now."""
    newest = newest_classification(turn.connection, system.id)
    latest = CanaryRuns(turn.connection).latest()
    failed = frozenset(run.clause for run in latest if run.outcome is CanaryOutcome.FAIL)
    passed = frozenset(run.clause for run in latest if run.outcome is CanaryOutcome.PASS)
    return SystemFacts(
        classified=stands(newest, system, call.deps.questionnaire),
        classification=newest.version if newest is not None else 0,
        classified_at=newest.at if newest is not None else 0.0,
        classified_as=tuple(role.value for role in newest.by_roles) if newest is not None else (),
        duties=newest.found.duties if newest is not None else (),
        attested=frozenset(
            one.clause
            for one in list_attestations(turn.connection, after=turn.now)
            if one.system == system.id and one.says is Says.MET and one.effective_from <= turn.now
        ),
        in_force=frozenset(one.id for one in call.deps.coverage.running() if one.mode is Mode.ENFORCE),
        proven=passed - failed,
        failed=failed,
        red_team=reports_for(turn.connection, system.made_of.model, targets),
    )


def _authors(turn: Turn, system: System, said: str) -> tuple[str, ...]:
    """Who made the model: as the run says, and as the register does."""
    found = [said] if said else []
    for name in system.built_on:
        kept = find_entry(turn.connection, EntryKind.MODEL, name)
        if kept is not None and isinstance(kept.entry, RegisteredModel) and kept.entry.author:
            found.append(kept.entry.author)
    return tuple(dict.fromkeys(found))


def _facts(run: GateRun, state: RunState) -> dict[str, str | int]:
    return {
        "run": run.id,
        "gate": run.gate,
        "gate_digest": run.gate_digest,
        "system": run.system,
        "outcome": run.outcome.value,
        "state": state.value,
        "model": run.made_of.model,
    }
