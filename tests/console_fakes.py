"""Stand-ins for what the management API is given: a log, explanations, policies."""

from __future__ import annotations

import asyncio
import copy
import functools
import hashlib
import itertools
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import msgspec
from litestar import Litestar

from wardlaw.audit.envelope import SealedPart
from wardlaw.audit.note import signer_key
from wardlaw.audit.proofsteps import ProofStep
from wardlaw.config.loosening import Detecting
from wardlaw.console.api.app import build_api, state_of
from wardlaw.console.api.deps import Again, ApiDependencies, Glance, ReplayAsked, ReplayPart, VerifyStep
from wardlaw.console.api.identity import PEER_UID
from wardlaw.console.api.lifedesk import BacktestPart, PolicyStatus
from wardlaw.console.desks.coverage import CoverageDesk
from wardlaw.console.desks.drafts import DraftDesk
from wardlaw.console.desks.habits import HabitDesk
from wardlaw.console.desks.life import LifeDesk
from wardlaw.console.desks.policies import Published
from wardlaw.console.desks.reports import ReportDesk
from wardlaw.console.desks.signing import SigningDesk, SigningSettings
from wardlaw.console.rolebook import load_role_book
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import ReplayReport
from wardlaw.evidence.canary import Canary, CanaryCaller, CanaryRequest
from wardlaw.evidence.survey import Heard
from wardlaw.facts.action import Action
from wardlaw.facts.approval import HeldDetail
from wardlaw.facts.clause import Example
from wardlaw.facts.clauselife import Backtest, TeamEffect
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import ConfigError, InputError, UnavailableError
from wardlaw.facts.keytext import Prefix, key_digest, make_key_text
from wardlaw.facts.person import Person, Role
from wardlaw.facts.record import Content, Passage
from wardlaw.governance.bundle import bundle_payload, decode_bundle
from wardlaw.governance.check import check
from wardlaw.governance.life import LifeRules
from wardlaw.governance.operations import Service
from wardlaw.governance.renewal import published_set
from wardlaw.governance.retention import KeepingTerms
from wardlaw.governance.shipped import shipped_frameworks, shipped_keeping, starter_sources
from wardlaw.inventory.asking import AskedPersons
from wardlaw.inventory.granted import GrantMoment
from wardlaw.inventory.rules import Weight
from wardlaw.inventory.ruling import RevokingLimits
from wardlaw.register.questionnaire import shipped_questionnaire
from wardlaw.store.approvals import SealedDetail, forget_calls_of
from wardlaw.store.database import open_database, writing
from wardlaw.store.detectingbook import DetectingBook
from wardlaw.store.endings import EndingsFile
from wardlaw.store.installation import Installation
from wardlaw.store.keeping import kept_by_class
from wardlaw.store.life import LifeStore
from wardlaw.store.passwords import PasswordCost
from wardlaw.store.people import add_person
from wardlaw.store.prunings import PruningBook
from wardlaw.testing.databases import migrated_sqlite

START = 1_790_000_000.0
LIFE_KEY = b"l" * 32
TWO_CLAUSES = {
    "one.yaml": """
id: GOV-20
title: No bulk exports
text: Nobody may ask a tool for more than a thousand rows.
owner: legal
wing: governance
risk: high
effect: deny
actions: [ToolCall]
when: {all: [{attribute: requestedRows, over: 1000}]}
examples:
  - {name: all, effect: deny, action: ToolCall, context: {requestedRows: 250000}}
  - {name: one, effect: allow, action: ToolCall, context: {requestedRows: 1}}
""",
    "two.yaml": """
id: OPS-30
title: No calls at night
text: Nobody may call a tool before six.
owner: risk
wing: governance
risk: low
effect: deny
actions: [ToolCall]
when: {all: [{attribute: hour, under: 6}]}
examples:
  - {name: night, effect: deny, action: ToolCall, context: {hour: 3}}
  - {name: day, effect: allow, action: ToolCall, context: {hour: 12}}
""",
}
HABITS_SECRET = b"h" * 32
BUNDLE_KEY = signer_key("bundle.example", b"b" * 32)
SERVICE_TOKENS = {service: make_key_text(Prefix.API_TOKEN, service.value.ljust(32).encode()) for service in Service}


class FakeRecorder:
    def __init__(self) -> None:
        self.records: list[tuple[str, str, str, dict]] = []
        self.broken = False

    async def record(self, kind, actor, operation, facts):
        if self.broken:
            raise UnavailableError("WL-SPL-001", "The spool is full.", "Make room.")
        self.records.append((kind, actor, operation, dict(facts)))
        return f"rec_{len(self.records)}"

    def of(self, operation: str) -> list[dict]:
        return [facts for _, _, name, facts in self.records if name == operation]


class FakeCanaries:
    def plan(self):
        example = Example("A large body", Effect.DENY, Action.MODEL_CALL)
        request = CanaryRequest("/v1/guard", b"{}", b"", CanaryCaller())
        return (
            Canary("OPS-04", "chat.completions", Effect.DENY, "", example, request),
            Canary("OPS-04", "scan", Effect.DENY, "", example, None, "scan takes texts alone"),
        )


class FakeReader:
    def glance(self, row, parts):
        return Glance(f"user:of-{row.id}", "model:gpt")

    def explain(self, row, parts):
        return {"effect": row.effect, "parts": [part.klass for part in parts]}

    def read(self, row, parts):
        return Content(passages=(Passage(channel="user", pointer="/messages/0/content", text="hello"),))


class FakeLog:
    def __init__(self) -> None:
        self.erased: list[str] = []
        self.also: dict[str, set[str]] = {}
        self.broken = False
        self.pruned: list[int] = []
        self.folder = Path()

    def status(self):
        return {
            "origin": "test", "size": 3, "root": "ab" * 32, "witness": "", "witnessed_size": 0, "write_once": "",
            "syslog": "", "pruned_before": 0,
        }  # fmt: skip

    def prunings(self):
        return PruningBook(self.folder / "prunings.json")

    def prunable_before(self, connection, at_ms):
        if at_ms < 1_000:
            raise InputError("WL-AUD-044", "Nothing would go.", "Wait.")
        return 512

    def keeping(self, connection):
        return kept_by_class(connection, KeepingTerms(shipped_keeping(), {}, 1_790_000_000_000))

    def prune(self, connection, before):
        if self.broken:
            raise InputError("WL-AUD-042", "A legal hold stands.", "Have it lifted.")
        self.pruned.append(before)
        return 500

    def proof(self, record_id):
        return f"proof of {record_id}"

    def check(self, record_id):
        return (ProofStep("record", True, "It stands in the tables."), ProofStep("path", not self.broken, "3 hashes."))

    def verify(self, told):
        if self.broken:
            raise UnavailableError("WL-CTL-013", "The log is being verified already.", "Wait.")
        told(VerifyStep("Records hashed and held against the tree", 3, 3))
        return {"sound": True, "verdict": "The log verifies: 3 records.", "size": 3, "problems": [], "notices": []} | {
            "origin": "test", "root": "ab" * 32, "records": 3, "minimum_index": 0, "further": 0, "witnessed": [],
        }  # fmt: skip

    def export(self, since_ms, until_ms):
        return {"file": "exports/1.jsonl", "records": 3, "first": 0, "last": 2, "sha256": "c" * 64}

    def names(self, subject):
        return frozenset({subject, *self.also.get(subject, ())})

    def same_subject(self, subject):
        return lambda name: name == subject or subject in self.also.get(name, ())

    def name_tag(self, text):
        return hashlib.sha256(text.casefold().encode()).hexdigest()

    def erase(self, connection, subject):
        if self.broken:
            raise UnavailableError("WL-KEY-001", "The key file cannot be written.", "Make room.")
        self.erased.append(subject)
        return 2


class FakeHeld:
    def forget(self, connection, subject):
        return forget_calls_of(connection, subject.__eq__)

    def open(self, sealed):
        return msgspec.json.decode(sealed.ciphertext, type=HeldDetail) if sealed.ciphertext else None


class FakeCredentials:
    """Keeps a digest where the value would be sealed."""

    def __init__(self) -> None:
        self.erased: list[str] = []
        self.broken = False

    def seal(self, server, name, value, *, nonce, now):
        digest = hashlib.sha256(nonce + value.encode())
        part = SealedPart(bytes=32, klass="credential", commit="c", ct_sha256="s", month="2026-11")
        return SealedDetail(digest.hexdigest(), part, digest.digest())

    def erase(self, subject):
        if self.broken:
            raise UnavailableError("WL-KEY-008", "The key database cannot be used.", "Try again.")
        self.erased.append(subject)


class FakePolicies:
    """Keeps what is published in memory; files are a mapping of names to texts."""

    def __init__(self) -> None:
        self.status_now = PolicyStatus(digest="aa", version=1, clauses=12)
        self.files = dict(TWO_CLAUSES)
        self.frameworks = shipped_frameworks
        self.set_now = self.check_clauses()
        self._ready = {}

    def sources(self):
        return dict(self.files)

    def check_sources(self, sources):
        return check(sources, today=date(2026, 11, 22))

    def write_source(self, name, text):
        self.files[name] = text

    def check_clauses(self):
        checked = self.check_sources(self.files)
        if not checked.ok:
            raise ConfigError("WL-CTL-003", f"The clauses have errors: {checked.problems[0]}", "")
        return checked

    def published_forms(self):
        return published_set(decode_bundle(bundle_payload(self.set_now)))

    def prepare_checked(self, checked):
        digest = decode_bundle(bundle_payload(checked)).digest
        self._ready[digest] = checked
        return PolicyStatus(digest=digest, version=self.status_now.version + 1, clauses=len(checked.clauses))

    def publish_now(self, prepared):
        self.status_now, self.set_now = prepared, self._ready[prepared.digest]
        return prepared

    async def status(self):
        return self.status_now

    async def prepare(self):
        return PolicyStatus(digest="bb", version=2, clauses=13)

    async def publish(self, prepared):
        self.status_now = prepared
        return prepared


class FakeGrantRules:
    """Decides with the starter pack, or with what a test puts in its place."""

    def __init__(self) -> None:
        self.limits = RevokingLimits()
        self.confirm_above = 20
        self.channels: tuple[str, ...] = ()
        self.persons = AskedPersons()
        self.tells = frozenset({Weight.CRITICAL})
        self.vendors: dict[str, str] = {}
        self.door_keys: frozenset[tuple[str, str]] = frozenset()
        self.sources = starter_sources()

    def policies(self):
        return policy_set(msgspec.json.encode(self.sources))

    def moment(self, at):
        return GrantMoment(at, 10, 3)

    def door_key(self, principal):
        return hashlib.sha256(principal.encode()).hexdigest()[:32]


@functools.cache
def policy_set(sources: bytes) -> PolicySet:
    checked = check(msgspec.json.decode(sources), today=date(2026, 11, 22))
    assert checked.ok, checked.problems
    return PolicySet.build(checked.text)


@functools.cache
def published(sources: bytes) -> Published:
    """The clauses of the fakes as something that was published when the tests begin."""
    checked = check(msgspec.json.decode(sources), today=date(2026, 11, 22))
    return Published(checked.clauses, policy_set(sources), START)


class NoKeys:
    """A keyring that can open nothing any more."""

    def unseal(self, pseudonym, part, blob):
        raise InputError("WL-KEY-010", "The key was destroyed.", "It is gone for good.")


class FakeReplays:
    def __init__(self) -> None:
        self.asked: list[tuple[ReplayAsked, bool]] = []

    def again(self, row, parts, policies):
        return Again(policies.digest, False, row.demanded, "allow", "allowed", f"{row.id} would pass.", ())

    def replay(self, connection, asked, *, may_know_persons):
        self.asked.append((asked, may_know_persons))
        return ReplayPart(0, 9, 7, ReplayReport(judged=3))


class FakeBacktests:
    """A backtest that judged one decision and would have stopped it; the clock is the test's."""

    def __init__(self) -> None:
        self.at = START
        self.begun = set()

    def part(self, connection, digest, asked, sets, *, by):
        before, after = sets(self.at)
        assert before.text != after.text
        self.begun.add((digest, by))
        return BacktestPart(0, 9, 9, self._result(digest, by))

    def finished(self, digest, *, by):
        if (digest, by) not in self.begun:
            raise InputError("WL-LIF-012", "None.", "")
        return self._result(digest, by)

    def _result(self, digest, by):
        teams = {"sales": TeamEffect(stopped=3, stopped_people=2)}
        return Backtest(digest, 0, 1, self.at, by, 40, 1, 0, teams)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def counted_entropy():
    numbers = itertools.count(1)
    return lambda size: hashlib.shake_256(str(next(numbers)).encode()).digest(size)


def fingerprint(text: str, secret_id: str, tripwire: bool) -> RegisteredSecret:
    mac = hashlib.sha256(b"fake" + text.encode()).hexdigest()
    return RegisteredSecret(secret_id, len(text), 8, 2**64 - 1, mac, tripwire=tripwire)


def make_dependencies(folder: Path) -> SimpleNamespace:
    """The dependencies (``.deps``) with the fakes they are made of."""
    (folder / "wardlaw.db").write_bytes(migrated_sqlite())
    engine = open_database(f"sqlite:///{folder}/wardlaw.db")
    made = SimpleNamespace(
        engine=engine,
        recorder=FakeRecorder(),
        log=FakeLog(),
        policies=FakePolicies(),
        replays=FakeReplays(),
        grants=FakeGrantRules(),
        credentials=FakeCredentials(),
        heard=Heard(),
        backtests=FakeBacktests(),
        clock=Clock(),
        entropy=counted_entropy(),
    )
    made.log.folder = folder
    rules = LifeRules(load_role_book())
    made.life = LifeDesk(made.policies, LifeStore(LIFE_KEY), made.backtests, rules, is_on=False)
    made.detecting = DetectingBook(
        folder / "detectors", Detecting(), sign=BUNDLE_KEY.sign, keys=lambda: (BUNDLE_KEY.verifier,)
    )
    made.endings_path = folder / "ended"
    made.endings = EndingsFile(made.endings_path, sign=BUNDLE_KEY.sign, keys=lambda: (BUNDLE_KEY.verifier,))
    made.places = Installation(
        SimpleNamespace(
            data_dir=str(folder),
            keys=SimpleNamespace(dir=str(folder / "keys")),
            audit=SimpleNamespace(log=str(folder / "log")),
            installation=SimpleNamespace(name="test"),
        )
    )
    made.deps = ApiDependencies(
        engine=engine,
        roles=load_role_book(),
        recorder=made.recorder,
        explainer=FakeReader(),
        contents=FakeReader(),
        log=made.log,
        habits=HabitDesk(folder / "state", HABITS_SECRET, same_subject=lambda subject: subject.__eq__),
        held=FakeHeld(),
        credentials=made.credentials,
        policies=made.policies,
        grants=made.grants,
        replays=made.replays,
        coverage=CoverageDesk(
            NoKeys(),
            lambda: published(msgspec.json.encode(made.grants.sources)),
            heard=lambda *_: made.heard,
            readings={},
            clock=made.clock,
            keys=lambda: (BUNDLE_KEY.verifier,),
        ),
        reports=ReportDesk(made.places, made.life),
        life=made.life,
        drafts=DraftDesk(made.policies, made.life),
        canaries=FakeCanaries(),
        fingerprint=fingerprint,
        health=lambda: {"status": "ok"},
        clock=made.clock,
        entropy=made.entropy,
        sign=BUNDLE_KEY.sign,
        endings=made.endings,
        detecting=made.detecting,
        signing=SigningDesk(
            SigningSettings(cost=PasswordCost(memory_kib=64, passes=1)),
            device_key=b"d" * 32,
            clock=made.clock,
            entropy=made.entropy,
        ),
        keys=lambda: (BUNDLE_KEY.verifier,),
        questionnaire=shipped_questionnaire(),
        services={key_digest(text): service for service, text in SERVICE_TOKENS.items()},
    )
    return made


@functools.cache
def _first_api() -> Litestar:
    return build_api(None)  # nobody calls this one: what it has for itself is put into its copies


def api_of(deps: ApiDependencies) -> Litestar:
    """The application for these dependencies; its routes, most of a second's work, are drawn once in a process."""
    app = copy.copy(_first_api())
    app.state = state_of(deps)
    return app


class Api:
    """The application called directly, as the server would call it: no socket, no thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.made = make_dependencies(folder)
        self.app = api_of(self.made.deps)
        self._runner = asyncio.Runner()
        self._uids = itertools.count(1001)

    def close(self) -> None:
        self._runner.close()
        self.made.engine.dispose()

    def person(self, name: str, *roles: Role) -> int:
        """A person with these roles; answers the uid they call with."""
        uid = next(self._uids)
        with writing(self.made.engine) as connection:
            person = Person(id=f"person:{name}", name=name, roles=roles, unix_uid=uid)
            add_person(connection, person, by="test", now=START)
        return uid

    def call(self, method: str, path: str, body=None, *, uid: int = -1, token: str = "", raw: bytes | None = None):
        """Status and decoded body."""
        return self._runner.run(self._call(method, path, body, uid, token, raw))

    def ok(self, method: str, path: str, body=None, *, uid: int = -1, token: str = ""):
        """The body of a call that must succeed."""
        status, answer = self.call(method, path, body, uid=uid, token=token)
        assert status < 300, (status, answer)
        return answer

    def error(self, method: str, path: str, body=None, *, uid: int = -1, token: str = "") -> tuple[int, str]:
        """Status and code of a call that must fail."""
        status, answer = self.call(method, path, body, uid=uid, token=token)
        assert status >= 400, answer
        assert answer["error"]["message"]
        return status, answer["error"]["code"]

    async def _call(self, method, path, body, uid, token, raw):
        payload = raw if raw is not None else b"" if body is None else msgspec.json.encode(body)
        path, _, query = path.partition("?")
        headers = [(b"host", b"localhost"), (b"content-length", str(len(payload)).encode())]
        if payload:
            headers.append((b"content-type", b"application/json"))
        if token:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": method,
            "path": "/api" + unquote(path), "raw_path": ("/api" + path).encode(), "query_string": query.encode(),
            "root_path": "", "headers": headers, "client": None, "server": ("localhost", 80), "state": {},
        }  # fmt: skip
        if uid >= 0:
            scope[PEER_UID] = uid
        sent: list[dict] = []
        events = iter([{"type": "http.request", "body": payload, "more_body": False}])

        async def receive():
            return next(events, {"type": "http.disconnect"})

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        self.headers = dict(sent[0]["headers"])
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], msgspec.json.decode(content) if content else None
