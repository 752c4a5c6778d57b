from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tests.console_fakes import START, Api
from tests.unit.console.api.test_waivers import lifted
from wardlaw.facts.person import Role
from wardlaw.store.database import reading
from wardlaw.store.tables import NOTIFICATION

BROKEN = {"reason": "outage of the desk", "minutes": 30, "systems": ["agent:desk"]}
REVIEW = {"justified": True, "review": "it was needed"}


def break_it(api: Api, uid: int, **changes: Any) -> dict[str, Any]:
    return dict(api.ok("POST", "/break-glass", BROKEN | changes, uid=uid)["glass"])


def test_it_lifts_at_once_tells_everybody_and_ends_by_itself(api: Api) -> None:
    api.made.grants.channels = ("pager", "mail")
    secops = api.person("sec", Role.SECOPS)
    glass = break_it(api, secops)
    assert lifted(api) == [glass["id"]]
    with reading(api.made.engine) as connection:
        told = connection.execute(select(NOTIFICATION.c.channel, NOTIFICATION.c.incident)).all()
    assert sorted(tuple(row) for row in told) == [("mail", glass["incident"]), ("pager", glass["incident"])]
    (incident,) = api.ok("GET", "/incidents?state=open", uid=api.person("ris", Role.RISK))
    assert (incident["id"], incident["kind"]) == (glass["incident"], "break-glass")
    (record,) = api.made.recorder.of("glass.open")
    assert (record["glass"], record["clauses"], record["reason"]) == (
        glass["id"],
        "all that may be lifted",
        "outage of the desk",
    )
    api.made.clock.now += 1_800
    assert lifted(api) == []
    report = api.ok("GET", "/break-glass", uid=secops)
    assert (report["minutes"], report["glasses"][0]["standing"]) == (30.0, "unreviewed")
    api.made.clock.now = START + 86_400
    assert api.ok("GET", "/break-glass", uid=secops)["glasses"][0]["standing"] == "overdue"


def test_another_person_reviews_it_and_only_that_closes_the_incident(api: Api) -> None:
    ciso = api.person("ci", Role.CISO)
    glass = break_it(api, ciso)
    close = f"/incidents/{glass['incident']}/close"
    assert api.error("POST", close, {"reason": "over"}, uid=ciso)[1] == "WL-WVR-013"
    review = f"/break-glass/{glass['id']}/review"
    status, told = api.call("POST", review, REVIEW, uid=ciso)
    assert status == 403
    assert "SOD-9" in told["error"]["message"]
    seen = api.ok("POST", review, REVIEW, uid=api.person("lex", Role.LEGAL))
    assert (seen["standing"], seen["glass"]["reviewed_by"]) == ("reviewed", "person:lex")
    assert lifted(api) == []  # a review ends what still stands
    incident = api.ok("GET", f"/incidents/{glass['incident']}", uid=ciso)["incident"]
    assert (incident["state"], incident["close_reason"]) == ("closed", REVIEW["review"])
    assert api.error("POST", review, REVIEW, uid=api.person("ris", Role.RISK))[1] == "WL-WVR-012"


def test_hours_are_not_strung_together(api: Api) -> None:
    secops = api.person("sec", Role.SECOPS)
    first = break_it(api, secops)
    assert api.error("POST", "/break-glass", BROKEN, uid=secops)[1] == "WL-WVR-014"
    other = api.person("se2", Role.SECOPS)
    assert break_it(api, other)["id"] != first["id"]
    api.ok("POST", f"/break-glass/{first['id']}/review", REVIEW, uid=api.person("lex", Role.LEGAL))
    break_it(api, secops)


def test_it_is_refused_whole_when_anything_is_wrong(api: Api) -> None:
    secops = api.person("sec", Role.SECOPS)
    for changes, code in (
        ({"minutes": 61}, "WL-WVR-010"),
        ({"systems": []}, "WL-WVR-004"),
        ({"clauses": ["SEC-05"]}, "WL-WVR-008"),
        ({"clauses": ["NOPE-01"]}, "WL-WVR-008"),
    ):
        assert api.error("POST", "/break-glass", BROKEN | changes, uid=secops)[1] == code
    for role in set(Role) - {Role.SECOPS, Role.CISO}:
        assert api.error("POST", "/break-glass", BROKEN, uid=api.person(role.value, role)) == (403, "WL-RGT-010")
    api.made.recorder.broken = True
    assert api.call("POST", "/break-glass", BROKEN, uid=secops)[0] == 503
    assert lifted(api) == []
    api.made.recorder.broken = False
    assert api.ok("GET", "/incidents", uid=api.person("le2", Role.LEGAL)) == []


def test_closing_it_ends_it_now(api: Api) -> None:
    secops = api.person("sec", Role.SECOPS)
    glass = break_it(api, secops, clauses=["GOV-07"])
    api.made.clock.now += 60
    shut = api.ok("POST", f"/break-glass/{glass['id']}/close", {"reason": "over"}, uid=secops)
    assert (shut["standing"], shut["glass"]["ends_at"]) == ("unreviewed", START + 60)
    assert lifted(api) == []
    assert api.error("POST", f"/break-glass/{glass['id']}/close", {"reason": "over"}, uid=secops)[1] == "WL-WVR-011"


def test_what_it_would_do_is_told_before(api: Api) -> None:
    api.made.grants.channels = ("pager",)
    secops = api.person("sec", Role.SECOPS)
    told = api.ok("GET", "/break-glass/liftable", uid=secops)
    names = [one["id"] for one in told["clauses"]]
    assert (told["minutes"], told["told"], told["owed"]) == (60, ["pager"], "")
    assert names == sorted(names) and "GOV-07" in names and all(one["title"] for one in told["clauses"])
    assert told["never"] and not set(told["never"]) & set(names)
    assert not [one for one in names if one.startswith("SEC-")]  # security's stay in force under broken glass
    assert api.error("POST", "/break-glass", BROKEN | {"clauses": told["never"][:1]}, uid=secops)[1] == "WL-WVR-008"
    glass = break_it(api, secops, clauses=names)
    assert api.ok("GET", "/break-glass/liftable", uid=secops)["owed"] == glass["id"]
    assert api.ok("GET", "/break-glass/liftable", uid=api.person("se2", Role.SECOPS))["owed"] == ""
    assert api.error("GET", "/break-glass/liftable", uid=api.person("lex", Role.LEGAL)) == (403, "WL-RGT-010")
