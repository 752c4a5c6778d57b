"""The inventory at a million grants: a listing that tells almost what is known, and what people ask for.

It is measured in the store, one transaction a page as the management API does it, on one database file. The first listing
fills it; the second one has 0.5 % of the grants more, 0.5 % fewer, and 0.3 % with other scopes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from sqlalchemy.engine import Engine

from bench.figures import percentile
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
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.migrate import upgrade
from wardlaw.store.thingquery import ThingQuery, count_kinds, find_thing, list_things, standing_findings

_EACH, _APPS, _PAGE = 10, 2_000, 2_000
_NOW = 1_790_000_000.0
_ASKED = 7  # times each question is asked
_SCOPES = (
    ("openid", "email"),
    ("openid", "https://www.googleapis.com/auth/calendar.readonly"),
    ("https://www.googleapis.com/auth/drive.file", "openid"),
    ("https://mail.google.com/", "openid"),
)


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


def measure(grants: int, folder: Path, *, url: str = "") -> InventoryFigures:
    """Fill an inventory and measure it.

    Args:
        url: Of an empty PostgreSQL database; SQLite in ``folder`` without one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    engine = open_database(url or f"sqlite:///{folder}/inventory.db")
    try:
        upgrade(engine)
        _listing(engine, 1, _PEOPLE, _people(grants // _EACH))
        began = time.perf_counter()
        _listing(engine, 2, _TOKENS, _first(grants))
        first_s = time.perf_counter() - began
        pages = [*_pages(_again(grants))]
        gc.collect()
        began, cpu = time.perf_counter(), time.process_time()
        run = _read(engine, 3, _TOKENS, pages)
        again_s, work_s = time.perf_counter() - began, time.process_time() - cpu
        changed = sum(1 for number in range(grants) if _is_changed(number)) + grants // 200
        return InventoryFigures(
            grants, engine.dialect.name, first_s, again_s, work_s, changed, run.ended, _questions(engine, grants)
        )
    finally:
        engine.dispose()


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


def _pages(sightings: Iterator[Sighting]) -> Iterator[list[Sighting]]:
    """Pages as the command sends them: an account is not cut in two where it need not be."""
    page: list[Sighting] = []
    for sighting in sightings:
        starts_anew = not page or getattr(sighting.thing, "account", "") != getattr(page[-1].thing, "account", "")
        if len(page) >= _PAGE - _EACH and starts_anew:
            yield page
            page = []
        page.append(sighting)
    yield page


def _listing(engine: Engine, number: int, feed: str, sightings: Iterator[Sighting]) -> SyncRun:
    return _read(engine, number, feed, _pages(sightings))


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
    asked: dict[str, Callable[[object], object]] = {
        "status: counts of each kind": lambda c: count_kinds(c),  # type: ignore[arg-type]
        "list grants, first page": lambda c: list_things(c, ThingQuery(kind="grant")),  # type: ignore[arg-type]
        "list grants, from the middle": lambda c: list_things(c, middle),  # type: ignore[arg-type]
        "list, of one account": lambda c: list_things(c, ThingQuery(about=person)),  # type: ignore[arg-type]
        "list, of one app": lambda c: list_things(c, ThingQuery(about=app)),  # type: ignore[arg-type]
        "search a part of a name": lambda c: list_things(c, ThingQuery(find="person77123")),  # type: ignore[arg-type]
        "search the grants of an app by name": lambda c: list_things(c, ThingQuery(kind="grant", find="otter")),  # type: ignore[arg-type]
        "show one grant": lambda c: find_thing(c, _grant(grants // 3).id, at=at),  # type: ignore[arg-type]
        "findings, gravest 500": lambda c: standing_findings(c, at=at),  # type: ignore[arg-type]
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
