"""Canaries in their tables: what became of each, what is to be run now, and the keys they come with."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.evidence.bypass import Bypass, bypassed
from wardlaw.facts.canary import KEY_PREFIX, RUN_KEY_PREFIX, CanaryOrder, CanaryOutcome, CanaryRun
from wardlaw.facts.credential import KeyEntry, RegisteredSecret
from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Evidence, Incident, IncidentState
from wardlaw.facts.keytext import Prefix, make_key_text
from wardlaw.facts.person import Person
from wardlaw.facts.principal import Principal
from wardlaw.store.evidencetables import CANARY_ORDER, CANARY_RUN
from wardlaw.store.generations import Generation, bump
from wardlaw.store.incidents import close_incident, get_incident, open_or_join
from wardlaw.store.keys import create_key
from wardlaw.store.notifications import Event, enqueue
from wardlaw.store.people import add_person, get_person
from wardlaw.store.rows import as_struct
from wardlaw.store.secrets import keep_secret
from wardlaw.store.tables import API_KEY, INCIDENT, REGISTERED_SECRET

OWNER = "person:wardlaw-canary"
"""Who answers for the keys of canaries in the tables: nobody who could sign in."""

CANARY_FAILED = "canary-failed"
"""Kind of the incident about a clause that did not stop its canary."""

LENT_S = 600.0
"""Seconds the key of a caller made for one canary is good for; its steps take some, on a slow machine a minute."""

_AT_ONCE = 500  # names in one statement

_RUN = CANARY_RUN.c


class CanaryRuns:
    """What became of canaries.

    Args:
        connection: The transaction everything happens in.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, run: CanaryRun) -> None:
        """Keep one."""
        row = msgspec.structs.asdict(run)
        row["order_id"] = row.pop("order")
        self._connection.execute(insert(CANARY_RUN).values(row | {"outcome": run.outcome.value}))

    def latest(self, clause: str = "") -> tuple[CanaryRun, ...]:
        """The newest run of each clause and route, by clause and route; of one clause when it is named."""
        newest = select(_RUN.clause, _RUN.route, func.max(_RUN.at).label("at")).group_by(_RUN.clause, _RUN.route)
        if clause:
            newest = newest.where(_RUN.clause == clause)
        last = newest.subquery()
        same = and_(_RUN.clause == last.c.clause, _RUN.route == last.c.route, _RUN.at == last.c.at)
        query = select(CANARY_RUN).join(last, same).order_by(_RUN.clause, _RUN.route, _RUN.id)
        # Two at one moment: the later of both by its id stands.
        found = {(run.clause, run.route): run for run in map(_run, self._connection.execute(query).mappings())}
        return tuple(found.values())

    def last_of_each(self) -> tuple[CanaryRun, ...]:
        """The newest run of each clause, route and outcome."""
        newest = (
            select(_RUN.clause, _RUN.route, _RUN.outcome, func.max(_RUN.at).label("at"))
            .group_by(_RUN.clause, _RUN.route, _RUN.outcome)
            .subquery()
        )
        same = and_(
            _RUN.clause == newest.c.clause,
            _RUN.route == newest.c.route,
            _RUN.outcome == newest.c.outcome,
            _RUN.at == newest.c.at,
        )
        query = select(CANARY_RUN).join(newest, same).order_by(_RUN.clause, _RUN.route, _RUN.outcome, _RUN.id)
        return tuple(map(_run, self._connection.execute(query).mappings()))

    def bypassed(self, clauses: Collection[str]) -> tuple[Bypass, ...]:
        """Those of the clauses that stand bypassed now; whoever keeps the answer asks anew when ``GATES`` was raised."""
        if not clauses:
            return ()
        return bypassed(self.last_of_each(), clauses)

    def prune(self, *, before: float) -> int:
        """Let go of runs from before a time (Unix seconds); how many went.

        The newest of each clause, route and outcome stay however old they are: coverage and gates rest on them. So do
        failures whose incident is open. Evidence stands in the log, whatever goes here.
        """
        newest = (
            select(_RUN.clause, _RUN.route, _RUN.outcome, func.max(_RUN.at).label("at"))
            .group_by(_RUN.clause, _RUN.route, _RUN.outcome)
            .subquery()
        )
        stays = (
            select(_RUN.id)
            .join(
                newest,
                and_(
                    _RUN.clause == newest.c.clause,
                    _RUN.route == newest.c.route,
                    _RUN.outcome == newest.c.outcome,
                    _RUN.at == newest.c.at,
                ),
            )
            .where(_RUN.at < before)
        )
        open_ones = select(INCIDENT.c.id).where(INCIDENT.c.state == IncidentState.OPEN.value)
        keep = {str(name) for name in self._connection.execute(stays).scalars()}
        gone = select(_RUN.id).where(_RUN.at < before, or_(_RUN.incident == "", _RUN.incident.not_in(open_ones)))
        ids = [name for name in self._connection.execute(gone).scalars() if name not in keep]
        for begin in range(0, len(ids), _AT_ONCE):
            self._connection.execute(delete(CANARY_RUN).where(_RUN.id.in_(ids[begin : begin + _AT_ONCE])))
        self._connection.execute(
            delete(CANARY_ORDER).where(CANARY_ORDER.c.done_at > 0.0, CANARY_ORDER.c.done_at < before)
        )
        return len(ids)

    def history(self, *, clause: str = "", route: str = "", order: str = "", limit: int = 100) -> tuple[CanaryRun, ...]:
        """Runs, newest first."""
        query = select(CANARY_RUN).order_by(_RUN.at.desc(), _RUN.id.desc()).limit(limit)
        for column, wanted in ((_RUN.clause, clause), (_RUN.route, route), (_RUN.order_id, order)):
            if wanted:
                query = query.where(column == wanted)
        return tuple(map(_run, self._connection.execute(query).mappings()))

    def between(self, begin: float, end: float, *, limit: int) -> tuple[CanaryRun, ...]:
        """Runs of a span of time (Unix seconds, half-open), newest first."""
        query = select(CANARY_RUN).where(_RUN.at >= begin, _RUN.at < end).order_by(_RUN.at.desc(), _RUN.id.desc())
        return tuple(map(_run, self._connection.execute(query.limit(limit)).mappings()))

    def has_passed(self, clause: str, route: str) -> bool:
        """Whether the clause ever stopped its canary on the route."""
        query = select(_RUN.id).where(
            _RUN.clause == clause, _RUN.route == route, _RUN.outcome == CanaryOutcome.PASS.value
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def standing_incident(self, clause: str, route: str) -> str:
        """The open incident about failures of a clause on a route; ``""`` for none."""
        query = (
            select(_RUN.incident)
            .join(INCIDENT, INCIDENT.c.id == _RUN.incident)
            .where(_RUN.clause == clause, _RUN.route == route, INCIDENT.c.state == IncidentState.OPEN.value)
            .order_by(_RUN.at.desc())
            .limit(1)
        )
        return str(self._connection.execute(query).scalar() or "")


class CanaryOrders:
    """People's wishes to have canaries run now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def place(self, order: CanaryOrder) -> None:
        """Keep one."""
        self._connection.execute(insert(CANARY_ORDER).values(msgspec.structs.asdict(order)))

    def get(self, order_id: str) -> CanaryOrder:
        """The order of that id.

        Raises:
            InputError: There is none (WL-CAN-010).
        """
        query = select(CANARY_ORDER).where(CANARY_ORDER.c.id == order_id)
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise InputError("WL-CAN-010", f"There is no order {order_id}.", "Run `wardlaw canary run` anew.")
        return as_struct(row, CanaryOrder)

    def waiting(self) -> tuple[CanaryOrder, ...]:
        """Those that nobody has carried out, oldest first."""
        query = select(CANARY_ORDER).where(CANARY_ORDER.c.done_at == 0.0).order_by(CANARY_ORDER.c.asked_at)
        return tuple(as_struct(row, CanaryOrder) for row in self._connection.execute(query).mappings())

    def done(self, order_id: str, *, now: float) -> None:
        """Note that it was carried out."""
        self._connection.execute(update(CANARY_ORDER).where(CANARY_ORDER.c.id == order_id).values(done_at=now))


def settle_incident(connection: Connection, run: CanaryRun, incident: Incident, *, channels: tuple[str, ...]) -> str:
    """Open an incident for a failure, once while it stands, and close it when the canary passes again.

    Belongs in the transaction that keeps the run: what is told by the counter must be there to be asked.

    Args:
        incident: As it would be opened.
        channels: Over which people are told.

    Returns:
        The incident a failure belongs to; ``""`` for none.
    """
    standing = CanaryRuns(connection).standing_incident(run.clause, run.route)
    if run.outcome is CanaryOutcome.PASS and standing:
        close_incident(connection, standing, by="canary", now=run.at, reason="The canary passes again.")
    if (run.outcome is CanaryOutcome.PASS) == bool(standing) and run.outcome in (
        CanaryOutcome.PASS,
        CanaryOutcome.FAIL,
    ):
        # Which clauses stand bypassed has changed: gates look at this counter several times a second.
        bump(connection, Generation.GATES)
    if run.outcome is not CanaryOutcome.FAIL:
        return ""
    if standing:
        return get_incident(connection, standing).id
    evidence = Evidence(run.decision, incident.exchange, run.at, run.clause, "") if run.decision else None
    mark = f"canary:{run.clause}:{run.route}:{run.id}"
    joined = open_or_join(connection, incident, marks=(mark,), evidence=evidence)
    enqueue(connection, joined.incident, Event.OPENED, channels=channels, at=run.at)
    return joined.incident.id


def hold_key(connection: Connection, name: str, principal: Principal, *, secret: bytes, now: float) -> str:
    """The text of the key a canary comes with; made when there is none.

    Args:
        name: Rest of its id, after ``KEY_PREFIX``.
        secret: 32 bytes that always are the same for the same name.
    """
    key_id = f"{KEY_PREFIX}{name}"
    if connection.execute(select(API_KEY.c.id).where(API_KEY.c.id == key_id)).first() is None:
        _make_key(connection, key_id, principal, secret=secret, now=now)
    return make_key_text(Prefix.KEY, secret)


def lend_key(connection: Connection, name: str, principal: Principal, *, secret: bytes, now: float) -> str:
    """The text of a key for the steps of one canary; it ends by itself where nobody takes it away.

    Args:
        name: Rest of its id, after ``RUN_KEY_PREFIX``.
        secret: 32 bytes that were never used before.
    """
    # A canary process that was killed took none away: those that ended are swept with the next.
    connection.execute(
        delete(API_KEY).where(API_KEY.c.id.startswith(RUN_KEY_PREFIX, autoescape=True), API_KEY.c.expires_at <= now)
    )
    _make_key(connection, f"{RUN_KEY_PREFIX}{name}", principal, secret=secret, now=now, ends=now + LENT_S)
    return make_key_text(Prefix.KEY, secret)


def take_key_back(connection: Connection, name: str) -> None:
    """End what ``lend_key`` lent; nothing of its caller stays in the tables."""
    connection.execute(delete(API_KEY).where(API_KEY.c.id == f"{RUN_KEY_PREFIX}{name}"))
    bump(connection, Generation.KEYS)


def _make_key(
    connection: Connection, key_id: str, principal: Principal, *, secret: bytes, now: float, ends: float = 0.0
) -> None:
    _hold_owner(connection, now=now)
    entry = KeyEntry(key_id, "", msgspec.structs.replace(principal, credential=key_id), expires_at=ends)
    create_key(connection, entry, owner=OWNER, secret=secret, now=now)


def hold_secret(connection: Connection, secret: RegisteredSecret, *, now: float) -> None:
    """Register what only canaries say, when it is not registered."""
    if connection.execute(select(REGISTERED_SECRET.c.id).where(REGISTERED_SECRET.c.id == secret.id)).first() is None:
        keep_secret(connection, secret, by=OWNER, now=now)


def _hold_owner(connection: Connection, *, now: float) -> None:
    try:
        get_person(connection, OWNER)
    except InputError:
        add_person(connection, Person(id=OWNER, name="Canaries", roles=(), disabled=True), by=OWNER, now=now)


def _run(row: RowMapping) -> CanaryRun:
    columns: dict[str, Any] = {str(name): value for name, value in row.items()}
    columns["order"] = columns.pop("order_id")
    return msgspec.convert(columns, CanaryRun)
