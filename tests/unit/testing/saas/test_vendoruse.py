from __future__ import annotations

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.saas.vendoruse import DAY_S, use_by_day


def test_events_of_one_key_and_day_are_one() -> None:
    events = [
        Activity("1", 5 * DAY_S + 1, Deed.USE, app="p", credential="k", calls=2, items=10),
        Activity("2", 5 * DAY_S + 9, Deed.USE, app="p", credential="k", calls=1, items=5),
        Activity("3", 6 * DAY_S, Deed.USE, app="p", credential="l"),
        Activity("4", 6 * DAY_S, Deed.EXPORT, app="p", credential="l"),
        Activity("5", 4 * DAY_S, Deed.USE, app="p", credential="l"),
    ]
    days = use_by_day(events, since=5.0 * DAY_S)
    assert [[(one.key, one.calls, one.tokens) for one in day] for day in days] == [[("k", 3, 15)], [("l", 1, 0)]]
