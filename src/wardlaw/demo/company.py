"""``wardlaw demo --company``: a company of two thousand people for sixty days, and eight incidents that became public.

Everything is generated; what is shown is what the detectors say of it, in the order in which they notice it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from wardlaw.inventory.findings import TrackedFinding
from wardlaw.inventory.rules import Weight
from wardlaw.testing.saas.company import DAY
from wardlaw.testing.saas.incidents import REPLAYS, Replay
from wardlaw.testing.saas.recorded import ORDINARY_DAYS, ORDINARY_PEOPLE, findings_of, ordinary, standing
from wardlaw.testing.saas.world import World, save_world

Say = Callable[[float, str], None]


class CompanyLife(msgspec.Struct, frozen=True):
    """The company, and what is found in it.

    Attributes:
        app_days: Apps times days on which they were seen.
        noticed: What detectors noticed in the log of ordinary days: all of it false.
        standing: What rules find in the organisation as it is at the end, by rule.
    """

    people: int
    apps: int
    grants: int
    events: int
    app_days: int
    noticed: tuple[TrackedFinding, ...]
    standing: dict[str, int]


class IncidentFound(msgspec.Struct, frozen=True):
    """One incident, and when it was noticed.

    Attributes:
        steps: Events of the incident in its log.
        first: The finding at the earliest of them; None when nothing was found.
        late_s: Seconds from the first event of the incident to that finding.
        others: Rules that found something in it later.
    """

    id: str
    platform: str
    steps: int
    first: TrackedFinding | None
    late_s: float
    others: tuple[str, ...]


def live(say: Say, *, seed: int, people: int = ORDINARY_PEOPLE, days: int = ORDINARY_DAYS) -> tuple[World, CompanyLife]:
    """Let the company live, and look at it.

    Args:
        say: Told the share that is done, and a word.
    """
    say(0.0, f"{people:,} people, {days} days")
    world = ordinary(seed, people=people, days=days)
    say(0.5, f"{len(world.activities):,} events before the detectors")
    lookout, noticed = findings_of(world, world.activities)
    say(0.9, "and the organisation before the rules")
    rules = Counter(one.rule for one in standing(world, lookout))
    seen = len({(one.app, int(one.at // DAY)) for one in world.activities if one.app})
    people_there = sum(1 for one in world.accounts.values() if one.acts_as.value == "human")
    told = CompanyLife(
        people_there, len(world.apps), len(world.grants), len(world.activities), seen, tuple(noticed), dict(rules)
    )
    return world, told


def replay(name: str) -> tuple[World, IncidentFound]:
    """Play one incident, and look when it is noticed.

    Raises:
        KeyError: There is none of that name; ``REPLAYS`` has them.
    """
    played: Replay = REPLAYS[name]()
    _, noticed = findings_of(played.world, played.world.activities)
    own = [one for one in noticed if one.app in played.apps]
    places = {one.id: one.at for one in played.world.activities if one.id.startswith("x")}
    ours = sorted((one for one in own if one.event in places), key=lambda one: (places[one.event], _gravity(one)))
    first = ours[0] if ours else None
    late = places[first.event] - min(places.values()) if first else 0.0
    others = tuple(dict.fromkeys(one.rule for one in ours[1:] if first and one.rule != first.rule))
    return played.world, IncidentFound(name, played.world.platform, len(places), first, late, others)


def keep(world: World, folder: Path) -> None:
    """The organisation as a folder that ``bench.nhi`` and the stand-ins read."""
    save_world(world, folder)


def _gravity(finding: TrackedFinding) -> int:
    return list(Weight).index(finding.weight)
