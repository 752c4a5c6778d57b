"""A house in which every page has something to show, for tests that walk all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from html import unescape
from pathlib import Path
from types import ModuleType

import msgspec
from litestar import Litestar

from tests.console_fakes import START, TWO_CLAUSES, Api
from tests.unit.console.api.test_habits import know_habits
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import Browser, Seen
from tests.unit.console.pages.inventoryhouse import InventoryHouse
from tests.unit.console.pages.pseudo import PSEUDO, HeardApi
from tests.unit.console.pages.test_canarylist import RUN as FAILED
from tests.unit.console.pages.test_findinglist import first_of
from tests.unit.console.pages.test_gatepages import add as add_gate
from tests.unit.console.pages.test_gatepages import sign
from tests.unit.console.pages.test_grantshown import APPROVAL
from tests.unit.console.pages.test_inbox import hold
from tests.unit.console.pages.test_incidents import seed
from tests.unit.console.pages.test_questions import uid_of
from tests.unit.console.pages.test_revoking import planned
from tests.unit.register.answered import answered
from wardlaw.audit.envelope import RecordKind
from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.inside import InsideApi
from wardlaw.console.pages.rendering import Renderer
from wardlaw.console.pages.site import PAGES
from wardlaw.console.pages.translations import languages
from wardlaw.evidence.tally import Unclaimed
from wardlaw.facts.appeal import Appeal
from wardlaw.facts.person import Role
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.database import writing
from wardlaw.store.duties import keep_appeal
from wardlaw.store.toolpins import sight

CV = {
    "id": "cv", "title": "CV ranker", "owner": "person:own", "purpose": "Ranks applications",
    "models": ["gpt-5"], "principals": ["agent:cv-*"],
}  # fmt: skip
ROLES = {
    "sec": (Role.SECOPS, Role.CISO), "law": (Role.LEGAL,), "own": (Role.OWNER,), "ris": (Role.RISK,), "adm": (Role.ADMIN,),
    "aud": (Role.AUDITOR,),
}  # fmt: skip
PARTS = ("/approvals/count", "/emergencies/reviews", "/overview/coverage", "/overview/grants")
"""Addresses of what a page asks for by itself and puts into itself."""
NO_PAGES: Mapping[str, str] = {
    "/audit/verifier/{name:str}": "a file",
    "/audit/verify/steps": "lines of text, one after the other",
    "/audit/{record:str}/proof": "a file",
    "/decisions/{record:str}/proof": "a file",
    "/grants/revocations/{revocation:str}/proof/{record:str}": "a file",
    "/incidents/serious/{serious:str}/draft": "a file",
    "/live": "a stream",
    "/prove/sent/{name:str}": "the way back from a provider",
    "/reports/{build_id:str}/file": "a file",
    "/sign-in/oidc": "the way to a provider",
    "/sign-in/oidc/done": "the way back from a provider",
    "/systems/{system_id:str}/bom": "a file",
    "/systems/{system_id:str}/card/{model_id:str}": "a file",
}
"""Addresses that are read and are neither pages nor parts of one."""
_TAKE = re.compile(r'href="([^"]*?)(?:\?|&amp;)table=([a-z-]+)&amp;as=csv"')
_PARAMETER = re.compile(r"\{(\w+):\w+\}")


class FullHouse:
    """One API with something of everything, and a browser for each role that reads in ``language``.

    Args:
        folder: Empty folder.
        language: ``qps`` puts each sentence of ours in brackets.
    """

    def __init__(self, folder: Path, language: str = PSEUDO.code) -> None:
        self._house = house = InventoryHouse(folder)
        self.api: Api = house.api
        self._renderer = Renderer(Assets(), {**languages(), PSEUDO.code: PSEUDO})
        self._turn_on_life()
        for leaf in range(60):
            add(self.api, leaf, name=f"dec_{leaf}")
        add(self.api, 60, RecordKind.OUTCOME, sealed=False, added=2_100)
        seed(self.api)
        hold(self.api)
        self.browsers = {name: self._browser(house, name, *roles) for name, roles in ROLES.items()}
        self._register()
        know_habits(self.api, "user:ana")
        self.known = self._ask_for_things()
        for browser in self.browsers.values():
            browser.cookies["wardlaw_language"] = language

    @property
    def heard(self) -> set[str]:
        """Every text the API answered to anybody."""
        return set().union(*(browser.front.api.heard for browser in self.browsers.values()))

    def path_of(self, address: str) -> str:
        """An address that is read, with ids of things that are there."""
        filled = "/".join(self._filled(ADDRESSES[address], part) for part in address.split("/"))
        return self.known.get((filled, "?"), filled)

    @cached_property
    def pages(self) -> dict[str, tuple[str, Seen]]:
        """Each page with the name of the first who may read it, and what they see; asked for once."""
        seen = {path: self.first_to_see(path) for path in map(self.path_of, page_addresses())}
        return {path: one for path, one in seen.items() if one}

    def first_to_see(self, path: str) -> tuple[str, Seen] | None:
        """The first who is answered with HTML, and what they see; None when nobody is."""
        for name, browser in self.browsers.items():
            seen = browser.get(path)
            if seen.status == 200 and seen.header("content-type").startswith("text/html"):
                return name, seen
        return None

    @contextmanager
    def asking_by(self, inside: Callable[[Litestar], InsideApi]) -> Iterator[None]:
        """Have pages ask the API in another way for a while."""
        fronts = {name: browser.front for name, browser in self.browsers.items()}
        for name, browser in self.browsers.items():
            browser.use(msgspec.structs.replace(fronts[name], api=inside(self.api.app)))
        try:
            yield
        finally:
            for name, browser in self.browsers.items():
                browser.use(fronts[name])

    def tables(self) -> dict[tuple[str, str], str]:
        """Who may take away which table of which address."""
        return {
            (unescape(path), table): name
            for name, seen in self.pages.values()
            for path, table in _TAKE.findall(seen.text)
        }

    def _filled(self, module: str, part: str) -> str:
        found = _PARAMETER.fullmatch(part)
        return self.known[(module, found[1])] if found else part

    def _turn_on_life(self) -> None:
        made = self.api.made
        made.life.is_on = True
        made.grants.sources = made.policies.files
        with writing(made.engine) as connection:
            made.life.keep(
                connection, made.life.adopt(connection, at=START), by="wardlaw", at=START, reason="", record="ctl_0"
            )
        lines = (Unclaimed("agent:reports", "Agent", "mcp", "tool:mail", 5, START - 90, "dec_1"),)
        counted = made.deps.coverage.unclaimed
        made.deps.coverage.unclaimed = lambda connection: (lines, counted(connection)[1])

    def _browser(self, house: InventoryHouse, name: str, *roles: Role) -> Browser:
        browser = house.browser(name, *roles)
        browser.use(msgspec.structs.replace(browser.front, api=HeardApi(self.api.app), renderer=self._renderer))
        return browser

    def _register(self) -> None:
        own, law = (uid_of(self.api, name) for name in ("own", "law"))
        self.api.ok("POST", "/systems", CV, uid=own)
        self.api.ok(
            "POST", "/keys", {"id": "key:bot", "principal": "agent:bot", "models": ["gpt"], "days": 30}, uid=own
        )
        answers = {name: {"value": value} for name, value in answered().items()}
        self.api.ok("POST", "/systems/cv/classification", {"answers": answers, "version": 0}, uid=law)
        add_gate(self.browsers["own"])
        sign(self.browsers["ris"])

    def _ask_for_things(self) -> dict[tuple[str, str], str]:
        """Have something of each kind that is asked for by a form; answers ids by module and parameter."""
        sec, own, law, aud = (self.browsers[name] for name in ("sec", "own", "law", "aud"))
        grant = "/grants/one?directory=acme&id=g1"
        revocation = planned(self._house, sec).partition("?")[0]
        sec.post("/grants/approve", form=sec.form_of(sec.get(grant).text), **APPROVAL)
        run = _went(own, "/systems/cv/gate", "/systems/cv/gate/run", gate="small")
        order = _went(sec, "/canaries", "/canaries/run", clause="OPS-04")
        with writing(self.api.made.engine) as connection:
            CanaryRuns(connection).keep(FAILED)
        waiver = _went(
            own, "/waivers/new", clause="OPS-30", reason="A pilot", amount="2", unit="hours", principals="user:ana"
        )
        asked = _went(
            own, "/catalogue/ask", system="notes", kind="tool", title="Notes", purpose="writes down what was agreed",
            owner="person:own", days="30", principals="agent:notes",
        )  # fmt: skip
        serious = _went(
            sec, "/incidents/inc_1", "/incidents/inc_1/serious", kind="health", system="cv", description="A wrong dose."
        )
        report = _went(aud, "/reports", framework="eu-ai-act", since="2026-11-01", until="2026-11-30")
        page = law.get("/policies/GOV-20/edit").text
        based_on = page.split('name="based_on" value="')[1].split('"')[0]
        looser = TWO_CLAUSES["one.yaml"].replace("over: 1000", "over: 5000")
        law.post(
            "/policies/GOV-20/edit", form=law.form_of(page), text=looser, based_on=based_on, reason="why", act="hand-in"
        )
        named = {
            "record": "dec_1", "clause": "GOV-20", "approval": "apr_1", "incident": "inc_1", "framework": "eu-ai-act",
            "system_id": "cv", "model_id": "gpt-5", "gate_id": "small", "person": "person:own", "caller": "agent:bot",
            "finding": _last(first_of(sec)), "revocation": _last(revocation), "run_id": _last(run), "serious": _last(serious),
            "order_id": _last(order), "waiver": _last(waiver), "build_id": _last(report), "name": "x",
        }  # fmt: skip
        asking = {
            ("/grants/one", "?"): grant,
            ("/grants/identity", "?"): "/grants/identity?directory=acme&kind=app&id=app-1",
            ("/grants/graph", "?"): "/grants/graph?directory=acme",
            ("/shadow-ai/caller", "?"): "/shadow-ai/caller?id=agent%3Areports",
            ("/search", "?"): "/search?q=rank",
            ("/evidence/GOV-20", "?"): "/evidence/GOV-20?system=cv",
            ("/traffic/cut", "?"): "/traffic/cut?key=principal%3Aagent%3Abot",
            ("/policies/new", "?"): "/policies/new",
        }
        known = {(module_name(module), name): value for module in PAGES for name, value in named.items()}
        asking[("/approvals/tool", "?")] = "/approvals/tool?server=git&tool=push"
        known |= {("catalogue", "asked"): _last(asked), ("laws", "asked"): "GOV-20", ("answering", "appeal"): "app_1"}
        known[("detectors", "caller")] = "user:ana"
        return known | asking | {("answering", "erasure"): self._to_be_answered()}

    def _to_be_answered(self) -> str:
        """A tool that differs, an appeal and an erasure; answers the id of the last."""
        with writing(self.api.made.engine) as connection:
            sight(
                connection,
                "git",
                [ToolPin("git", "push", PinState.PINNED, "", "", "b" * 64, "{}", ("hidden text",))],
                at=START,
            )
            keep_appeal(
                connection, Appeal("app_1", "dec_1", ("GOV-20",), "deny", "person:mara", START, "It was not me.")
            )
        given = {"subject": "aa" * 32, "reason": "asked for by the person"}
        erasure = self.api.ok("POST", "/audit/erasures", given, uid=self.api.person("mona", Role.COMPLIANCE))
        return str(erasure["erasure"]["id"])


def module_name(module: ModuleType) -> str:
    """The last part of a module's name."""
    return module.__name__.rpartition(".")[2]


ADDRESSES: Mapping[str, str] = {
    path: module_name(module)
    for module in PAGES
    for handler in module.HANDLERS
    for path in handler.paths
    if "GET" in handler.http_methods
}
"""Every address of the console that is read, with the module it is of."""


def page_addresses() -> tuple[str, ...]:
    """Every address that is a page."""
    return tuple(sorted(set(ADDRESSES) - set(NO_PAGES) - set(PARTS)))


def _went(browser: Browser, page: str, to: str = "", **given: str) -> str:
    """Where a form led."""
    form = browser.form_of(browser.get(page).text)
    done = browser.post(to or page, form=form, **given)
    assert done.status == 303, done.text
    return done.header("location").partition("?")[0]


def _last(path: str) -> str:
    return path.rpartition("/")[2]
