"""The exam: alerts on benign traffic, detection of attacks, newcomers among peers, cost. ``python -m bench.behaviour``.

Arguments: principals of each kind, days, seed. Prints the tables of docs/anomaly.md; the same seed, the same tables.
"""

from __future__ import annotations

import functools
import sys
import time
from collections import Counter
from multiprocessing import Pool
from multiprocessing.pool import Pool as PoolType

from bench.behaviour.lives import LIVES, actor_of
from bench.behaviour.traffic import ATTACKS, KINDS, Actor
from wardlaw.security.anomaly.baseline import Prior
from wardlaw.security.anomaly.event import ALERTS, Event, Step
from wardlaw.security.anomaly.image import picture, revive
from wardlaw.security.anomaly.peers import peer_of, prior_of
from wardlaw.security.anomaly.profile import Profile

START = 60  # the day an attack begins: after the burn-in and a month of use
PATIENCE_DAYS = 60
SINCE = 28  # days of an actor's past its usual day is read from


def benign(kind: str, seed: int, days: int, *, is_answered: bool = False) -> tuple[int, int, Counter[str], int, int]:
    """Days with an event, alert days, days by step, events, image bytes.

    With ``is_answered`` a person looks at each alert the next morning and accepts what was seen.
    """
    actor = actor_of(kind, seed)
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
    actor = actor_of(kind, seed)
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


def newcomers(kind: str, seed: int, *, is_led: bool) -> tuple[int, int, int, int]:
    """One newcomer among twelve peers: days and alert days of its burn-in, whether raids on day 6 are noticed."""
    prior = _team_prior(kind, seed // 100) if is_led else Prior()
    actor = actor_of(kind, seed)
    active = alerts = 0
    profile = Profile(actor.key, prior=prior)
    image, before = picture(profile), []
    for day in range(14):
        made = actor.day(day)
        active += bool(made)
        alerts += sum(profile.observe(event).step in ALERTS for event in made) > 0
        if day < 6:
            before += made
            image = picture(profile)
    usual = sum(event.records for event in before) / 5
    found = []
    for times in (1, 10):  # ten and a hundred times a day's records
        raided = revive(image, prior=prior)
        raid = ATTACKS["bulk"](actor, 6, times * usual)
        found.append(sum(raided.observe(event).step in ALERTS for event in raid) > 0)
    return active, alerts, found[0], found[1]


@functools.cache
def _team_prior(kind: str, team: int) -> Prior:
    peers = []
    for number in range(12):
        actor = actor_of(kind, 5_000_000 + 100 * team + number)
        profile = Profile(actor.key)
        for day in range(60):
            for event in actor.day(day):
                profile.observe(event)
        if (peer := peer_of(profile.baselines)) is not None:
            peers.append(peer)
    return prior_of(peers)


def main(each: int, days: int, seed: int) -> None:
    with Pool(2) as pool:
        _benign_table(pool, each, days, seed)
        _newcomer_table(pool, each, seed)
        _attack_table(pool, max(4, each // 2), 10_000 + seed)
    print(f"cost: {cost('batch'):.1f} µs an event at 320 a day, {cost('agent'):.1f} µs at 40 a day")


def _newcomer_table(pool: PoolType, each: int, seed: int) -> None:
    print("| newcomers | with peers: alert days of | raid noticed | without: alert days of | raid noticed |")
    for kind in KINDS:
        cells = []
        for is_led in (True, False):
            tried = functools.partial(newcomers, is_led=is_led)
            rows = pool.starmap(tried, [(kind, 100 * seed + number) for number in range(each)], 100)
            active, alerts, tenfold, hundredfold = (sum(column) for column in zip(*rows, strict=True))
            cells += [f"{alerts} of {active}", f"{tenfold} and {hundredfold} of {each}"]
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)


def _benign_table(pool: PoolType, each: int, days: int, seed: int) -> None:
    print(
        "| principals | principal-days | alert days | per 1,000 | when answered | lower-thresholds per 1,000 | bytes |"
    )
    total = Counter[str]()
    for kind in LIVES:
        rows = pool.starmap(benign, [(kind, seed + number, days) for number in range(each)])
        active, alerts = sum(row[0] for row in rows), sum(row[1] for row in rows)
        answered = pool.starmap(
            functools.partial(benign, is_answered=True), [(kind, seed + number, days) for number in range(each)]
        )
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
        for kind in LIVES:
            found = pool.starmap(attacked, [(kind, seed + number, attack) for number in range(each)])
            days = sorted(hit[0] for hit in found if hit)
            holds = sum(hit[1] is Step.HOLD for hit in found if hit)
            times = (
                " / ".join(f"{days[int((len(days) - 1) * share)]:.2f}" for share in (0.5, 0.9, 1.0)) if days else "–"
            )
            before = f" {sum(1.03**past < 3 for past in days)} before threefold |" if attack == "poison" else ""
            print(f"| {attack} | {kind} | {len(days)} of {each} | {holds} | {times} |{before}", flush=True)


def run(arguments: list[str]) -> None:
    """Read the arguments and print the tables."""
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    main(*(numbers + [10, 120, 1][len(numbers) :]))
