"""Recording, explaining, the log and its erasure, on real stores."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from tests.unit.console.desks.conftest import NOW, House

from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.console.desks.log import LogDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.desks.records import RecordDesk
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.facts.exchange import Measures
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.record import Content, Inputs, Passage
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.store.database import reading, writing
from wardlaw.store.records import RecordRow, StoredPart, get_record, stored_parts
from wardlaw.store.tables import RECORD

COVERS = ("log", "records", "recorder")


def desk(house: House) -> RecordDesk:
    policies = PolicyDesk(house.places, clock=lambda: NOW)
    return RecordDesk(house.keyring, policies.set_of)


def stored(house: House, record: str) -> tuple[RecordRow, tuple[StoredPart, ...]]:
    with reading(house.engine) as connection:
        row = get_record(connection, record)
        return row, stored_parts(connection, row.leaf_index)


def test_what_people_do_is_in_the_log_and_names_are_sealed(house: House) -> None:
    (record,) = house.record("keys.create")
    row, parts = stored(house, record)
    assert b"person:a" not in row.envelope
    assert b"key:b" not in row.envelope
    assert desk(house).explain(row, parts) == {"sentence": "keys.create by person:a.", "facts": {"key": "key:b"}}


def test_status_proof_and_export(house: House) -> None:
    log = LogDesk(house.engine, house.places, house.keyring, clock=lambda: NOW)
    first, second = house.record("keys.create", "keys.revoke")
    status = log.status()
    assert status["origin"] == "wardlaw/wardlaw"
    assert status["size"] >= 2
    assert log.proof(second).startswith("c2sp.org/tlog-proof@v1\n")
    assert [(one.name, one.holds) for one in log.check(second)] == [
        ("record", True), ("leaf", True), ("path", True), ("checkpoint", True),
    ]  # fmt: skip
    with pytest.raises(InputError):
        log.proof("ctl_none")
    export = log.export(0, 0)
    lines = Path(export["file"]).read_bytes()
    assert hashlib.sha256(lines).hexdigest() == export["sha256"]
    assert first in lines.decode()
    assert all(json.loads(line)["proof"] for line in lines.splitlines())
    with pytest.raises(InputError, match="WL-CTL-006"):
        log.export(int(NOW * 1000) + 10**9, 0)


def test_erasure_leaves_the_record_and_takes_its_content(house: House) -> None:
    log = LogDesk(house.engine, house.places, house.keyring, clock=lambda: NOW)
    (record,) = house.record("keys.create")
    row, parts = stored(house, record)
    with writing(house.engine) as connection:
        assert log.erase(connection, row.subject) == 1
        assert log.erase(connection, row.subject) == 0
    assert desk(house).explain(row, parts) == {}
    assert desk(house).explain(*stored(house, record)) == {}
    assert log.proof(record)


def decided(house: House, *, digest: str = "") -> tuple[RecordRow, tuple[StoredPart, ...]]:
    """A decision's record as the gateway would have written it."""
    policies = PolicyDesk(house.places, clock=lambda: NOW)
    found = policies.set_of(msgspec.json.decode(policies._published_payload())["digest"])
    assert isinstance(found, PolicySet)
    request = RequestFacts(
        id="dec_1", exchange="exc_1", at=NOW, hour=10, weekday=3,
        principal=Principal("user:a", PrincipalKind.USER), action=Action.MODEL_CALL,
        resource=Resource(ResourceKind.MODEL, "model:nope", registered=False), route="chat.completions",
        route_mode=RouteMode.ENFORCE, session="s", measures=Measures(body_bytes=10),
    )  # fmt: skip
    decision = decide(request, (), found, Snapshot())
    assert decision.effect is Effect.DENY
    if digest:
        decision = msgspec.structs.replace(decision, policies=digest)
    parts = []
    for klass, value in (
        ("inputs", Inputs(request, (), Snapshot(), decision)),
        ("content", Content((Passage("user", "/m", "hi"),))),
    ):
        parts.append(house.keyring.seal("user:a", klass, "2026-09", msgspec.json.encode(value)))
    envelope = Envelope(
        at=1, epoch=0, seq=0, gateway="g", id="dec_1", kind=RecordKind.DECISION,
        sealed=tuple(one.part for one in parts), subject=house.keyring.pseudonym("user:a", "2026-09"),
    )  # fmt: skip
    row = RecordRow(
        0,
        "dec_1",
        "decision",
        "exc_1",
        1,
        "g",
        0,
        0,
        envelope.subject,
        "deny",
        "deny",
        "",
        "",
        decision.policies,
        "",
        encode(envelope),
    )
    return row, tuple(StoredPart(0, one.part.klass, envelope.subject, "2026-09", one.blob) for one in parts)


def test_a_decision_is_explained_by_the_set_that_decided(house: House) -> None:
    row, parts = decided(house)
    explained = desk(house).explain(row, parts)
    assert "was denied" in explained["sentence"]
    assert explained["causes"][0]["effect"] == "deny"
    assert desk(house).read(row, parts).passages[0].text == "hi"


def test_without_that_set_nothing_is_guessed(house: House) -> None:
    row, parts = decided(house, digest="0" * 64)
    explained = desk(house).explain(row, parts)
    assert "is not kept" in explained["sentence"]
    assert explained["causes"]
    assert explained["changes"] == []


def test_texts_that_are_gone_or_changed_are_told(house: House) -> None:
    row, parts = decided(house)
    with pytest.raises(InputError, match="WL-CTL-001"):
        desk(house).read(row, ())
    changed = msgspec.structs.replace(
        parts[1], ciphertext=parts[1].ciphertext[:-1] + bytes([parts[1].ciphertext[-1] ^ 1])
    )
    with pytest.raises(EvidenceError):
        desk(house).read(row, (parts[0], changed))


def test_pruning_goes_by_whole_bundles_of_the_published_log(house: House) -> None:
    log = LogDesk(house.engine, house.places, house.keyring, clock=lambda: NOW)
    house.record(*["keys.create"] * 60)
    with writing(house.engine) as connection:
        with pytest.raises(InputError, match="WL-AUD-044"):
            log.prunable_before(connection, int((NOW - 184 * 86_400) * 1_000))
        with pytest.raises(InputError, match="WL-RTN-001"):
            log.prunable_before(connection, int((NOW - 182 * 86_400) * 1_000))
        assert log.prune(connection, 0) == 0
    assert log.prunings().list() == ()


def test_what_is_of_a_longer_class_is_proven_after_the_log_around_it_went(house: House) -> None:
    house.record(*["systems.add", "keys.create"] * 140)
    log = LogDesk(house.engine, house.places, house.keyring, clock=lambda: NOW + 200 * 86_400)
    with writing(house.engine) as connection:
        assert log.prunable_before(connection, int(NOW * 1_000) + 1) == 256
        gone = log.prune(connection, 256)
        left = connection.execute(select(RECORD.c.id).where(RECORD.c.leaf_index < 256)).scalars().all()
    assert (gone, len(left)) == (256 - len(left), 128)
    assert log.proof(left[0]).startswith("c2sp.org/tlog-proof@v1\n")
    told = log.export(0, 0)
    assert told["first"] == 256
    with reading(house.engine) as connection:
        assert {one.id: one.records for one in log.keeping(connection)}["doc-10y"] == 140
