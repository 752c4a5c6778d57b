"""What people wait for in the console of a company with a million decisions and a million grants.

Decisions are made, sealed and put into the log as the door does it; grants come as a listing of a directory. Pages are asked
of the console's own process, one after the other, and timed from the request to the last byte.
"""

from __future__ import annotations

import html
import http.client
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
from sqlalchemy import text

from bench import inventory
from bench.consoling import sign_in
from bench.figures import percentile
from bench.installation import make
from bench.processes import Running, StartError, free_port
from wardlaw.config.model import Config
from wardlaw.demo.crowd import Crowd
from wardlaw.demo.past import put_past
from wardlaw.facts.person import Person, Role
from wardlaw.store.database import open_database, writing
from wardlaw.store.installation import Installation
from wardlaw.store.people import add_person

_DAYS = 28
_WORKING_SHARE = (5 + 2 / 5) / 7  # a weekend's day has a fifth of a working day's requests (demo/crowd.py)
_ASKED = 7  # times each page is asked, after once unmeasured
_ROLES = (Role.CISO, Role.AUDITOR, Role.LEGAL, Role.ADMIN)
_APP = f"{700:012d}-app.apps.googleusercontent.com"
_PAGES = f"""
/search?q=otter /search?q=GOV-0 /search?q=nobody-is-called-so
/decisions /decisions?effect=deny /decisions?period=24h /decisions?effect=deny&period=30d /decisions?clause=GOV-07
/decisions?clause=NONE-01 /decisions?principal=user:ada.berg /decisions?principal=user:nobody /decisions?route=nowhere
/decisions?before=500000 /traffic
/audit /audit?kind=decision /audit?kind=session&who=nobody /audit?words=nobody /audit/keeping
/policies /detectors /incidents /systems /gates /shadow-ai /approvals /canaries /waivers /catalogue /reports
/people /people/keys /settings /frameworks /overview/coverage
/grants /grants?standing=unapproved /grants?standing=approved /grants?find=otter /grants?find=nobody-is-called-so
/grants?level=3 /grants?idle=yes /grants?unowned=yes /grants?reaches=mail /grants?directory=acme
/grants/identities /grants/identities?kind=app
/grants/identities?find=nobody-is-called-so /grants/identity?directory=acme&kind=app&id={_APP} /grants/graph
/grants/findings /grants/findings?in_state=dismissed /grants/approvals /grants/revocations
"""

Say = Callable[[str], None]


class PageFigure(msgspec.Struct, frozen=True):
    """One page: its address, its median in milliseconds, its slowest time, and how large it is."""

    address: str
    p50_ms: float
    slowest_ms: float
    kilobytes: float


class MillionFigures(msgspec.Struct, frozen=True):
    """What the pages of one installation took, the slowest first."""

    database: str
    decisions: int
    grants: int
    filled_s: float
    pages: list[PageFigure]


def measure(folder: Path, *, decisions: int, grants: int, limit_s: float, say: Say, url: str = "") -> MillionFigures:
    """Fill an installation and ask for its pages.

    Args:
        url: Of a PostgreSQL database that may be emptied; SQLite in ``folder`` without one.

    Raises:
        StartError: The console did not start, or a page is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    if url:
        _empty(url)
    port = free_port()
    extra = f'control: {{listen: "127.0.0.1:{port}"}}\n' + (f'database: {{url: "{url}"}}\n' if url else "")
    made = make(folder / "company", port=free_port(), answer_port=1, stream_port=1, extra=extra)
    now = time.time()
    written = _decisions(made.config, decisions, now=now, say=say)
    engine = open_database(Installation(made.config).database_url(os.environ))
    try:
        with writing(engine) as connection:
            for role in _ROLES:
                add_person(
                    connection,
                    Person(id=f"person:{role}", name=role.title(), roles=(role,)),
                    by="person:bench",
                    now=now,
                )
        say(f"a listing of {grants:,} grants")
        inventory.fill(engine, grants)
        database = engine.dialect.name
        if database == "postgresql":
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("analyze"))  # what autovacuum does within minutes of such a listing
    finally:
        engine.dispose()
    filled_s = time.perf_counter() - began
    command = [sys.executable, "-m", "wardlaw.cli.processes", "control", str(made.config_path)]
    control = Running(command, log=folder / "control.log", limit_s=limit_s, env=os.environ)
    try:
        control.wait_port(port, within_s=60)
        looker = Looker(made.config_path, port)
        pages = [looker.timed(address, say) for address in addresses(looker)]
    finally:
        control.stop()
    return MillionFigures(database, written, grants, filled_s, sorted(pages, key=lambda page: -page.p50_ms))


class Looker:
    """Somebody of each role who looks at pages; each page is asked for by the first who may see it."""

    def __init__(self, config_path: Path, port: int) -> None:
        self._port = port
        self._cookies = [sign_in(config_path, port, person=f"person:{role}") for role in _ROLES]

    def timed(self, address: str, say: Say) -> PageFigure:
        """Ask for a page again and again.

        Raises:
            StartError: Nobody may see it, or there is none.
        """
        cookie, size = self._who_may(address)
        taken = []
        for _ in range(_ASKED):
            began = time.perf_counter()
            self._ask(address, cookie)
            taken.append((time.perf_counter() - began) * 1_000)
        figure = PageFigure(address, percentile(taken, 0.5), max(taken), size / 1_024)
        say(f"{figure.p50_ms:7.0f} ms  {address}")
        return figure

    def first_link(self, address: str, begin: str) -> str:
        """The first address on a page that begins so.

        Raises:
            StartError: There is none.
        """
        _, page = self._ask(address, self._who_may(address)[0])
        found = page.decode().partition(f'href="{begin}')[2].partition('"')[0]
        if not found:
            raise StartError(f"{address} has no link to {begin}")
        return html.unescape(begin + found)

    def _who_may(self, address: str) -> tuple[str, int]:
        told = []
        for cookie in self._cookies:
            status, body = self._ask(address, cookie)
            if status == http.HTTPStatus.OK:
                return cookie, len(body)
            told.append(str(status))
        raise StartError(f"{address} answers {', '.join(told)}")

    def _ask(self, address: str, cookie: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            headers = {"cookie": cookie, "host": f"127.0.0.1:{self._port}"}
            connection.request("GET", quote(address, safe="/?=&:%"), headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def addresses(looker: Looker) -> Iterator[str]:
    """Every page that shows what there is a million of, and each of its filters."""
    yield from ("/", "/?period=30d", "/?period=1h", looker.first_link("/decisions", "/decisions/dec_"))
    yield from (looker.first_link("/grants", "/grants/one?"), looker.first_link("/audit", "/audit/"))
    yield from (address for address in _PAGES.split())


def _decisions(config: Config, count: int, *, now: float, say: Say) -> int:
    a_day = round(count / _DAYS / _WORKING_SHARE)
    told = [0.0]

    def progress(share: float, words: str) -> None:
        if share - told[0] >= 0.1:
            told[0] = share
            say(words)

    moments = Crowd(1).weeks(now - 60, days=_DAYS, a_day=a_day)
    return put_past(config, moments, about=count, now=time.time, say=progress)


def _empty(url: str) -> None:
    engine = open_database(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))
    finally:
        engine.dispose()
