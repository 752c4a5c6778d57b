"""Findings in a table, with how far people are with each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.inventory.findings import (
    FindingChange,
    FindingState,
    TrackedFinding,
    alarm_id,
    come_again,
    grown_by,
    no_longer,
    of_alarm,
    of_rule,
    revived,
)
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.watching.alarm import Alarm, Growth
from wardlaw.store.inventorytables import INVENTORY_FINDING

_FINDING = INVENTORY_FINDING.c
_BATCH = 200
_ORDER = list(Weight)
_KEPT: Select[Any] = select(_FINDING.finding, _FINDING.last_at)


def get_finding(connection: Connection, finding_id: str) -> TrackedFinding:
    """One finding.

    Raises:
        InputError: There is none of that id (WL-INV-060).
    """
    found = known_findings(connection, (finding_id,)).get(finding_id)
    if found is None:
        raise InputError("WL-INV-060", "There is no such finding.", "See `wardlaw inventory findings --state all`.")
    return found


def list_findings(connection: Connection, directory: str = "", *, about: str = "") -> tuple[TrackedFinding, ...]:
    """All findings, by id; of one directory, or about one thing, when these are named."""
    query = _KEPT.order_by(_FINDING.id)
    if directory:
        query = query.where(_FINDING.directory == directory)
    if about:
        query = query.where(_FINDING.about == about)
    return tuple(_read(connection, query))


def take_alarms(
    connection: Connection, directory: str, alarms: Sequence[Alarm], growths: Sequence[Growth], *, now: float
) -> list[FindingChange]:
    """Alarms become findings, or go into the ones they belong to; answers what is new or has changed.

    Args:
        now: Unix seconds.
    """
    told = [of_alarm(directory, alarm) for alarm in alarms]
    wanted = [one.id for one in told] + [alarm_id(directory, one.app, one.key) for one in growths]
    known = known_findings(connection, wanted)
    before = dict(known)
    for one in told:
        known[one.id] = come_again(known[one.id], one, at=now) if one.id in known else one
    for growth in growths:
        id_ = alarm_id(directory, growth.app, growth.key)
        if id_ in known:
            known[id_] = grown_by(known[id_], growth, at=now)
    return _write(connection, before, known)


def settle_rules(
    connection: Connection,
    directory: str,
    found: Iterable[GrantFinding],
    *,
    now: float,
    among: ColumnElement[bool] | None = None,
) -> list[FindingChange]:
    """What rules find in a directory now: new ones open, known ones stay as they are, others are no longer so.

    Answers what is new or has changed.

    Args:
        among: Which of the findings that are kept these rules speak of, when it is not all of them.
    """
    query = _KEPT.where(_FINDING.directory == directory, _FINDING.event == "")
    before = {one.id: one for one in _read(connection, query if among is None else query.where(among))}
    after = dict(before)
    there: set[str] = set()
    for one_found in found:
        fresh = of_rule(one_found, at=now)
        there.add(fresh.id)
        after[fresh.id] = come_again(before[fresh.id], fresh, at=now) if fresh.id in before else fresh
    for id_, one in before.items():
        if id_ not in there:
            after[id_] = no_longer(one, at=now)
    return _write(connection, before, after)


def revive_overdue(connection: Connection, directory: str, *, now: float) -> list[FindingChange]:
    """What detectors noticed and somebody accepted until a day that has passed waits again; answers what has changed."""
    query = _KEPT.where(
        _FINDING.directory == directory, _FINDING.state == FindingState.ACKNOWLEDGED.value, _FINDING.event != ""
    )
    before = {one.id: one for one in _read(connection, query)}
    return _write(connection, before, {id_: revived(one, at=now) for id_, one in before.items()})


def write_down(connection: Connection, found: Iterable[GrantFinding], *, now: float) -> list[FindingChange]:
    """These are found now: new ones open, closed ones and those accepted until now open again. Answers what has changed."""
    fresh = [of_rule(one, at=now) for one in found]
    before = known_findings(connection, [one.id for one in fresh])
    after = dict(before)
    for one in fresh:
        after[one.id] = come_again(before[one.id], one, at=now) if one.id in before else one
    return _write(connection, before, after)


def close_over(connection: Connection, which: ColumnElement[bool], *, now: float) -> list[FindingChange]:
    """These kept findings are no longer so; answers what has changed."""
    before = {one.id: one for one in _read(connection, _KEPT.where(which))}
    return _write(connection, before, {id_: no_longer(one, at=now) for id_, one in before.items()})


def see_again(connection: Connection, which: ColumnElement[bool], *, now: float) -> None:
    """These kept findings are still so; nothing else about them changes."""
    connection.execute(update(INVENTORY_FINDING).where(which, _FINDING.last_at < now).values(last_at=now))


def replace_finding(connection: Connection, before: TrackedFinding, after: TrackedFinding) -> None:
    """Keep what somebody decided about a finding that is kept."""
    _write(connection, {before.id: before}, {after.id: after})


def keep_finding(connection: Connection, finding: TrackedFinding) -> None:
    """Keep a finding that may not be kept yet."""
    _write(connection, known_findings(connection, (finding.id,)), {finding.id: finding})


def known_findings(connection: Connection, ids: Iterable[str]) -> dict[str, TrackedFinding]:
    """Those of these findings that are kept, by id."""
    ordered = sorted(set(ids))
    found: dict[str, TrackedFinding] = {}
    for start in range(0, len(ordered), _BATCH):
        query = _KEPT.where(_FINDING.id.in_(ordered[start : start + _BATCH]))
        found |= {one.id: one for one in _read(connection, query)}
    return found


def _read(connection: Connection, query: Select[Any]) -> Iterator[TrackedFinding]:
    for text, last_at in connection.execute(query).all():
        one = msgspec.json.decode(text, type=TrackedFinding)
        yield msgspec.structs.replace(one, last_at=last_at)


def _write(
    connection: Connection, before: dict[str, TrackedFinding], after: dict[str, TrackedFinding]
) -> list[FindingChange]:
    fresh, changed = [], []
    changes: list[FindingChange] = []
    for id_, one in after.items():
        values: dict[str, object] = {
            "state": one.state.value,
            "last_at": one.last_at,
            "finding": msgspec.json.encode(one).decode(),
            "weight": _ORDER.index(one.weight),
            "about": one.about,
            "until": one.until,
        }
        if one != before.get(id_):
            changes.append(FindingChange(before.get(id_), one))
        if id_ not in before:
            row: dict[str, object] = {"id": id_, "directory": one.directory, "rule": one.rule, "event": one.event[:512]}
            fresh.append(row | values)
        elif one != before[id_]:
            changed.append({"own": id_} | {f"to_{name}": value for name, value in values.items()})
    if fresh:
        connection.execute(insert(INVENTORY_FINDING), fresh)
    if changed:
        names = ("state", "last_at", "finding", "weight", "about", "until")
        connection.execute(
            update(INVENTORY_FINDING)
            .where(_FINDING.id == bindparam("own"))
            .values({name: bindparam(f"to_{name}") for name in names}),
            changed,
        )
    return changes
