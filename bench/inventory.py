"""The inventory at a million grants: a listing that tells almost what is known, and what people ask for.

It is measured in the store, one transaction a page as the management API does it, on one database file. The first listing
fills it; the second one has 0.5 % of the grants more, 0.5 % fewer, and 0.3 % with other scopes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec
from sqlalchemy.engine import Connection, Engine

from bench.figures import percentile
from bench.quota import QuotaFigures, read_against_quota
from wardlaw.cli.client import ManagementClient
from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.google import TOKENS, GoogleConnector
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.inventory.drawing import draw
from wardlaw.inventory.governedrules import governed_lots
from wardlaw.inventory.granted import AskedGrant, asked_grants
from wardlaw.inventory.granting import ApprovalBook
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    FeedKind,
    Grant,
    RunState,
    Sighting,
    SyncRun,
    Tristate,
)
from wardlaw.inventory.reachgraph import reach_graph
from wardlaw.inventory.view import freshness
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.findingquery import CurrentFindings, FindingQuery, current_findings
from wardlaw.store.grantquery import GrantQuery, grant_surroundings, list_grants
from wardlaw.store.grantstanding import standing_lots
from wardlaw.store.identities import graph_book, score_facts, shadow_vendors
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.migrate import upgrade
from wardlaw.store.shadowapps import shadow_apps
from wardlaw.store.syncruns import telling_runs
from wardlaw.store.thingquery import (
    ThingQuery,
    count_kinds,
    count_things,
    crowds,
    find_thing,
    list_things,
    standing_findings,
)
from wardlaw.store.watching import never_used

_EACH, _APPS, _PAGE = 10, 2_000, 10_000
_FIRST_PAGE = 1_000  # where every thing is new, pages stay as small as they begin
_NOW = 1_790_000_000.0
_ASKED = 7  # times each question is asked
_SCOPES = (
    ("openid", "email"),
    ("openid", "https://www.googleapis.com/auth/calendar.readonly"),
    ("https://www.googleapis.com/auth/drive.file", "openid"),
    ("https://mail.google.com/", "openid"),
)


class SyncFigures(msgspec.Struct, frozen=True):
    """A full reading of the tokens of a Google Workspace.

    Attributes:
        work_s: What Wardlaw does beside the waiting, worked out from a part: reading answers, pages, the listing in the store.
        read: The same against a quota, on a clock that is put in.
    """

    users: int
    work_s: float
    read: QuotaFigures


class InventoryFigures(msgspec.Struct, frozen=True):
    """What a million grants cost.

    Attributes:
        first_s: The first listing, which fills the tables.
        again_s: The listing that tells almost the same; ``work_s`` of it is the processor's.
        changed: Grants that it told otherwise.
        ended: Grants that it showed to be gone.
        asked_ms: Median of each question, in milliseconds.
    """

    grants: int
    database: str
    first_s: float
    again_s: float
    work_s: float
    changed: int
    ended: int
    asked_ms: dict[str, float]
    sync: SyncFigures


def measure(grants: int, folder: Path, *, url: str = "") -> InventoryFigures:
    """Fill an inventory and measure it.

    Args:
        url: Of an empty PostgreSQL database; SQLite in ``folder`` without one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    engine = open_database(url or f"sqlite:///{folder}/inventory.db")
    try:
        upgrade(engine)
        first_s = fill(engine, grants)
        pages = [*_pages(_again(grants))]
        gc.collect()
        gc.freeze()  # what is told came from elsewhere: the collector need not walk a million things that are no work's
        began, cpu = time.perf_counter(), time.process_time()
        run = _read(engine, 3, _TOKENS, pages)
        again_s, work_s = time.perf_counter() - began, time.process_time() - cpu
        gc.unfreeze()
        changed = sum(1 for number in range(grants) if _is_changed(number)) + grants // 200
        return InventoryFigures(
            grants,
            engine.dialect.name,
            first_s,
            again_s,
            work_s,
            changed,
            run.ended,
            _questions(engine, grants),
            _sync(work_s / (grants // _EACH), users=grants // _EACH),
        )
    finally:
        engine.dispose()


def fill(engine: Engine, grants: int) -> float:
    """The first listing of people and of their grants; answers the seconds of the latter."""
    _listing(engine, 1, _PEOPLE, _people(grants // _EACH))
    began = time.perf_counter()
    _listing(engine, 2, _TOKENS, _first(grants))
    return time.perf_counter() - began


_PEOPLE, _TOKENS = "users", "tokens"


def _people(count: int) -> Iterator[Sighting]:
    for number in range(count):
        state = AccountState.SUSPENDED if number % 400 == 0 else AccountState.ACTIVE
        yield Sighting(Account(_who(number), AccountKind.HUMAN, f"person{number}@example.com", "", state))


def _who(number: int) -> str:
    return f"1{number:020d}"


def _app(number: int) -> App:
    verified = Tristate.NO if number % 50 == 0 else Tristate.YES
    name = ("ChatGPT", "Claude", "Otter.ai")[number % 3] if number % 40 == 0 else f"Application {number}"
    return App(f"{number:012d}-app.apps.googleusercontent.com", name, f"Publisher {number}", "", verified)


def _grant(number: int, *, other: bool = False) -> Grant:
    person, place = divmod(number, _EACH)
    app = _app((person * 7 + place * 191) % _APPS).id
    scopes = _SCOPES[3] if number % 97 == 0 else _SCOPES[number % 3]
    who = _who(person)
    return Grant(f"{who}/{app}", who, app, Consent.USER, ("profile",) if other else scopes)


def _first(grants: int) -> Iterator[Sighting]:
    yield from (Sighting(_app(number)) for number in range(_APPS))
    yield from (Sighting(_grant(number)) for number in range(grants) if number % 200 != 1)


def _is_changed(number: int) -> bool:
    return number % 1000 in (13, 447, 802)


def _again(grants: int) -> Iterator[Sighting]:
    """0.5 % more (those left out at first), 0.5 % fewer, and 0.3 % with other scopes."""
    yield from (Sighting(_app(number)) for number in range(_APPS))
    for number in range(grants):
        if number % 200 != 104:
            yield Sighting(_grant(number, other=_is_changed(number)))


def _pages(sightings: Iterator[Sighting], *, most: int = _PAGE) -> Iterator[list[Sighting]]:
    """Pages as the command sends them while each is taken in quickly; an account is not cut in two where it need not be."""
    page: list[Sighting] = []
    for sighting in sightings:
        starts_anew = not page or getattr(sighting.thing, "account", "") != getattr(page[-1].thing, "account", "")
        if len(page) >= most - _EACH and starts_anew:
            yield page
            page = []
        page.append(sighting)
    yield page


def _listing(engine: Engine, number: int, feed: str, sightings: Iterator[Sighting]) -> SyncRun:
    return _read(engine, number, feed, _pages(sightings, most=_FIRST_PAGE))


def _read(engine: Engine, number: int, feed: str, pages: Iterator[list[Sighting]] | list[list[Sighting]]) -> SyncRun:
    run = SyncRun(f"run_{number}", "acme", "google", feed, FeedKind.LISTING, _NOW + 100 * number, "person:bench")
    with writing(engine) as connection:
        begin_run(connection, run)
    for page in pages:
        with writing(engine) as connection:
            take(connection, run.id, page)
    with writing(engine) as connection:
        return finish_run(connection, run.id, ended=msgspec.structs.replace(run, state=RunState.COMPLETE))


def _questions(engine: Engine, grants: int) -> dict[str, float]:
    person, app = _who(grants // _EACH // 2), _app(700).id
    at = _NOW + 1_000
    middle = ThingQuery(kind="grant", after=("acme", "grant", _grant(grants // 2).id, ""))
    grants_of = ThingQuery(kind="grant")

    def listed(query: ThingQuery) -> Callable[[Connection], object]:
        return lambda c: (list_things(c, query), count_things(c, query))

    asked: dict[str, Callable[[Connection], object]] = {
        "status: counts of each kind and freshness": lambda c: (count_kinds(c), freshness(telling_runs(c))),
        "list grants, first page, and their count": listed(grants_of),
        "list grants, from the middle": lambda c: list_things(c, middle),
        "list, of one account": listed(ThingQuery(about=person)),
        "list, of one app": listed(ThingQuery(about=app)),
        "search a part of a name": listed(ThingQuery(find="person77123")),
        "search the grants of an app by name": lambda c: list_things(c, ThingQuery(kind="grant", find="otter")),
        "show one grant": lambda c: find_thing(c, _grant(grants // 3).id, at=at),
        "findings that stand, gravest 500": lambda c: standing_findings(c, at=at),
        "findings with their states, gravest 500": lambda c: _found(c, at),
        "grants as governed, first 200": lambda c: _governed(c, GrantQuery(), at),
        "grants as governed, first 200 unapproved": lambda c: _governed(c, GrantQuery(standing="unapproved"), at),
        "grants as governed, of one app": lambda c: _governed(c, GrantQuery(about=app), at),
        "graph of everything": lambda c: _drawn(c, ""),
        "graph around one app": lambda c: _drawn(c, app),
        "scores of a page of apps": lambda c: score_facts(
            c, "acme", list_things(c, ThingQuery(kind="app", limit=50)).items
        ),
        "AI vendors": shadow_vendors,
        "AI apps nobody registered": lambda c: shadow_apps(c, ApprovalBook(()), lambda _where, _app: False, at=at),
    }
    figures = {}
    for name, ask in asked.items():
        taken = []
        for _ in range(_ASKED):
            began = time.perf_counter()
            with reading(engine) as connection:
                ask(connection)
            taken.append((time.perf_counter() - began) * 1000)
        figures[name] = percentile(taken, 0.5)
    return figures


def _found(connection: Connection, at: float) -> CurrentFindings:
    """As the management API answers, where nothing was approved and the gateway has seen nothing."""
    lots = standing_lots(connection, ApprovalBook(()), at=at, grave=True)
    worked = [*governed_lots((lot for lot, _ in lots), {"acme": "google"}), *crowds(connection)]
    return current_findings(connection, FindingQuery(at=at), [*worked, *never_used(connection, "", now=at)])


def _governed(connection: Connection, query: GrantQuery, at: float) -> list[AskedGrant]:
    book = ApprovalBook(())
    _, items = list_grants(connection, query, book, at=at)
    return [*asked_grants(grant_surroundings(connection, items), book, at=at)]


def _drawn(connection: Connection, about: str) -> str:
    book, vendors, total = graph_book(connection, "acme", about=about, at=_NOW + 1_000)
    return draw(reach_graph(book, vendors=vendors, total=total), title="acme")


class _Answers:
    """Google's answers without Google: what a connector asks, from memory, at no cost."""

    def __init__(self, users: int) -> None:
        self._users = users
        self._tokens = [
            {"clientId": app.id, "displayText": app.name, "anonymous": False, "scopes": list(_SCOPES[number % 3])}
            for number in range(_EACH)
            for app in (_app(number * 191),)
        ]

    def get(self, path: str, query: Mapping[str, str | int] | None = None, *, bucket: str = "") -> VendorAnswer:
        if path.endswith("/tokens"):
            return VendorAnswer(200, {}, {"items": self._tokens})
        begin = int((query or {}).get("pageToken", 0))
        users = [{"id": _who(number)} for number in range(begin, min(begin + 500, self._users))]
        more = {"nextPageToken": str(begin + 500)} if begin + 500 < self._users else {}
        return VendorAnswer(200, {}, {"users": users, **more})


class _NoApi:
    """The management API, which takes everything and says nothing."""

    def get(self, path: str, **query: object) -> dict[str, object]:
        return {}

    def post(self, path: str, body: object = None) -> dict[str, object]:
        msgspec.json.encode(body)
        return {"run": {"id": "run_1"}, "watermark": ""}


def _sync(store_s: float, *, users: int, tried: int = 5_000) -> SyncFigures:
    """Work a user, and a reading against the quota; ``store_s`` is what the store takes for one."""
    connector = GoogleConnector(cast("VendorClient", _Answers(tried)))
    began = time.process_time()
    sync_feed(connector, TOKENS, "acme", cast("ManagementClient", _NoApi()))
    each = (time.process_time() - began) / tried + store_s
    return SyncFigures(users, each * users, read_against_quota(users))
