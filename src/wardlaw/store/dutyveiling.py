"""Erasure in waivers, broken glass, appeals and the life of clauses: who they are for and what was written gives way.

Who of Wardlaw's own people asked, agreed or decided answers for it by that name, as in the inventory. An exemption that
still stands for the person is ended first: a pseudonym calls nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Table, select, text, update
from sqlalchemy.engine import Connection

from wardlaw.facts.appeal import Appeal
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.exemption import ExemptionScope
from wardlaw.facts.waiver import Waiver, WaiverState
from wardlaw.governance.exemptions import closed_glass, ended
from wardlaw.inventory.veiling import Alias, Veil
from wardlaw.store.dutytables import APPEAL, BREAK_GLASS, WAIVER
from wardlaw.store.exemptions import Sign, change_glass, change_waiver
from wardlaw.store.lifetables import CLAUSE_EVENT, SIGN_OFF
from wardlaw.store.textsearch import mentions

_PLACES: tuple[tuple[Table, str], ...] = (
    (WAIVER, "waiver"),
    (BREAK_GLASS, "glass"),
    (APPEAL, "appeal"),
    (SIGN_OFF, "reason"),
    (CLAUSE_EVENT, "reason"),
)


class _Scoped(msgspec.Struct, frozen=True):
    """What waivers and broken glass have in common."""

    scope: ExemptionScope


class Remaking(msgspec.Struct, frozen=True):
    """How a change is carried out.

    Attributes:
        by: Who confirmed the erasure.
        erasure: Its id.
        sign: Raw signature of the bundle's key.
        life: Puts texts in the place of others in the life of clauses, with marks; answers how many rows, by table.
    """

    by: str
    erasure: str
    now: float
    sign: Sign
    life: Callable[[Connection, Callable[[str], str]], dict[str, int]]


def duty_aliases(
    connection: Connection,
    known: Iterable[Alias],
    is_subject: Callable[[str], bool],
    pseudonym: Callable[[], str],
    *,
    also: Iterable[str] = (),
) -> tuple[Alias, ...]:
    """What the person is called here: the names known from elsewhere that mean them everywhere, and their callers.

    Args:
        is_subject: Whether a name is the subject's of the log.
        also: Callers that are named in other tables.
    """
    wide = [one for one in known if not one.directory]
    named: set[str] = set(also)
    for table, column in _PLACES[:2]:
        for row in connection.execute(select(table.c[column])).scalars():
            scope = msgspec.json.decode(row, type=_Scoped).scope
            named.update((*scope.principals, *scope.systems))
    own = sorted(name for name in named if is_subject(name) or is_subject(name.partition(":")[2]))
    if not own:
        return tuple(wide)
    stand_in = wide[0].pseudonym if wide else pseudonym()
    texts = {text: None for name in own for text in (name, name.partition(":")[2]) if text == name or "@" in text}
    spelt = {one.text.casefold() for one in wide}
    return (*wide, *(Alias(one, stand_in) for one in texts if one.casefold() not in spelt))


def count_duties(connection: Connection, aliases: tuple[Alias, ...]) -> dict[str, int]:
    """Rows with a name in them, by table."""
    if not aliases:
        return {}
    veil = Veil(aliases, "")
    found: dict[str, int] = {}
    for table, column in _PLACES:
        texts = connection.execute(select(table.c[column]).where(mentions(connection, table.c[column], aliases)))
        count = sum(veil.text(one) != one for one in texts.scalars())
        if count:
            found[table.name] = count
    return found


def veil_duties(connection: Connection, aliases: tuple[Alias, ...], remaking: Remaking) -> dict[str, int]:
    """Put the pseudonyms in place of the names; answers how many rows changed, by table."""
    if not aliases:
        return {}
    if connection.dialect.name == "postgresql":  # the guards let this through, and only this
        connection.execute(text("SELECT set_config('wardlaw.erasure', :id, true)"), {"id": remaking.erasure})
    veil = Veil(aliases, "")
    found: dict[str, int] = {}
    for table, column, kind, over in (
        (WAIVER, "waiver", Waiver, _waiver),
        (BREAK_GLASS, "glass", BreakGlass, _glass),
        (APPEAL, "appeal", Appeal, _appeal),
    ):
        rows = connection.execute(select(table.c[column]).where(mentions(connection, table.c[column], aliases)))
        for row in rows.scalars().all():
            before: Any = msgspec.json.decode(row, type=kind)
            if over(veil, before) == before:
                continue
            standing = _ended(connection, before, remaking)
            _keep(connection, table, column, over(veil, standing))
            found[table.name] = found.get(table.name, 0) + 1
    return found | remaking.life(connection, veil.text)


def _ended(connection: Connection, value: Any, remaking: Remaking) -> Any:
    """What still lifts something is ended, in a step of its own."""
    now = remaking.now
    if isinstance(value, Waiver) and value.state is WaiverState.GRANTED and value.ends_at > now:
        over = ended(value, by=remaking.by, reason=remaking.erasure, now=now)
        change_waiver(connection, over, sign=remaking.sign)
        return over
    if isinstance(value, BreakGlass) and value.ends_at > now:
        closed = closed_glass(value, by=remaking.by, now=now)
        change_glass(connection, closed, sign=remaking.sign)
        return closed
    return value


def _keep(connection: Connection, table: Table, column: str, value: Any) -> None:
    values: dict[str, object] = {column: msgspec.json.encode(value).decode()}
    if "signature" in table.c:
        values["signature"] = ""  # it was over the names; what is over needs none
    connection.execute(update(table).where(table.c.id == value.id).values(**values))


def _waiver(veil: Veil, one: Waiver) -> Waiver:
    answers = tuple(msgspec.structs.replace(answer, reason=veil.text(answer.reason)) for answer in one.answers)
    return msgspec.structs.replace(
        one, scope=veil.over(one.scope), reason=veil.text(one.reason), owner=veil.text(one.owner), answers=answers,
        end_reason=veil.text(one.end_reason),
    )  # fmt: skip


def _glass(veil: Veil, one: BreakGlass) -> BreakGlass:
    return msgspec.structs.replace(
        one, scope=veil.over(one.scope), reason=veil.text(one.reason), review=veil.text(one.review)
    )


def _appeal(veil: Veil, one: Appeal) -> Appeal:
    return msgspec.structs.replace(
        one, by=veil.text(one.by), reason=veil.text(one.reason), answer=veil.text(one.answer)
    )
