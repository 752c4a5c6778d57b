"""The state authority of a worker: opened, rebuilt after a crash, and pictured now and then."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wardlaw.config.model import Authority, Config
from wardlaw.facts.errors import WardlawError
from wardlaw.state.authority import Limits, StateAuthority
from wardlaw.state.ledger import Ledger
from wardlaw.state.rebuild import Position, picture, restore, write_snapshot
from wardlaw.store.sequencing import KEEP_FILE
from wardlaw.store.spoolread import read_frames

if TYPE_CHECKING:
    from wardlaw.state.habits_stream import HabitsStream

PICTURE_S = 30.0  # a restart replays at most so much; a picture of 20,000 callers takes some 100 ms
STATE_FILE = "ledger.state"

_log = logging.getLogger("wardlaw.gateway.remembering")

Positions = Callable[[], Position]


def frames_of(spool: Path) -> Callable[[Position], Iterator[tuple[Position, bytes]]]:
    """Gives (position, delta) of the frames of one gateway's spool after a position."""

    def frames(after: Position) -> Iterator[tuple[Position, bytes]]:
        for frame in read_frames(spool, after_epoch=after[0], after_seq=after[1]):
            yield (frame.epoch, frame.seq), frame.delta

    return frames


def limits_of(config: Config) -> Limits:
    """The spans of the state as configured."""
    state = config.state
    return Limits(
        session_idle_s=float(state.session_s), probes_s=float(state.probe_window_s), taint_s=float(state.taint_s)
    )


class Memory:
    """The state authority with what keeps it across restarts.

    Args:
        config: The configuration in force.
        gateway: Id of this gateway.
        password: Password of Redis; ``""`` when it has none.
    """

    def __init__(self, config: Config, gateway: str, *, password: str = "") -> None:
        self._config = config
        self._gateway = gateway
        self._password = password
        self._spool = Path(config.audit.spool) / gateway
        self._folder = Path(config.data_dir) / "state"
        self._task: asyncio.Task[None] | None = None
        self.authority: StateAuthority | None = None
        self.warning = ""
        self.habits_stream: HabitsStream | None = None
        """Where workers tell each other of behaviour; only with Redis."""

    async def open(self, *, epoch: int, at: float) -> StateAuthority:
        """The authority as it stood before the last stop or crash.

        Args:
            epoch: This life of the gateway, the one its spool has just begun.
            at: Unix seconds.

        Raises:
            UnavailableError: Redis cannot be reached or its state is lost.
            EvidenceError: The state cannot be told from snapshot and spool.
        """
        if self._config.state.authority is Authority.REDIS:
            self.authority = await self._open_redis(epoch, at)
            return self.authority
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        restored = await asyncio.to_thread(
            restore,
            self._folder / STATE_FILE,
            frames_of(self._spool),
            epoch=epoch,
            limits=limits_of(self._config),
        )
        self.warning = restored.warning
        self._note_position(restored.position)
        self.authority = restored.ledger
        return restored.ledger

    async def _open_redis(self, epoch: int, at: float) -> StateAuthority:
        from wardlaw.state.habits_stream import HabitsStream
        from wardlaw.state.redis_authority import RedisAuthority

        state = self._config.state
        url = state.url
        if self._password:
            scheme, _, rest = url.partition("://")
            url = f"{scheme}://:{self._password}@{rest}"
        self.habits_stream = HabitsStream.connect(url, prefix=state.prefix, writer=os.urandom(8).hex())
        authority = RedisAuthority.connect(
            url, prefix=state.prefix, epoch=epoch, gateway=self._gateway, limits=limits_of(self._config)
        )
        if await authority.is_empty():
            await authority.adopt(frames_of(self._spool)((-1, -1)))
        await authority.ping(at=at)
        return authority

    def start(self, position: Positions) -> None:
        """Picture the ledger from time to time.

        Args:
            position: The last spool frame whose changes the ledger holds.
        """
        if isinstance(self.authority, Ledger):
            self._task = asyncio.get_running_loop().create_task(self._run(self.authority, position))

    async def _run(self, ledger: Ledger, position: Positions) -> None:
        while True:
            await asyncio.sleep(PICTURE_S)
            await self._picture(ledger, position())

    async def _picture(self, ledger: Ledger, at: Position) -> None:
        """Keep the ledger as it stands; where the disk refuses, the spool still has everything."""
        content = picture(ledger, at)
        try:
            await asyncio.to_thread(write_snapshot, self._folder / STATE_FILE, content)
            self._note_position(at)
        except (WardlawError, OSError) as error:
            _log.warning("the state could not be pictured: %s", error)

    def _note_position(self, position: Position) -> None:
        """Tell the sequencer which frames a restart still needs."""
        if not self._spool.is_dir():
            return
        beside = self._spool / (KEEP_FILE + ".new")
        beside.write_text(f"{position[0]} {position[1] + 1}\n", encoding="ascii")
        beside.replace(self._spool / KEEP_FILE)

    async def close(self, position: Position) -> None:
        """Picture the ledger a last time and let go."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if isinstance(self.authority, Ledger):
            await self._picture(self.authority, position)
        if self.authority is not None:
            await self.authority.close()
