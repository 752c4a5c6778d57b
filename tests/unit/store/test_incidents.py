from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Evidence, Incident, IncidentState
from wardlaw.store import incidents
from wardlaw.store.database import writing
from wardlaw.store.incidents import Joined
from wardlaw.store.tables import INCIDENT_MARK, RECORD


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        yield connection


def incident(number: int, at: float, *, principal: str = "aa", kind: str = "clause", exchange: str = "") -> Incident:
    return Incident(f"inc_{number}", exchange or f"exc_{number}", principal, kind, opened_at=at, last_at=at)


def report(connection, made: Incident, *marks: str, decision: str = "") -> Joined:
    evidence = Evidence(decision or f"dec{made.id[3:]}", made.exchange, made.last_at, made.kind, "cut")
    return incidents.open_or_join(connection, made, marks=marks or ("caller:aa",), evidence=evidence)


def test_retries_join_one_incident(connection) -> None:
    first = report(connection, incident(1, 100.0))
    assert (first.opened, first.counted) == (True, True)
    joined = report(connection, incident(2, 160.0, kind="other")).incident
    assert (joined.id, joined.count, joined.opened_at, joined.last_at) == ("inc_1", 2, 100.0, 160.0)
    assert incidents.get_incident(connection, "inc_1") == joined
    again = report(connection, incident(3, 161.0, exchange="exc_2"))
    assert (again.incident.count, again.opened, again.counted) == (2, False, False)


def test_a_campaign_is_known_again_by_its_payload_and_what_joined_is_known_too(connection) -> None:
    report(connection, incident(1, 100.0), "caller:aa", "payload:x")
    other = report(connection, incident(2, 110.0, principal="bb"), "caller:bb", "payload:x")
    assert other.incident.id == "inc_1"
    assert report(connection, incident(3, 120.0, principal="bb"), "caller:bb").incident.count == 3
    assert [one.decision for one in incidents.list_evidence(connection, "inc_1")] == ["dec_1", "dec_2", "dec_3"]


def test_a_thousand_requests_are_one_incident_with_a_count(connection) -> None:
    for number in range(1_000):
        report(connection, incident(number, 100.0 + number), "caller:aa", f"payload:{number}")
    (one,) = incidents.list_incidents(connection)
    assert one.count == 1_000
    assert len(incidents.list_evidence(connection, one.id)) == incidents.EVIDENCE_KEPT
    marks = connection.execute(select(INCIDENT_MARK.c.mark)).all()
    assert len(marks) == incidents.MARKS_KEPT


@pytest.mark.parametrize(
    ("other", "mark"),
    [
        (incident(2, 160.0, principal="bb"), "caller:bb"),
        (incident(2, 100.0 + incidents.JOIN_WINDOW_S + 1), "caller:aa"),
    ],
)
def test_something_else_opens_another(connection, other: Incident, mark: str) -> None:
    report(connection, incident(1, 100.0))
    assert report(connection, other, mark).incident.id == "inc_2"


def test_evidence_knows_its_place_in_the_log(connection) -> None:
    report(connection, incident(1, 100.0))
    report(connection, incident(1, 100.0), decision="dec_1")  # read again after a crash
    row = {
        "leaf_index": 41, "id": "dec_1", "kind": "decision", "exchange": "exc_1", "at_ms": 1, "gateway": "g",
        "epoch": 1, "seq": 0, "subject": "aa", "effect": "cut", "demanded": "cut", "action": "ModelCall",
        "route": "r", "policies": "ff", "code": "clause", "envelope": b"{}",
    }  # fmt: skip
    connection.execute(insert(RECORD), [row])
    (one,) = incidents.list_evidence(connection, "inc_1")
    assert (one.decision, one.leaf_index, one.clause, one.effect) == ("dec_1", 41, "clause", "cut")


def test_a_closed_incident_is_not_joined(connection) -> None:
    report(connection, incident(1, 100.0))
    closed = incidents.close_incident(connection, "inc_1", by="person:ann", now=110.0, reason="mended")
    assert (closed.state, closed.closed_by, closed.closed_at) == (IncidentState.CLOSED, "person:ann", 110.0)
    assert closed.close_reason == "mended"
    assert report(connection, incident(2, 120.0)).incident.id == "inc_2"
    assert [one.id for one in incidents.list_incidents(connection)] == ["inc_2", "inc_1"]
    assert [one.id for one in incidents.list_incidents(connection, state=IncidentState.OPEN)] == ["inc_2"]
    assert len(incidents.list_incidents(connection, limit=1)) == 1
    found = incidents.list_incidents(connection, find="INC_1")
    assert [one.id for one in found] == ["inc_1"]
    assert incidents.list_incidents(connection, find="%") == ()


def test_closing_needs_an_open_one(connection) -> None:
    with pytest.raises(InputError, match="WL-STO-040"):
        incidents.close_incident(connection, "inc_9", by="x", now=1.0, reason="over")
    report(connection, incident(1, 100.0))
    incidents.close_incident(connection, "inc_1", by="x", now=1.0, reason="over")
    with pytest.raises(InputError, match="WL-STO-041"):
        incidents.close_incident(connection, "inc_1", by="x", now=1.0, reason="over")
