"""The lookout of one directory: events in, alarms out, and everything remembered in two structs that can be kept.

Events should come in the order of their times (``ordering.py``, or a query); one that comes late is judged by what it
is, and changes no habit. Each is to be given once: ``ordering.py`` and the table of events know their ids.
"""

from __future__ import annotations

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.rules import DAY_S
from wardlaw.inventory.watching.alarm import ALARMS, Alarm, Growth, key_of
from wardlaw.inventory.watching.granting import look_at_advisory, look_at_arrival, look_at_deed
from wardlaw.inventory.watching.habits import look_at_use
from wardlaw.inventory.watching.memory import MOST_APPS, MOST_OPEN, AppMemory, DirectoryMemory, OpenAlarm
from wardlaw.inventory.watching.noticing import Notice
from wardlaw.inventory.watching.signals import look_at_signal
from wardlaw.inventory.watching.surroundings import Surroundings

LATE_S = DAY_S
"""Events older than this beside the latest do not change habits: their hour is over and cannot be added up anew."""

_USES = frozenset({Deed.USE, Deed.EXPORT, Deed.SIGN_IN})
_SILENT = frozenset({Deed.REFUSAL, Deed.CREDENTIAL_REMOVED, Deed.REVOKE, Deed.APP_DELETED})


class Lookout:
    """Watches one directory.

    Args:
        directory: What is remembered of it; changed in place.
        apps: What is remembered of each app; changed in place. Apps missing here count as new.
    """

    def __init__(self, directory: DirectoryMemory, apps: dict[str, AppMemory], around: Surroundings) -> None:
        self.directory = directory
        self.apps = apps
        self.around = around
        self._grown: dict[tuple[str, str], OpenAlarm] = {}

    def observe(self, activity: Activity) -> list[Alarm]:
        """The alarms that begin with an event; those it makes grow are told by ``take_growth``."""
        directory = self.directory
        at = activity.at
        if at > directory.clock:
            if not directory.first_at:
                directory.first_at = at
            directory.clock = at
        deed = activity.deed
        found: list[Notice]
        if deed is Deed.ADVISORY:
            return self._advised(activity)
        if deed is Deed.SIGNALLED:  # about an account, whatever apps it has let in
            found = look_at_signal(activity, self.around)
            app = self.apps.setdefault("", AppMemory(first_at=at)) if found else None
            return self._told(found, activity, "", app) if app is not None else []
        app = self.apps.get(activity.app)
        found = []
        if app is None:
            app = self._new(activity)
            if activity.app and deed not in _SILENT:
                found += look_at_arrival(activity, app, directory, self.around)
        app.last_at = max(app.last_at, at)
        if deed in _USES:
            if at >= directory.clock - LATE_S and activity.app:
                found += look_at_use(activity, app, directory, self.around)
        elif deed not in _SILENT:
            found += look_at_deed(activity, app, directory, self.around)
        return self._told(found, activity, activity.app, app) if found else []

    def take_growth(self) -> list[Growth]:
        """The alarms that came again since this was last asked."""
        grown = [
            Growth(app, key, one.first_at, one.last_at, one.count) for (app, key), one in sorted(self._grown.items())
        ]
        self._grown = {}
        return grown

    def adopt(self, app: str) -> None:
        """Somebody has said that what is going on with an app is in order: what was suspect of it is usual now."""
        memory = self.apps.get(app)
        if memory is not None:
            for suspect in memory.suspects.values():
                suspect.first_at, suspect.days = 0.0, 1_000
            for one in memory.open.values():
                one.first_at = 0.0

    def _new(self, activity: Activity) -> AppMemory:
        app = self.apps[activity.app] = AppMemory(first_at=activity.at, name=activity.app_name)
        if len(self.apps) > MOST_APPS:
            for old in sorted(self.apps, key=lambda one: self.apps[one].last_at)[: MOST_APPS // 8]:
                if old != activity.app:
                    del self.apps[old]
        return app

    def _advised(self, activity: Activity) -> list[Alarm]:
        told: list[Alarm] = []
        for name, notice in look_at_advisory(activity, self.apps, self.around):
            app = self.apps.get(name)
            if app is None:
                app = self.apps[name] = AppMemory(first_at=activity.at)
            told += self._told([notice], activity, name, app)
        return told

    def _told(self, notices: list[Notice], activity: Activity, name: str, app: AppMemory) -> list[Alarm]:
        """What is new among notices; the rest lets an alarm that was given grow."""
        told: list[Alarm] = []
        counted: set[str] = set()
        for notice in notices:
            facts = ALARMS[notice.kind]
            key = key_of(notice.kind, notice.account, notice.cause)
            if key in counted:
                continue
            counted.add(key)
            given = app.open.get(key)
            if given is not None and activity.at - given.last_at <= facts.quiet_s:
                given.last_at = max(given.last_at, activity.at)
                given.count += 1
                self._grown[name, key] = given
            elif notice.evidence:  # without any it only says that a suspect is still there
                app.open[key] = OpenAlarm(activity.at, activity.at, 1 + (given.count if given else 0))
                told.append(
                    Alarm(
                        notice.kind, notice.weight or facts.weight, name, notice.account, notice.cause,
                        activity.id, activity.at, notice.evidence,
                    )
                )  # fmt: skip
        if len(app.open) > MOST_OPEN:
            for old in sorted(app.open, key=lambda one: app.open[one].last_at)[: len(app.open) - MOST_OPEN]:
                del app.open[old]
        return told
