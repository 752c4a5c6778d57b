from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from wardlaw.facts.errors import EvidenceError, Fault
from wardlaw.state.authority import DAY_S, Ask
from wardlaw.state.ledger import Ledger
from wardlaw.state.rebuild import (
    BEFORE_ALL,
    Position,
    is_told,
    load_snapshot,
    picture,
    rebuild,
    restore,
    save_snapshot,
    write_snapshot,
)  # fmt: skip

T0 = 20_700 * DAY_S + 36_000.0
ADA, S = b"a" * 16, b"s" * 16


def ask(moved: int = 1, at: float = T0) -> Ask:
    return Ask(ADA, b"", S, at, 1, 10, frozenset({f"s{moved}"}), moved)


class Spool:
    """Frames as the spool would give them."""

    def __init__(self, epoch: int = 0) -> None:
        self.frames: list[tuple[Position, bytes]] = []
        self.epoch = epoch

    def write(self, delta: bytes) -> Position:
        position = (self.epoch, sum(1 for (epoch, _), _ in self.frames if epoch == self.epoch))
        self.frames.append((position, delta))
        return position

    def after(self, position: Position) -> Iterable[tuple[Position, bytes]]:
        return [frame for frame in self.frames if frame[0] > position]


def live(ledger: Ledger, spool: Spool) -> None:
    """Some life: a released request, one taken back, one left open, taint, quarantine, a token, a tool call."""

    async def story() -> None:
        first = await ledger.reserve(ask(1))
        spool.write(first.delta)
        spool.write(await ledger.settle(first, released=True, tokens=25))
        second = await ledger.reserve(ask(2))
        spool.write(second.delta)
        spool.write(await ledger.settle(second, released=False))
        spool.write((await ledger.reserve(ask(4))).delta)
        spool.write(await ledger.taint(ask(), ["web"]))
        spool.write(await ledger.probe(ask()))
        spool.write(await ledger.quarantine([b"q" * 16], "why", until=0, at=T0))
        spool.write((await ledger.use_once(b"jti", until=T0 + 60, at=T0)).delta)
        spool.write(await ledger.released_calls(ask(), {"call": b"digest"}))

    asyncio.run(story())


def check(ledger: Ledger) -> None:
    snapshot = ledger.reserve_now(Ask(ADA, b"", S, T0)).snapshot
    assert (snapshot.calls_minute, snapshot.tokens_day, snapshot.bytes_day, snapshot.subjects_day) == (3, 35, 5, 2)
    assert (snapshot.session_subjects, snapshot.probes, snapshot.taint) == (2, 1, ("web",))
    assert ledger.reserve_now(Ask(b"q" * 16, b"", S, T0)).snapshot.quarantined == "why"
    assert not asyncio.run(ledger.use_once(b"jti", until=T0 + 60, at=T0))
    assert asyncio.run(ledger.was_released(ADA, "call")) == {"call": b"digest"}


def test_a_new_installation_starts_empty_and_leaves_a_snapshot(tmp_path: Path) -> None:
    restored = restore(tmp_path / "state", lambda _: [], epoch=0)
    assert (restored.position, restored.replayed, restored.warning) == (BEFORE_ALL, 0, "")
    assert load_snapshot(tmp_path / "state") is not None


def test_from_the_spool_alone(tmp_path: Path) -> None:
    spool, ledger = Spool(), Ledger(epoch=0)
    live(ledger, spool)
    restored = restore(tmp_path / "state", spool.after, epoch=1)
    assert (restored.position, restored.replayed) == (spool.frames[-1][0], len(spool.frames))
    check(restored.ledger)


def test_from_the_snapshot_alone(tmp_path: Path) -> None:
    spool, ledger = Spool(), Ledger(epoch=0)
    live(ledger, spool)
    save_snapshot(ledger, tmp_path / "state", spool.frames[-1][0])
    restored = restore(tmp_path / "state", lambda _: [], epoch=1)
    assert (restored.position, restored.replayed) == (spool.frames[-1][0], 0)
    check(restored.ledger)


def test_changes_in_the_snapshot_whose_frames_came_later_count_once(tmp_path: Path) -> None:
    spool, ledger = Spool(), Ledger(epoch=0)
    live(ledger, spool)
    for durable in range(len(spool.frames)):  # the snapshot knows more than the spool said when it was taken
        save_snapshot(ledger, tmp_path / "state", spool.frames[durable][0])
        check(restore(tmp_path / "state", spool.after, epoch=1).ledger)


def test_snapshot_and_later_deltas_over_several_lives(tmp_path: Path) -> None:
    path, spool = tmp_path / "state", Spool()
    ledger = restore(path, spool.after, epoch=0).ledger
    live(ledger, spool)
    for epoch in (1, 2, 3):
        ledger = restore(path, spool.after, epoch=epoch).ledger
        spool.epoch = epoch
        ticket = ledger.reserve_now(ask(10 * epoch))
        spool.write(ticket.delta)
    snapshot = restore(path, spool.after, epoch=4).ledger.reserve_now(Ask(ADA, b"", S, T0)).snapshot
    assert (snapshot.bytes_day, snapshot.calls_minute, snapshot.subjects_day) == (5 + 60, 6, 5)
    path.unlink()  # and from the very beginning
    assert restore(path, spool.after, epoch=5).ledger.reserve_now(Ask(ADA, b"", S, T0)).snapshot == snapshot


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "head", "version"])
def test_a_damaged_snapshot_is_noticed_and_rebuilt_from_the_spool(tmp_path: Path, damage: str) -> None:
    path, spool, ledger = tmp_path / "state", Spool(), Ledger(epoch=0)
    live(ledger, spool)
    save_snapshot(ledger, path, spool.frames[-1][0])
    raw = bytearray(path.read_bytes())
    match damage:
        case "flip":
            raw[len(raw) // 2] ^= 1
        case "cut":
            raw = raw[:-1]
        case "empty":
            raw = bytearray()
        case "head":
            raw[0] ^= 1
        case "version":
            raw[5] ^= 64
    path.write_bytes(raw)
    with pytest.raises(EvidenceError) as error:
        load_snapshot(path)
    assert error.value.code == "WL-STA-001"
    restored = restore(path, spool.after, epoch=1)
    assert "damaged" in restored.warning
    assert (tmp_path / "state.damaged").read_bytes() == bytes(raw)
    check(restored.ledger)
    assert restore(path, spool.after, epoch=2).warning == ""


def test_each_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path, ledger = tmp_path / "state", Ledger(epoch=0)
    live(ledger, Spool())
    good = picture(ledger, (0, 5))
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ (1 << place % 8)]) + good[place + 1 :])
        with pytest.raises(EvidenceError):
            load_snapshot(path)


@pytest.mark.parametrize("damaged", [True, False])
def test_a_state_that_cannot_be_told_is_never_taken_for_empty(tmp_path: Path, damaged: bool) -> None:
    path, spool, ledger = tmp_path / "state", Spool(), Ledger(epoch=0)
    live(ledger, spool)
    spool.frames = spool.frames[3:]  # pruned, as the snapshot covered them
    if damaged:
        path.write_bytes(b"junk")
    with pytest.raises(EvidenceError) as error:
        restore(path, spool.after, epoch=1)
    assert error.value.code == "WL-STA-004"
    assert path.exists() is damaged
    accepted = restore(path, spool.after, epoch=1, accept_loss=True)
    assert accepted.ledger.reserve_now(Ask(b"q" * 16, b"", S, T0)).snapshot.quarantined == "why"


@pytest.mark.parametrize("content", [None, b"junk"])
@pytest.mark.parametrize("reaches", [True, False])
def test_whether_a_start_would_be_refused_is_told_without_a_change(
    tmp_path: Path, content: bytes | None, reaches: bool
) -> None:
    path, spool = tmp_path / "state", Spool()
    live(restore(path, spool.after, epoch=0).ledger, spool)
    assert is_told(path, spool.after)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    if not reaches:
        del spool.frames[:1]
    assert is_told(path, spool.after) is reaches
    assert (path.read_bytes() if path.exists() else None) == content
    assert is_told(path, lambda _: []) is (content is None)


def test_a_damaged_snapshot_and_an_empty_spool_do_not_start(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"junk")
    with pytest.raises(EvidenceError, match="cannot be told"):
        restore(tmp_path / "state", lambda _: [], epoch=1)


def test_a_second_life_alone_does_not_reach_back(tmp_path: Path) -> None:
    path, spool = tmp_path / "state", Spool()
    live(restore(path, spool.after, epoch=0).ledger, spool)
    spool.epoch = 1
    later = restore(path, spool.after, epoch=1).ledger
    spool.write(later.reserve_now(ask(8)).delta)
    spool.frames = [frame for frame in spool.frames if frame[0][0] == 1]
    path.write_bytes(b"junk")
    with pytest.raises(EvidenceError) as error:
        restore(path, spool.after, epoch=2)
    assert error.value.code == "WL-STA-004"


def test_replaying_twice_is_replaying_once() -> None:
    spool = Spool()
    live(Ledger(epoch=0), spool)
    again = Ledger(epoch=-1)
    assert rebuild(again, spool.frames) == rebuild(again, spool.frames) == len(spool.frames)
    check(again)


def test_a_damaged_delta_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as error:
        restore(tmp_path / "state", lambda _: [((0, 0), b"\xff")], epoch=0)
    assert error.value.code == "WL-STA-002"


def test_a_place_that_cannot_be_written_is_named_and_the_old_file_stands(tmp_path: Path) -> None:
    path = tmp_path / "state"
    save_snapshot(Ledger(epoch=0), path, (0, 0))
    before = path.read_bytes()
    (tmp_path / "state.new").mkdir()
    with pytest.raises(Fault) as error:
        write_snapshot(path, b"new")
    assert error.value.code == "WL-STA-003"
    assert path.read_bytes() == before
    with pytest.raises(Fault):
        save_snapshot(Ledger(epoch=0), tmp_path / "none" / "state", (0, 0))


def test_a_snapshot_that_cannot_be_read_is_not_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    with pytest.raises(EvidenceError, match="cannot be read"):
        load_snapshot(tmp_path / "state")
