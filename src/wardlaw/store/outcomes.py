"""Live decisions in a table, as counts by day and group; and the rules that watch them."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.errors import InputError
from wardlaw.register.bias.counts import BiasCounts, LiveOutcome, changes_of, counted
from wardlaw.register.bias.live import LiveRule, LiveWatch, attributes_of
from wardlaw.register.checks import CheckOutcome
from wardlaw.store.outcometables import OUTCOME_COUNT, OUTCOME_WATCH

MOST_GROUPS = 5_000
"""Combinations of groups of one system: more are names, which must not be kept."""
_COLUMN = OUTCOME_COUNT.c
_KEYS_AT_ONCE = 500  # SQLite takes some thousands of values in one statement


def add_outcomes(connection: Connection, system: str, outcomes: tuple[LiveOutcome, ...], *, today: date) -> None:
    """Count decisions; nothing else of them is kept.

    Raises:
        InputError: They name other attributes than those before (WL-BIA-008), a day that cannot be (WL-BIA-009), more
            groups than there may be (WL-BIA-010), or settle decisions nobody told (WL-BIA-011).
    """
    names = attributes_of(outcomes, today=today)
    known = attributes_kept(connection, system)
    if known and names != known:
        raise InputError(
            "WL-BIA-008", f"The outcomes of {system} name {', '.join(known)}; these name {', '.join(names)}.",
            "Give every outcome of a system the same groups.",
        )  # fmt: skip
    amounts: Counter[tuple[str, str, int]] = Counter()
    texts: dict[str, str] = {}
    for one in outcomes:
        day = (one.on or today).isoformat()
        for values, place, by in changes_of(one, names):
            text = msgspec.json.encode(dict(zip(names, values, strict=True))).decode()
            key = hashlib.sha256(text.encode()).hexdigest()
            texts[key] = text
            amounts[day, key, place] += by
    kept = _kept(connection, system, {day for day, _, _ in amounts}, set(texts))
    for (day, key, place), by in sorted(amounts.items()):
        old = kept.get((day, key, place))
        if (old or 0) + by < 0:
            raise InputError(
                "WL-BIA-011", f"More decisions of {day} get a label than were told without one.",
                "Tell a decision first, or leave `settles` out where it is told with its label.",
            )  # fmt: skip
        if old is None:
            row = {"system": system, "day": day, "key": key, "place": place, "groups": texts[key], "amount": by}
            connection.execute(insert(OUTCOME_COUNT).values(**row))
        else:
            where = (_COLUMN.system == system, _COLUMN.day == day, _COLUMN.key == key, _COLUMN.place == place)
            connection.execute(update(OUTCOME_COUNT).where(*where).values(amount=old + by))
    groups = connection.execute(select(func.count(_COLUMN.key.distinct())).where(_COLUMN.system == system)).scalar_one()
    if groups > MOST_GROUPS:
        raise InputError(
            "WL-BIA-010", f"There would be {groups:,} combinations of groups; {MOST_GROUPS:,} may be.",
            "Give groups, such as ages as ranges; who a person is must not be kept here.",
        )  # fmt: skip


def attributes_kept(connection: Connection, system: str) -> tuple[str, ...]:
    """The attributes a system's outcomes name; empty before the first."""
    text = connection.execute(select(_COLUMN.groups).where(_COLUMN.system == system).limit(1)).scalar()
    return tuple(sorted(msgspec.json.decode(text, type=dict[str, str]))) if text else ()


def counts_since(connection: Connection, system: str, first: date) -> BiasCounts:
    """The decisions from a day on, together."""
    query = (
        select(_COLUMN.groups, _COLUMN.place, func.sum(_COLUMN.amount))
        .where(_COLUMN.system == system, _COLUMN.day >= first.isoformat())
        .group_by(_COLUMN.groups, _COLUMN.place)
    )
    amounts: dict[tuple[tuple[str, ...], int], int] = {}
    names: tuple[str, ...] = ()
    for text, place, amount in connection.execute(query):
        groups = msgspec.json.decode(text, type=dict[str, str])
        names = tuple(sorted(groups))
        amounts[tuple(groups[name] for name in names), place] = int(amount)
    return counted(names, amounts)


def keep_watch(connection: Connection, watch: LiveWatch) -> None:
    """Keep a rule that watches a system, in place of one before."""
    connection.execute(delete(OUTCOME_WATCH).where(OUTCOME_WATCH.c.system == watch.system))
    connection.execute(
        insert(OUTCOME_WATCH).values(
            system=watch.system, live=msgspec.json.encode(watch.live).decode(), set_by=watch.set_by, set_at=watch.set_at,
            outcome=watch.outcome.value if watch.outcome else "", since=watch.since,
        )
    )  # fmt: skip


def watch_of(connection: Connection, system: str) -> LiveWatch | None:
    """The rule that watches a system; None when there is none."""
    row = connection.execute(select(OUTCOME_WATCH).where(OUTCOME_WATCH.c.system == system)).mappings().one_or_none()
    if row is None:
        return None
    return LiveWatch(
        row["system"], msgspec.json.decode(row["live"], type=LiveRule), row["set_by"], row["set_at"],
        CheckOutcome(row["outcome"]) if row["outcome"] else None, row["since"],
    )  # fmt: skip


def _kept(connection: Connection, system: str, days: set[str], keys: set[str]) -> dict[tuple[str, str, int], int]:
    found = {}
    ordered = sorted(keys)
    for begin in range(0, len(ordered), _KEYS_AT_ONCE):
        some = ordered[begin : begin + _KEYS_AT_ONCE]
        query = select(OUTCOME_COUNT).where(
            _COLUMN.system == system, _COLUMN.day.in_(sorted(days)), _COLUMN.key.in_(some)
        )
        for row in connection.execute(query).mappings():
            found[row["day"], row["key"], row["place"]] = int(row["amount"])
    return found
