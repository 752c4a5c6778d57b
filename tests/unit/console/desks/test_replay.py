"""A part of the log judged anew, on real stores."""

from __future__ import annotations

from datetime import date
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from sqlalchemy import update
from tests.unit.decision.cases import policies, request

from wardlaw.console.api.deps import ReplayAsked, ReplayPart
from wardlaw.console.desks.replay import OF_CALLS, PART_S, ReplayDesk
from wardlaw.decision.context import PATHS
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import Replaying, ReplayReport, Tally
from wardlaw.facts.action import Action
from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.facts.exchange import Measures
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.governance.check import check
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import FileKek, create_kek
from wardlaw.store.records import get_record, stored_parts
from wardlaw.store.replaying import PAGE
from wardlaw.store.tables import SEALED_PART
from wardlaw.testing.databases import migrated_sqlite
from wardlaw.testing.decisions import put_decisions, put_inputs

AT = 1_790_000_000.0
PLAIN = Snapshot()
BULK = """- id: GOV-07
  title: Bulk personal data
  text: Not more than 100 people at once.
  owner: dpo
  wing: governance
  risk: high
  effect: deny
  actions: [ModelCall]
  when:
    all:
      - {attribute: dataSubjects, over: 100}
  examples:
    - {name: many, effect: deny, action: ModelCall, context: {dataSubjects: 101}}
    - {name: few, effect: allow, action: ModelCall, context: {dataSubjects: 100}}
"""
ODD = BULK.replace("GOV-07", "SEC-90").replace("dataSubjects, over: 100", "anomalyScore, over: 500").replace(
    "dataSubjects: 101", "anomalyScore: 501"
).replace("dataSubjects: 100", "anomalyScore: 500")  # fmt: skip
AGENT = Principal(id="agent:mailer", kind=PrincipalKind.AGENT, acting_for="user:ana", team="sales")


@pytest.fixture
def place(tmp_path: Path):
    (tmp_path / "w.db").write_bytes(migrated_sqlite())
    engine = open_database(f"sqlite:///{tmp_path}/w.db")
    (tmp_path / "data").mkdir()
    create_kek(tmp_path / "keys" / "kek", data_dir=tmp_path / "data")
    keyring = Keyring(
        f"sqlite:///{tmp_path}/data/deks.db", FileKek(tmp_path / "keys" / "kek", data_dir=tmp_path / "data")
    )
    yield SimpleNamespace(engine=engine, keyring=keyring, desk=ReplayDesk(keyring, clock=lambda: AT))
    keyring.close()
    engine.dispose()


def asked(number: int, *, subjects: int = 0, **more: Any) -> RequestFacts:
    measures = Measures(data_subjects=subjects)
    return request(id=f"dec_{number}", at=AT + number, measures=measures, **more)


def put(place, *requests: RequestFacts, state: Snapshot = PLAIN, first: int = 0) -> None:
    with writing(place.engine) as connection:
        put_decisions(connection, place.keyring, policies(), [(one, (), state) for one in requests], first=first)


def part(place, *, source: str = BULK, names: bool = True, **more: Any) -> ReplayPart:
    with reading(place.engine) as connection:
        given = ReplayAsked({"draft.yaml": source}, **more)
        return place.desk.replay(connection, given, may_know_persons=names)


def report(place, **more: Any) -> ReplayReport:
    found = part(place, **more)
    assert found.next == found.end
    return found.report


def test_what_a_draft_would_stop_with_examples_and_why(place) -> None:
    put(place, asked(0), asked(1, subjects=180, principal=AGENT))
    found = report(place)
    assert (found.judged, found.total) == (2, Tally(stopped=1))
    assert found.by["person"] == {"user:ana": Tally(stopped=1)}
    assert found.by["agent"] == {"agent:mailer": Tally(stopped=1)}
    (example,) = found.examples
    assert (example.decision, example.at_ms) == ("dec_1", int((AT + 1) * 1000))
    assert example.who == "agent:mailer for user:ana"
    assert example.why == ("GOV-07 would deny: dataSubjects 180 over 100",)


def test_persons_bear_the_logs_pseudonyms_for_those_who_may_not_know_their_behaviour(place) -> None:
    put(place, asked(1, subjects=180), asked(2, subjects=180, principal=AGENT))
    found = report(place, names=False)
    pseudonym = f"pseudonym:{place.keyring.pseudonym('user:ana', '2026-09')}"
    assert found.by["person"][pseudonym] == Tally(stopped=1)
    assert "user:" not in msgspec.json.encode(found).decode()
    assert {one.who for one in found.examples} >= {f"agent:mailer for {pseudonym}"}


def test_how_unusual_somebody_was_is_not_told_to_everybody(place) -> None:
    put(place, asked(0), state=Snapshot(anomaly_score=777))
    assert report(place, source=ODD).examples[0].why == ("SEC-90 would deny: anomalyScore 777 over 500",)
    assert "777" not in msgspec.json.encode(report(place, source=ODD, names=False)).decode()


def test_only_the_span_is_judged(place) -> None:
    put(place, *(asked(number, subjects=180) for number in range(6)))
    found = report(place, since_ms=int((AT + 2) * 1000), until_ms=int((AT + 4) * 1000), examples=9)
    assert [one.decision for one in found.examples] == ["dec_2", "dec_3"]
    assert report(place, since_ms=int((AT + 99) * 1000)) == Replaying(examples=0).report()


def test_what_was_erased_or_pruned_is_counted(place) -> None:
    put(place, asked(0, subjects=180), asked(1), asked(2, principal=Principal("user:bo", PrincipalKind.USER)))
    place.keyring.erase("user:bo")
    with writing(place.engine) as connection:
        connection.execute(SEALED_PART.delete().where(SEALED_PART.c.leaf_index == 1))
    found = report(place)
    assert (found.judged, found.erased, found.unread) == (1, 2, 0)


def test_what_cannot_be_read_is_named_and_the_rest_is_judged(place) -> None:
    put(place, asked(0), asked(1, subjects=180))
    with writing(place.engine) as connection:
        connection.execute(update(SEALED_PART).where(SEALED_PART.c.leaf_index == 0).values(ciphertext=b"\x01spoilt"))
        put_inputs(connection, place.keyring, asked(2), b'{"request": 1}', leaf=2)
    found = report(place)
    assert (found.judged, found.unread, found.total.stopped) == (1, 2, 1)
    assert [(one.decision, one.leaf_index, one.why[:10]) for one in found.unreadable] == [
        ("dec_0", 0, "WL-KEY-009"), ("dec_2", 2, "WL-CTL-002"),
    ]  # fmt: skip


def test_an_attribute_nobody_knew_then_takes_its_documented_value_and_is_told(place) -> None:
    old = asked(0)
    with writing(place.engine) as connection:
        put_decisions(connection, place.keyring, policies(), [(old, (), Snapshot())])
        raw = msgspec.json.decode(msgspec.json.encode({"request": old, "findings": (), "state": Snapshot()}))
        raw["decision"] = {"request": "dec_1", "effect": "allow", "demanded": "allow", "policies": ""}
        del raw["request"]["measures"]["data_subjects"]
        raw["request"]["id"] = "dec_1"
        put_inputs(connection, place.keyring, asked(1), msgspec.json.encode(raw), leaf=1)
    assert report(place).unknown == {}  # told by the first record of a gateway's epoch
    with writing(place.engine) as connection:
        connection.execute(SEALED_PART.delete().where(SEALED_PART.c.leaf_index == 0))
    found = report(place, source=BULK.replace("over: 100", "under: 5"). replace("[ModelCall]", "[ModelCall]").replace(
        "dataSubjects: 101", "dataSubjects: 1").replace("dataSubjects: 100}", "dataSubjects: 7}"))  # fmt: skip
    assert found.unknown == {"dataSubjects": 1}
    assert found.examples[0].why == ("GOV-07 would deny: dataSubjects 0 (not known then) under 5",)


def test_long_spans_come_in_parts_that_add_up(place) -> None:
    put(place, *(asked(number, subjects=number % 200) for number in range(PAGE * 2 + 10)))
    whole = report(place)
    ticks = count()
    place.desk = ReplayDesk(place.keyring, clock=lambda: AT + next(ticks) * PART_S)
    adding, begin, end, parts = Replaying(examples=3), 0, 0, 0
    while not parts or begin < end:
        found = part(place, begin=begin, end=end)
        adding.add(found.report)
        begin, end, parts = found.next, found.end, parts + 1
    assert parts > 1
    assert adding.report() == whole
    assert whole.judged == PAGE * 2 + 10


def test_clauses_with_errors_and_no_clauses_are_refused(place) -> None:
    for source in ("- id: x", "[]"):
        with pytest.raises((ConfigError, InputError), match="WL-CTL-010"):
            part(place, source=source)


def test_a_draft_is_read_once(place) -> None:
    put(place, asked(0))
    report(place)
    first = dict(place.desk._drafts)
    report(place)
    assert place.desk._drafts == first
    for number in range(9):
        report(place, source=BULK.replace("100", str(200 + number)).replace("101", str(201 + number)))
    assert len(place.desk._drafts) == 4


def test_what_is_worked_out_is_known_by_what_it_is_worked_out_from() -> None:
    """A new attribute with a path of its own kind must be told of here, or it would never count as not known then."""
    worked_out = {
        path for path in PATHS.values() if path.split(".")[0] not in ("request", "state", "grant")
    }  # grants are not replayed
    first = {"epoch", "acts_for_person", "requested_rows", "classes", "kinds", "injection"}
    assert worked_out == first | OF_CALLS


def test_where_arguments_came_from_was_not_known_of_old_tool_calls(place) -> None:
    draft = BULK.replace("[ModelCall]", "[ToolCall]").replace("ModelCall", "ToolCall").replace(
        "dataSubjects, over: 100", "intentMatched, equals: true"
    ).replace("dataSubjects: 101", "intentMatched: true").replace("dataSubjects: 100", "intentMatched: false")  # fmt: skip
    tool = Resource(ResourceKind.TOOL, "tool:crm", registered=True)
    old = asked(0, action=Action.TOOL_CALL, resource=tool)
    raw = msgspec.json.decode(msgspec.json.encode(Inputs(old, (), PLAIN, decide(old, (), policies(), PLAIN))))
    del raw["request"]["call"]
    with writing(place.engine) as connection:
        put_inputs(connection, place.keyring, old, msgspec.json.encode(raw), leaf=0)
    found = report(place, source=draft)
    assert (found.unknown, found.total) == ({"intentMatched": 1}, Tally(stopped=1))
    assert found.examples[0].why == ("GOV-07 would deny: intentMatched true (not known then)",)


def test_one_decision_is_judged_by_another_set(place) -> None:
    put(place, asked(1, subjects=500))
    checked = check({"draft.yaml": BULK}, today=date(2026, 11, 22))
    stricter = PolicySet.build(checked.text)
    with reading(place.engine) as connection:
        row = get_record(connection, "dec_1")
        parts = stored_parts(connection, row.leaf_index)
        told = place.desk.again(row, parts, stricter)
        assert (told.after, told.is_same_set, told.policies) == ("deny", False, stricter.digest)
        assert "GOV-07" in told.clauses and "Bulk personal data" in told.sentence
        same = place.desk.again(row, parts, policies())
        assert (same.is_same_set, same.difference, same.before) == (True, "same", same.after)
        with pytest.raises(InputError) as error:
            place.desk.again(row, (), stricter)
    assert error.value.code == "WL-CTL-012"
