"""A part of the log judged twice, on real stores."""

from __future__ import annotations

import pytest
from tests.unit.console.desks.test_replay import AT, BULK, asked, place, put  # noqa: F401 (a fixture)
from tests.unit.governance.lives import TODAY

from wardlaw.console.api.lifedesk import BacktestAsked, BacktestPart
from wardlaw.console.desks.backtest import BacktestDesk
from wardlaw.facts.errors import InputError
from wardlaw.governance.check import Checked, check
from wardlaw.store.database import reading, writing
from wardlaw.store.replaying import PAGE
from wardlaw.testing.decisions import put_inputs

NIGHT = (
    BULK.replace("GOV-07", "GOV-08")
    .replace("over: 100}", "over: 900}")
    .replace("101", "901")
    .replace(": 100}", ": 900}")
)


def sets(_at: float) -> tuple[Checked, Checked]:
    found = tuple(check(sources, today=TODAY) for sources in ({"a.yaml": NIGHT}, {"a.yaml": NIGHT, "b.yaml": BULK}))
    assert all(one.ok for one in found)
    return found[0], found[1]


def part(place, desk: BacktestDesk, *, by: str = "person:ci", begin: int = 0, end: int = 0) -> BacktestPart:  # noqa: F811
    with reading(place.engine) as connection:
        return desk.part(connection, "d", BacktestAsked(0, 2**53, begin, end), sets, by=by)


def test_only_what_the_version_changes_counts(place) -> None:  # noqa: F811
    put(place, asked(0, subjects=5), asked(1, subjects=180), asked(2, subjects=950))
    with writing(place.engine) as connection:
        put_inputs(connection, place.keyring, asked(3), b"no json", leaf=3)
    desk = BacktestDesk(place.keyring, clock=lambda: AT)
    found = part(place, desk)
    assert found.next == found.end == 4
    kept = desk.finished("d", by="person:ci")
    # 950 people at once are stopped by what runs already.
    assert (kept.judged, kept.unread, kept.total.stopped, kept.total.stopped_people) == (3, 1, 1, 1)
    assert kept == found.result
    with pytest.raises(InputError, match="WL-LIF-012"):
        desk.finished("d", by="person:ci")


def test_a_long_log_is_judged_part_by_part_and_by_nobody_elses_parts(place) -> None:  # noqa: F811
    put(place, *(asked(number, subjects=180) for number in range(PAGE + 5)))
    times = iter(range(0, 10_000, 10))
    desk = BacktestDesk(place.keyring, clock=lambda: AT + next(times))
    first = part(place, desk)
    assert (first.next, first.end, first.result.judged) == (PAGE, PAGE + 5, PAGE)
    for more in ({"by": "person:else"}, {"begin": 3, "end": PAGE + 5}):
        with pytest.raises(InputError, match="WL-LIF-012"):
            part(place, desk, **{"begin": PAGE, "end": PAGE + 5} | more)
    with pytest.raises(InputError, match="WL-LIF-012"):
        desk.finished("d", by="person:ci")
    last = part(place, desk, begin=first.next, end=first.end)
    assert (last.next, last.result.judged) == (PAGE + 5, PAGE + 5)
    assert desk.finished("d", by="person:ci").total.stopped == PAGE + 5


def test_an_empty_log(place) -> None:  # noqa: F811
    desk = BacktestDesk(place.keyring, clock=lambda: AT)
    found = part(place, desk)
    assert (found.next, found.end, found.result.judged) == (0, 0, 0)
    assert desk.finished("d", by="person:ci").teams == {}
