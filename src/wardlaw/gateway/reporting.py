"""Tells the people: incidents and quarantines go into the tables, releases by people come back.

The state authority and the log hold already what is reported here, so a report that fails loses no
protection; it is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.engine import Engine

from wardlaw.facts.incident import Incident, Quarantine
from wardlaw.gateway.ids import make_id
from wardlaw.gateway.judge import Case, Notice, state_key
from wardlaw.gateway.recorder import month_of
from wardlaw.gateway.services import Services
from wardlaw.store.database import reading, writing
from wardlaw.store.incidents import open_or_join
from wardlaw.store.keyring import Keyring
from wardlaw.store.quarantines import list_released, list_standing, place

_log = logging.getLogger("wardlaw.gateway.reporting")
_WAITING = 10_000  # notices; a flood of attacks must not fill memory, the log has them all
_RETRY_S = 2.0
_TRIES = 300  # ten minutes; one that never fits must not hold up all the others
_PLACED_BY_GATEWAY = "gateway"
_CALLER_KINDS = ("principal", "person")


class _Item(NamedTuple):
    case: Case
    notice: Notice


class Reporter:
    """Writes incidents and quarantines, and applies what people decide about them.

    Args:
        engine: The tables.
        keyring: Gives the pseudonym under which the log knows a principal.
    """

    def __init__(
        self, engine: Engine, keyring: Keyring, *, clock: Callable[[], float], random: Callable[[int], bytes]
    ) -> None:
        self._engine = engine
        self._keyring = keyring
        self._clock = clock
        self._random = random
        self._queue: asyncio.Queue[_Item] = asyncio.Queue(_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._released_since = clock() - 86_400.0
        self._placed: set[str] = set()
        self._released: set[str] = set()
        self._started = False

    def notice(self, case: Case, notice: Notice) -> None:
        """Report a decision that stopped something; returns at once."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            self._queue.put_nowait(_Item(case, notice))
        except asyncio.QueueFull:
            _log.warning("too many incidents wait to be written; the log has them")

    async def _run(self) -> None:
        while True:
            item = await self._queue.get()
            for _ in range(_TRIES):
                try:
                    await asyncio.to_thread(self._write, item)
                    break
                except Exception as error:  # noqa: BLE001 - background tick: tried again, and told when given up
                    _log.warning("an incident could not be written yet: %s", error)
                    await asyncio.sleep(_RETRY_S)
            else:
                _log.error("an incident was not written; the log has it: %s", item.notice.inputs.request.id)
            self._queue.task_done()

    def _write(self, item: _Item) -> None:
        case, notice = item
        request = notice.inputs.request
        lead = notice.inputs.decision.reasons[0]
        subject = request.principal.acting_for or request.principal.id
        incident = Incident(
            id=make_id("inc", at=request.at, random=self._random(10)),
            exchange=case.exchange,
            principal=self._keyring.pseudonym(subject, month_of(request.at)),
            kind=lead.clause or lead.code.value,
            opened_at=request.at,
            last_at=request.at,
            detail=f"{lead.message} ({request.id})",
        )
        with writing(self._engine) as connection:
            open_or_join(connection, incident)
            held = {quarantine.key for quarantine in list_standing(connection, now=request.at)}
            for kind, key in notice.locked:
                if key.hex() in held:
                    continue  # somebody who goes on and on must not fill the table
                place(
                    connection,
                    Quarantine(
                        id=f"qua_{request.id.removeprefix('dec_')}_{kind}",
                        key=key.hex(),
                        kind=kind,
                        reason=notice.reason,
                        since=request.at,
                    ),
                )

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
