"""Seeded principals for the exam of the anomaly core: office people, batch agents, CI bots, agents of a person.

They have rhythms, holidays, month-ends, bursts, outages, new tools, evenings and journeys. Nothing here is tuned to
the detector; the figures are guesses about offices, and docs/anomaly.md says so.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

import msgspec

from wardlaw.facts.action import Action
from wardlaw.security.anomaly.event import Ending, Event, key_digest

KEY = b"traffic-key-of-16-bytes-or-more"
DAY_S = 86_400
FIRST_DAY = 20_606  # 2 June 2026, a Tuesday
KINDS = ("office", "finance", "batch", "ci", "agent")


def digest(name: str) -> bytes:
    return key_digest(name, key=KEY)


class Actor:
    """One principal: ``day(n)`` gives its events of the n-th day, in order of time."""

    def __init__(self, kind: str, seed: int) -> None:
        self.kind = kind
        self.rng = rng = random.Random(f"{kind}:{seed}")
        self.key = digest(f"{kind}:{seed}")
        self.tools = [digest(f"{kind}:tool:{rng.randrange(40)}") for _ in range({"batch": 3, "ci": 4}.get(kind, 7))]
        self.destinations = [digest(f"to:{rng.randrange(30)}") for _ in range(4)]
        self.starts_h = rng.gauss(8.5, 0.8) + rng.choice((-8, -5, 0, 0, 0, 1, 5))
        self.holidays = {rng.randrange(20, 300) for _ in range(2)}
        self.calls = math.exp(rng.gauss(math.log(35), 0.6))
        self.jitter = rng.uniform(0.2, 0.45)
        self.records = math.exp(rng.gauss(math.log(3), 0.5))
        self.moves = rng.uniform(0.05, 0.3)  # share of calls that move records
        self.growth = rng.gauss(0.0, 0.001)  # a day
        self.every_s = rng.choice((900, 1_800, 3_600))
        self.month_end = rng.uniform(1.5, 2.5) if kind in ("finance", "batch") else rng.uniform(1.0, 1.3)

    def at(self, day: int, hour: float) -> float:
        return (FIRST_DAY + day) * DAY_S + (hour % 24) * 3_600

    def event(self, at: float, *, tool: bytes | None = None, scale: float = 1.0, refused: float = 0.015) -> Event:
        rng = self.rng
        if rng.random() < refused:
            return Event(self.key, at, Action.TOOL_CALL, tool=self.tools[0], ending=Ending.REFUSED)
        chosen = tool if tool is not None else self.tools[min(int(rng.expovariate(0.7)), len(self.tools) - 1)]
        records = int(scale * math.exp(rng.gauss(math.log(self.records), 0.7))) if rng.random() < self.moves else 0
        return Event(
            self.key, at, Action.TOOL_CALL if records else Action.MODEL_CALL, tool=chosen,
            destination=self.destinations[min(int(rng.expovariate(1.5)), len(self.destinations) - 1)],
            tokens=int(scale * math.exp(rng.gauss(math.log(1_500), 0.7))), records=records,
            size_bytes=int(scale * math.exp(rng.gauss(math.log(4_000), 0.9))),
        )  # fmt: skip

    def day(self, day: int, factor: float = 1.0) -> list[Event]:
        rng = self.rng
        factor *= math.exp(self.growth * day)
        if (day + 1) % 30 >= 27 or (day + 1) % 30 == 0:
            factor *= self.month_end
        if rng.random() < 1 / 25:
            self.tools[-1] = digest(f"{self.kind}:tool:{rng.randrange(40)}")
        if rng.random() < 1 / 40:
            self.destinations[-1] = digest(f"to:{rng.randrange(30)}")
        makers = {"batch": self._batch, "ci": self._ci}
        made = list(makers.get(self.kind, self._person)(day, factor))
        return sorted(made, key=lambda event: event.at)

    def is_weekend(self, day: int) -> bool:
        return (FIRST_DAY + day + 3) % 7 >= 5

    def _person(self, day: int, factor: float) -> Iterator[Event]:
        rng = self.rng
        if any(0 <= day - start < 12 for start in self.holidays) or rng.random() < 0.04:
            return
        if self.is_weekend(day):
            if rng.random() > 0.05:
                return
            factor *= 0.3
        shift = rng.choice((-6, 6)) if rng.random() < 0.004 else 0.0  # a journey
        wanted = factor * self.calls * math.exp(rng.gauss(0, self.jitter)) * (1.6 if self.kind == "agent" else 1.0)
        made = 0
        while made < wanted:
            clock = self.at(day, self.starts_h + shift + rng.triangular(0, 9.5, 3))
            for _ in range(rng.randint(5, 30) if self.kind == "agent" else rng.randint(2, 12)):
                yield self.event(clock)
                made += 1
                clock += rng.expovariate(1 / (6 if self.kind == "agent" else 35))
        if rng.random() < 0.03:  # an evening
            clock = self.at(day, self.starts_h + shift + rng.uniform(11, 13))
            for _ in range(rng.randint(4, 20)):
                yield self.event(clock)
                clock += rng.expovariate(1 / 60)
        if rng.random() < 0.01:  # a form that is refused until somebody reads the message
            clock = self.at(day, self.starts_h + shift + 4)
            for turn in range(rng.randint(2, 5)):
                yield self.event(clock + 20 * turn, refused=1.0)

    def _batch(self, day: int, factor: float) -> Iterator[Event]:
        rng = self.rng
        outage = rng.uniform(0, 24) if rng.random() < 0.005 else None
        for slot in range(DAY_S // self.every_s):
            clock = self.at(day, slot * self.every_s / 3_600) + rng.uniform(0, 20)
            if outage is not None and abs(slot * self.every_s / 3_600 - outage) < 0.5:
                for retry in range(3):
                    yield self.event(clock + 5 * retry, refused=1.0)
                continue
            for turn, tool in enumerate(self.tools):
                yield self.event(clock + 2 * turn, tool=tool, scale=factor, refused=0.001)
        for turn in range(60 if self.is_weekend(day) else 20):  # the night's job, longer at the weekend
            yield self.event(self.at(day, 2) + turn * 4 + rng.random(), tool=self.tools[turn % 2], scale=4 * factor)

    def _ci(self, day: int, factor: float) -> Iterator[Event]:
        rng = self.rng
        jobs = 22 * factor * math.exp(rng.gauss(0, 0.35)) * (0.15 if self.is_weekend(day) else 1.0)
        if not self.is_weekend(day) and rng.random() < 0.08:
            jobs *= rng.uniform(1.5, 2.5)  # a release
        for _ in range(max(1, int(jobs))):
            clock = self.at(day, self.starts_h + rng.triangular(-1, 12, 5))
            is_broken = rng.random() < 0.01
            for turn in range(rng.randint(4, 8)):
                yield self.event(clock + turn * rng.uniform(1, 6), tool=self.tools[turn % 4], refused=is_broken or 0.02)


def bulk(actor: Actor, day: int, usual: float) -> list[Event]:
    """Ten times a usual day's records within ten minutes."""
    records = max(1, int(10 * max(usual, 25) / 40))
    start = actor.at(day, actor.starts_h + 4)
    return [
        Event(actor.key, start + 15 * turn, Action.TOOL_CALL, tool=actor.tools[0], destination=actor.destinations[0],
              tokens=1_500, records=records, size_bytes=200 * records)
        for turn in range(40)
    ]  # fmt: skip


def sips(actor: Actor, day: int, usual: float) -> list[Event]:
    """Twice a usual day's records on top, in small calls over the working day."""
    start = actor.at(day, actor.starts_h)
    extra, turns = 2 * max(usual, 25), 60
    return [
        Event(actor.key, start + 540 * turn, Action.TOOL_CALL, tool=actor.tools[0],
              destination=actor.destinations[0], tokens=800, records=max(1, int(extra / turns)), size_bytes=800)
        for turn in range(turns)
    ]  # fmt: skip


def night(actor: Actor, day: int, _usual: float) -> list[Event]:
    """A chain of four tools never used before, in the middle of the night; nothing large."""
    start = actor.at(day, actor.starts_h + 17)
    return [
        Event(actor.key, start + 40 * turn, Action.TOOL_CALL, tool=digest(f"strange:{turn % 4}:{turn // 8}"),
              destination=actor.destinations[0], tokens=1_000, records=1, size_bytes=2_000)
        for turn in range(16)
    ]  # fmt: skip


def probing(actor: Actor, day: int, _usual: float) -> list[Event]:
    """Thirty refusals in a row within ten minutes of a working day."""
    start = actor.at(day, actor.starts_h + 3)
    return [
        Event(actor.key, start + 20 * turn, Action.TOOL_CALL, tool=actor.tools[0], ending=Ending.REFUSED)
        for turn in range(30)
    ]


ATTACKS = {"bulk": bulk, "sips": sips, "night": night, "probing": probing}


def places(actor: Actor, day: int, _usual: float) -> list[Event]:
    """Twenty-five destinations never used before within an hour, a small call to each."""
    start = actor.at(day, actor.starts_h + 4)
    return [
        Event(actor.key, start + 120 * turn, Action.TOOL_CALL, tool=actor.tools[0], destination=digest(f"away:{turn}"),
              tokens=600, records=1, size_bytes=2_000)
        for turn in range(25)
    ]  # fmt: skip


def nightkey(actor: Actor, day: int, _usual: float) -> list[Event]:
    """A stolen key at work through the night: its usual tools and sizes, one call every five minutes for six hours."""
    start = actor.at(day, actor.starts_h + 13)
    return [
        Event(actor.key, start + 300 * turn, Action.TOOL_CALL, tool=actor.tools[turn % 2], tokens=1_500,
              destination=actor.destinations[0], records=int(actor.records), size_bytes=4_000)
        for turn in range(72)
    ]  # fmt: skip


def sessions(actor: Actor, day: int, usual: float) -> list[Event]:
    """The bulk of ``bulk``, each call in a session of its own."""
    return [
        msgspec.structs.replace(event, session=digest(f"session:{turn}"))
        for turn, event in enumerate(bulk(actor, day, usual))
    ]


ATTACKS |= {"places": places, "nightkey": nightkey, "sessions": sessions}
