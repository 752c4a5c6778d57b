"""The cast of an ordinary company: its people, the apps they use and how those behave. Nothing bad is among them.

Written from how companies live, and not from what rules look for; ``companydays.py`` lets them live.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random  # noqa: TID251 (a company is drawn from its seed; nothing secret is)

from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Credential, Grant, Tristate
from wardlaw.testing.saas.world import Charter, World

DAY, HOUR = 86_400.0, 3_600.0
OFFICES = (64_501, 64_502, 64_503)
HOMES = tuple(range(64_510, 64_526))
MOBILES = (64_530, 64_531, 64_532, 64_533)
AWAY = tuple(range(64_540, 64_600))  # hotels, trains, airports, relatives
HOSTING = tuple(range(65_000, 65_060))  # where vendors run

_WORDS = (
    "Ledger Quill Harbor Beacon Tandem Marlin Sprout Cobalt Orchard Relay Lumen Kestrel Thicket Anvil Meridian Plume"
    " Cinder Juniper Sable Driftwood Falcon Pebble Summit Willow Copper Lantern Aster Bramble Cedar Delta Ember Fable"
).split()
_TRADES = "Sync Desk Flow Notes Board Sign Pay Plan Hire Track Meet Forms Mail Vault Chart Build Learn Survey".split()

_SCOPES = {
    "google": (
        ("openid", "https://www.googleapis.com/auth/userinfo.email"),
        ("https://www.googleapis.com/auth/calendar.readonly", "openid"),
        ("https://www.googleapis.com/auth/drive.file",),
        ("https://www.googleapis.com/auth/drive.readonly", "openid"),
        ("https://www.googleapis.com/auth/gmail.readonly", "https://www.googleapis.com/auth/contacts.readonly"),
        ("https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/gmail.modify"),
    ),
    "entra": (
        ("openid", "User.Read"),
        ("Calendars.Read", "User.Read"),
        ("Files.Read", "offline_access"),
        ("Files.ReadWrite", "offline_access"),
        ("Mail.Read", "offline_access"),
        ("Mail.ReadWrite", "Files.ReadWrite.All", "offline_access"),
    ),
    "github": (
        ("read:user",), ("read:org", "read:user"), ("public_repo",), ("contents:read", "metadata:read"),
        ("contents:read", "pull_requests:write"), ("repo", "workflow"),
    ),
    "salesforce": (("id",), ("api",), ("chatter_api",), ("api", "refresh_token"), ("api", "web"), ("full", "refresh_token")),
}  # fmt: skip
_METHODS = {
    "google": ("drive.files.get", "drive.files.list", "calendar.events.list", "calendar.events.insert", "gmail.users.messages.get", "gmail.users.messages.list"),
    "entra": ("GET /me/messages", "GET /me/events", "GET /drives/items", "PATCH /me/events", "GET /users", "POST /me/sendMail"),
    "github": ("repo.get", "repo.contents.read", "pulls.list", "pulls.create", "checks.create", "issues.update"),
    "salesforce": ("query Account", "query Contact", "update Contact", "create Task", "query Opportunity", "query Case"),
}  # fmt: skip


@dataclass
class Worker:
    """A person: when and from where they work."""

    id: str
    team: int
    office: int
    home: int
    starts_hour: float
    since_day: int = 0
    until_day: int = 10_000
    away: tuple[int, int] = (-1, -1)  # first and last day of a journey
    away_network: int = 0
    away_shift_hours: float = 0.0
    works_late: float = 0.02


@dataclass
class AppManner:
    """An app and how it behaves.

    Attributes:
        kind: ``server`` (its vendor calls for each person), ``device`` (runs on people's own devices), ``job`` (a
            machine of the company, at night), ``backup`` (reads much, all day).
    """

    id: str
    kind: str
    scopes: tuple[str, ...]
    methods: list[str]
    networks: list[int]
    product: str
    version: int
    approved: bool
    users: list[str] = field(default_factory=list)
    busy: float = 0.4  # share of its people on a working day
    calls: int = 12
    items: int = 3
    objects: int = 20
    job_hour: float = 2.0
    month_end: int = 1  # how much more at a month's end
    tidies: bool = False
    since_day: int = 0
    moves_on: int = -1  # the day on which its vendor changes networks
    renamed_on: int = -1  # the day on which a release names itself otherwise
    method_on: int = -1  # the day on which a release begins to call something new
    release_every: int = 30
    first_party: bool = False


class Cast:
    """A company, drawn by lot from a seed; the same seed gives the same company."""

    def __init__(self, *, people: int, apps: int, platform: str, seed: int) -> None:
        self.random = Random(seed)
        self.platform = platform
        self.workers = [self._worker(number, 0) for number in range(people)]
        self.habits = [self._habit(number, apps) for number in range(apps)]
        self.admins = [worker.id for worker in self.workers[: max(2, people // 250)]]
        self.machines = [f"svc-{habit.id}" for habit in self.habits if habit.kind == "job"]
        for habit in self.habits:
            self._spread(habit)

    def found(self, start: float) -> World:
        """The company as it is on its first day, before anything happens."""
        world = World(Charter("acme", self.platform, start))
        for worker in self.workers:
            world.put(Account(worker.id, AccountKind.HUMAN, f"{worker.id}@acme.example", "", AccountState.ACTIVE))
        for machine in self.machines:
            world.put(Account(machine, AccountKind.NHI, machine, self.random.choice(self.admins), AccountState.ACTIVE))
        for habit in self.habits:
            if not habit.since_day:
                self.install(world, habit)
        return world

    def install(self, world: World, habit: AppManner) -> None:
        """The app is there, and its people have granted it what it asks for."""
        verified = Tristate.NO if not habit.approved and self.random.random() < 0.1 else Tristate.YES
        name = habit.product.replace("-", " ").title()
        app = App(
            habit.id, name, f"{name.split()[0]} Inc", "", verified, Tristate.YES if habit.first_party else Tristate.NO
        )
        world.put(app)
        if habit.approved:
            world.extras[f"app {habit.id}"] = {
                "decided": {"approved": True, "scopes": list(habit.scopes), "vendor": app.publisher}
            }
        if not habit.since_day:
            for user in habit.users:
                world.put(Grant(f"{user}/{habit.id}", user, habit.id, Consent.USER, habit.scopes))
            if habit.kind == "job":
                world.put(
                    Credential(
                        f"key-{habit.id}", f"svc-{habit.id}", "secret", app=habit.id, created_at=world.now - 60 * DAY
                    )
                )

    def newcomer(self, number: int, day: int) -> Worker:
        """A person who begins on a day."""
        worker = self._worker(number, day)
        self.workers.append(worker)
        return worker

    def small_app(self, number: int, day: int) -> AppManner:
        """A tool that somebody has just found; nobody was asked about it."""
        random = self.random
        level = random.choices((0, 1, 2, 3, 4), weights=(45, 25, 20, 7, 3))[0]
        habit = AppManner(
            f"client-new-{number}", random.choice(("server", "server", "device")), _SCOPES[self.platform][level],
            random.sample(_METHODS[self.platform], 2), [random.choice(HOSTING)], self._name(), 1, approved=False,
            busy=0.5, calls=random.randint(3, 30), items=random.randint(0, 20), since_day=day,
        )  # fmt: skip
        habit.users = [worker.id for worker in random.sample(self.workers, random.choice((1, 1, 1, 2, 3, 4)))]
        self.habits.append(habit)
        return habit

    def _worker(self, number: int, day: int) -> Worker:
        random = self.random
        worker = Worker(
            f"p{number:05}", number // 12, random.choice(OFFICES), random.choice(HOMES), random.gauss(8.0, 1.0),
            since_day=day, works_late=random.choice((0.01, 0.01, 0.03, 0.10)),
        )  # fmt: skip
        if random.random() < 0.25:
            first = day + random.randint(0, 55)
            worker.away = (first, first + random.randint(1, 9))
            worker.away_network = random.choice(AWAY)
            worker.away_shift_hours = random.choice((0, 0, 0, -6, -9, 5, 8))
        if random.random() < 0.02:
            worker.until_day = day + random.randint(5, 60)
        return worker

    def _name(self) -> str:
        first, second = self.random.sample(_WORDS, 2)
        return f"{first}{second}-{self.random.choice(_TRADES)}".lower()

    def _habit(self, number: int, apps: int) -> AppManner:
        random = self.random
        kind = random.choices(("server", "device", "job", "backup"), weights=(60, 22, 15, 3))[0]
        approved = random.random() < (0.97 if kind in ("job", "backup") else 0.6)
        level = (
            random.choice((2, 3, 4, 5)) if approved else random.choices((0, 1, 2, 3, 4), weights=(40, 25, 20, 10, 5))[0]
        )
        habit = AppManner(
            f"client-{number}", kind, _SCOPES[self.platform][level],
            random.sample(_METHODS[self.platform], random.randint(2, 5)),
            random.sample(HOSTING, random.choice((1, 1, 1, 2, 3))), self._name(), random.randint(1, 9), approved,
            busy=random.uniform(0.1, 0.8), calls=random.randint(2, 60), items=random.randint(0, 60),
            objects=random.choice((5, 20, 60, 400, 5_000)), job_hour=random.uniform(0, 6),
            release_every=random.choice((7, 14, 30, 60)), first_party=number == 0,
        )  # fmt: skip
        if kind in ("job", "backup"):
            habit.items = random.choice((20, 200, 2_000, 20_000))
            habit.month_end = random.choice((1, 1, 1, 3, 20, 60))
            habit.tidies = random.random() < 0.2
        if random.random() < 0.03:
            habit.moves_on = random.randint(5, 58)
        if random.random() < 0.06:
            habit.renamed_on = random.randint(5, 58)
        if random.random() < 0.10:
            habit.method_on = random.randint(5, 58)
        return habit

    def _spread(self, habit: AppManner) -> None:
        """Who uses it: a few apps are everybody's, most belong to a team or to a few people."""
        random, people = self.random, len(self.workers)
        if habit.kind == "job":
            habit.users = [f"svc-{habit.id}"]
            return
        share = random.choices((0.4, 0.08, 0.012, 0.0), weights=(5, 15, 45, 35))[0]
        count = min(people, max(random.choice((1, 1, 2, 3, 5)), round(people * share * random.uniform(0.5, 1.5))))
        habit.users = [worker.id for worker in random.sample(self.workers, count)]
