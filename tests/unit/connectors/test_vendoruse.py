from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.connectors.vendoruse import DAY_S, UseTally, count_days, counted, day_begin, rfc3339, use_window
from wardlaw.inventory.model import Use

NOW = 20_700 * DAY_S + 60


def told(tally: UseTally):
    (page,) = tally.pages(method="m", now=NOW)
    return page


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("kl"), st.integers(0, 5), st.integers(0, 99))))
def test_no_use_is_lost_or_counted_twice(rows) -> None:
    tally = UseTally()
    for place, key, days, calls in rows:
        tally.add(place, key, day_begin(NOW - days * DAY_S), calls=calls, tokens=calls * 2)
    uses = [one.thing for one in told(tally).sightings if isinstance(one.thing, Use)]
    assert sum(one.calls for one in uses) == sum(row[3] for row in rows)
    assert sum(one.tokens for one in uses) == 2 * sum(row[3] for row in rows)
    assert len({one.id for one in uses}) == len(uses) == len({row[:3] for row in rows})


def test_a_day_becomes_an_event_when_its_figures_stand() -> None:
    tally = UseTally()
    for days in (0, 1, 2, 3, 9):
        tally.add("", "", day_begin(NOW - days * DAY_S), calls=1, tokens=1)
    page = told(tally)
    assert [one.at for one in page.activities] == [day_begin(NOW - 9 * DAY_S), day_begin(NOW - 3 * DAY_S)]
    assert page.covered_until == NOW
    assert {(one.thing.account, one.thing.app) for one in page.sightings if isinstance(one.thing, Use)} == {
        ("none", "default")
    }


@given(st.floats(0, 60), st.floats(0.01, 40))
def test_every_day_becomes_an_event_whenever_runs_take_place(begin: float, gap: float) -> None:
    """Of two runs, whatever lies between them, one shows each day after its figures stood and within its window."""
    first, second = NOW + begin * DAY_S, NOW + (begin + gap) * DAY_S
    for days in range(-4, int(begin + gap) + 1):
        day = day_begin(NOW + days * DAY_S)
        if day >= day_begin(second - 30 * DAY_S) and day + DAY_S <= second - 2 * DAY_S:
            by_first = day >= use_window(0.0, first) and day + DAY_S <= first - 2 * DAY_S
            assert by_first or day >= use_window(first, second)


def test_what_is_no_count_counts_for_nothing() -> None:
    assert counted({"a": 2, "b": "3", "c": True, "d": None}, "a", "b", "c", "d", "e") == 2
    assert rfc3339(0) == "1970-01-01T00:00:00Z"


def test_a_day_that_is_not_understood_is_a_gap_and_the_others_count() -> None:
    seen: list[int] = []
    gaps = count_days([[{"n": 1}, {}], [{"n": 3}, None]], lambda day: seen.append(day["n"]), of="A day of x")
    assert seen == [1, 3]
    assert gaps[0] == "A day of x was not understood: 'n'."
    assert len(gaps) == 2
