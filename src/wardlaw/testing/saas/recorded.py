"""What is found in an organisation and its log, without a database: for ``bench.nhi`` and the demo."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.findings import TrackedFinding, alarm_id, grown_by, of_alarm, of_rule
from wardlaw.inventory.model import FeedKind, Item, RunState, SyncRun, Thing
from wardlaw.inventory.rules import Limits, find
from wardlaw.inventory.view import assemble
from wardlaw.inventory.watching.lookout import Lookout
from wardlaw.inventory.watching.posture import unused_scopes
from wardlaw.testing.saas.company import Cast
from wardlaw.testing.saas.companydays import CompanyDays
from wardlaw.testing.saas.incidents import START
from wardlaw.testing.saas.watching import alarms_of, lookout_of
from wardlaw.testing.saas.world import World

ORDINARY_DAYS, ORDINARY_PEOPLE, ORDINARY_APPS = 60, 2_000, 300


def ordinary(
    seed: int, *, people: int = ORDINARY_PEOPLE, apps: int = ORDINARY_APPS, days: int = ORDINARY_DAYS
) -> World:
    """Ordinary days of a company drawn from a seed."""
    cast = Cast(people=people, apps=apps, platform="google", seed=seed)
    world = cast.found(START)
    CompanyDays(cast, world, START).live(days)
    return world


def findings_of(world: World, events: Iterable[Activity]) -> tuple[Lookout, list[TrackedFinding]]:
    """What is found in a log, in the order in which it was first noticed, each with how often it came."""
    lookout = lookout_of(world)
    found: dict[str, TrackedFinding] = {}
    for alarm in alarms_of(lookout, events):
        one = of_alarm(world.name, alarm)
        found[one.id] = (
            msgspec.structs.replace(found[one.id], count=found[one.id].count + 1) if one.id in found else one
        )
    for growth in lookout.take_growth():
        id_ = alarm_id(world.name, growth.app, growth.key)
        if id_ in found:
            found[id_] = grown_by(found[id_], growth, at=growth.last_at)
    return lookout, list(found.values())


def standing(world: World, lookout: Lookout) -> list[TrackedFinding]:
    """What rules find in the organisation as it is at its end."""
    now = max(world.now, lookout.directory.clock)
    run = SyncRun("recorded", world.name, world.platform, "recorded", FeedKind.LISTING, now, "", RunState.COMPLETE)
    things: list[Thing] = [
        *world.accounts.values(),
        *world.apps.values(),
        *world.grants.values(),
        *world.credentials.values(),
    ]
    items = [Item(world.name, "recorded", thing, now, now, now) for thing in things]
    found = [
        *find(assemble(items, [run]), at=now, limits=Limits()),
        *unused_scopes(world.name, world.platform, lookout.apps, at=now),
    ]
    return [of_rule(one, at=now) for one in found]
