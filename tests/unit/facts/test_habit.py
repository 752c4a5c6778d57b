from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.habit import HabitOrder, HabitOrderKind


def test_an_order_survives_json_and_another_kind_does_not() -> None:
    order = HabitOrder(1, "aa", HabitOrderKind.ACCEPT, "launch", "person:sec", 5.0)
    raw = msgspec.json.encode(order)
    assert msgspec.json.decode(raw, type=HabitOrder) == order
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(raw.replace(b"accept", b"praise"), type=HabitOrder)
