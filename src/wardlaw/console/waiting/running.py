"""What waits while the door works: held calls, tools nobody has vouched for, broken glass, detectors to be loosened."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from wardlaw.console.api.detecting import loosening_subject, looser_settings
from wardlaw.console.waiting.look import MOST, Look, Waits
from wardlaw.facts.person import Role
from wardlaw.facts.toolpin import PinState
from wardlaw.facts.waiting import WaitingItem, WaitingKind
from wardlaw.governance.approvals import kept_out, short_name
from wardlaw.store.approvals import list_approvals
from wardlaw.store.exemptions import list_glass
from wardlaw.store.loosenings import list_loosenings
from wardlaw.store.people import get_person, has_person
from wardlaw.store.toolpins import list_pins


def held_calls(look: Look) -> Iterator[Waits]:
    """Calls that a clause holds. Whose call it is sees that it waits, and not which clause holds it."""
    if look.passes("approvals.answer"):
        return
    turn, roles = look.turn, look.roles_for("approvals.answer")
    mine = {short_name(name) for name in look.names}
    may_answer = look.may("approvals.answer")
    for one in list_approvals(turn.connection, now=turn.now, limit=MOST):
        whose = {short_name(name) for name in (one.principal, one.acting_for) if name}
        has_answered = bool(mine & {short_name(answer.by) for answer in one.answers})
        item = WaitingItem(
            WaitingKind.CALL, one.id, one.resource, one.why if may_answer else "", one.acting_for or one.principal,
            one.principal, one.asked_at, one.expires_at, roles,
        )  # fmt: skip
        is_due = may_answer and not has_answered and not mine & kept_out(one)
        waits = look.found(item, is_due=is_due, seen_by="approvals.list")
        is_own = bool(mine & whose)
        yield msgspec.structs.replace(waits, item=msgspec.structs.replace(waits.item, asked_by_me=is_own))


def tools(look: Look) -> Iterator[Waits]:
    """Tools that servers offer and nobody may use before a person has looked."""
    if look.passes("tools.approve"):
        return
    roles, is_due = look.roles_for("tools.approve"), look.may("tools.approve")
    for pin in list_pins(look.turn.connection):
        if pin.state is PinState.PINNED:
            continue
        why = "; ".join(pin.concerns) or "It is offered otherwise than when it was approved."
        item = WaitingItem(
            WaitingKind.TOOL, f"{pin.server}__{pin.tool}", pin.tool, why, pin.server, "", pin.changed_at, 0.0, roles
        )
        yield look.found(item, is_due=is_due, seen_by="tools.list")


def broken_glass(look: Look) -> Iterator[Waits]:
    """Broken glass that is over and that nobody else has looked at."""
    if look.passes("glass.review"):
        return
    turn, roles = look.turn, look.roles_for("glass.review")
    for one in list_glass(turn.connection, limit=MOST):
        if turn.now < one.ends_at or one.reviewed_at:
            continue
        item = WaitingItem(
            WaitingKind.GLASS, one.id, ", ".join(one.clauses), one.reason, one.incident, one.opened_by, one.opened_at,
            one.review_by, roles,
        )  # fmt: skip
        is_due = look.may("glass.review", not_by=one.opened_by, rule="SOD-9")
        yield look.found(item, is_due=is_due, seen_by="glass.list")


def loosenings(look: Look) -> Iterator[Waits]:
    """The wish that detectors see less, until somebody who answers for risk agrees (SOD-10)."""
    turn, book = look.turn, look.deps.detecting
    asked = list_loosenings(turn.connection, now=turn.now).get(loosening_subject(book))
    looser = looser_settings(book) if asked is not None else ()
    if asked is None or not looser:
        return
    first = get_person(turn.connection, asked.asked_by) if has_person(turn.connection, asked.asked_by) else None
    item = WaitingItem(
        WaitingKind.DETECTORS, "detectors", ", ".join(looser), "Detectors would see less than was approved.", "",
        asked.asked_by, asked.asked_at, asked.expires_at, (Role.RISK,),
    )  # fmt: skip
    is_due = look.has_role((Role.RISK,)) and look.may("detectors.loosen", loosens=True, first=first)
    yield look.found(item, is_due=is_due, seen_by="detectors.status")
