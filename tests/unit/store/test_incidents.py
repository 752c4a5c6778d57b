from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.incident import Incident, IncidentState
from wardlaw.store import incidents
from wardlaw.store.database import writing


@pytest.fixture
def connection(database):
    with writing(database) as connection:
        yield connection


def incident(number: int, at: float, *, principal: str = "aa", kind: str = "clause", exchange: str = "") -> Incident:
    return Incident(f"inc_{number}", exchange or f"exc_{number}", principal, kind, opened_at=at, last_at=at)


def test_retries_join_one_incident(connection) -> None:
    first = incidents.open_or_join(connection, incident(1, 100.0))
    joined = incidents.open_or_join(connection, incident(2, 160.0))
    assert (joined.id, joined.count, joined.opened_at, joined.last_at) == (first.id, 2, 100.0, 160.0)
    assert incidents.get_incident(connection, first.id) == joined
    again = incidents.open_or_join(connection, incident(3, 161.0, exchange="exc_2"))
    assert again.count == 2


@pytest.mark.parametrize(
    "other",
    [
        incident(2, 160.0, principal="bb"),
        incident(2, 160.0, kind="unregistered"),
        incident(2, 100.0 + incidents.JOIN_WINDOW_S + 1),
    ],
)
def test_something_else_opens_another(connection, other: Incident) -> None:
    incidents.open_or_join(connection, incident(1, 100.0))
    assert incidents.open_or_join(connection, other).id == "inc_2"


def test_a_closed_incident_is_not_joined(connection) -> None:
    incidents.open_or_join(connection, incident(1, 100.0))
    closed = incidents.close_incident(connection, "inc_1", by="person:ann", now=110.0)
    assert (closed.state, closed.closed_by, closed.closed_at) == (IncidentState.CLOSED, "person:ann", 110.0)
    assert incidents.open_or_join(connection, incident(2, 120.0)).id == "inc_2"
    assert [one.id for one in incidents.list_incidents(connection)] == ["inc_2", "inc_1"]
    assert [one.id for one in incidents.list_incidents(connection, state=IncidentState.OPEN)] == ["inc_2"]
    assert len(incidents.list_incidents(connection, limit=1)) == 1


def test_closing_needs_an_open_one(connection) -> None:
    with pytest.raises(InputError, match="WL-STO-040"):
        incidents.close_incident(connection, "inc_9", by="x", now=1.0)
    incidents.open_or_join(connection, incident(1, 100.0))
    incidents.close_incident(connection, "inc_1", by="x", now=1.0)
    with pytest.raises(InputError, match="WL-STO-041"):
        incidents.close_incident(connection, "inc_1", by="x", now=1.0)
