"""Deadlines and reports of serious incidents, and appeals: pure rules over frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import assert_never

import msgspec

from wardlaw.facts.appeal import Appeal, AppealCount, AppealState
from wardlaw.facts.errors import InputError
from wardlaw.facts.serious import SeriousClass, SeriousIncident

_DAY_S = 86_400.0
_WORDS = {
    SeriousClass.DEATH: "3(49)(a): the death of a person",
    SeriousClass.HEALTH: "3(49)(a): serious harm to a person's health",
    SeriousClass.INFRASTRUCTURE: "3(49)(b): serious and irreversible disruption of critical infrastructure",
    SeriousClass.RIGHTS: "3(49)(c): infringement of Union law that protects fundamental rights",
    SeriousClass.PROPERTY: "3(49)(d): serious harm to property or the environment",
}
_MISSING = "MISSING: to be filled in by a person"


def report_due(kind: SeriousClass, aware_at: float, *, is_widespread: bool) -> float:
    """Until when the authority must have the report, Unix seconds.

    Source: Regulation (EU) 2024/1689, Article 73(2) to (4): 15 days; 10 for a death; 2 for a widespread infringement
    and for what Article 3(49)(b) names. Where two apply the earlier one counts.
    """
    match kind:
        case SeriousClass.DEATH:
            days = 10
        case SeriousClass.INFRASTRUCTURE:
            days = 2
        case SeriousClass.HEALTH | SeriousClass.RIGHTS | SeriousClass.PROPERTY:
            days = 15
        case never:
            assert_never(never)
    return aware_at + (min(days, 2) if is_widespread else days) * _DAY_S


def check_times(*, occurred_at: float, aware_at: float, now: float) -> None:
    """Refuse times that cannot be.

    Raises:
        InputError: They cannot (WL-DUE-002).
    """
    if not occurred_at <= aware_at <= now:
        raise InputError(
            "WL-DUE-002",
            "Nobody becomes aware of what has not happened yet.",
            "Give when it happened, and when you became aware: after that, and not in the future.",
        )


def serious_standing(serious: SeriousIncident, *, now: float) -> str:
    """``open``, ``overdue``, or once closed ``reported`` or ``reported-late``."""
    if serious.closed_at:
        return "reported-late" if serious.sent_at > serious.due_at else "reported"
    return "overdue" if now > serious.due_at else "open"


def reported(serious: SeriousIncident, *, by: str, sent_at: float, report_ref: str, now: float) -> SeriousIncident:
    """The incident, closed by the report that went to the authority.

    Raises:
        InputError: It is closed already (WL-DUE-003), or the report went out before anybody was aware (WL-DUE-004).
    """
    if serious.closed_at:
        raise InputError("WL-DUE-003", f"{serious.id} was closed by {serious.closed_by}.", "Nothing is left to do.")
    if not serious.aware_at <= sent_at <= now:
        raise InputError("WL-DUE-004", "The report cannot have been sent then.", "Give when the authority got it.")
    return msgspec.structs.replace(
        serious, closed_by=by, closed_at=now, sent_at=sent_at, report_ref=report_ref, version=serious.version + 1
    )


def report_draft(serious: SeriousIncident, *, now: float) -> str:
    """A draft of the report to the authority, in Markdown: what is known, and what a person must still fill in."""
    known = [
        ("Incident", serious.id),
        ("Class", _WORDS[serious.kind] + ("; widespread infringement" if serious.is_widespread else "")),
        ("AI system", serious.system),
        ("Member State", serious.member_state),
        ("Happened", _day(serious.occurred_at)),
        ("Became aware", _day(serious.aware_at)),
        ("Report due", _day(serious.due_at)),
        ("Draft of", _day(now)),
        ("What happened", serious.description),
        ("Decisions in the log", ", ".join(serious.decisions)),
        ("Legal holds over the evidence", ", ".join(serious.holds)),
    ]
    asked = (
        "Provider and deployer, with contacts",
        "Model and version",
        "Authority, and whether the AI Office is competent instead",
        "Persons affected (estimate)",
        "Causal link (established, likely, suspected)",
        "Measures taken at once",
        "Corrective actions",
        "Who else was informed",
        "Who approves this report",
    )
    lines = ["# Report of a serious incident (EU AI Act, Article 73): DRAFT", ""]
    lines += [f"- **{name}:** {value or _MISSING}" for name, value in known]
    lines += [f"- **{name}:** {_MISSING}" for name in asked]
    checkpoint = serious.checkpoint.rstrip() or "The log had no checkpoint yet."
    lines += ["", "The evidence was frozen when the incident was opened. The log's checkpoint at that moment:", ""]
    return "\n".join([*lines, *(f"    {line}" for line in checkpoint.split("\n")), ""])


def answered_appeal(appeal: Appeal, *, by: str, overturns: bool, answer: str, now: float) -> Appeal:
    """The appeal after somebody else has looked at it.

    Raises:
        InputError: It was answered before (WL-DUE-013).
    """
    if appeal.state is not AppealState.OPEN:
        raise InputError("WL-DUE-013", f"{appeal.id} was answered by {appeal.answered_by}.", "Nothing is left to do.")
    return msgspec.structs.replace(
        appeal,
        state=AppealState.OVERTURNED if overturns else AppealState.UPHELD,
        answered_by=by,
        answered_at=now,
        answer=answer,
        version=appeal.version + 1,
    )


def count_appeals(appeals: Iterable[Appeal]) -> tuple[AppealCount, ...]:
    """How appeals came out, by clause; an appeal counts for each clause of its decision."""
    found: dict[str, AppealCount] = {}
    for appeal in appeals:
        for clause in appeal.clauses or ("",):
            count = found.get(clause, AppealCount(clause))
            name = appeal.state.value
            found[clause] = msgspec.structs.replace(count, **{name: getattr(count, name) + 1})
    return tuple(found[clause] for clause in sorted(found))


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%MZ") if at else ""
