from __future__ import annotations

import pytest

from tests.console_fakes import START, Api
from wardlaw.facts.incident import Evidence, Incident, Quarantine
from wardlaw.facts.person import Role
from wardlaw.store import generations, incidents, quarantines
from wardlaw.store.database import writing


@pytest.fixture
def troubled(api: Api) -> Api:
    with writing(api.made.engine) as connection:
        evidence = Evidence("dec_1", "exc_1", START, "clause", "cut")
        opened = Incident("inc_1", "exc_1", "aa", "clause", START, START)
        incidents.open_or_join(connection, opened, marks=["caller:aa"], evidence=evidence)
        quarantines.place(connection, Quarantine("qua_1", "aabb", "session", "tripwire", START, incident="inc_1"))
    return api


def test_incidents_are_closed_by_those_who_may(troubled: Api) -> None:
    secops, ciso = troubled.person("sec", Role.SECOPS), troubled.person("ciso", Role.CISO)
    assert [one["id"] for one in troubled.ok("GET", "/incidents?state=open", uid=secops)] == ["inc_1"]
    why = {"reason": "the agent was mended"}
    assert troubled.error("POST", "/incidents/inc_1/close", why, uid=secops) == (403, "WL-RGT-010")
    for unsaid in ({}, {"reason": ""}, {"reason": "x" * 257}):
        assert troubled.error("POST", "/incidents/inc_1/close", unsaid, uid=ciso) == (400, "WL-API-003")
    closed = troubled.ok("POST", "/incidents/inc_1/close", why, uid=ciso)
    assert (closed["closed_by"], closed["close_reason"]) == ("person:ciso", "the agent was mended")
    assert troubled.made.recorder.of("incidents.close")[-1] == {"incident": "inc_1", **why}
    assert troubled.ok("GET", "/incidents/inc_1", uid=secops)["incident"]["state"] == "closed"
    assert troubled.ok("GET", "/incidents?state=open", uid=secops) == []
    assert troubled.error("POST", "/incidents/inc_1/close", why, uid=ciso) == (409, "WL-STO-041")
    assert troubled.error("GET", "/incidents?state=odd", uid=ciso) == (400, "WL-API-003")


def test_quarantines_are_released_and_placed(troubled: Api) -> None:
    secops, legal = troubled.person("sec", Role.SECOPS), troubled.person("legal", Role.LEGAL)
    before = generations.read(troubled.made.engine)["quarantines"]
    assert troubled.error("POST", "/quarantines/qua_1/release", uid=legal) == (403, "WL-RGT-010")
    assert troubled.ok("POST", "/quarantines/qua_1/release", uid=secops)["released_by"] == "person:sec"
    asked = {"key": "principal:user:ann", "reason": "stolen laptop", "minutes": 5}
    placed = troubled.ok("POST", "/quarantines", asked, uid=secops)
    assert (placed["kind"], placed["until"], placed["placed_by"]) == ("principal", START + 300, "person:sec")
    assert troubled.ok("GET", "/quarantines", uid=legal) == [placed]
    assert generations.read(troubled.made.engine)["quarantines"] == before + 2
    troubled.made.clock.now += 300
    assert troubled.ok("GET", "/quarantines", uid=legal) == []


@pytest.mark.parametrize("key", ["user:ann", "principal:", "principal:a b", "person:x\n", "session:\x00"])
def test_keys_that_lock_nobody_out(troubled: Api, key: str) -> None:
    secops = troubled.person("sec", Role.SECOPS)
    assert troubled.error("POST", "/quarantines", {"key": key, "reason": "x"}, uid=secops) == (400, "WL-API-003")


def test_an_incident_shows_its_evidence_and_releases_whom_it_locked_out(troubled: Api) -> None:
    secops, legal = troubled.person("sec", Role.SECOPS), troubled.person("legal", Role.LEGAL)
    with writing(troubled.made.engine) as connection:
        quarantines.place(connection, Quarantine("qua_2", "aabb", "session", "by hand", START, placed_by="person:x"))
    shown = troubled.ok("GET", "/incidents/inc_1", uid=legal)
    assert [(one["decision"], one["leaf_index"]) for one in shown["evidence"]] == [("dec_1", -1)]
    assert [one["id"] for one in shown["quarantines"]] == ["qua_1"]
    assert shown["checkpoint"] == ""
    asked = {"reason": "a test of ours"}
    assert troubled.error("POST", "/incidents/inc_1/release", asked, uid=legal) == (403, "WL-RGT-010")
    assert troubled.error("POST", "/incidents/inc_1/release", {"reason": ""}, uid=secops) == (400, "WL-API-003")
    (freed,) = troubled.ok("POST", "/incidents/inc_1/release", asked, uid=secops)["released"]
    assert (freed["released_by"], freed["release_reason"]) == ("person:sec", "a test of ours")
    assert troubled.ok("GET", "/quarantines", uid=legal) == []  # nor does any other on the same key stand
    assert troubled.ok("GET", "/incidents/inc_1", uid=legal)["incident"]["state"] == "open"
    assert troubled.error("POST", "/incidents/inc_1/release", asked, uid=secops) == (409, "WL-STO-052")
    facts = {"incident": "inc_1", "quarantines": "qua_1", "reason": "a test of ours"}
    assert facts in troubled.made.recorder.of("incidents.release")
