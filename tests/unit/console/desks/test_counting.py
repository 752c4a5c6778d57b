from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.unit.console.desks.test_coverage import BOT, desk, put
from tests.unit.console.desks.test_replay import asked, place

from wardlaw.console.desks.counting import PAUSE_S, BackgroundCount
from wardlaw.store.database import reading

__all__ = ["desk", "place"]


def test_a_round_counts_to_the_end_and_questions_find_it_done(desk: SimpleNamespace) -> None:
    put(desk.place, *(asked(number, principal=BOT) for number in range(3)))
    waited: list[float] = []
    BackgroundCount(desk.desk, desk.place.engine, wait=waited.append)()
    assert waited == []
    with reading(desk.place.engine) as connection:
        counted = desk.desk.count_on(connection, 0.0)
    assert counted.end == counted.log_end == 3


def test_it_lets_questions_in_between_and_ends_when_it_is_told(desk: SimpleNamespace, monkeypatch: Any) -> None:
    monkeypatch.setattr("wardlaw.console.desks.coverage.PAGE", 1)
    monkeypatch.setattr("wardlaw.console.desks.counting.PART_S", 0.0)
    put(desk.place, *(asked(number, principal=BOT) for number in range(4)))
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            count.end()

    count = BackgroundCount(desk.desk, desk.place.engine, wait=wait)
    count()
    assert waited == [PAUSE_S, PAUSE_S]
