"""A loss is accepted by name and reason, recorded in the log, and only where there is one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from wardlaw.audit.envelope import Envelope, RecordKind, decode
from wardlaw.cli.accepting import accept_loss, examine_spools
from wardlaw.cli.creating import create_installation
from wardlaw.config.load import load_config
from wardlaw.config.model import Config
from wardlaw.facts.errors import EvidenceError, InputError, UnavailableError
from wardlaw.gateway.remembering import Memory
from wardlaw.store.installation import Installation
from wardlaw.store.instance import InstanceLock
from wardlaw.store.spool import SpoolSettings, SpoolWriter
from wardlaw.store.spoolread import read_frames

GATEWAY = "gateway-1"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return create_installation(tmp_path / "w").config


def spool_of(config: Config, name: str = GATEWAY) -> Path:
    return Path(config.audit.spool) / name


def live(config: Config, count: int = 3, name: str = GATEWAY) -> None:
    """One life of a gateway, or of the control process, that ends by a crash."""

    async def run() -> None:
        spool = SpoolWriter(
            Path(config.audit.spool),
            gateway=name,
            sign=Installation(config).gateway_signer(),
            settings=SpoolSettings(reserve_bytes=65_536),
        )
        try:
            if name == GATEWAY:
                await Memory(config, GATEWAY).open(epoch=spool.epoch, at=1_790_000_000.0)
            for number in range(count):
                one = Envelope(at=1, epoch=0, seq=0, gateway="", id=f"dec_{number}", kind=RecordKind.DECISION)
                await spool.append(one)
        finally:
            await asyncio.to_thread(spool.close)

    asyncio.run(run())


def flip(config: Config, needle: bytes, name: str = GATEWAY) -> None:
    path = min(spool_of(config, name).glob("*.seg"))
    data = bytearray(path.read_bytes())
    data[data.index(needle)] ^= 1
    path.write_bytes(data)


def gaps(config: Config) -> list[dict[str, Any]]:
    found = (decode(frame.envelope) for frame in read_frames(spool_of(config, "control")))
    return [one.facts for one in found if one.kind is RecordKind.GAP]


def test_what_is_sound_is_said_to_be_and_nothing_is_accepted(config: Config) -> None:
    assert examine_spools(config) == ()
    live(config)
    assert [one.is_sound for one in examine_spools(config)] == [True]
    with pytest.raises(InputError, match="WL-CLI-027"):
        accept_loss(config, GATEWAY, reason="x")
    for name in ("gateway-2", "../spool", ""):
        with pytest.raises(InputError, match="WL-CLI-026"):
            accept_loss(config, name, reason="x")
    assert not spool_of(config, "control").exists()


def test_a_damaged_spool_goes_on_with_a_gap_in_the_log(config: Config) -> None:
    live(config)
    flip(config, b"dec_1")
    with pytest.raises(EvidenceError, match="WL-SPL-010"):
        live(config)
    (found,) = examine_spools(config)
    assert found.loss is not None
    assert not found.is_sound
    accepted = accept_loss(config, GATEWAY, reason="the disk failed")
    assert accepted.loss == found.loss
    assert gaps(config) == [
        {
            "operation": "audit.accept_loss",
            "spool": GATEWAY,
            "lost": "records",
            "code": "WL-SPL-010",
            "after_epoch": 1,
            "after_seq": 0,
            "set_aside": 1,
            "readable": 0,
        }
    ]
    live(config)
    assert [(frame.epoch, frame.seq) for frame in read_frames(spool_of(config))][:2] == [(1, 0), (2, 0)]


def test_the_control_spool_is_mended_before_its_record(config: Config) -> None:
    live(config, name="control")
    flip(config, b"dec_1", "control")
    accept_loss(config, "control", reason="the disk failed")
    assert [one["spool"] for one in gaps(config)] == ["control"]
    assert all(one.is_sound for one in examine_spools(config))


def test_lost_counters_are_accepted_and_the_gateway_starts(config: Config) -> None:
    live(config)
    state = Path(config.data_dir) / "state" / "ledger.state"
    state.write_bytes(b"junk")
    with pytest.raises(EvidenceError, match="WL-STA-004"):
        live(config)
    (found,) = examine_spools(config)
    assert (found.loss, found.state_lost) == (None, True)
    assert state.read_bytes() == b"junk"
    accept_loss(config, GATEWAY, reason="the disk failed")
    assert [one["lost"] for one in gaps(config)] == ["state"]
    assert state.with_name("ledger.state.damaged").read_bytes() == b"junk"
    live(config)
    assert all(one.is_sound for one in examine_spools(config))


def test_records_and_counters_can_be_lost_together(config: Config) -> None:
    live(config)
    flip(config, b"dec_1")
    (Path(config.data_dir) / "state" / "ledger.state").write_bytes(b"junk")
    accepted = accept_loss(config, GATEWAY, reason="the disk failed")
    assert accepted.loss is not None
    assert accepted.state_lost
    assert [one["lost"] for one in gaps(config)] == ["records", "state"]
    live(config)


def test_nothing_is_set_aside_that_cannot_be_recorded(config: Config) -> None:
    live(config)
    flip(config, b"dec_1")
    before = {path: path.read_bytes() for path in spool_of(config).glob("*.seg")}
    Installation(config).gateway_key_path.unlink()
    with pytest.raises(Exception, match="WL-KEY"):
        accept_loss(config, GATEWAY, reason="x")
    assert {path: path.read_bytes() for path in spool_of(config).glob("*.seg")} == before


def test_a_running_wardlaw_is_left_alone(config: Config) -> None:
    live(config)
    with InstanceLock(Path(config.data_dir)):
        for attempt in (lambda: examine_spools(config), lambda: accept_loss(config, GATEWAY, reason="x")):
            with pytest.raises(UnavailableError, match="WL-INS-001"):
                attempt()


def test_the_command_shows_first_and_acts_with_a_name_and_a_reason(command: Any, tmp_path: Path) -> None:
    assert command("init", ".").code == 0
    config = load_config(tmp_path / "wardlaw.yaml")
    assert "no spools yet" in command("audit", "accept-loss").out
    live(config)
    assert "sound" in command("audit", "accept-loss").out
    flip(config, b"dec_1")
    done = command("audit", "accept-loss", "--json")
    assert done.code == 1
    assert json.loads(done.out)["spools"][0]["loss"]["code"] == "WL-SPL-010"
    assert "last good epoch 1 record 0" in command("audit", "accept-loss").out
    assert command("audit", "accept-loss", GATEWAY).code == 2
    assert command("audit", "accept-loss", GATEWAY, "--reason", "disk").code == 0
    (tmp_path / "data" / "state" / "ledger.state").write_bytes(b"junk")
    assert "cannot be told" in command("audit", "accept-loss").out
