"""A whole organisation and its log before the lookout, as ``bench.nhi`` and the tests run it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.model import AccountKind
from wardlaw.inventory.watching.alarm import Alarm
from wardlaw.inventory.watching.lookout import Lookout
from wardlaw.inventory.watching.memory import DirectoryMemory
from wardlaw.inventory.watching.ordering import Ordering
from wardlaw.inventory.watching.surroundings import AppFacts, Surroundings
from wardlaw.testing.saas.world import World


def surroundings_of(world: World) -> Surroundings:
    """What the lookout is told beside the events.

    What the company decided about an app stands in its extras as ``decided``, in the words of ``AppFacts``; when an
    account was suspended, as ``gone_at``.

    Raises:
        msgspec.ValidationError: A decision is none of the format; the message says whose.
    """
    facts: dict[str, AppFacts] = {}
    gone: dict[str, float] = {}
    for key, extra in world.extras.items():
        kind, _, id_ = key.partition(" ")
        try:
            if kind == "app" and "decided" in extra:
                facts[id_] = msgspec.convert(extra["decided"], AppFacts)
            elif kind == "account" and "gone_at" in extra:
                gone[id_] = msgspec.convert(extra["gone_at"], float)
        except msgspec.ValidationError as error:
            raise msgspec.ValidationError(f"directory.json, extras of {key}: {error}") from error
    machines = frozenset(
        one.id for one in world.accounts.values() if one.acts_as in (AccountKind.NHI, AccountKind.AGENT)
    )
    return Surroundings(world.platform, dict(world.apps), facts, gone, machines)


def lookout_of(world: World) -> Lookout:
    """A lookout that has seen nothing yet."""
    return Lookout(DirectoryMemory(), {}, surroundings_of(world))


def alarms_of(lookout: Lookout, activities: Iterable[Activity]) -> Iterator[Alarm]:
    """The alarms of a log, in order, with the stream put into order first."""
    ordering = Ordering()
    for activity in ordering.put(activities):
        yield from lookout.observe(activity)
    for activity in ordering.rest():
        yield from lookout.observe(activity)
