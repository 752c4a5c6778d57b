"""Stand-ins for what the management API is given: a log, explanations, policies."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path
from types import SimpleNamespace

from wardlaw.console.api.deps import ApiDependencies, PolicyStatus
from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.record import Content, Passage
from wardlaw.store.database import open_database
from wardlaw.store.migrate import upgrade

START = 1_790_000_000.0


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


class FakeReader:
    def explain(self, row, parts):
        return {"effect": row.effect, "parts": [part.klass for part in parts]}

    def read(self, row, parts):
        return Content(passages=(Passage(channel="user", pointer="/messages/0/content", text="hello"),))


class FakeLog:
    def __init__(self) -> None:
        self.erased: list[str] = []
        self.broken = False

    def status(self):
        return {"size": 3}

    def proof(self, record_id):
        return f"proof of {record_id}"

    def export(self, since_ms, until_ms):
        return {"path": "exports/1.jsonl", "records": 3}

    def erase(self, connection, subject):
        if self.broken:
            raise UnavailableError("WL-KEY-001", "The key file cannot be written.", "Make room.")
        self.erased.append(subject)
        return 2


class FakePolicies:
    def __init__(self) -> None:
        self.published = PolicyStatus(digest="aa", version=1, clauses=12)

    async def status(self):
        return self.published

    async def prepare(self):
        return PolicyStatus(digest="bb", version=2, clauses=13)

    async def publish(self, prepared):
        self.published = prepared
        return prepared


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
    engine = open_database(f"sqlite:///{folder}/wardlaw.db")
    upgrade(engine)
    made = SimpleNamespace(
        engine=engine,
        recorder=FakeRecorder(),
        log=FakeLog(),
        policies=FakePolicies(),
        clock=Clock(),
        entropy=counted_entropy(),
    )
    made.deps = ApiDependencies(
        engine=engine,
        roles=load_role_book(),
        recorder=made.recorder,
        explainer=FakeReader(),
        contents=FakeReader(),
        log=made.log,
        policies=made.policies,
        fingerprint=fingerprint,
        health=lambda: {"status": "ok"},
        clock=made.clock,
        entropy=made.entropy,
    )
    return made
