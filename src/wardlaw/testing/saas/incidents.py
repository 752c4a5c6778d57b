"""Eight incidents that became public, each told as a platform's log would have, in the middle of ordinary months.

What is known of them is uneven: steps, user agents and ids are those of public reports where there are any; networks,
people and amounts are ours. Events of an incident are named ``x1``, ``x2`` …, so that a test can say which one must be
noticed, and by what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Tristate
from wardlaw.inventory.watching.alarm import AlarmKind
from wardlaw.testing.saas.company import DAY, HOUR, AppManner, Cast
from wardlaw.testing.saas.companydays import CompanyDays
from wardlaw.testing.saas.world import World

START = 1_790_812_800.0  # 2026-10-01, a Thursday
DAYS = 90
THIEF = 64_999  # a network nobody of the company was ever seen in


@dataclass(frozen=True)
class Replay:
    """One incident in its company.

    Attributes:
        apps: Those it happens to; alarms about others are noise.
        signals: What must be noticed, and at which event first.
    """

    id: str
    world: World
    apps: frozenset[str]
    signals: tuple[tuple[AlarmKind, str], ...]


class Stage:
    """A company that lives for ``DAYS``, and a place for what happens to it."""

    def __init__(self, platform: str, *habits: AppManner, people: int = 60, seed: int = 11) -> None:
        self.cast = Cast(people=people, apps=18, platform=platform, seed=seed)
        for habit in habits:
            habit.users = habit.users or [worker.id for worker in self.cast.workers[:25]]
            self.cast.habits.append(habit)
        self.world = self.cast.found(START)
        self.days = CompanyDays(self.cast, self.world, START)
        self.at = START
        self._number = 0

    def live(self, days: int) -> None:
        """Ordinary days; the stage then stands at ten o'clock of the next one."""
        self.days.live(days)
        self.at = START + days * DAY + 10 * HOUR

    def happen(self, deed: Deed, app: str, *, after_s: float = 60.0, **facts: Any) -> None:
        """The next event of the incident."""
        self._number += 1
        self.at += after_s
        told = Activity(f"x{self._number}", self.at, deed, app=app, **facts)
        self.world.happen(told)

    def decide(self, app: str, **facts: object) -> None:
        """What the company says of an app."""
        self.world.extras.setdefault(f"app {app}", {}).setdefault("decided", {}).update(facts)

    def told(self, id_: str, apps: str, *signals: tuple[AlarmKind, str]) -> Replay:
        """The incident as it is handed out, its events in their places of the log."""
        self.world.activities.sort(key=lambda one: one.at)
        return Replay(id_, self.world, frozenset(apps.split()), signals)


def _usual(app: str, scopes: str, methods: str, product: str, *, approved: bool = True) -> AppManner:
    return AppManner(
        app, "server", tuple(scopes.split()), methods.split(","), [65_001], product, 3, approved, busy=0.9, calls=20,
        items=15, objects=4,
    )  # fmt: skip


def stolen_vendor_token() -> Replay:
    """A chat vendor's tokens, August 2025: counted first, then taken in bulk, then the job deleted."""
    stage = Stage(
        "salesforce", _usual("drift", "api refresh_token", "update Contact,create Task,query Contact", "drift-sync")
    )
    stage.live(DAYS)
    script: dict[str, Any] = {
        "ip": "185.220.101.7",
        "asn": THIEF,
        "user_agent": "python-requests/2.32.4",
        "account": "p00001",
    }
    for table in ("Account", "Contact", "Case", "User", "Opportunity", "Lead", "Asset"):
        stage.happen(Deed.USE, "drift", after_s=4, method="query count", object=table, **script)
    bulk = script | {"user_agent": "Salesforce-Multi-Org-Fetcher/1.0"}
    stage.happen(Deed.EXPORT, "drift", after_s=600, method="bulk query job", object="Case", items=180_000, **bulk)
    stage.happen(Deed.TRACE_REMOVED, "drift", after_s=300, method="delete job", object="7505e", **bulk)
    stage.happen(Deed.ADVISORY, "drift", after_s=12 * DAY, object="Drift Inc")
    return stage.told(
        "drift-2025", "drift", (AlarmKind.NEW_NETWORK, "x1"), (AlarmKind.NEW_AGENT, "x1"), (AlarmKind.NEW_METHOD, "x1"),
        (AlarmKind.ENUMERATION, "x5"), (AlarmKind.VOLUME, "x8"), (AlarmKind.TRACE_REMOVED, "x9"),
        (AlarmKind.ADVISORY, "x10"),
    )  # fmt: skip


def replayed_refresh_tokens() -> Replay:
    """A customer-success vendor's tokens, November 2025: from addresses that are not the vendor's."""
    stage = Stage(
        "salesforce",
        _usual("gainsight", "api refresh_token", "query Account,query Case,update Account", "gainsight-cs"),
    )
    stage.decide("gainsight", approved=True, vendor="Gainsight", addresses=["65.0.0.0/8", "20.0.0.0/6", "71.1.0.0/16"])
    stage.live(DAYS)
    stage.happen(Deed.USE, "gainsight", method="query Account", object="o1", ip="198.51.100.9", asn=THIEF,
                 user_agent="gainsight-cs/6.1", account="p00002")  # fmt: skip
    stage.happen(Deed.ADVISORY, "", after_s=DAY, object="Gainsight")
    return stage.told(
        "gainsight-2025", "gainsight", (AlarmKind.OUTSIDE_LIST, "x1"), (AlarmKind.NEW_NETWORK, "x1"), (AlarmKind.ADVISORY, "x2"),
    )  # fmt: skip


def forgotten_test_app() -> Replay:
    """A test account and a forgotten app, winter 2023 to 2024: new keys, then every mailbox."""
    stage = Stage("entra")
    stage.world.put(Account("test-tenant-admin", AccountKind.NHI, "test-tenant-admin", "", AccountState.ACTIVE))
    stage.world.put(App("legacy-test", "Legacy Test App", verified=Tristate.UNKNOWN))
    for number in range(3):
        old = Activity(f"old{number}", START + number * DAY + HOUR, Deed.USE, account="test-tenant-admin", app="legacy-test",
                       method="GET /users", asn=64_501, ip="20.1.1.1", user_agent="legacy/1.0")  # fmt: skip
        stage.world.happen(old)
    stage.live(DAYS)
    stage.happen(Deed.SIGN_IN, "legacy-test", account="test-tenant-admin", ip="203.0.113.77", asn=THIEF)
    stage.happen(Deed.CREDENTIAL_ADDED, "legacy-test", actor="test-tenant-admin", credential="key-2")
    stage.happen(Deed.APP_CREATED, "helper-app", actor="test-tenant-admin", app_name="Exchange Helper", after_s=3_600)
    stage.happen(Deed.CONSENT, "helper-app", actor="test-tenant-admin", consent=Consent.ADMIN, app_name="Exchange Helper",
                 scopes=("Directory.ReadWrite.All",))  # fmt: skip
    stage.happen(
        Deed.ROLE_ASSIGNED,
        "helper-app",
        actor="test-tenant-admin",
        scopes=("full_access_as_app",),
        object="Office 365 Exchange Online",
    )
    for mailbox in range(4):
        stage.happen(
            Deed.USE,
            "helper-app",
            after_s=90,
            method="EWS FindItem",
            object=f"mailbox-{mailbox}",
            items=700,
            ip="203.0.113.80",
            asn=THIEF,
        )
    return stage.told(
        "midnight-blizzard-2024", "legacy-test helper-app", (AlarmKind.DORMANT, "x1"), (AlarmKind.CREDENTIAL_ADDED, "x2"),
        (AlarmKind.ADMIN_CONSENT, "x4"), (AlarmKind.MAILBOX_ROLE, "x5"), (AlarmKind.BULK_AFTER_CONSENT, "x7"),
    )  # fmt: skip


def phished_consent() -> Replay:
    """People who are talked into agreeing: to an app that is known for it, and to one that nobody knows yet."""
    stage = Stage("entra")
    stage.live(DAYS)
    known, fresh = "ff8d92dc-3d82-41d6-bcbd-b9174d163620", "0a1b2c3d-unheard-of"
    stage.world.put(App(fresh, "Doc Viewer", "dv team", verified=Tristate.NO))
    scopes = ("EWS.AccessAsUser.All", "Mail.ReadWrite", "offline_access")
    stage.happen(
        Deed.CONSENT, known, account="p00003", consent=Consent.USER, scopes=scopes, app_name="PERFECTDATA SOFTWARE"
    )
    stage.happen(
        Deed.USE,
        known,
        after_s=600,
        account="p00003",
        method="EWS SyncFolderItems",
        items=4_000,
        ip="198.51.100.30",
        asn=THIEF,
    )
    stage.happen(
        Deed.CONSENT,
        fresh,
        after_s=HOUR,
        account="p00004",
        consent=Consent.USER,
        scopes=("Mail.ReadWrite", "offline_access"),
        app_name="Doc Viewer",
    )
    for number in range(5, 11):
        stage.happen(
            Deed.CONSENT,
            fresh,
            after_s=200,
            account=f"p{number:05}",
            consent=Consent.USER,
            scopes=("Mail.ReadWrite", "offline_access"),
        )
    stage.happen(
        Deed.USE,
        fresh,
        after_s=200,
        account="p00004",
        method="GET /me/messages",
        items=2_500,
        ip="198.51.100.31",
        asn=THIEF,
    )
    return stage.told(
        "consent-phish", f"{known} {fresh}", (AlarmKind.KNOWN_BAD, "x1"), (AlarmKind.BULK_AFTER_CONSENT, "x2"),
        (AlarmKind.POWERFUL_GRANT, "x3"), (AlarmKind.CONSENT_BURST, "x8"), (AlarmKind.BULK_AFTER_CONSENT, "x10"),
    )  # fmt: skip


def stolen_integrator_tokens() -> Replay:
    """An integrator's tokens for code, April 2022: organisations listed, then private repositories cloned."""
    stage = Stage(
        "github", _usual("heroku", "repo workflow", "repo.get,repo.contents.read,checks.create", "heroku-dashboard")
    )
    stage.live(DAYS)
    thief: dict[str, Any] = {
        "ip": "198.51.100.40",
        "asn": THIEF,
        "account": "p00005",
        "user_agent": "heroku-dashboard/9.1",
    }
    stage.happen(Deed.USE, "heroku", method="orgs.list", **thief)
    for number in range(6):
        stage.happen(Deed.USE, "heroku", after_s=3, method="repos.list", object=f"org-{number}", **thief)
    for number in range(45):
        stage.happen(
            Deed.EXPORT, "heroku", after_s=20, method="repo.zipball", object=f"secret-{number}", items=1, **thief
        )
    stage.happen(Deed.ADVISORY, "heroku", after_s=3 * DAY, object="Heroku Dashboard")
    return stage.told(
        "heroku-travis-2022", "heroku", (AlarmKind.NEW_NETWORK, "x1"), (AlarmKind.ENUMERATION, "x5"),
        (AlarmKind.VOLUME, "x37"), (AlarmKind.ADVISORY, "x53"),
    )  # fmt: skip


def breached_build_service() -> Replay:
    """A build service, winter 2022 to 2023: its customers' tokens used from elsewhere, and said so weeks later."""
    stage = Stage(
        "github", _usual("circleci", "repo read:org", "repo.get,checks.create,repo.contents.read", "circleci-agent")
    )
    stage.live(DAYS)
    stage.happen(
        Deed.USE,
        "circleci",
        method="repo.get",
        object="o1",
        ip="198.51.100.50",
        asn=THIEF,
        user_agent="circleci-agent/9.9",
        account="p00006",
    )
    stage.happen(Deed.ADVISORY, "circleci", after_s=13 * DAY, object="Circleci Inc")
    return stage.told("circleci-2023", "circleci", (AlarmKind.NEW_NETWORK, "x1"), (AlarmKind.ADVISORY, "x2"))


def consumer_ai_suite(app: str = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com") -> Replay:
    """One person lets a consumer AI suite do everything, spring 2026; weeks later somebody else has its token."""
    stage = Stage("google")
    stage.live(DAYS)
    stage.at = START + 20 * DAY + 10 * HOUR
    scopes = ("https://mail.google.com/", "https://www.googleapis.com/auth/drive", "openid")
    name = "Context.ai Office Suite"
    stage.happen(Deed.CONSENT, app, account="p00007", consent=Consent.USER, scopes=scopes, app_name=name)
    for _ in range(12):
        stage.happen(
            Deed.USE,
            app,
            after_s=DAY,
            account="p00007",
            method="drive.files.get",
            ip="20.5.5.5",
            asn=65_050,
            user_agent="context-suite/1.0",
            items=2,
        )
    stage.happen(Deed.USE, app, after_s=50 * DAY, account="p00007", method="gmail.users.messages.list", ip="198.51.100.60", asn=THIEF,
                 user_agent="context-suite/1.0", items=40)  # fmt: skip
    signals = [(AlarmKind.SHADOW_AI, "x1"), (AlarmKind.DORMANT, "x14")]
    if app.startswith("110671459871-"):
        signals.insert(0, (AlarmKind.KNOWN_BAD, "x1"))
    return stage.told("vercel-contextai-2026", app, *signals)


def imitated_loader() -> Replay:
    """A caller has somebody enter a code, 2025: a loader that looks like the platform's, and everything exported."""
    stage = Stage("salesforce")
    stage.live(DAYS)
    stage.happen(
        Deed.CONSENT,
        "3MVG9-rogue",
        account="p00008",
        consent=Consent.USER,
        scopes=("api", "refresh_token"),
        via="device_code",
        app_name="Data Loader",
    )
    stage.happen(
        Deed.EXPORT,
        "3MVG9-rogue",
        after_s=240,
        account="p00008",
        method="bulk query job",
        object="Contact",
        items=60_000,
        ip="198.51.100.70",
        asn=THIEF,
    )
    return stage.told(
        "unc6040-2025", "3MVG9-rogue", (AlarmKind.LOOKALIKE, "x1"), (AlarmKind.DEVICE_CODE, "x1"),
        (AlarmKind.BULK_AFTER_CONSENT, "x2"),
    )  # fmt: skip


REPLAYS: dict[str, Callable[[], Replay]] = {
    "drift-2025": stolen_vendor_token,
    "gainsight-2025": replayed_refresh_tokens,
    "midnight-blizzard-2024": forgotten_test_app,
    "consent-phish": phished_consent,
    "heroku-travis-2022": stolen_integrator_tokens,
    "circleci-2023": breached_build_service,
    "vercel-contextai-2026": consumer_ai_suite,
    "unc6040-2025": imitated_loader,
}
