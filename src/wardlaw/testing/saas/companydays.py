"""Days of an ordinary company, as a platform's log would tell them: work, nights, journeys, month's ends, and changes.

People join and leave, teams are moved, vendors change networks, releases change names and calls, keys are renewed,
new tools are tried. All of it is in order; what is said about any of it is a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import AccountState, Consent, Grant
from wardlaw.testing.saas.company import DAY, HOUR, AppManner, Cast, Worker
from wardlaw.testing.saas.world import World


class CompanyDays:
    """Lets a company live, day by day, from midnight UTC of a day.

    Args:
        cast: Who is there; joiners and new tools are added to it.
        world: What is there; grants, accounts and the log change with the days.
    """

    def __init__(self, cast: Cast, world: World, start: float) -> None:
        self.cast, self.world, self.start = cast, world, start
        self._random = cast.random
        self._number = 0
        self._workers = {worker.id: worker for worker in cast.workers}
        self._moved = self._random.randint(15, 50)  # the day of the reorganisation
        self._crunch = self._random.randint(20, 55)  # the week whose Saturday one team works

    def live(self, days: int) -> None:
        """So many days happen; the log then holds them, a little out of order and some events twice."""
        for day in range(days):
            told = sorted(self._day(day), key=lambda one: one.at + self._random.uniform(0, 90))
            for activity in told:
                self.world.happen(activity)
                if self._random.random() < 0.004:
                    self.world.happen(activity)

    def _day(self, day: int) -> Iterator[Activity]:
        date = datetime.fromtimestamp(self.start + day * DAY, tz=UTC)
        is_weekend = date.weekday() >= 5
        is_month_end = (date.day >= 29 or date.day == 1) and not is_weekend
        if not is_weekend:
            yield from self._people_come_and_go(day, is_monday=date.weekday() == 0)
            yield from self._new_things(day)
            yield from self._upkeep(day)
        for habit in list(self.cast.habits):
            if day >= habit.since_day:
                self._change(habit, day)
                yield from self._use(habit, day, is_weekend=is_weekend, is_month_end=is_month_end)

    def _use(self, habit: AppManner, day: int, *, is_weekend: bool, is_month_end: bool) -> Iterator[Activity]:
        match habit.kind:
            case "job":
                yield from self._job(habit, day, is_month_end=is_month_end)
            case "backup":
                yield from self._backup(habit, day)
            case _:
                for user in habit.users:
                    worker = self._workers[user]
                    if self._works(worker, day, is_weekend=is_weekend) and self._random.random() < habit.busy:
                        yield from self._person(habit, worker, day)

    def _works(self, worker: Worker, day: int, *, is_weekend: bool) -> bool:
        if not worker.since_day <= day < worker.until_day:
            return False
        if is_weekend and day // 7 == self._crunch // 7 and worker.team == 3:
            return True
        return self._random.random() < (worker.works_late if is_weekend else 0.85)

    def _person(self, habit: AppManner, worker: Worker, day: int) -> Iterator[Activity]:
        random = self._random
        is_away = worker.away[0] <= day <= worker.away[1]
        first = worker.starts_hour + (worker.away_shift_hours if is_away else 0.0)
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            hour = first + random.uniform(0, 9.5)
            if random.random() < worker.works_late:
                hour = first + random.uniform(10, 15)
            network = self._network(habit, worker, day, is_away=is_away)
            yield self._act(
                habit, self.start + day * DAY + hour * HOUR, account=worker.id, network=network,
                amount=(
                    max(1, round(random.expovariate(1 / habit.calls))),
                    round(random.expovariate(1 / habit.items)) if habit.items else 0,
                ),
                deed=Deed.EXPORT if random.random() < 0.004 else Deed.USE,
            )  # fmt: skip

    def _network(self, habit: AppManner, worker: Worker, day: int, *, is_away: bool) -> int:
        random = self._random
        if habit.kind == "server":
            return random.choice(habit.networks)
        if is_away:
            return worker.away_network
        where = random.random()
        if where < 0.06:
            return 64_530 + hash_of(worker.id) % 4  # on the telephone's network
        return worker.office if where < 0.6 or day % 7 == 2 else worker.home

    def _job(self, habit: AppManner, day: int, *, is_month_end: bool) -> Iterator[Activity]:
        random = self._random
        at = self.start + day * DAY + habit.job_hour * HOUR + random.uniform(0, 600)
        if random.random() < 0.02:  # it failed, and somebody starts it again in the morning
            at += random.uniform(5, 9) * HOUR
        more = habit.month_end if is_month_end else 1
        for part in range(random.randint(1, 4)):
            yield self._act(
                habit, at + part * 300, account=habit.users[0], network=habit.networks[0], amount=(habit.calls, round(habit.items * more * random.uniform(0.6, 1.4))),
                deed=Deed.EXPORT if hash_of(habit.id) % 3 == 0 else Deed.USE,
            )  # fmt: skip
        if habit.tidies:
            yield self._event(
                at + 1_500, Deed.TRACE_REMOVED, app=habit.id, account=habit.users[0], method="jobs.delete",
                object=f"job-{day}", asn=habit.networks[0],
            )  # fmt: skip

    def _backup(self, habit: AppManner, day: int) -> Iterator[Activity]:
        for hour in range(0, 24, 2):
            yield self._act(
                habit, self.start + day * DAY + hour * HOUR + self._random.uniform(0, 3_000), account="",
                network=self._random.choice(habit.networks), amount=(habit.calls * 10, round(habit.items * self._random.uniform(0.3, 2.0))),
            )  # fmt: skip

    def _change(self, habit: AppManner, day: int) -> None:
        """Releases, and vendors that move."""
        random = self._random
        if day and day % habit.release_every == 0:
            habit.version += 1
        if day == habit.moves_on:
            habit.networks = [65_100 + hash_of(habit.id) % 40]
        if day == habit.renamed_on:
            habit.product += "-next"
        if day == habit.method_on:
            habit.methods = [*habit.methods, random.choice(("reports.export", "items.list", "batch.create", "labels.update", "files.delete", "search.query", "changes.watch"))]  # fmt: skip

    def _people_come_and_go(self, day: int, *, is_monday: bool) -> Iterator[Activity]:
        random, cast = self._random, self.cast
        common = sorted(cast.habits, key=lambda one: -len(one.users))[:12]
        if is_monday:
            for number in range(round(len(cast.workers) * 0.004 * random.uniform(0.3, 1.7))):
                worker = cast.newcomer(10_000 + day * 100 + number, day)
                self._workers[worker.id] = worker
                for habit in random.sample(common, 6):
                    if habit.kind in ("server", "device"):
                        yield self._consent(habit, worker, day)
        yield from self._leave(day)
        if day == self._moved:
            team = random.sample(cast.workers, max(3, len(cast.workers) // 10))
            for worker in team:
                habit = random.choice(common)
                if habit.kind in ("server", "device"):
                    yield self._consent(habit, worker, day)

    def _leave(self, day: int) -> Iterator[Activity]:
        cast = self.cast
        for worker in cast.workers:
            if worker.until_day == day:
                account = self.world.accounts.get(worker.id)
                if account is not None:
                    self.world.put(msgspec.structs.replace(account, state=AccountState.SUSPENDED))
                    self.world.extras[f"account {worker.id}"] = {"gone_at": self.start + (day + 1) * DAY}
                for habit in cast.habits:
                    if worker.id in habit.users and len(habit.users) > 1:
                        habit.users.remove(worker.id)
                        yield self._event(
                            self.start + day * DAY + 8 * HOUR,
                            Deed.REVOKE,
                            app=habit.id,
                            account=worker.id,
                            actor=cast.admins[0],
                        )

    def _new_things(self, day: int) -> Iterator[Activity]:
        """Tools that somebody tries, and people who begin to use what others use."""
        random, cast = self._random, self.cast
        rate = len(cast.workers) / 1_000
        for number in range(_poisson(random.random(), rate)):
            habit = cast.small_app(day * 100 + number, day)
            self.cast.install(self.world, habit)
            for user in habit.users:
                yield self._consent(habit, self._workers[user], day)
        for _ in range(_poisson(random.random(), 6 * rate)):
            habit, worker = random.choice(cast.habits), random.choice(cast.workers)
            if habit.kind in ("server", "device") and worker.id not in habit.users and day >= habit.since_day:
                yield self._consent(habit, worker, day)
        if random.random() < 0.06:  # a rollout that was announced
            habit = random.choice([one for one in cast.habits if one.approved and one.kind == "server"])
            for worker in random.sample(cast.workers, len(cast.workers) // random.choice((10, 20, 40))):
                yield self._consent(habit, worker, day)

    def _upkeep(self, day: int) -> Iterator[Activity]:
        """What administrators do: keys are renewed, apps that were approved are let in for everybody."""
        random, cast = self._random, self.cast
        noon = self.start + day * DAY + 11 * HOUR
        for habit in cast.habits:
            is_due = habit.kind in ("job", "backup") and (day + hash_of(habit.id)) % 75 == 0
            if is_due:
                admin = random.choice(cast.admins)
                yield self._event(
                    noon, Deed.CREDENTIAL_ADDED, app=habit.id, actor=admin, credential=f"key-{habit.id}-{day}"
                )
                yield self._event(
                    noon + 1_800, Deed.CREDENTIAL_REMOVED, app=habit.id, actor=admin, credential=f"key-{habit.id}"
                )
        if random.random() < 0.2:
            approved = [one for one in cast.habits if one.approved]
            habit = random.choice(approved)
            yield self._event(
                noon,
                Deed.CONSENT,
                app=habit.id,
                actor=random.choice(cast.admins),
                consent=Consent.ADMIN,
                scopes=habit.scopes,
            )
        if random.random() < 0.08:
            habit = random.choice([one for one in cast.habits if one.approved])
            yield self._event(
                noon, Deed.ROLE_ASSIGNED, app=habit.id, actor=random.choice(cast.admins), scopes=habit.scopes[:1]
            )
        if random.random() < 0.25:  # developers sign tools in by code, as they are meant to be
            habit, worker = cast.habits[0], random.choice(cast.workers)
            yield self._event(
                noon,
                Deed.CONSENT,
                app=habit.id,
                account=worker.id,
                scopes=habit.scopes,
                via="device_code",
                consent=Consent.USER,
            )

    def _consent(self, habit: AppManner, worker: Worker, day: int) -> Activity:
        at = self.start + day * DAY + (worker.starts_hour + self._random.uniform(0, 8)) * HOUR
        if worker.id not in habit.users:
            habit.users.append(worker.id)
        self.world.put(Grant(f"{worker.id}/{habit.id}", worker.id, habit.id, Consent.USER, habit.scopes, at))
        app = self.world.apps.get(habit.id)
        return self._event(
            at, Deed.CONSENT, app=habit.id, account=worker.id, consent=Consent.USER, scopes=habit.scopes,
            app_name=app.name if app else "", asn=worker.office,
        )  # fmt: skip

    def _act(
        self, habit: AppManner, at: float, *, account: str, network: int, amount: tuple[int, int], deed: Deed = Deed.USE
    ) -> Activity:
        random = self._random
        agent = f"{habit.product}/{habit.version}.{random.randint(0, 3)}"
        if habit.kind == "device" and random.random() < 0.5:
            agent = f"Mozilla/5.0 (device) {agent}"
        return self._event(
            at, deed, app=habit.id, account=account, method=random.choice(habit.methods), asn=network, calls=amount[0],
            items=amount[1], object=f"o{random.randrange(habit.objects)}", user_agent=agent,
            ip=f"{20 + network % 150}.{network % 250}.{random.randrange(250)}.{random.randrange(1, 250)}",
            scopes=habit.scopes if random.random() < 0.3 else (),
        )  # fmt: skip

    def _event(self, at: float, deed: Deed, **facts: object) -> Activity:
        self._number += 1
        return Activity(f"d{self._number}", at, deed, **facts)  # type: ignore[arg-type]


def hash_of(text: str) -> int:
    """A number for a name, the same in every process."""
    return sum((place + 7) * ord(char) for place, char in enumerate(text))


def _poisson(lot: float, mean: float) -> int:
    """How many of something rare happen; ``lot`` is drawn evenly from 0 to 1."""
    count, chance = 0, 2.718281828459045**-mean
    total = chance
    while lot > total and count < 50:
        count += 1
        chance *= mean / count
        total += chance
    return count
