"""Versions of clauses, sign-offs, events and backtests in the tables: added with a keyed mark, read with a look at it.

The mark of an event covers the one before it, so that one taken out of the middle shows as well. Rows taken from the
end show nothing here: what is published is compared with them, and the log has every step.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Boolean, Column, Double, Integer, Table, func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.facts.clause import Risk
from wardlaw.facts.clauselife import (
    Backtest,
    ClauseText,
    ClauseVersion,
    LifeEvent,
    LifeState,
    LifeStep,
    SignOff,
    TextKind,
)
from wardlaw.facts.mac import hmac_sha256
from wardlaw.store.lifetables import CLAUSE_BACKTEST, CLAUSE_EVENT, CLAUSE_VERSION, SIGN_OFF

Row = Mapping[str, Any]


class LifeStore:
    """The rows of one installation.

    Args:
        key: Of the marks.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def add_version(self, connection: Connection, version: ClauseVersion) -> None:
        """Keep a new version; its state is what the events say."""
        content = version.content
        row = {
            "clause": content.clause,
            "version": version.version,
            "digest": content.digest,
            "kind": content.kind.value,
            "risk": content.risk.value,
            "text": content.text,
            "author": version.author,
            "author_human": version.author_human,
            "at": version.at,
        }
        self._insert(connection, CLAUSE_VERSION, row)

    def add_sign_off(self, connection: Connection, version: ClauseVersion, sign_off: SignOff) -> None:
        """Keep what somebody said."""
        row = msgspec.structs.asdict(sign_off) | {"roles": ",".join(sign_off.roles)}
        self._insert(connection, SIGN_OFF, row | {"clause": version.clause, "version": version.version})

    def add_event(self, connection: Connection, event: LifeEvent) -> None:
        """Keep a step; its number must be the next one of its clause."""
        row = msgspec.structs.asdict(event) | {"step": event.step.value, "state": event.state.value}
        before = select(CLAUSE_EVENT.c.mac).where(
            CLAUSE_EVENT.c.clause == event.clause, CLAUSE_EVENT.c.number == event.number - 1
        )
        self._insert(connection, CLAUSE_EVENT, row, before=connection.execute(before).scalar() or "")

    def add_backtest(self, connection: Connection, version: ClauseVersion, backtest: Backtest, *, id_: str) -> None:
        """Keep what logged traffic says of a version."""
        row = {
            "id": id_,
            "clause": version.clause,
            "version": version.version,
            "at": backtest.at,
            "since_ms": backtest.since_ms,
            "until_ms": backtest.until_ms,
            "report": msgspec.json.encode(backtest).decode(),
        }
        self._insert(connection, CLAUSE_BACKTEST, row)

    def next_number(self, connection: Connection, clause: str) -> int:
        """Number of the next event of a clause."""
        query = select(func.max(CLAUSE_EVENT.c.number)).where(CLAUSE_EVENT.c.clause == clause)
        return (connection.execute(query).scalar() or 0) + 1

    def load(self, connection: Connection, clause: str = "") -> dict[str, tuple[ClauseVersion, ...]]:
        """Every version of every clause, or of one, in order; each says whether its rows are intact."""
        read = _Reading(self, connection, clause)
        return read.book()

    def events(self, connection: Connection, clause: str) -> tuple[LifeEvent, ...]:
        """What happened to a clause, in order."""
        rows = _rows(connection, CLAUSE_EVENT, clause, CLAUSE_EVENT.c.number)
        return tuple(_event(row) for row in rows)

    def sign_offs(self, connection: Connection) -> tuple[SignOff, ...]:
        """Everything anybody ever answered, oldest first."""
        return tuple(_sign_off(row) for row in _rows(connection, SIGN_OFF, "", SIGN_OFF.c.at))

    def overdue(self, connection: Connection, *, now: float) -> tuple[ClauseVersion, ...]:
        """What was put in force in an emergency and not reviewed within its time."""
        late = select(CLAUSE_EVENT.c.clause).where(CLAUSE_EVENT.c.until > 0, CLAUSE_EVENT.c.until <= now).distinct()
        found: list[ClauseVersion] = []
        for clause in connection.execute(late.order_by(CLAUSE_EVENT.c.clause)).scalars():
            found += [
                version
                for version in self.load(connection, clause).get(clause, ())
                if version.state is LifeState.ENFORCE and 0 < version.review_until <= now
            ]
        return tuple(found)

    def veil(self, connection: Connection, change: Callable[[str], str]) -> dict[str, int]:
        """Put other texts in the place of reasons people gave, with the marks that belong to them.

        A row that was changed by hand keeps a mark that is not its own: nothing becomes intact by this.

        Returns:
            How many rows changed, by table.
        """
        found = {"sign_off": 0, "clause_event": 0}
        for row in _rows(connection, SIGN_OFF, "", SIGN_OFF.c.id):
            after = dict(row) | {"reason": change(row["reason"])}
            if after["reason"] != row["reason"]:
                mark = self._mark(SIGN_OFF, after, "") if self.is_own(SIGN_OFF, row) else row["mac"]
                query = update(SIGN_OFF).where(SIGN_OFF.c.id == row["id"])
                connection.execute(query.values(reason=after["reason"], mac=mark))
                found["sign_off"] += 1
        chain: dict[str, tuple[str, str]] = {}  # the mark before, as it was and as it is now
        for row in _rows(connection, CLAUSE_EVENT, "", CLAUSE_EVENT.c.clause, CLAUSE_EVENT.c.number):
            was, now = chain.get(row["clause"], ("", ""))
            after = dict(row) | {"reason": change(row["reason"])}
            own = self.is_own(CLAUSE_EVENT, row, before=was)
            mark = self._mark(CLAUSE_EVENT, after, now) if own else row["mac"]
            chain[row["clause"]] = (row["mac"], mark)
            if after["reason"] != row["reason"] or mark != row["mac"]:
                event = CLAUSE_EVENT.c
                query = update(CLAUSE_EVENT).where(event.clause == row["clause"], event.number == row["number"])
                connection.execute(query.values(reason=after["reason"], mac=mark))
                found["clause_event"] += after["reason"] != row["reason"]
        return {name: count for name, count in found.items() if count}

    def is_empty(self, connection: Connection) -> bool:
        """Whether no clause has a version yet."""
        return connection.execute(select(CLAUSE_VERSION.c.clause).limit(1)).scalar() is None

    def is_own(self, table: Table, row: Row, *, before: str = "") -> bool:
        """Whether a row bears the mark of this installation."""
        found = str(row["mac"])
        return hmac.compare_digest(found, self._mark(table, {k: v for k, v in row.items() if k != "mac"}, before))

    def _insert(self, connection: Connection, table: Table, row: dict[str, Any], *, before: str = "") -> None:
        connection.execute(insert(table).values(**row, mac=self._mark(table, row, before)))

    def _mark(self, table: Table, row: Row, before: str) -> str:
        # By the table's columns, so that no dialect's idea of a number or a claim has a part in it.
        values = [[str.__str__(one.name), _plain(row[one.name], one)] for one in table.columns if one.name != "mac"]
        message = msgspec.json.encode([str.__str__(table.name), before, values])
        return hmac_sha256(self._key, message).hex()


class _Reading:
    """Puts the rows of the tables together."""

    def __init__(self, store: LifeStore, connection: Connection, clause: str) -> None:
        self._store = store
        self._versions = _rows(connection, CLAUSE_VERSION, clause, CLAUSE_VERSION.c.clause, CLAUSE_VERSION.c.version)
        self._signed = _grouped(_rows(connection, SIGN_OFF, clause, SIGN_OFF.c.at, SIGN_OFF.c.id))
        self._tested = _grouped(_rows(connection, CLAUSE_BACKTEST, clause, CLAUSE_BACKTEST.c.at))
        events = _rows(connection, CLAUSE_EVENT, clause, CLAUSE_EVENT.c.clause, CLAUSE_EVENT.c.number)
        self._events = _grouped(events)
        self._broken = self._broken_clauses(events)

    def book(self) -> dict[str, tuple[ClauseVersion, ...]]:
        """By clause."""
        found: dict[str, list[ClauseVersion]] = {}
        for row in self._versions:
            found.setdefault(row["clause"], []).append(self._version(row))
        return {clause: tuple(versions) for clause, versions in found.items()}

    def _broken_clauses(self, events: Sequence[Row]) -> frozenset[str]:
        """Clauses whose events were changed, or of which one was taken out."""
        broken: set[str] = set()
        last: dict[str, tuple[int, str]] = {}
        for row in events:
            number, mark = last.get(row["clause"], (0, ""))
            if row["number"] != number + 1 or not self._store.is_own(CLAUSE_EVENT, row, before=mark):
                broken.add(row["clause"])
            last[row["clause"]] = (row["number"], row["mac"])
        return frozenset(broken)

    def _version(self, row: Row) -> ClauseVersion:
        key = (row["clause"], row["version"])
        events, signed, tested = (group.get(key, []) for group in (self._events, self._signed, self._tested))
        is_own = self._store.is_own
        intact = (
            row["clause"] not in self._broken
            and is_own(CLAUSE_VERSION, row)
            and bool(events)
            and all(is_own(SIGN_OFF, one) for one in signed)
            and all(is_own(CLAUSE_BACKTEST, one) for one in tested)
        )
        last = events[-1] if events else {"state": LifeState.DRAFT.value, "at": row["at"], "until": 0.0}
        return ClauseVersion(
            content=ClauseText(row["clause"], TextKind(row["kind"]), Risk(row["risk"]), row["text"], row["digest"]),
            version=row["version"],
            author=row["author"],
            author_human=row["author_human"],
            at=row["at"],
            state=LifeState(last["state"]),
            state_at=last["at"],
            sign_offs=tuple(_sign_off(one) for one in signed),
            backtest=msgspec.json.decode(tested[-1]["report"], type=Backtest) if tested else None,
            review_until=last["until"],
            is_intact=intact,
        )


def _rows(connection: Connection, table: Table, clause: str, *order: Any) -> Sequence[Row]:
    query = select(table).order_by(*order)
    if clause:
        query = query.where(table.c.clause == clause)
    return [{str.__str__(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]


def _grouped(rows: Iterable[Row]) -> dict[tuple[str, int], list[Row]]:
    found: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        found.setdefault((row["clause"], row["version"]), []).append(row)
    return found


def _event(row: Row) -> LifeEvent:
    fields = {name: value for name, value in row.items() if name != "mac"}
    return LifeEvent(**fields | {"step": LifeStep(row["step"]), "state": LifeState(row["state"])})


def _sign_off(row: Row) -> SignOff:
    fields = {name: row[name] for name in SignOff.__struct_fields__}
    return SignOff(
        **fields | {"roles": tuple(filter(None, row["roles"].split(","))), "approves": bool(row["approves"])}
    )


def _plain(value: Any, column: Column[Any]) -> str | float | int:
    """A value as its column means it: one database gives a number back as it was put in, another as a float."""
    if isinstance(column.type, Double):
        return float(value)
    return int(value) if isinstance(column.type, Boolean | Integer) else str(value)
