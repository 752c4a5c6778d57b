"""What waits for the second of two persons before something kept goes (SOD-7): erasures, prunings, lifted holds."""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.console.waiting.look import Look, Waits
from wardlaw.facts.person import Role
from wardlaw.facts.waiting import WaitingItem, WaitingKind
from wardlaw.store.erasures import ErasureState, list_erasures
from wardlaw.store.holds import list_holds
from wardlaw.store.people import get_person, has_person

_TWO = (Role.COMPLIANCE, Role.CISO)


def erasures(look: Look) -> Iterator[Waits]:
    """Erasures of persons that nobody has confirmed."""
    if _passes(look):
        return
    turn = look.turn
    for one in list_erasures(turn.connection):
        if one.state is not ErasureState.REQUESTED or turn.now >= one.expires_at:
            continue
        item = WaitingItem(
            WaitingKind.ERASURE, one.id, one.subject[:16], one.reason, "", one.requested_by, one.requested_at,
            one.expires_at, _others(look, one.requested_by),
        )  # fmt: skip
        is_due = _is_second(look, "erasures.confirm", one.requested_by)
        yield look.found(item, is_due=is_due, seen_by="erasures.list")


def prunings(look: Look) -> Iterator[Waits]:
    """Prunings of the log that nobody has confirmed."""
    if _passes(look):
        return
    for one in look.deps.log.prunings().list():
        if one.confirmed_at or look.turn.now >= one.expires_at:
            continue
        item = WaitingItem(
            WaitingKind.PRUNING, one.id, f"records before {one.before}", one.reason, "", one.requested_by,
            one.requested_at, one.expires_at, _others(look, one.requested_by),
        )  # fmt: skip
        is_due = _is_second(look, "prunings.confirm", one.requested_by)
        yield look.found(item, is_due=is_due, seen_by="prunings.list")


def holds(look: Look) -> Iterator[Waits]:
    """Legal holds that one person wants lifted."""
    if _passes(look):
        return
    for one in list_holds(look.turn.connection):
        if one.lifted_at or not one.lift_asked_by:
            continue
        item = WaitingItem(
            WaitingKind.HOLD, one.id, one.subject[:16], one.reason, "", one.lift_asked_by, one.lift_asked_at, 0.0,
            _others(look, one.lift_asked_by),
        )  # fmt: skip
        is_due = _is_second(look, "holds.lift", one.lift_asked_by)
        yield look.found(item, is_due=is_due, seen_by="holds.list")


def _passes(look: Look) -> bool:
    return look.only_due and not look.has_role(_TWO)


def _is_second(look: Look, operation: str, asked_by: str) -> bool:
    """Whether whoever looks may be the second person: the same question the operation asks."""
    connection = look.turn.connection
    return has_person(connection, asked_by) and look.may(operation, first=get_person(connection, asked_by))


def _others(look: Look, asked_by: str) -> tuple[Role, ...]:
    connection = look.turn.connection
    held = get_person(connection, asked_by).roles if has_person(connection, asked_by) else ()
    return tuple(role for role in _TWO if role not in held) or _TWO
