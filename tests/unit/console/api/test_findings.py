from __future__ import annotations

import pytest
from sqlalchemy import delete

from tests.console_fakes import Api
from wardlaw.facts.person import Role
from wardlaw.inventory.rules import Weight
from wardlaw.store.database import reading, writing
from wardlaw.store.inventorytables import INVENTORY_LOT
from wardlaw.store.notifications import Event, list_due
from wardlaw.store.redrawing import draw_step, mark_due

DAY = 86_400.0
BAD = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com"
GRANT = {"thing": {"kind": "grant", "id": "g1", "account": "ada", "app": BAD, "scopes": ["https://mail.google.com/"]}}


@pytest.fixture
def uid(api: Api) -> int:
    return api.person("sec", Role.CISO)


def run(api: Api, uid: int, *, sightings: list[dict] = (), activities: list[dict] = (), feed: str = "tokens") -> None:
    api.made.clock.now += 60
    kind = "listing" if feed == "tokens" else "events"
    begin = {"directory": "acme", "platform": "google", "feed": feed, "kind": kind}
    id_ = api.ok("POST", "/inventory/runs", begin, uid=uid)["run"]["id"]
    page = {"sightings": list(sightings), "activities": list(activities)}
    api.ok("POST", f"/inventory/runs/{id_}/page", page, uid=uid)
    api.ok("POST", f"/inventory/runs/{id_}/end", {"complete": True}, uid=uid)


def found(api: Api, uid: int, query: str = "") -> list[tuple[str, str]]:
    answer = api.ok("GET", f"/inventory/findings{query}", uid=uid)
    assert answer["total"] == len(answer["findings"])
    return [(one["rule"], one["state"]) for one in answer["findings"]]


def use(api: Api, id_: str, days_ago: float, **facts: object) -> dict:
    return {"id": id_, "at": api.made.clock.now - days_ago * DAY, "deed": "use", "app": "app", "method": "get"} | facts


def test_what_a_log_tells_becomes_a_finding_in_the_run_that_brought_it(api: Api, uid: int) -> None:
    usual = [use(api, f"d{day}", 30 - day, asn=64_500, ip="20.1.1.1") for day in range(25)]
    run(api, uid, activities=usual, feed="activity")
    assert found(api, uid) == []
    thief = use(api, "x1", 0.1, asn=64_999, ip="185.1.1.1")
    run(api, uid, activities=[thief, thief, usual[3]], feed="activity")
    (one,) = api.ok("GET", "/inventory/findings", uid=uid)["findings"]
    assert (one["rule"], one["event"], one["state"], one["count"]) == ("new-network", "x1", "open", 1)
    assert (one["owasp"], one["app"]) == (["NHI3", "NHI2"], "app")
    shown = api.ok("GET", f"/inventory/findings/{one['id']}", uid=uid)
    assert [event["id"] for event in shown["events"]] == ["x1"]
    api.ok("POST", f"/inventory/findings/{one['id']}/accept", {"reason": "moved", "days": 7}, uid=uid)
    assert api.made.recorder.of("inventory.accept")[0]["reason"] == "moved"
    assert found(api, uid) == []
    assert found(api, uid, "?in_state=acknowledged") == [("new-network", "acknowledged")]
    run(api, uid, activities=[use(api, "x2", 0.01, asn=64_999, ip="185.1.1.1")], feed="activity")
    assert found(api, uid) == []
    api.made.clock.now += 8 * DAY
    assert found(api, uid) == [("new-network", "reopened")]


def test_a_rule_finding_has_a_life_too(api: Api, uid: int) -> None:
    run(api, uid, sightings=[GRANT])
    (one,) = api.ok("GET", "/inventory/findings?rule=known-bad-app", uid=uid)["findings"]
    assert (one["rule"], one["state"], one["event"]) == ("known-bad-app", "open", "")
    closed = api.ok("POST", f"/inventory/findings/{one['id']}/close", {"reason": "revoked"}, uid=uid)
    assert (closed["state"], closed["decided_by"]) == ("closed", "person:sec")
    assert api.error("POST", f"/inventory/findings/{one['id']}/accept", {"reason": "x"}, uid=uid)[1] == "WL-INV-061"
    assert found(api, uid, "?rule=known-bad-app") == []
    run(api, uid, sightings=[GRANT])
    assert found(api, uid, "?rule=known-bad-app") == [("known-bad-app", "reopened")]  # it is still there
    run(api, uid, sightings=[GRANT | {"thing": GRANT["thing"] | {"id": "g2", "app": "good"}}])
    assert found(api, uid, "?rule=known-bad-app") == []
    assert found(api, uid, "?in_state=all&rule=known-bad-app") == [("known-bad-app", "closed")]
    assert api.ok("GET", f"/inventory/findings/{one['id']}", uid=uid)["finding"]["reason"] == "It is no longer so."
    assert api.ok("GET", "/inventory/findings?in_state=all&rule=known-bad-app", uid=uid)["pending"] == 0


def test_scopes_that_stand_in_no_use(api: Api, uid: int) -> None:
    drive, mail = "https://www.googleapis.com/auth/drive", "https://mail.google.com/"
    consent = use(api, "c", 39, deed="consent", account="u1", scopes=[drive, mail], app="small")
    uses = [use(api, f"u{day}", 39 - day, scopes=[drive], app="small") for day in range(38)]
    run(api, uid, activities=[consent, *uses], feed="activity")
    assert ("scope-never-used", "open") in found(api, uid, "?directory=acme")
    run(api, uid, sightings=[GRANT])
    later = use(api, "l", 0.01, scopes=[mail], app="small")
    run(api, uid, activities=[later], feed="activity")
    assert "scope-never-used" not in dict(found(api, uid))
    run(api, uid, sightings=[GRANT])
    assert ("scope-never-used", "closed") in found(api, uid, "?in_state=closed")


def test_bad_input_and_who_may(api: Api, uid: int) -> None:
    assert api.error("GET", "/inventory/findings?in_state=gone", uid=uid)[1] == "WL-INV-062"
    assert api.error("GET", "/inventory/findings/fnd_none", uid=uid)[1] == "WL-INV-060"
    assert api.error("POST", "/inventory/findings/fnd_none/close", {"reason": "x"}, uid=uid)[1] == "WL-INV-060"
    assert (
        api.error("POST", "/inventory/findings/fnd_none/accept", {"reason": "x", "days": 0}, uid=uid)[1] == "WL-API-003"
    )
    auditor = api.person("aud", Role.AUDITOR)
    assert api.error("POST", "/inventory/findings/x/close", {"reason": "x"}, uid=auditor)[0] == 403


def told(api: Api) -> list[tuple[str, int]]:
    with reading(api.made.engine) as connection:
        return [(one.channel, one.count) for one in list_due(connection, now=1e12) if one.event is Event.FOUND]


def test_grave_findings_reach_the_channels_once(api: Api, uid: int) -> None:
    api.made.grants.channels = ("ops", "mail")
    run(api, uid, sightings=[GRANT])
    (one,) = [one for one in api.ok("GET", "/inventory/findings", uid=uid)["findings"] if one["weight"] == "critical"]
    assert told(api) == [("mail", 1), ("ops", 1)] or told(api) == [("ops", 1), ("mail", 1)]
    run(api, uid, sightings=[GRANT])  # the same again is no news
    assert len(told(api)) == 2
    api.ok("POST", f"/inventory/findings/{one['id']}/close", {"reason": "revoked"}, uid=uid)
    api.made.clock.now += 3_600
    run(api, uid, sightings=[GRANT])  # it came back
    assert len(told(api)) == 4


def test_an_acceptance_that_ends_is_told_with_the_next_run(api: Api, uid: int) -> None:
    api.made.grants.channels = ("ops",)
    api.made.grants.tells = frozenset(Weight)
    usual = [use(api, f"d{day}", 30 - day, asn=64_500, ip="20.1.1.1") for day in range(25)]
    run(api, uid, activities=[*usual, use(api, "x1", 0.1, asn=64_999, ip="185.1.1.1")], feed="activity")
    assert told(api) == [("ops", 1)]
    (one,) = api.ok("GET", "/inventory/findings", uid=uid)["findings"]
    api.ok("POST", f"/inventory/findings/{one['id']}/accept", {"reason": "moved", "days": 7}, uid=uid)
    api.made.clock.now += 8 * DAY
    run(api, uid, feed="activity")
    assert told(api) == [("ops", 1), ("ops", 1)]


def test_a_directory_that_is_being_drawn_says_so_and_settles_nothing(api: Api, uid: int) -> None:
    run(api, uid, sightings=[GRANT])
    ((rule, state),) = [one for one in found(api, uid) if one[0] == "known-bad-app"]
    with writing(api.made.engine) as connection:
        connection.execute(delete(INVENTORY_LOT))
        mark_due(connection)
    for path in (
        "/inventory/findings",
        "/inventory/items",
        "/grants",
        "/grants/approvals",
        "/inventory/findings?directory=acme",
    ):
        assert api.error("GET", path, uid=uid) == (503, "WL-INV-122")
    run(api, uid, sightings=[GRANT])
    status = api.ok("GET", "/inventory", uid=uid)
    assert status["drawing"] == [{"directory": "acme", "drawn": 0, "total": 1}]
    with writing(api.made.engine) as connection:
        while draw_step(connection):
            pass
    assert (rule, state) in found(api, uid)
