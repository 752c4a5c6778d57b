"""The canary process: tries every clause on every route, by a timetable and when people ask."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from wardlaw.cli.canarying import CanaryRunner, CanaryTools
from wardlaw.cli.readiness import ending_signals, tell_ready
from wardlaw.config.model import Config
from wardlaw.console.desks.canaries import CanaryDesk, approved_texts, registered_systems
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.evidence.canary import Canary
from wardlaw.facts.errors import WardlawError
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.purposes import derive_purposes
from wardlaw.store.spool import SpoolSettings, SpoolWriter

CANARY_SPOOL = "canary"
_LOOK_S = 0.5  # between two looks for orders
_PLAN_S = 300.0  # a plan is this old at most: what is published may change, and hours pass; orders plan anew
_RETRY_S = 5.0
_log = logging.getLogger("wardlaw.canary")


def run_canary(config: Config) -> int:
    """Run canaries until told to stop."""
    asyncio.run(_serve_canaries(config))
    return 0


async def _serve_canaries(config: Config) -> None:
    places = Installation(config)
    engine = await asyncio.to_thread(open_database, places.database_url(os.environ))
    keyring = await asyncio.to_thread(places.open_keyring, os.environ)
    spool = SpoolWriter(
        Path(config.audit.spool),
        gateway=CANARY_SPOOL,
        sign=places.gateway_signer(),
        settings=SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes),
    )
    purposes = derive_purposes(keyring)
    tools = CanaryTools(
        engine=engine,
        keyring=keyring,
        purposes=purposes,
        recorder=ControlRecorder(spool, keyring, clock=time.time, entropy=os.urandom),
        random=os.urandom,
        clock=time.time,
        policies=PolicyDesk(places, clock=time.time).in_force,
    )
    approved = approved_texts(config, engine, purposes.life)
    desk = CanaryDesk(places, purposes.canaries, clock=time.time, approved=approved, systems=registered_systems(engine))
    runner = CanaryRunner(config, desk, tools)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ending_signals():
        loop.add_signal_handler(number, stop.set)
    tell_ready()
    try:
        await Timetable(config, runner).keep(stop)
    finally:
        await asyncio.to_thread(spool.close)
        keyring.close()
        engine.dispose()


class Timetable:
    """When canaries are run: orders at once, the others as they come due, one at a time."""

    def __init__(self, config: Config, runner: CanaryRunner) -> None:
        self._settings = config.canaries
        self._runner = runner
        self._plan: tuple[Canary, ...] = ()
        self._planned_at = 0.0
        self._next = time.monotonic() + config.canaries.start_s

    async def keep(self, stop: asyncio.Event) -> None:
        """Keep it until told to stop."""
        while not stop.is_set():
            pause = _LOOK_S
            try:
                await self.turn(stop)
            except (WardlawError, SQLAlchemyError) as error:
                # Also evidence that does not verify: whoever guards the door says so, and must not end for what is
                # noticed here.
                _log.error("canaries: %s", error)
                pause = _RETRY_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def turn(self, stop: asyncio.Event) -> None:
        """Carry out what people asked for; then one that is due, if its time has come."""
        for order in await asyncio.to_thread(self._runner.waiting):
            await self._look(fresh=True)
            for canary in self._plan:
                if not stop.is_set() and not canary.is_absent and order.clause in ("", canary.clause):
                    await self._runner.run(canary, order=order.id)
            if not stop.is_set():
                await asyncio.to_thread(self._runner.finish, order)
        if time.monotonic() < self._next:
            return
        await self._look(fresh=False)
        due = await asyncio.to_thread(lambda: next(self._runner.due(self._plan), None))
        if due is not None:
            await self._runner.run(due)
            self._next = time.monotonic() + self._settings.pace_s

    async def _look(self, *, fresh: bool) -> None:
        """Have a plan that is not too old."""
        now = time.monotonic()
        if fresh or not self._planned_at or now - self._planned_at > _PLAN_S:
            self._plan = await asyncio.to_thread(self._runner.plan)
            self._planned_at = now
