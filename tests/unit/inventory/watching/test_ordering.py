from __future__ import annotations

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.watching.ordering import Ordering


def use(id_: str, at: float) -> Activity:
    return Activity(id_, at, Deed.USE)


def test_events_within_reach_come_out_in_order_and_once() -> None:
    ordering = Ordering(reach_s=10)
    first = [one.id for one in ordering.put([use("c", 30), use("a", 25), use("c", 30), use("b", 27), use("d", 41)])]
    assert first == ["a", "b", "c"]
    assert [one.id for one in ordering.put([use("a", 25), use("x", 1)])] == ["x"]  # far behind: at once
    assert [one.id for one in ordering.rest()] == ["d"]
    assert list(ordering.rest()) == []


def test_what_is_held_back_is_bounded() -> None:
    ordering = Ordering(reach_s=1e9, most=100)
    out = list(ordering.put(use(str(n), 1_000.0 - n % 7) for n in range(1_000)))
    assert len(out) == 900
    long = Ordering(reach_s=1)
    for number in range(10_000):
        list(long.put([use(f"e{number}", float(number))]))
    assert len(long._ids) + len(long._ids_before) < 50
