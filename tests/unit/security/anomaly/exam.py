"""The exam: alerts on benign traffic, detection of attacks, cost. ``python -m tests.unit.security.anomaly.exam``.

Arguments: principals of each kind, days, seed. Prints the tables of docs/anomaly.md.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from tests.unit.security.anomaly.traffic import ATTACKS, KINDS, Actor

from wardlaw.security.anomaly.event import ALERTS, Event, Step
from wardlaw.security.anomaly.image import picture
from wardlaw.security.anomaly.profile import Profile

START = 60  # the day an attack begins: after the burn-in and a month of use
PATIENCE_DAYS = 60
SINCE = 28  # days of an actor's past its usual day is read from


def benign(kind: str, seed: int, days: int) -> tuple[int, int, Counter[str], int, int]:
    """Days with an event, alert days, steps and reasons, events, image bytes."""
    actor = Actor(kind, seed)
    profile = Profile(actor.key)
    active = alerts = events = 0
    seen: Counter[str] = Counter()
    for day in range(days):
        worst: dict[Step, str] = {}
        made = actor.day(day)
        for event in made:
            reading = profile.observe(event)
            if reading.step is not Step.NONE and reading.step not in worst:
                worst[reading.step] = " | ".join(reading.reasons[:3])
        active += bool(made)
        events += len(made)
        hit = [step for step in worst if step in ALERTS]
        alerts += bool(hit)
        for step, why in worst.items():
            seen[step] += 1
            if step in ALERTS:
                print(f"  {kind}:{seed} day {day} {step}: {why}") if "-v" in sys.argv else None
    return active, alerts, seen, events, len(picture(profile))


def attacked(kind: str, seed: int, attack: str) -> tuple[float, Step] | None:
    """Days from the attack's first event to the first alert and its step; nothing when it was never noticed."""
    actor = Actor(kind, seed)
    profile = Profile(actor.key)
    past: list[int] = []
    first = 0.0
    days = START + (PATIENCE_DAYS if attack in ("sips", "poison") else 1)
    for day in range(days):
        made = actor.day(day, 1.03 ** max(0, day - START) if attack == "poison" else 1.0)
        if day >= START:
            if attack != "poison" and (made or attack != "sips"):
                usual = sum(past[-SINCE:]) / max(1, sum(map(bool, past[-SINCE:])))
                made = sorted(made + ATTACKS[attack](actor, day, usual), key=lambda event: event.at)
            first = first or (made[0].at if made and attack in ("poison", "sips") else 0.0)
        else:
            past.append(sum(event.records for event in made))
        alerted, worst = None, Step.THROTTLE
        for event in made:
            reading = profile.observe(event)
            if day >= START and reading.step in ALERTS:
                alerted = event.at if alerted is None else alerted
                worst = Step.HOLD if reading.step is Step.HOLD else worst
        if alerted is not None:
            return (alerted - first) / 86_400 if first else 0.0, worst
    return None


def cost(seed: int = 7) -> float:
    """CPU of one observe in µs, hot, over a usual office person."""
    actor = Actor("agent", seed)
    made: list[Event] = [event for day in range(60) for event in actor.day(day)]
    best = 1e9
    for _ in range(5):
        profile = Profile(actor.key)
        begun = time.thread_time()
        for event in made:
            profile.observe(event)
        best = min(best, (time.thread_time() - begun) / len(made))
    return best * 1e6


def main(each: int, days: int, seed: int) -> None:
    print("| principals | principal-days | alert days | per 1,000 | lower-thresholds days per 1,000 | bytes at most |")
    total = Counter[str]()
    for kind in KINDS:
        rows = [benign(kind, seed + number, days) for number in range(each)]
        active, alerts = sum(row[0] for row in rows), sum(row[1] for row in rows)
        lower = sum(row[2][Step.LOWER_THRESHOLDS] for row in rows)
        total.update(active=active, alerts=alerts, lower=lower, events=sum(row[3] for row in rows))
        print(f"| {kind} | {active:,} | {alerts} | {1000 * alerts / active:.2f} | {1000 * lower / active:.1f} | "
              f"{max(row[4] for row in rows):,} |", flush=True)  # fmt: skip
    print(f"| all | {total['active']:,} | {total['alerts']} | {1000 * total['alerts'] / total['active']:.2f} | "
          f"{1000 * total['lower'] / total['active']:.1f} | {total['events']:,} events |")  # fmt: skip
    print("| attack | principals | noticed | days to alert, median / 90 % | hold among them |")
    for attack in (*ATTACKS, "poison"):
        kinds = ("office", "finance", "agent", "ci") if attack == "night" else KINDS
        found = [
            attacked(kind, 10_000 + seed + number, attack) for kind in kinds for number in range(max(4, each // 3))
        ]
        hits = sorted(days for hit in found if hit for days in [hit[0]])
        holds = sum(hit[1] is Step.HOLD for hit in found if hit)
        middle, late = (hits[len(hits) // 2], hits[int(len(hits) * 0.9)]) if hits else (-1.0, -1.0)
        print(f"| {attack} | {len(found)} | {100 * len(hits) / len(found):.0f} % | {middle:.1f} / {late:.1f} | "
              f"{holds} | slowest {max(hits, default=0):.1f}", flush=True)  # fmt: skip
    print(f"cost: {cost():.1f} µs an event")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(*(numbers + [10, 120, 1][len(numbers) :]))
