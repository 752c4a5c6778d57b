from __future__ import annotations

import msgspec

from wardlaw.inventory.model import FeedKind, RunState, SyncRun
from wardlaw.inventory.view import freshness
from wardlaw.store.database import writing
from wardlaw.store.inventory import begin_run, finish_run, list_runs
from wardlaw.store.syncruns import LOOKED_BACK, FeedsOf, telling_runs


def test_a_few_runs_say_as_much_of_freshness_as_all(database) -> None:
    with writing(database) as connection:
        for number in range(1, LOOKED_BACK + 30):
            for feed, kind in (("tokens", FeedKind.LISTING), ("activity", FeedKind.EVENTS)):
                run = SyncRun(f"{feed}_{number}", "acme", "google", feed, kind, 100.0 * number, "person:a")
                begin_run(connection, run)
                state = RunState.COMPLETE if number in (3, 7) else RunState.INCOMPLETE
                covered = 90.0 * number if kind is FeedKind.EVENTS else 0.0
                finish_run(
                    connection,
                    run.id,
                    ended=msgspec.structs.replace(run, state=state, covered_until=covered, gaps=("x",)),
                )
        begin_run(connection, SyncRun("cut", "bolt", "github", "tokens", FeedKind.LISTING, 50.0, "person:a"))
        told = telling_runs(connection)
        assert freshness(told) == freshness(list_runs(connection))
        assert len(told) <= 9
        assert {run.directory for run in telling_runs(connection, "bolt")} == {"bolt"}
        feeds = FeedsOf(connection, "acme")
        assert feeds.platforms == {"acme": "google"}
        assert {run.feed for run in feeds.runs} == {"tokens", "activity"}
