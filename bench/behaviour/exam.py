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
BURSTS = tuple(name for name in ATTACKS if name != "sips")
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


def usual_records(past: list[int]) -> float:
    """Records of a usual active day, from the last weeks."""
    return sum(past[-SINCE:]) / max(1, sum(map(bool, past[-SINCE:])))


def burst(kind: str, seed: int) -> dict[str, float | None]:
    """For each attack of a day or less: seconds from its first event to the first alert; None when there was none.

    All begin on the same day of the same life, among what the principal does itself that day.
    """
    actor, past = actor_of(kind, seed), []
    profile = Profile(actor.key)
    for day in range(START):
        made = actor.day(day)
        past.append(sum(event.records for event in made))
        for event in made:
            profile.observe(event)
    image, own = picture(profile), actor.day(START)
    delays: dict[str, float | None] = {}
    for name in BURSTS:
        attack = ATTACKS[name](actor, START, usual_records(past))
        first = min(event.at for event in attack)
        struck, found = revive(image), None
        for event in sorted(own + attack, key=lambda event: event.at):
            if struck.observe(event).step in ALERTS and event.at >= first:
                found = event.at - first
                break
        delays[name] = found
    return delays


def attacked(kind: str, seed: int, attack: str) -> float | None:
    """Days from the first event of an attack of many days to the first alert; None when it was never noticed."""
    actor, past, first = actor_of(kind, seed), [], 0.0
    profile = Profile(actor.key)
    for day in range(START + PATIENCE_DAYS):
        is_begun = day >= START
        made = actor.day(day, 1.03 ** max(0, day - START) if attack == "poison" else 1.0)
        if is_begun and attack in ATTACKS and (made or attack != "sips"):
            made = sorted(made + ATTACKS[attack](actor, day, usual_records(past)), key=lambda event: event.at)
        if not is_begun:
            past.append(sum(event.records for event in made))
        first = first or (made[0].at if is_begun and made else 0.0)
        alerted = [event.at for event in made if profile.observe(event).step in ALERTS]
        if is_begun and alerted:
            return (alerted[0] - first) / 86_400
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
    print("| attack | against | noticed | time to alert: median / last |")
    rows = {kind: pool.starmap(burst, [(kind, seed + number) for number in range(each)]) for kind in LIVES}
    for attack in BURSTS:
        for kind in LIVES:
            _attack_row(attack, kind, [row[attack] for row in rows[kind]], "min", 60.0)
    for attack in ("sips", "poison"):
        for kind in LIVES:
            found = pool.starmap(attacked, [(kind, seed + number, attack) for number in range(each)])
            _attack_row(attack, kind, found, "days", 1.0)


def _attack_row(attack: str, kind: str, found: list[float | None], unit: str, size: float) -> None:
    times = sorted(one / size for one in found if one is not None)
    told = f"{times[(len(times) - 1) // 2]:.1f} / {times[-1]:.1f} {unit}" if times else "–"
    beyond = f" {sum(1.03**past < 3 for past in times)} before threefold |" if attack == "poison" else ""
    print(f"| {attack} | {kind} | {len(times)} of {len(found)} | {told} |{beyond}", flush=True)


def run(arguments: list[str]) -> None:
    """Read the arguments and print the tables."""
    numbers = [int(argument) for argument in arguments if argument.isdigit()]
    main(*(numbers + [10, 120, 1][len(numbers) :]))
