from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from wardlaw.facts.action import Action
from wardlaw.gateway.habits import HabitsFile
from wardlaw.state.habits import Deed, Habits
from wardlaw.store.backup import backup, restore

KEY = b"k" * 32
NOW = 1_790_000_000.0


def file(folder: Path) -> HabitsFile:
    return HabitsFile(Habits(KEY), folder / "state", "gateway-1", idle_s=30 * 86_400.0, clock=lambda: NOW)


def work(habits: Habits, callers: int = 25) -> None:
    for number in range(callers):
        noted = habits.arrive([bytes([number]) * 16], Deed(NOW, Action.MODEL_CALL, tokens=9))
        habits.settle(noted, released=True)


def test_what_was_learned_outlives_a_stop(tmp_path: Path) -> None:
    first = file(tmp_path)
    assert first.open() == ""
    work(first.habits)
    asyncio.run(first.close())
    again = file(tmp_path)
    assert again.open() == ""
    assert len(again.habits) == 25


def test_nothing_learned_writes_nothing(tmp_path: Path) -> None:
    made = file(tmp_path)
    made.open()
    asyncio.run(made.close())
    assert list((tmp_path / "state").iterdir()) == []


def test_a_damaged_file_is_put_aside_and_learning_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "habits-gateway-1.state").write_bytes(b"junk")
    made = file(tmp_path)
    assert "damaged" in made.open()
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["habits-gateway-1.state.damaged"]


def test_a_disk_that_refuses_is_told_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = file(tmp_path)
    made.open()
    work(made.habits, 1)
    (tmp_path / "state" / "habits-gateway-1.state.new").mkdir()
    asyncio.run(made.keep())
    assert "could not be written" in caplog.text


def test_a_running_file_is_pictured_and_ends(tmp_path: Path) -> None:
    async def story() -> None:
        made = file(tmp_path)
        made.open()
        made.start()
        work(made.habits, 3)
        await made.close()

    asyncio.run(story())
    again = file(tmp_path)
    again.open()
    assert len(again.habits) == 3


def test_what_is_forgotten_leaves_the_file_too(tmp_path: Path) -> None:
    made = file(tmp_path)
    made.open()
    work(made.habits, 2)
    asyncio.run(made.keep())
    made.habits.forget(bytes(16))
    asyncio.run(made.close())
    again = file(tmp_path)
    again.open()
    assert len(again.habits) == 1


def test_who_was_idle_for_too_long_leaves_the_file(tmp_path: Path) -> None:
    made = file(tmp_path)
    made.open()
    work(made.habits, 2)
    asyncio.run(made.keep())
    later = HabitsFile(made.habits, tmp_path / "state", "gateway-1", idle_s=86_400.0, clock=lambda: NOW + 90_000)
    asyncio.run(later.close())
    again = file(tmp_path)
    again.open()
    assert len(again.habits) == 0


def test_profiles_come_back_with_a_backup(tmp_path: Path) -> None:
    made = file(tmp_path / "data")
    made.open()
    work(made.habits, 3)
    asyncio.run(made.close())
    backup(tmp_path / "data", tmp_path / "b.tar.gz", now=NOW)
    restore(tmp_path / "b.tar.gz", tmp_path / "new", now=NOW)
    again = file(tmp_path / "new")
    assert again.open() == ""
    assert len(again.habits) == 3


def test_a_worker_that_is_new_on_a_host_knows_what_the_others_know(tmp_path: Path) -> None:
    made = file(tmp_path)
    made.open()
    work(made.habits, 3)
    asyncio.run(made.close())
    second = HabitsFile(Habits(KEY), tmp_path / "state", "gateway-2", idle_s=86_400.0, clock=lambda: NOW)
    assert second.open() == ""
    assert len(second.habits) == 3
    (tmp_path / "state" / "habits-gateway-1.state").write_bytes(b"junk")
    third = HabitsFile(Habits(KEY), tmp_path / "state", "gateway-3", idle_s=86_400.0, clock=lambda: NOW)
    assert "damaged" in third.open()
    assert len(third.habits) == 0
