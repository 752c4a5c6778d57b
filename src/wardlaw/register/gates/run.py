"""A run of a gate: what its checks said, who signed it off, and how it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, worst
from wardlaw.register.gates.gate import Gate
from wardlaw.register.gates.runner import OF_FILES, Subject, SystemFacts, unmeasured
from wardlaw.register.gates.runners import ASSESSMENTS, run_check, words
from wardlaw.register.redteam.keptcheck import kept_red_team_check
from wardlaw.register.system import MadeOf

APPROVERS = (Role.LEGAL, Role.RISK, Role.CISO)
"""Roles that may sign a gate off at all."""

_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]


class RunState(StrEnum):
    """How a run stands."""

    FAILED = "failed"  # a check failed: nobody can sign that off
    WAITING = "waiting"  # sign-offs are missing
    APPROVED = "approved"
    REFUSED = "refused"
    SUPERSEDED = "superseded"  # a later run of the same artefact takes its place


class GateAnswer(msgspec.Struct, frozen=True):
    """One person's word on a run; ``role`` is the one it counts for."""

    by: str
    role: Role
    approves: bool
    reason: _Reason
    at: float


class GateRun(msgspec.Struct, frozen=True):
    """One run; times in Unix seconds.

    Attributes:
        gate_digest: Digest of the gate as it was signed before.
        policies: Digest of the clauses in force.
        classification: Version of the system's classification.
        rests_on: Provisions people vouch for, on which a check rests.
        clauses: Clauses a check found in force; the door closes when a canary of one gets through.
        requested_by: Who ran it; with ``authors`` nobody who may sign it off.
    """

    id: str
    gate: str
    gate_digest: str
    system: str
    system_version: int
    environment: str
    made_of: MadeOf
    policies: str
    classification: int
    results: tuple[CheckResult, ...]
    requested_by: str
    authors: tuple[str, ...]
    at: float
    rests_on: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    answers: tuple[GateAnswer, ...] = ()

    @property
    def outcome(self) -> CheckOutcome:
        """How its checks ended together."""
        return worst(self.results)


def results_of(gate: Gate, subject: Subject, handed_in: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Every check of the gate, in its order: of files as they were handed in, the others as they come out here.

    What red-team tools found may be kept here, and need not be handed in.

    Raises:
        InputError: Something was handed in for a check the gate has not, or for one that is run here (WL-GAT-005).
    """
    of_files = {one.id: one.kind for one in gate.checks if one.kind in OF_FILES}
    found = {one.id: one for one in handed_in}
    for one in handed_in:
        if of_files.get(one.id) is not one.kind or len(found) != len(handed_in):
            raise InputError(
                "WL-GAT-005", f"The gate takes no result of a check {one.id} ({one.kind.value}).", "Run the gate anew."
            )
    return tuple(
        found[spec.id]
        if spec.id in found
        else kept_red_team_check(spec, subject)
        if spec.kind is CheckKind.RED_TEAM
        else unmeasured(spec, "It was not run.", "Run it beside the files, with `--input`.")
        if spec.kind in OF_FILES
        else run_check(spec, subject, {})
        for spec in gate.checks
    )


def rests_on(gate: Gate, known: SystemFacts) -> tuple[str, ...]:
    """Provisions people vouch for, on which the checks of a gate rest for a system."""
    found: list[str] = []
    for spec in gate.checks:
        if spec.kind is CheckKind.SIGN_OFFS:
            found += [*spec.refs, *words(spec, "attested")]
        elif spec.kind is CheckKind.CLASSIFICATION and spec.require.get("assessments", True):
            found += [one for one in ASSESSMENTS if one in known.duties]
    return tuple(dict.fromkeys(found))


def clauses_of(gate: Gate, known: SystemFacts) -> tuple[str, ...]:
    """Clauses that the checks of a gate found in force."""
    found: set[str] = set()
    for spec in gate.checks:
        if spec.kind is CheckKind.LIVE:
            found |= frozenset(words(spec, "clauses")) or known.in_force
    return tuple(sorted(found))


def missing_roles(run: GateRun, gate: Gate) -> tuple[Role, ...]:
    """Roles of which a sign-off is missing. What was not simply passed needs one person in any case."""
    given = [one.role for one in run.answers if one.approves]
    wanted = gate.approvals.roles
    if not wanted and run.outcome is not CheckOutcome.PASS:
        return () if given else APPROVERS[:1]
    left = list(wanted)
    for role in given:
        if role in left:
            left.remove(role)
    return tuple(left)


def state_of(run: GateRun, gate: Gate, *, is_newest: bool = True) -> RunState:
    """How a run stands. A failed check is signed off by nobody.

    Args:
        is_newest: No later run is of the same artefact. Only one of them waits at a time.
    """
    if run.outcome is CheckOutcome.FAIL:
        return RunState.FAILED
    if any(not one.approves for one in run.answers):
        return RunState.REFUSED
    if not missing_roles(run, gate):
        return RunState.APPROVED
    return RunState.WAITING if is_newest else RunState.SUPERSEDED


def is_same_artefact(one: GateRun, other: GateRun) -> bool:
    """Whether two runs are of the same thing, digest by digest, for the same gate."""
    return _artefact(one) == _artefact(other)


def says_the_same(one: GateRun, other: GateRun) -> bool:
    """Whether two runs of one artefact are of the same thresholds, clauses and makers, and came out alike.

    Words and figures may differ: how old something is changes from day to day, what follows from it does not.
    """
    return _circumstances(one) == _circumstances(other)


def _artefact(run: GateRun) -> tuple[object, ...]:
    files = {(check.id, ground.what, ground.digest) for check in run.results for ground in check.grounds}
    return run.gate, run.system, run.environment, run.made_of, files


def _circumstances(run: GateRun) -> tuple[object, ...]:
    ended = {(check.id, check.kind, check.outcome) for check in run.results}
    return (
        run.gate_digest,
        run.policies,
        run.classification,
        set(run.authors),
        ended,
        set(run.rests_on),
        set(run.clauses),
    )


def answered_run(
    run: GateRun, gate: Gate, answer: GateAnswer, roles: tuple[Role, ...], *, is_newest: bool = True
) -> GateRun:
    """The run with one more word on it, counted for a role that is still missing.

    Args:
        is_newest: As for ``state_of``.

    Raises:
        InputError: It waits for nobody (WL-GAT-006), a later run took its place (WL-GAT-014), that person has spoken, or
            holds none of the roles it waits for (WL-GAT-007).
    """
    state = state_of(run, gate, is_newest=is_newest)
    if state is RunState.SUPERSEDED:
        raise InputError(
            "WL-GAT-014", f"A later run of the same artefact took the place of {run.id}.",
            f"`wardlaw gate show --system {run.system}` names it; sign that one.",
        )  # fmt: skip
    if state is not RunState.WAITING:
        raise InputError("WL-GAT-006", f"The run {run.id} is {state.value}; it waits for nobody.", "Run the gate anew.")
    if any(one.by == answer.by for one in run.answers):
        raise InputError("WL-GAT-007", "You have answered already; each sign-off is another person's.", "Ask another.")
    missing = missing_roles(run, gate)
    fitting = [one for one in missing if one in roles]
    if not gate.approvals.roles:
        fitting = [one for one in APPROVERS if one in roles]
    if not fitting:
        names = ", ".join(one.value for one in missing)
        raise InputError("WL-GAT-007", f"It waits for somebody with the role {names}.", "Ask one of them.")
    return msgspec.structs.replace(run, answers=(*run.answers, msgspec.structs.replace(answer, role=fitting[0])))
