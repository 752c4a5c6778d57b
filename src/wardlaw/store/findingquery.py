"""Findings as they are at a moment: what stands in the picture, what was worked out beside it, and what people decided.

Nothing is put in words but what is shown. Counts come from columns alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, collate, exists, false, func, or_, select, true, tuple_
from sqlalchemy.engine import Connection

from wardlaw.inventory.findings import (
    PENDING,
    FindingState,
    TrackedFinding,
    come_again,
    finding_id,
    no_longer,
    of_rule,
    revived,
)
from wardlaw.inventory.rules import RULES, GrantFinding, Weight
from wardlaw.inventory.standing import WIDE_RULES
from wardlaw.store.doorseen import DOOR
from wardlaw.store.findings import known_findings
from wardlaw.store.inventorytables import INVENTORY_FINDING, INVENTORY_STANDING
from wardlaw.store.itemrows import parts
from wardlaw.store.thingquery import put_in_words

KEPT_RULES = tuple(name for name in RULES if name not in WIDE_RULES)
"""Rules whose findings stand in the picture; what others find is worked out when it is asked for."""

_FINDING = INVENTORY_FINDING.c
_STANDING = INVENTORY_STANDING.c
FindingPlace = tuple[int, str, str, str, str]
"""Where a finding stands in the order of the list: weight, rule, directory, what it is about, id."""
_ORDER = list(Weight)


class FindingQuery(msgspec.Struct, frozen=True):
    """What is asked for, at Unix seconds; an empty directory or rule asks for all.

    Attributes:
        after: Where the page before this one ended; its ``next``.
    """

    at: float
    states: frozenset[FindingState] = PENDING
    directory: str = ""
    rule: str = ""
    limit: int = 500
    after: FindingPlace | None = None


class CurrentFindings(msgspec.Struct, frozen=True):
    """Findings, gravest first; ``total`` counts those beyond the page too, ``pending`` all that wait for somebody.

    Attributes:
        next: Where the page ended; None where nothing comes after it.
    """

    total: int
    pending: int
    findings: tuple[TrackedFinding, ...]
    next: FindingPlace | None = None


class _Shown(msgspec.Struct, frozen=True):
    """Where a finding of a page comes from.

    Attributes:
        place: Directory, face and rule of what stands in the picture.
        worked: What was worked out.
        is_over: No longer found, and nobody has written that down yet.
    """

    key: FindingPlace
    place: tuple[str, str, str] | None = None
    worked: GrantFinding | None = None
    is_over: bool = False


def current_findings(connection: Connection, query: FindingQuery, worked: Iterable[GrantFinding]) -> CurrentFindings:
    """What is asked for.

    Args:
        worked: What rules find that the picture does not keep, and everything of the gateway.
    """
    counts: Counter[FindingState] = Counter()
    shown: list[_Shown] = []
    beside = {
        finding_id(one.directory, one.rule, one.about): one
        for one in worked
        if query.directory in ("", one.directory) and query.rule in ("", one.rule)
    }
    for own_counts, own in (
        _standing(connection, query),
        _worked(connection, query, beside),
        _noticed(connection, query),
        _closed(connection, query),
        _over(connection, query, beside),
    ):
        counts.update(own_counts)
        shown += own
    further = sorted((one for one in shown if query.after is None or one.key > query.after), key=lambda one: one.key)
    page = further[: query.limit]
    return CurrentFindings(
        sum(counts[state] for state in query.states),
        sum(counts[state] for state in PENDING),
        _told(connection, page, at=query.at),
        page[-1].key if len(further) > len(page) else None,
    )


def current_finding(
    connection: Connection, id_: str, worked: Iterable[GrantFinding], *, at: float
) -> TrackedFinding | None:
    """One finding as it is now, whether or not it was written down; None where nothing of that id is known."""
    known = known_findings(connection, (id_,)).get(id_)
    if known is not None and (known.event or known.state is FindingState.CLOSED):
        return revived(known, at=at) if known.event and known.state is FindingState.ACKNOWLEDGED else known
    key = (0, "", "", "", id_)
    row = connection.execute(
        select(_STANDING.directory, _STANDING.face, _STANDING.rule)
        .where(_holds(at), _STANDING.finding == id_)
        .order_by(_STANDING.weight)
        .limit(1)
    ).one_or_none()
    found = next((one for one in worked if finding_id(one.directory, one.rule, one.about) == id_), None)
    if row is None and found is None and known is None:
        return None
    place = None if row is None else (row.directory, row.face, row.rule)
    told = _told(connection, [_Shown(key, place, found, is_over=row is None and found is None)], at=at)
    return told[0] if told else known


def standing_now(connection: Connection, *, at: float, only: ColumnElement[bool], limit: int) -> list[GrantFinding]:
    """What stands in the picture at a time, gravest first and in words, each finding once.

    Args:
        only: A condition over ``inventory_standing`` and ``inventory_finding``; of the latter nothing stands where nobody has
            written the finding down.
    """
    rows = _distinct(connection, _beside_kept(at).where(only), limit)
    words = put_in_words(connection, [(row.directory, row.face, row.rule) for row in rows], at=at)
    return [words[place] for row in rows if (place := (row.directory, row.face, row.rule)) in words]


def is_kept_rule() -> ColumnElement[bool]:
    """Findings of which the picture knows whether they stand."""
    return and_(_FINDING.event == "", _FINDING.rule.in_(KEPT_RULES), _FINDING.directory != DOOR)


def stands(at: float) -> ColumnElement[bool]:
    """Whether a kept finding stands in the picture at a time."""
    return exists().where(_holds(at), _STANDING.finding == _FINDING.id)


def weighs_otherwise(at: float) -> ColumnElement[bool]:
    """Whether what stands, joined with its kept finding, is graver than that, or nothing as grave stands any more."""
    other = INVENTORY_STANDING.alias().c
    as_grave = exists().where(
        other.holds_from <= at, other.holds_until > at, other.finding == _FINDING.id, other.weight <= _FINDING.weight
    )
    return or_(_STANDING.weight < _FINDING.weight, and_(_STANDING.weight > _FINDING.weight, ~as_grave))


def _holds(at: float) -> ColumnElement[bool]:
    return and_(_STANDING.holds_from <= at, _STANDING.holds_until > at)


def _beside_kept(at: float) -> Select[Any]:
    joined = INVENTORY_STANDING.outerjoin(INVENTORY_FINDING, _FINDING.id == _STANDING.finding)
    names = (_STANDING.weight, _STANDING.rule, _STANDING.directory, _STANDING.about, _STANDING.finding, _STANDING.face)
    return select(*names).select_from(joined).where(_holds(at))


def _state(at: float) -> ColumnElement[str]:
    """The state of what is there: what was accepted until a day that has passed is open again."""
    is_past = and_(_FINDING.state == FindingState.ACKNOWLEDGED.value, _FINDING.until <= at)
    return case(
        (_FINDING.state.is_(None), FindingState.OPEN.value),
        (is_past, FindingState.REOPENED.value),
        else_=_FINDING.state,
    )


def _plain(connection: Connection, *columns: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    """Weight and texts in the order Python gives them: PostgreSQL's own may be that of a language, and pages would differ."""
    if connection.dialect.name != "postgresql":
        return columns
    weight, *texts = columns
    return (weight, *(collate(text, "C") for text in texts))


def _distinct(connection: Connection, query: Select[Any], limit: int) -> list[Any]:
    """The first rows of each finding: two grants of one id may make one finding, and the gravest speaks."""
    window = limit
    place = (_STANDING.weight, _STANDING.rule, _STANDING.directory, _STANDING.about)
    ordered = query.order_by(*_plain(connection, *place))
    while True:
        rows = connection.execute(ordered.limit(window)).all()
        first = {row.finding: row for row in reversed(rows)}
        if len(first) >= limit or len(rows) < window:
            kept = sorted(first.values(), key=lambda row: (row.weight, row.rule, row.directory, row.about, row.finding))
            return kept[:limit]
        window *= 2


_Part = tuple[Counter[FindingState], list[_Shown]]


def _standing(connection: Connection, query: FindingQuery) -> _Part:
    asked = or_(_FINDING.state.is_(None), _FINDING.state != FindingState.CLOSED.value)
    if query.directory:
        asked = and_(asked, _STANDING.directory == query.directory)
    if query.rule:
        asked = and_(asked, _STANDING.rule == query.rule)
    rows = _beside_kept(query.at).where(asked)
    state = _state(query.at)
    counted = rows.with_only_columns(state, func.count(func.distinct(_STANDING.finding))).group_by(state)
    counts = Counter({FindingState(name): count for name, count in connection.execute(counted)})
    wanted = rows.where(state.in_([one.value for one in query.states]))
    shown = [
        _Shown((row.weight, row.rule, row.directory, row.about, row.finding), (row.directory, row.face, row.rule))
        for row in _distinct(connection, wanted.where(_comes_after(connection, query)), query.limit + 1)
    ]
    return counts, shown


def _comes_after(connection: Connection, query: FindingQuery) -> ColumnElement[bool]:
    """What stands beyond a place, and was not shown before it for a graver grant of the same finding."""
    if query.after is None:
        return true()
    other = INVENTORY_STANDING.alias().c
    shown = exists().where(
        other.holds_from <= query.at, other.holds_until > query.at, other.finding == _STANDING.finding,
        tuple_(*_plain(connection, other.weight, other.rule, other.directory, other.about, other.finding))
        <= tuple_(*query.after),
    )  # fmt: skip
    own = (_STANDING.weight, _STANDING.rule, _STANDING.directory, _STANDING.about, _STANDING.finding)
    return and_(tuple_(*_plain(connection, *own)) > tuple_(*query.after), ~shown)


def _worked(connection: Connection, query: FindingQuery, beside: dict[str, GrantFinding]) -> _Part:
    states: dict[str, str] = {}
    state = _state(query.at)
    for part in parts(sorted(beside)):
        rows = connection.execute(select(_FINDING.id, state).where(_FINDING.id.in_(part)))
        states.update({row[0]: row[1] for row in rows})
    counts: Counter[FindingState] = Counter()
    shown = []
    for id_, one in beside.items():
        own = FindingState(states.get(id_, FindingState.OPEN))
        if own is FindingState.CLOSED:
            continue
        counts[own] += 1
        if own in query.states:
            shown.append(_Shown((_ORDER.index(one.weight), one.rule, one.directory, one.about, id_), worked=one))
    return counts, shown


def _noticed(connection: Connection, query: FindingQuery) -> _Part:
    """What detectors noticed in events."""
    return _kept(connection, query, and_(_FINDING.event != ""))


def _closed(connection: Connection, query: FindingQuery) -> _Part:
    """What was closed opens when a run has found it again, and not before."""
    if FindingState.CLOSED not in query.states:
        return Counter(), []
    return _kept(connection, query, and_(_FINDING.event == "", _FINDING.state == FindingState.CLOSED.value))


def _over(connection: Connection, query: FindingQuery, beside: Collection[str]) -> _Part:
    """What rules no longer find, since the last run."""
    if FindingState.CLOSED not in query.states:
        return Counter(), []
    not_closed = and_(_FINDING.event == "", _FINDING.state != FindingState.CLOSED.value, _asked(query))
    columns = (_FINDING.weight, _FINDING.rule, _FINDING.directory, _FINDING.about, _FINDING.id)
    gone = connection.execute(select(*columns).where(not_closed, is_kept_rule(), ~stands(query.at))).all()
    others = connection.execute(select(*columns).where(not_closed, ~is_kept_rule())).all()
    rows = [*gone, *(row for row in others if row.id not in beside)]
    shown = [_Shown((row.weight, row.rule, row.directory, row.about, row.id), is_over=True) for row in rows]
    return Counter({FindingState.CLOSED: len(rows)}), shown


def _kept(connection: Connection, query: FindingQuery, which: ColumnElement[bool]) -> _Part:
    state = _state(query.at)
    asked = and_(which, _asked(query))
    counted = select(state, func.count()).where(asked).group_by(state)
    counts = Counter({FindingState(name): count for name, count in connection.execute(counted)})
    order = (_FINDING.weight, _FINDING.rule, _FINDING.directory, _FINDING.about, _FINDING.id)
    wanted = state.in_([one.value for one in query.states]) if query.states else false()
    place = _plain(connection, *order)
    beyond = true() if query.after is None else tuple_(*place) > tuple_(*query.after)
    rows = connection.execute(select(*order).where(asked, wanted, beyond).order_by(*place).limit(query.limit + 1))
    return counts, [_Shown((row.weight, row.rule, row.directory, row.about, row.id)) for row in rows]


def _asked(query: FindingQuery) -> ColumnElement[bool]:
    found = _FINDING.id != ""
    if query.directory:
        found = and_(found, _FINDING.directory == query.directory)
    if query.rule:
        found = and_(found, _FINDING.rule == query.rule)
    return found


def _told(connection: Connection, page: Sequence[_Shown], *, at: float) -> tuple[TrackedFinding, ...]:
    """The findings of a page, what is found now in the words of now."""
    known = known_findings(connection, [one.key[4] for one in page])
    words = put_in_words(connection, [one.place for one in page if one.place is not None], at=at)
    found: list[TrackedFinding] = []
    for one in page:
        kept = known.get(one.key[4])
        now = one.worked if one.place is None else words.get(one.place)
        if now is not None:
            fresh = of_rule(now, at=at)
            found.append(fresh if kept is None else come_again(kept, fresh, at=at))
        elif kept is not None and one.is_over:
            found.append(no_longer(kept, at=at))
        elif kept is not None:
            found.append(revived(kept, at=at) if kept.state is FindingState.ACKNOWLEDGED else kept)
    return tuple(found)
