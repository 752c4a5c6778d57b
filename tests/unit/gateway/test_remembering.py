from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.config.model import Audit, Config, State
from wardlaw.facts.errors import EvidenceError
from wardlaw.gateway.remembering import Memory, frames_of, limits_of
from wardlaw.state.authority import Ask
from wardlaw.state.ledger import Ledger
from wardlaw.state.rebuild import restore
from wardlaw.store.sequencing import read_keep_from
from wardlaw.store.spool import SpoolSettings, SpoolWriter

ADA, SESSION = b"a" * 16, b"s" * 16
SETTINGS = SpoolSettings(segment_bytes=64 * 1024, reserve_bytes=64 * 1024, retry_s=0.02)


class Life:
    """One life of a gateway: its spool, and the memory that hangs on it."""

    def __init__(self, folder: Path) -> None:
        self.config = Config(data_dir=str(folder / "data"), audit=Audit(spool=str(folder / "spool")))
        sign = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32).sign
        self.spool = SpoolWriter(folder / "spool", gateway="gw", sign=sign, settings=SETTINGS)
        self.memory = Memory(self.config, "gw")
        self.folder = folder

    async def open(self) -> Ledger:
        authority = await self.memory.open(epoch=self.spool.epoch, at=1.0)
        assert isinstance(authority, Ledger)
        return authority

    async def count(self, ledger: Ledger, tokens: int) -> None:
        """Use tokens, and record it."""
        ticket = await ledger.reserve(Ask(ADA, b"", SESSION, 1_790_000_000.0, calls=1, tokens=tokens))
        settled = await ledger.settle(ticket, released=True)
        for delta in (ticket.delta, settled):
            envelope = Envelope(at=1, epoch=0, seq=0, gateway="", id="dec_1", kind=RecordKind.DECISION)
            await self.spool.append(envelope, delta=delta)

    def position(self) -> tuple[int, int]:
        stats = self.spool.stats()
        return stats.epoch, stats.next_seq - 1


async def tokens(ledger: Ledger) -> int:
    return (await ledger.reserve(Ask(ADA, b"", SESSION, 1_790_000_001.0))).snapshot.tokens_day


def lived(folder: Path, *, orderly: bool, picture: bool = False) -> None:
    """A life in which 70 tokens were used."""

    async def story() -> None:
        life = Life(folder)
        ledger = await life.open()
        await life.count(ledger, 30)
        if picture:
            await life.memory._picture(ledger, life.position())
        await life.count(ledger, 40)
        if orderly:
            await life.memory.close(life.position())
        life.spool.close()

    asyncio.run(story())


@pytest.mark.parametrize("picture", [False, True])
@pytest.mark.parametrize("orderly", [False, True])
def test_a_restart_finds_the_state_as_it_was(tmp_path: Path, orderly: bool, picture: bool) -> None:
    lived(tmp_path, orderly=orderly, picture=picture)

    async def story() -> int:
        life = Life(tmp_path)
        found = await tokens(await life.open())
        assert life.memory.warning == ""
        life.spool.close()
        return found

    assert asyncio.run(story()) == 70


def test_the_sequencer_is_told_which_frames_a_restart_needs(tmp_path: Path) -> None:
    lived(tmp_path, orderly=False)
    spool = tmp_path / "spool" / "gw"
    before = read_keep_from(spool)
    lived(tmp_path, orderly=True)
    after = read_keep_from(spool)
    assert before is not None
    assert after is not None
    assert before <= (1, 0)
    assert after == (2, 4)  # two tokens' records of two frames each, in the second life


def test_a_damaged_picture_is_replaced_from_the_spool(tmp_path: Path) -> None:
    lived(tmp_path, orderly=True)
    (tmp_path / "data" / "state" / "ledger.state").write_bytes(b"not a picture")

    async def story() -> tuple[int, str]:
        life = Life(tmp_path)
        found = await tokens(await life.open())
        life.spool.close()
        return found, life.memory.warning

    found, warning = asyncio.run(story())
    assert found == 70
    assert warning


def test_without_picture_and_first_frames_it_does_not_start(tmp_path: Path) -> None:
    lived(tmp_path, orderly=True)
    (tmp_path / "data" / "state" / "ledger.state").unlink()

    async def story() -> None:
        life = Life(tmp_path)
        life.memory._spool = tmp_path / "spool" / "gw"
        rest = list(frames_of(life.memory._spool)((1, 1)))
        assert len(rest) == 2
        try:
            with pytest.raises(EvidenceError, match="WL-STA-004"):
                await asyncio.to_thread(_restore_late, life)
        finally:
            life.spool.close()

    asyncio.run(story())


def _restore_late(life: Life) -> None:
    """As when the sequencer had thrown the first frames away."""
    frames = frames_of(life.folder / "spool" / "gw")
    restore(life.folder / "data" / "state" / "ledger.state", lambda after: list(frames(max(after, (1, 1)))), epoch=9)


def test_it_pictures_itself_from_time_to_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.gateway.remembering.PICTURE_S", 0.001)

    async def story() -> None:
        life = Life(tmp_path)
        ledger = await life.open()
        await life.count(ledger, 30)
        picture = tmp_path / "data" / "state" / "ledger.state"
        before = picture.read_bytes()
        life.memory.start(life.position)
        async with asyncio.timeout(5):
            while picture.read_bytes() == before:
                await asyncio.sleep(0.001)
        await life.memory.close(life.position())
        life.spool.close()

    asyncio.run(story())


def test_a_picture_that_cannot_be_written_promises_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        life = Life(tmp_path)
        ledger = await life.open()
        before = read_keep_from(tmp_path / "spool" / "gw")
        life.memory._folder = tmp_path / "nowhere"
        await life.memory._picture(ledger, (7, 7))
        assert read_keep_from(tmp_path / "spool" / "gw") == before
        life.spool.close()

    asyncio.run(story())


def test_spans_come_from_the_configuration() -> None:
    config = msgspec.structs.replace(Config(), state=State(session_s=61, taint_s=62, probe_window_s=63))
    limits = limits_of(config)
    assert (limits.session_idle_s, limits.taint_s, limits.probes_s) == (61.0, 62.0, 63.0)
