"""Tells the people: incidents and quarantines go into the tables, releases by people come back.

The state authority and the log hold already what is reported here, so a report that fails loses no
protection; it is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy.engine import Connection, Engine

from wardlaw.facts.effect import Effect
from wardlaw.facts.incident import Evidence, Incident, Quarantine
from wardlaw.facts.mac import hmac_sha256
from wardlaw.facts.record import Inputs
from wardlaw.gateway.ids import make_id
from wardlaw.gateway.judge import Case, Notice
from wardlaw.gateway.recorder import month_of
from wardlaw.gateway.services import Services
from wardlaw.state.callers import state_key
from wardlaw.store.database import reading, writing
from wardlaw.store.incidents import Joined, open_or_join
from wardlaw.store.keyring import Keyring
from wardlaw.store.notifications import GROWN_AT, Event, enqueue
from wardlaw.store.quarantines import list_released, list_standing, place

_log = logging.getLogger("wardlaw.gateway.reporting")
_WAITING = 10_000  # notices; a flood of attacks must not fill memory, the log has them all
_RETRY_S = 2.0
_TRIES = 300  # ten minutes; one that never fits must not hold up all the others
_PLACED_BY_GATEWAY = "gateway"
_CALLER_KINDS = ("principal", "person")


_BATCH = 200


FORGED_CANARY = "canary-forgery"
"""Kind of the incident about a mark that is not believed."""


class _Item(NamedTuple):
    case: Case
    notice: Notice


class ToolReport(msgspec.Struct, frozen=True):
    """What people must look at although no clause stopped it: a server's doing, or a mark that is not believed.

    Attributes:
        principal: The server or caller, as records name it.
        kind: What happened; also the ground of the incident.
        detail: Plain words without personal data.
        record: Id of the record in the log that says so.
        at: Unix seconds.
        mark: By what it is known again.
    """

    principal: str
    kind: str
    detail: str
    record: str
    at: float
    mark: str


class Reporter:
    """Writes incidents and quarantines, and applies what people decide about them.

    Args:
        engine: The tables.
        keyring: Gives the pseudonym under which the log knows a principal.
        secret: Key of the digests by which payloads are known again.
        channels: Names of the channels over which people are told.
    """

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        *,
        clock: Callable[[], float],
        random: Callable[[int], bytes],
        secret: bytes,
        channels: tuple[str, ...] = (),
    ) -> None:
        self._engine = engine
        self._secret = secret
        self._channels = channels
        self._keyring = keyring
        self._clock = clock
        self._random = random
        self._queue: asyncio.Queue[_Item | ToolReport] = asyncio.Queue(_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._released_since = clock() - 86_400.0
        self._placed: set[str] = set()
        self._released: set[str] = set()
        self._started = False

    def notice(self, case: Case, notice: Notice) -> None:
        """Report a decision that stopped something; returns at once."""
        self._put(_Item(case, notice))

    def report(self, told: ToolReport) -> None:
        """Report what a server did; returns at once."""
        self._put(told)

    def forged(self, case: Case, inputs: Inputs, why: str) -> None:
        """Report a mark of a canary that is not believed; returns at once."""
        request = inputs.request
        self._put(
            ToolReport(
                principal=request.principal.acting_for or request.principal.id,
                kind=FORGED_CANARY,
                detail=f"A request came with the mark of a canary, and the mark is {why}; it was treated as any other.",
                record=request.id,
                at=request.at,
                mark=f"canary-forgery:{case.principal_key.hex()}",
            )
        )

    def _put(self, item: _Item | ToolReport) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            _log.warning("too many incidents wait to be written; the log has them")

    async def _run(self) -> None:
        while True:
            items = [await self._queue.get()]
            while len(items) < _BATCH and not self._queue.empty():
                items.append(self._queue.get_nowait())
            # One that does not fit must not hold up the others: what fails together is tried one by one.
            if len(items) == 1 or not await self._try(items):
                for item in items:
                    await self._keep_trying(item)
            for _ in items:
                self._queue.task_done()

    async def _keep_trying(self, item: _Item | ToolReport) -> None:
        for _ in range(_TRIES):
            if await self._try([item]):
                return
            await asyncio.sleep(_RETRY_S)
        _log.error("an incident was not written; the log has it: %s", _place(item)[0])

    async def _try(self, items: Sequence[_Item | ToolReport]) -> bool:
        try:
            await asyncio.to_thread(self._write, items)
        except Exception as error:  # noqa: BLE001 - background tick: tried again, and told when given up
            _log.warning("an incident could not be written yet: %s", error)
            return False
        return True

    def _write(self, items: Sequence[_Item | ToolReport]) -> None:
        """Write what waits in one transaction: a flood must not become a flood of transactions."""
        with writing(self._engine) as connection:
            now = _place(items[0])[1]
            held = {quarantine.key: quarantine.until for quarantine in list_standing(connection, now=now)}
            for item in items:
                if isinstance(item, ToolReport):
                    self._report_tool(connection, item)
                else:
                    self._report(connection, item, held)

    def _report_tool(self, connection: Connection, told: ToolReport) -> None:
        """Open an incident for what a server did; the same of it within the hour joins it and is told no more."""
        incident = Incident(
            id=make_id("inc", at=told.at, random=self._random(10)),
            exchange=told.record,
            principal=self._keyring.pseudonym(told.principal, month_of(told.at)),
            kind=told.kind,
            opened_at=told.at,
            last_at=told.at,
            detail=f"{told.detail} ({told.record})",
        )
        evidence = Evidence(told.record, told.record, told.at, told.kind, Effect.DENY.value)
        event = _event(open_or_join(connection, incident, marks=(told.mark,), evidence=evidence), locked=False)
        if event is Event.OPENED:
            enqueue(connection, incident, event, channels=self._channels, at=told.at)

    def _report(self, connection: Connection, item: _Item, held: dict[str, float]) -> None:
        case, notice = item
        request = notice.inputs.request
        lead = notice.inputs.decision.reasons[0]
        kind = lead.clause or lead.code.value
        subject = request.principal.acting_for or request.principal.id
        incident = Incident(
            id=make_id("inc", at=request.at, random=self._random(10)),
            exchange=case.exchange,
            principal=self._keyring.pseudonym(subject, month_of(request.at)),
            kind=kind,
            opened_at=request.at,
            last_at=request.at,
            detail=f"{lead.message} ({request.id})",
        )
        effect = notice.inputs.decision.effect.value
        evidence = Evidence(request.id, case.exchange, request.at, kind, effect)
        joined = open_or_join(connection, incident, marks=self._marks(case, notice), evidence=evidence)
        locked = False
        for what, key in notice.locked:
            # Somebody who goes on and on must not fill the table; a later end must stand in it.
            until = held.get(key.hex(), -1.0)
            if until == 0.0 or (notice.until != 0.0 and until >= notice.until):
                continue
            held[key.hex()] = notice.until
            locked = locked or what in _CALLER_KINDS  # sessions are the caller's to choose, as many as it likes
            place(
                connection,
                Quarantine(
                    id=f"qua_{request.id.removeprefix('dec_')}_{what}",
                    key=key.hex(),
                    kind=what,
                    reason=notice.reason,
                    since=request.at,
                    until=notice.until,
                    incident=joined.incident.id,
                ),
            )
        event = _event(joined, locked=locked)
        if event is not None:
            enqueue(connection, joined.incident, event, channels=self._channels, at=request.at)

    def _marks(self, case: Case, notice: Notice) -> tuple[str, ...]:
        """By what a campaign is known again: the caller, the person it acts for, what was found."""
        marks = [f"caller:{case.principal_key.hex()}"]
        if case.person_key:
            marks.append(f"caller:{case.person_key.hex()}")
        if notice.payload:
            # Keyed: the digest of a short secret alone would tell the secret to whoever guesses it.
            marks.append(f"payload:{hmac_sha256(self._secret, b'incident payload ' + notice.payload).hex()}")
        return tuple(marks)

    async def apply(self, services: Services) -> None:
        """Bring what people placed or released into the state authority."""
        now = self._clock()

        def load() -> tuple[tuple[Quarantine, ...], tuple[Quarantine, ...]]:
            with reading(self._engine) as connection:
                return list_standing(connection, now=now), list_released(connection, since=self._released_since)

        standing, released = await asyncio.to_thread(load)
        judge = services.judge
        held = {key for quarantine in standing for key in self._keys(quarantine, services)}
        for quarantine in released:
            if quarantine.id in self._released:
                continue
            # Another quarantine on the same key, placed since, must not be lifted with this one.
            keys = [key for key in self._keys(quarantine, services) if key not in held]
            delta = await judge.state.release(keys)
            judge.recorder.control(judge.new_id("ctl"), "quarantine.released", quarantine.id, delta=delta)
            self._released.add(quarantine.id)
        for quarantine in standing:
            # One that a gateway placed is in the state already, unless the state was lost: so it is placed again
            # at the start, and only then.
            known = quarantine.placed_by == _PLACED_BY_GATEWAY and self._started
            if known or quarantine.id in self._placed:
                continue
            keys = self._keys(quarantine, services)
            delta = await judge.state.quarantine(keys, quarantine.reason, until=quarantine.until, at=now)
            judge.recorder.control(judge.new_id("ctl"), "quarantine.placed", quarantine.id, delta=delta)
            self._placed.add(quarantine.id)
        self._started = True

    def _keys(self, quarantine: Quarantine, services: Services) -> list[bytes]:
        """Keys of the state authority that a quarantine means; one placed by a person names an id."""
        kind, colon, name = quarantine.key.partition(":")
        if not colon:
            return [bytes.fromhex(quarantine.key)]
        if kind in _CALLER_KINDS:
            # ``principal:user:ana``: a person is one key, as a caller of its own and behind an agent.
            return [state_key(services.state_secret, "caller", name)]
        return [state_key(services.state_secret, kind, name)]

    async def close(self) -> None:
        """Write what waits, for a moment, then stop."""
        if self._task is None:
            return
        try:
            async with asyncio.timeout(2.0):
                await self._queue.join()
        except TimeoutError:
            _log.warning("%d incidents were not written; the log has them", self._queue.qsize())
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


def _place(item: _Item | ToolReport) -> tuple[str, float]:
    """The record an item stands in, and when that was."""
    if isinstance(item, ToolReport):
        return item.record, item.at
    return item.notice.inputs.request.id, item.notice.inputs.request.at


def _event(joined: Joined, *, locked: bool) -> Event | None:
    """What people are told about a report; None when nothing changed that they need to hear."""
    if joined.opened:
        return Event.OPENED
    if locked:
        return Event.LOCKED
    return Event.GROWN if joined.counted and joined.incident.count in GROWN_AT else None
