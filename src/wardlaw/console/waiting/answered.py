"""What was answered lately: by whoever calls, or because they had asked; with the reason that was given."""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.console.waiting.governed import clause_words
from wardlaw.console.waiting.look import MOST, Look
from wardlaw.console.waiting.seconded import seconded
from wardlaw.facts.appeal import AppealState
from wardlaw.facts.waiting import AnsweredItem, WaitingKind
from wardlaw.governance.approvals import short_name
from wardlaw.store.approvals import list_approvals
from wardlaw.store.duties import list_appeals
from wardlaw.store.exemptions import list_glass, list_waivers
from wardlaw.store.gates import list_gates, list_runs
from wardlaw.store.intakes import list_intakes

DAY_S = 86_400.0
LATELY_S = 30 * DAY_S
"""How far back is told; what is older stands in the log."""
READ = 2_000
"""Of each kind, the newest that are looked through: who answered stands inside of what was answered."""


def answered_lately(look: Look) -> tuple[AnsweredItem, ...]:
    """What this person answered in the last 30 days, and what they were answered; the newest first."""
    since = look.turn.now - LATELY_S
    every = (
        *_calls(look), *_clauses(look), *_waivers(look), *_intakes(look), *_gates(look), *_glass(look), *_appeals(look),
        *seconded(look),
    )  # fmt: skip
    lately = (one for one in every if one.at >= since)
    return tuple(sorted(lately, key=lambda one: (-one.at, one.kind, one.id)))[:MOST]


def _told(look: Look, item: AnsweredItem) -> Iterator[AnsweredItem]:
    """An answer, where it is theirs or for them."""
    if item.by_me or (item.asked_by and look.is_me(item.asked_by)):
        yield item


def _calls(look: Look) -> Iterator[AnsweredItem]:
    mine = {short_name(name) for name in look.names}
    for one in list_approvals(look.turn.connection, now=look.turn.now, waiting=False, limit=READ):
        whose = one.acting_for or one.principal
        is_own = bool(mine & {short_name(name) for name in (one.principal, one.acting_for) if name})
        for said in one.answers:
            by_me = short_name(said.by) in mine
            if by_me or is_own:
                yield AnsweredItem(
                    WaitingKind.CALL, one.id, one.resource, said.approves, said.reason, said.at, said.by, whose, by_me
                )


def _clauses(look: Look) -> Iterator[AnsweredItem]:
    if not look.deps.life.is_on:
        return
    for version in look.deps.life.signed(look.turn.connection):
        asked_by = version.author_human if look.is_me(version.author_human) else version.author
        for said in version.sign_offs:
            by_me = look.is_me(said.person, said.human)
            item = AnsweredItem(
                WaitingKind.CLAUSE, version.clause, clause_words(version), said.approves, said.reason, said.at,
                said.person, asked_by, by_me,
            )  # fmt: skip
            yield from _told(look, item)


def _waivers(look: Look) -> Iterator[AnsweredItem]:
    for one in list_waivers(look.turn.connection, now=look.turn.now, everything=True, limit=READ):
        for said in one.answers:
            item = AnsweredItem(
                WaitingKind.WAIVER, one.id, one.clause, said.approves, said.reason, said.at, said.by, one.asked_by,
                look.is_me(said.by),
            )  # fmt: skip
            yield from _told(look, item)


def _intakes(look: Look) -> Iterator[AnsweredItem]:
    for one in list_intakes(look.turn.connection, everything=True, limit=READ):
        for said in one.answers:
            item = AnsweredItem(
                WaitingKind.INTAKE, one.id, one.form.title, said.approves, said.reason, said.at, said.by, one.asked_by,
                look.is_me(said.by),
            )  # fmt: skip
            yield from _told(look, item)


def _gates(look: Look) -> Iterator[AnsweredItem]:
    connection = look.turn.connection
    for run in list_runs(connection, limit=READ):
        for said in run.answers:
            item = AnsweredItem(
                WaitingKind.GATE, run.id, run.system, said.approves, said.reason, said.at, said.by, run.requested_by,
                look.is_me(said.by),
            )  # fmt: skip
            yield from _told(look, item)
    for kept in list_gates(connection):
        if kept.signed_at:
            item = AnsweredItem(
                WaitingKind.THRESHOLDS, kept.gate.gate, kept.gate.gate, approves=True, reason="", at=kept.signed_at,
                by=kept.signed_by, asked_by=kept.added_by, by_me=look.is_me(kept.signed_by),
            )  # fmt: skip
            yield from _told(look, item)


def _glass(look: Look) -> Iterator[AnsweredItem]:
    for one in list_glass(look.turn.connection, limit=READ):
        if one.reviewed_at:
            item = AnsweredItem(
                WaitingKind.GLASS, one.id, ", ".join(one.clauses), one.is_justified, one.review, one.reviewed_at,
                one.reviewed_by, one.opened_by, look.is_me(one.reviewed_by),
            )  # fmt: skip
            yield from _told(look, item)


def _appeals(look: Look) -> Iterator[AnsweredItem]:
    for one in list_appeals(look.turn.connection):
        if one.answered_at:
            item = AnsweredItem(
                WaitingKind.APPEAL, one.id, one.decision, one.state is AppealState.OVERTURNED, one.answer,
                one.answered_at, one.answered_by, one.by, look.is_me(one.answered_by),
            )  # fmt: skip
            yield from _told(look, item)
