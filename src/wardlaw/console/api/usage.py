"""What stored activity says of grants: read once for a directory, then asked about each of its grants."""

from __future__ import annotations

from collections.abc import Iterable

from wardlaw.console.api.desk import Turn
from wardlaw.inventory.exercise import exercise_table
from wardlaw.inventory.granted import AskedGrant
from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.leastprivilege import LEAST_DAYS, MOST_DAYS, Advice, WatchedUse, advise, covered_days
from wardlaw.inventory.model import Grant, Item, SyncRun
from wardlaw.store.exercise import Called, called_since, told_span

_FRESH_S = 3 * DAY_S  # logs come hours late, and a weekend tells nothing


class UsageBook:
    """Use of some grants, each directory read when it is first asked about.

    Args:
        grants: Those that will be asked about.
        runs: Readings of their directories.
        app: Only grants to this app are among them.
    """

    def __init__(self, turn: Turn, grants: Iterable[Item], runs: tuple[SyncRun, ...], *, app: str = "") -> None:
        self._turn = turn
        self._runs = runs
        self._app = app
        self._born = {
            (item.directory, item.thing.id): item.thing.granted_at or item.first_seen_at
            for item in grants
            if isinstance(item.thing, Grant)
        }
        self._read: dict[str, tuple[int, bool, Called]] = {}

    def advice(self, asked: AskedGrant) -> Advice:
        """What should become of a grant."""
        directory, grant, platform = asked.facts.directory, asked.grant, asked.facts.platform
        if directory not in self._read:
            self._read[directory] = self._directory(directory, platform)
        days, told, called = self._read[directory]
        if grant.account:
            methods = called.get((grant.app, grant.account), {})
        else:  # over the whole directory: whoever it was used for
            methods = {}
            for (app, _), own in called.items():
                if app == grant.app:
                    methods |= {name: max(last, methods.get(name, 0.0)) for name, last in own.items()}
        use = WatchedUse(days, told, self._born.get(asked.key, 0.0), methods)
        return advise(grant, platform, use, at=self._turn.now)

    def _directory(self, directory: str, platform: str) -> tuple[int, bool, Called]:
        now, table = self._turn.now, exercise_table(platform)
        days = covered_days(directory, self._runs, at=now, feeds=table.feeds if table else ())
        if table is None or days < LEAST_DAYS:
            return days, False, {}
        first, last = told_span(self._turn.connection, directory)
        told = 0.0 < first <= now - LEAST_DAYS * DAY_S and last >= now - _FRESH_S
        return days, told, called_since(self._turn.connection, directory, since=now - MOST_DAYS * DAY_S, app=self._app)
