"""A few weeks of an app for tests of the lookout: quiet, and the same every day."""

from __future__ import annotations

from typing import Any

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.watching.alarm import AlarmKind
from wardlaw.inventory.watching.lookout import Lookout
from wardlaw.inventory.watching.memory import DirectoryMemory
from wardlaw.inventory.watching.surroundings import Surroundings

DAY, HOUR = 86_400.0, 3_600.0
START = 20_728 * DAY  # a Thursday, 0 o'clock UTC
MAIL = ("https://mail.google.com/",)
APPROVED = {"approved": True}


class Life:
    """A directory with one app, and what is noticed of it."""

    def __init__(self, around: Surroundings | None = None, *, days: int = 0, **facts: Any) -> None:
        self.lookout = Lookout(DirectoryMemory(), {}, around or Surroundings("google"))
        self.number = 0
        self.noticed: list[tuple[AlarmKind, str]] = []
        self.weights: dict[AlarmKind, str] = {}
        self.usual(range(days), **facts)

    def usual(self, days: range, *, hours: tuple[int, ...] = (9, 13), **facts: Any) -> None:
        for day in days:
            for hour in hours:
                base = {
                    "app": "app",
                    "account": "u1",
                    "method": "files.get",
                    "asn": 64_500,
                    "ip": "20.1.1.1",
                    "user_agent": "acme/1.0",
                    "object": "o",
                }
                self.happen(Deed.USE, day + hour / 24, **(base | facts))

    def happen(self, deed: Deed, day: float, **facts: Any) -> str:
        self.number += 1
        return self.tell(Activity(f"e{self.number}", START + day * DAY, deed, **({"app": "app"} | facts)))

    def tell(self, activity: Activity) -> str:
        for alarm in self.lookout.observe(activity):
            self.noticed.append((alarm.kind, alarm.event))
            self.weights[alarm.kind] = alarm.weight.value
        return activity.id

    def kinds(self) -> set[str]:
        return {kind.value for kind, _ in self.noticed}

    def restarted(self) -> None:
        kept = msgspec.msgpack.encode((self.lookout.directory, self.lookout.apps))
        kinds = tuple[type(self.lookout.directory), dict[str, type(next(iter(self.lookout.apps.values())))]]
        directory, apps = msgspec.msgpack.decode(kept, type=kinds)
        self.lookout = Lookout(directory, apps, self.lookout.around)
