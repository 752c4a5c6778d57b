from __future__ import annotations

import pytest

from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.leastprivilege import advise, covered_days
from wardlaw.inventory.model import FeedKind, Grant, RunState, SyncRun

NOW = 1_000 * DAY_S


def run(days_ago: float, covered_days_ago: float = 0.0, **more) -> SyncRun:
    fields = {"kind": FeedKind.EVENTS, "state": RunState.COMPLETE, "directory": "acme"} | more
    return SyncRun(
        "r", fields["directory"], "google", "activity", fields["kind"], NOW - days_ago * DAY_S, "p", fields["state"],
        covered_until=NOW - covered_days_ago * DAY_S,
    )  # fmt: skip


@pytest.mark.parametrize(("runs", "days"), [
    ([], 0), ([run(40, 39), run(1)], 40), ([run(40, 10)], 30), ([run(40, kind=FeedKind.LISTING)], 0),
    ([run(40, state=RunState.INCOMPLETE), run(5)], 5), ([run(40, directory="beta")], 0), ([run(1, -50)], 1),
])  # fmt: skip
def test_for_how_long_use_was_watched(runs, days) -> None:
    assert covered_days("acme", runs, at=NOW) == days


@pytest.mark.parametrize(("used_days_ago", "known", "watched", "said"), [
    (1, True, 29, "no usage data"), (1, False, 60, "no usage data"), (1, True, 60, "all of them stay"),
    (61, True, 60, "not used in 60 days"), (0, True, 60, "not used"),
])  # fmt: skip
def test_advice_needs_a_month_of_use(used_days_ago, known, watched, said) -> None:
    used = NOW - used_days_ago * DAY_S if used_days_ago else 0.0
    advice = advise(Grant("g", "u", "a", last_used_at=used, usage_known=known), "acme", [run(watched)], at=NOW)
    assert said in advice.why
    assert advice.known is ("no usage data" not in advice.why)
