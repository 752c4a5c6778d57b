from __future__ import annotations

from wardlaw.facts.habit import HabitOrder, HabitOrderKind
from wardlaw.store import generations
from wardlaw.store.database import reading, writing
from wardlaw.store.habitorders import list_orders, newest_number, place_order


def test_orders_are_numbered_in_turn_and_raise_the_counter(database) -> None:
    accept = HabitOrder(0, "aa" * 16, HabitOrderKind.ACCEPT, "launch", "person:sec", 5.0)
    forget = HabitOrder(99, "bb" * 16, HabitOrderKind.FORGET, "left", "person:sec", 6.0)
    with writing(database) as connection:
        assert place_order(connection, accept).number == 1
        assert place_order(connection, forget).number == 2
    assert generations.read(database)["habits"] == 2
    with reading(database) as connection:
        assert [(one.number, one.kind) for one in list_orders(connection)] == [(1, "accept"), (2, "forget")]
        assert [one.caller for one in list_orders(connection, after=1)] == ["bb" * 16]
        assert list_orders(connection, after=2) == ()
        assert newest_number(connection) == 2
