"""Findings in a table, with how far people are with each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import insert, select, update
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
from wardlaw.inventory.rules import GrantFinding
from wardlaw.inventory.watching.alarm import Alarm, Growth
from wardlaw.store.inventorytables import INVENTORY_FINDING

_FINDING = INVENTORY_FINDING.c
_BATCH = 200


def get_finding(connection: Connection, finding_id: str) -> TrackedFinding:
    """One finding.

    Raises:
        InputError: There is none of that id (WL-INV-060).
    """
    found = _known(connection, (finding_id,)).get(finding_id)
    if found is None:
        raise InputError("WL-INV-060", "There is no such finding.", "See `wardlaw inventory findings --state all`.")
    return found


def list_findings(connection: Connection, directory: str = "") -> tuple[TrackedFinding, ...]:
    """All findings, by id; of one directory when it is named."""
    query = select(_FINDING.finding).order_by(_FINDING.id)
    if directory:
        query = query.where(_FINDING.directory == directory)
    return tuple(msgspec.json.decode(text, type=TrackedFinding) for text in connection.execute(query).scalars())


def take_alarms(
    connection: Connection, directory: str, alarms: Sequence[Alarm], growths: Sequence[Growth], *, now: float
) -> list[FindingChange]:
    """Alarms become findings, or go into the ones they belong to; answers what is new or has changed.

    Args:
        now: Unix seconds.
    """
    told = [of_alarm(directory, alarm) for alarm in alarms]
    wanted = [one.id for one in told] + [alarm_id(directory, one.app, one.key) for one in growths]
    known = _known(connection, wanted)
    before = dict(known)
    for one in told:
        known[one.id] = come_again(known[one.id], one, at=now) if one.id in known else one
    for growth in growths:
        id_ = alarm_id(directory, growth.app, growth.key)
        if id_ in known:
            known[id_] = grown_by(known[id_], growth, at=now)
    return _write(connection, before, known)


def settle_rules(
    connection: Connection, directory: str, found: Iterable[GrantFinding], *, now: float
) -> list[FindingChange]:
    """What rules find in a directory now: new ones open, known ones stay as they are, others are no longer so.

    Answers what is new or has changed.
    """
    query = select(_FINDING.finding).where(_FINDING.directory == directory, _FINDING.event == "")
    before = {
        one.id: one
        for one in (msgspec.json.decode(text, type=TrackedFinding) for text in connection.execute(query).scalars())
    }
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
    query = select(_FINDING.finding).where(
        _FINDING.directory == directory, _FINDING.state == FindingState.ACKNOWLEDGED.value, _FINDING.event != ""
    )
    known = [msgspec.json.decode(text, type=TrackedFinding) for text in connection.execute(query).scalars()]
    before = {one.id: one for one in known}
    return _write(connection, before, {one.id: revived(one, at=now) for one in known})


def replace_finding(connection: Connection, before: TrackedFinding, after: TrackedFinding) -> None:
    """Keep what somebody decided about a finding that is kept."""
    _write(connection, {before.id: before}, {after.id: after})


def _known(connection: Connection, ids: Iterable[str]) -> dict[str, TrackedFinding]:
    ordered = sorted(set(ids))
    found: dict[str, TrackedFinding] = {}
    for start in range(0, len(ordered), _BATCH):
        query = select(_FINDING.finding).where(_FINDING.id.in_(ordered[start : start + _BATCH]))
        for text in connection.execute(query).scalars():
            one = msgspec.json.decode(text, type=TrackedFinding)
            found[one.id] = one
    return found


def _write(
    connection: Connection, before: dict[str, TrackedFinding], after: dict[str, TrackedFinding]
) -> list[FindingChange]:
    fresh = []
    changes: list[FindingChange] = []
    for id_, one in after.items():
        values: dict[str, object] = {
            "state": one.state.value,
            "last_at": one.last_at,
            "finding": msgspec.json.encode(one).decode(),
        }
        if one != before.get(id_):
            changes.append(FindingChange(before.get(id_), one))
        if id_ not in before:
            row: dict[str, object] = {"id": id_, "directory": one.directory, "rule": one.rule, "event": one.event[:512]}
            fresh.append(row | values)
        elif one != before[id_]:
            connection.execute(update(INVENTORY_FINDING).where(_FINDING.id == id_).values(**values))
    if fresh:
        connection.execute(insert(INVENTORY_FINDING), fresh)
    return changes
