"""The exam: alerts on benign traffic, detection of attacks, cost. ``python -m tests.unit.security.anomaly.exam``.

Arguments: principals of each kind, days, seed. Prints the tables of docs/anomaly.md.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from multiprocessing import Pool
from multiprocessing.pool import Pool as PoolType

from tests.unit.security.anomaly.traffic import ATTACKS, KINDS, Actor

from wardlaw.security.anomaly.event import ALERTS, Event, Step
from wardlaw.security.anomaly.image import picture
from wardlaw.security.anomaly.profile import Profile

START = 60  # the day an attack begins: after the burn-in and a month of use
PATIENCE_DAYS = 60
SINCE = 28  # days of an actor's past its usual day is read from


def benign(kind: str, seed: int, days: int, is_answered: bool = False) -> tuple[int, int, Counter[str], int, int]:
    """Days with an event, alert days, days by step, events, image bytes.

    With ``is_answered`` a person looks at each alert the next morning and accepts what was seen.
    """
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
        if hit and is_answered:
            profile.accept(actor.at(day + 1, 0))
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


def cost(kind: str, seed: int = 7) -> float:
    """CPU of one observe in µs, hot, the ends of days included."""
    actor = Actor(kind, seed)
    made: list[Event] = [event for day in range(40) for event in actor.day(day)]
    best = 1e9
    for _ in range(5):
        profile = Profile(actor.key)
        begun = time.thread_time()
        for event in made:
            profile.observe(event)
        best = min(best, (time.thread_time() - begun) / len(made))
    return best * 1e6


def main(each: int, days: int, seed: int) -> None:
    with Pool() as pool:
        _benign_table(pool, each, days, seed)
        _attack_table(pool, max(4, each // 2), 10_000 + seed)
    print(f"cost: {cost('batch'):.1f} µs an event at 320 a day, {cost('agent'):.1f} µs at 40 a day")


def _benign_table(pool: PoolType, each: int, days: int, seed: int) -> None:
    print(
        "| principals | principal-days | alert days | per 1,000 | when answered | lower-thresholds per 1,000 | bytes |"
    )
    total = Counter[str]()
    for kind in KINDS:
        rows = pool.starmap(benign, [(kind, seed + number, days) for number in range(each)])
        active, alerts = sum(row[0] for row in rows), sum(row[1] for row in rows)
        answered = pool.starmap(benign, [(kind, seed + number, days, True) for number in range(each)])
        again = sum(row[1] for row in answered)
        lower = sum(row[2][Step.LOWER_THRESHOLDS] for row in rows)
        total.update(active=active, alerts=alerts, lower=lower, answered=again, events=sum(row[3] for row in rows))
        print(f"| {kind} | {active:,} | {alerts} | {1000 * alerts / active:.2f} | {again} | {1000 * lower / active:.1f} | "
              f"{max(row[4] for row in rows):,} |", flush=True)  # fmt: skip
    print(f"| all | {total['active']:,} | {total['alerts']} | {1000 * total['alerts'] / total['active']:.2f} | {total['answered']} | "
          f"{1000 * total['lower'] / total['active']:.1f} | {total['events']:,} events |")  # fmt: skip


def _attack_table(pool: PoolType, each: int, seed: int) -> None:
    print("| attack | against | noticed | hold among them | days to alert: median / 90 % / last |")
    for attack in (*ATTACKS, "poison"):
        for kind in KINDS:
            found = pool.starmap(attacked, [(kind, seed + number, attack) for number in range(each)])
            days = sorted(hit[0] for hit in found if hit)
            holds = sum(hit[1] is Step.HOLD for hit in found if hit)
            times = (
                " / ".join(f"{days[int((len(days) - 1) * share)]:.2f}" for share in (0.5, 0.9, 1.0)) if days else "–"
            )
            before = f" {sum(1.03**past < 3 for past in days)} before threefold |" if attack == "poison" else ""
            print(f"| {attack} | {kind} | {len(days)} of {each} | {holds} | {times} |{before}", flush=True)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    main(*(numbers + [10, 120, 1][len(numbers) :]))
