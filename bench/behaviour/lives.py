"""More seeded principals for the exam: cron agents, people on call, a service that grows and launches, a team with new tools."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.behaviour.traffic import DAY_S, KINDS, Actor, digest
from wardlaw.security.anomaly.event import Event

LAUNCHES = (52, 88)
ROLLOUT = 64
LIVES = (*KINDS, "cron", "oncall", "launch", "rollout")


def actor_of(kind: str, seed: int) -> Actor:
    """A principal of any kind."""
    made: dict[str, Callable[[str, int], Actor]] = {
        "cron": Cron,
        "oncall": OnCall,
        "launch": Launch,
        "rollout": Rollout,
    }
    return made.get(kind, Actor)(kind, seed)


class Cron(Actor):
    """Three tools in the same order every quarter of an hour; after an outage what was missed is caught up at once."""

    def day(self, day: int, factor: float = 1.0) -> list[Event]:
        """The events of a day."""
        return sorted(self._slots(day, factor), key=lambda event: event.at)

    def _slots(self, day: int, factor: float) -> Iterator[Event]:
        rng, missed = self.rng, 0
        outage = range(rng.randrange(60), 96)[: rng.randrange(4, 24)] if rng.random() < 0.015 else range(0)
        for slot in range(DAY_S // 900):
            if slot in outage:
                missed += 1
                continue
            clock = self.at(day, slot / 4) + rng.uniform(0, 5)
            for turn in range(1 + missed):
                for number, tool in enumerate(self.tools[:3]):
                    yield self.event(clock + 8 * turn + 2 * number, tool=tool, scale=factor, refused=0.001)
            missed = 0


class OnCall(Actor):
    """Somebody of the office who is on call every fourth week, with incidents at night."""

    def day(self, day: int, factor: float = 1.0) -> list[Event]:
        """The events of a day."""
        made = super().day(day, factor)
        rng = self.rng
        if day // 7 % 4 == 0 and rng.random() < 0.35:
            clock = self.at(day, rng.uniform(0, 5))
            for _ in range(rng.randint(15, 50)):
                made.append(self.event(clock, refused=0.04))
                clock += rng.expovariate(1 / 45)
        return sorted(made, key=lambda event: event.at)


class Launch(Actor):
    """A service behind an application: busy all day, two parts in a thousand more each day, twice as much at a launch."""

    def day(self, day: int, factor: float = 1.0) -> list[Event]:
        """The events of a day."""
        rng = self.rng
        launching = any(0 <= day - start < 3 for start in LAUNCHES)
        wanted = 150 * factor * 1.002**day * rng.gauss(1.0, 0.08) * (0.6 if self.is_weekend(day) else 1.0)
        wanted *= rng.uniform(1.7, 2.2) if launching else 1.0
        made = [self.event(self.at(day, rng.triangular(0, 23.9, 14)), refused=0.005) for _ in range(int(wanted))]
        return sorted(made, key=lambda event: event.at)


class Rollout(Actor):
    """Somebody of an office that is given three new tools and a new destination on one day, and learns to use them."""

    def day(self, day: int, factor: float = 1.0) -> list[Event]:
        """The events of a day."""
        if day == ROLLOUT:
            self.tools = [*(digest(f"rollout:{number}") for number in range(3)), *self.tools]
            self.destinations = [digest("to:rollout"), *self.destinations]
        return super().day(day, factor)
