"""Counting decisions of the log by whose traffic they were, day by day, so that old days fall out of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

import msgspec

from wardlaw.evidence.observed import Counts
from wardlaw.evidence.running import RunningClause
from wardlaw.register.system import UNREGISTERED, Traffic

MOST_KINDS = 50_000
"""Kinds of traffic kept apart for one day; what comes beyond belongs to nobody, and so to no system."""
SWITCH_S = 60.0
"""How long after a set was published a decision under the one before is no stray, in seconds; gateways follow in one."""
_DAY_S = 86_400


class Told(msgspec.Struct, frozen=True):
    """One decision of the log.

    Attributes:
        at: Unix seconds.
        policies: Digest of the set that decided.
        fired: Clauses that matched, whatever their mode.
        observes: The route carries nothing out.
        unread: It had content nobody could read.
    """

    id: str
    at: float
    traffic: Traffic
    policies: str
    fired: tuple[str, ...] = ()
    observes: bool = False
    unread: bool = False


class Unclaimed(msgspec.Struct, frozen=True):
    """Decisions on traffic that belongs to no registered system; ``last_at`` in Unix seconds, ``last`` the decision of that moment."""

    principal: str
    kind: str
    route: str
    resource: str
    decisions: int
    last_at: float
    last: str


class Firing(msgspec.Struct, frozen=True):
    """How often a clause matched one kind of traffic on one day.

    Attributes:
        day: Days since 1970-01-01, UTC.
        kind: Of the callers, such as ``User`` or ``Agent``.
        last_at: Unix seconds; ``last`` is the decision of that moment.
    """

    day: int
    kind: str
    route: str
    resource: str
    count: int
    last_at: float
    last: str


class _Group:
    """Counts of one kind of traffic."""

    __slots__ = ("fired", "newest", "observed", "sets", "unread")

    def __init__(self) -> None:
        self.sets: dict[str, tuple[int, float]] = {}
        self.fired: dict[str, tuple[int, float, str]] = {}
        self.newest = (0.0, "")
        self.observed = 0
        self.unread = 0

    def add(self, told: Told) -> None:
        count, last = self.sets.get(told.policies, (0, 0.0))
        self.sets[told.policies] = (count + 1, max(last, told.at))
        for name in told.fired:
            self._fire(name, 1, told.at, told.id)
        self.newest = max(self.newest, (told.at, told.id))
        self.observed += told.observes
        self.unread += told.unread

    def join(self, other: _Group) -> None:
        for digest, (count, last) in other.sets.items():
            mine, before = self.sets.get(digest, (0, 0.0))
            self.sets[digest] = (mine + count, max(before, last))
        for name, (count, at, record) in other.fired.items():
            self._fire(name, count, at, record)
        self.newest = max(self.newest, other.newest)
        self.observed += other.observed
        self.unread += other.unread

    def _fire(self, name: str, count: int, at: float, record: str) -> None:
        before, last, kept = self.fired.get(name, (0, -1.0, ""))
        self.fired[name] = (before + count, at, record) if at >= last else (before + count, last, kept)


Scene = Mapping[tuple[str, str], Mapping[str, _Group]]
"""The traffic of one system by action and kind of principal, and by resource."""


class Tally:
    """Adds up decisions; keeps no texts, and names of callers only for as long as the window is."""

    def __init__(self) -> None:
        self._days: dict[int, dict[Traffic, _Group]] = {}

    def add(self, told: Told) -> None:
        """Count one decision."""
        groups = self._days.setdefault(int(told.at // _DAY_S), {})
        traffic = told.traffic
        if traffic not in groups and len(groups) >= MOST_KINDS:
            traffic = Traffic("", "", traffic.kind, traffic.action, "", "")
        groups.setdefault(traffic, _Group()).add(told)

    def forget_before(self, at: float) -> None:
        """Let whole days before a time (Unix seconds) go."""
        for day in [day for day in self._days if day < int(at // _DAY_S)]:
            del self._days[day]

    def unclaimed(self, owners: Callable[[Traffic], Iterable[str]]) -> tuple[Unclaimed, ...]:
        """Traffic that belongs to no system, by who makes it and what they reach, the most first."""
        found: dict[tuple[str, str, str, str], Unclaimed] = {}
        for groups in self._days.values():
            for traffic, group in groups.items():
                if tuple(owners(traffic)) != (UNREGISTERED,):
                    continue
                key = (traffic.principal, traffic.kind, traffic.route, traffic.resource)
                count = sum(number for number, _ in group.sets.values())
                before = found.get(key)
                newest = max(group.newest, (before.last_at, before.last) if before else (0.0, ""))
                found[key] = Unclaimed(*key, count + (before.decisions if before else 0), *newest)
        return tuple(sorted(found.values(), key=lambda one: (-one.decisions, one.principal, one.resource)))

    def firings(self, clause: str) -> tuple[Firing, ...]:
        """Where a clause matched, day by day, the oldest first; callers are not told apart but by their kind."""
        found: dict[tuple[int, str, str, str], Firing] = {}
        for day, groups in self._days.items():
            for traffic, group in groups.items():
                match = group.fired.get(clause)
                if match is None:
                    continue
                key = (day, traffic.kind, traffic.route, traffic.resource)
                before = found.get(key)
                last_at, last = max((match[1], match[2]), (before.last_at, before.last) if before else (0.0, ""))
                found[key] = Firing(*key, match[0] + (before.count if before else 0), last_at, last)
        return tuple(sorted(found.values(), key=lambda one: (one.day, -one.count, one.resource)))

    def scenes(self, owners: Callable[[Traffic], Iterable[str]]) -> Mapping[str, Scene]:
        """The traffic of each system, by the system's id."""
        found: dict[str, dict[tuple[str, str], dict[str, _Group]]] = {}
        for groups in self._days.values():
            for traffic, group in groups.items():
                for name in owners(traffic):
                    scene = found.setdefault(name, {}).setdefault((traffic.action, traffic.kind), {})
                    scene.setdefault(traffic.resource, _Group()).join(group)
        return found


def decisions_in(scene: Scene) -> int:
    """How many decisions a system's traffic is."""
    groups = (group for by_resource in scene.values() for group in by_resource.values())
    return sum(count for group in groups for count, _ in group.sets.values())


def counts_of(running: RunningClause, scene: Scene, *, in_force: str, published_at: float) -> Counts:
    """What a system's traffic says of one clause.

    Args:
        in_force: Digest of the published set.
        published_at: Since when, Unix seconds.
    """
    seen = evaluated = fired = observed = unread = 0
    last_at, last, stray_at = 0.0, "", 0.0
    # This runs for every clause and system: a scene has a handful of entries.
    for place, by_resource in scene.items():
        if place not in running.scope:
            continue
        for resource, group in by_resource.items():
            if running.resources and not _is_meant(resource, running.resources):
                continue
            for digest, (count, newest) in group.sets.items():
                seen += count
                if digest == in_force:
                    evaluated += count
                elif newest > published_at + SWITCH_S:
                    stray_at = max(stray_at, newest)
            match = group.fired.get(running.id)
            if match is not None:
                fired += match[0]
                last_at, last = match[1:] if match[1] >= last_at else (last_at, last)
            observed += group.observed
            if running.reads_content:
                unread += group.unread
    return Counts(seen, evaluated, stray_at, fired, last_at, last, observed, unread)


def _is_meant(resource: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(resource, one) for one in patterns)
