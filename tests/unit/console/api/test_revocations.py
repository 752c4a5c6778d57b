from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_grantjudging import NO_MAIL, judged
from tests.unit.console.api.test_grants import grant, taken
from wardlaw.facts.person import Role
from wardlaw.inventory.ruling import RevokingLimits, RevokingMode
from wardlaw.store.database import reading
from wardlaw.store.generations import Generation, read
from wardlaw.store.quarantines import list_standing


def step(name: str, subject: str = "g1", app: str = "app-1", account: str = "ada", **more) -> dict:
    return {"id": name, "kind": "grant", "subject": subject, "account": account, "app": app, "call": "DELETE /x"} | more


def plan(*steps: dict, **more) -> dict:
    return {"directory": "acme", "reason": "not needed", "steps": list(steps)} | more


GONE = {"presence": "gone", "method": "re-read", "status": 404, "digest": "ab" * 32}
THERE = GONE | {"presence": "there", "status": 200}
OK = {"done": True, "status": 204}


@pytest.fixture
def uid(api: Api) -> int:
    uid = api.person("sec", Role.CISO)
    taken(api, uid, grant("g1"), grant("g2", account="bob"), grant("g3", "app-3"))
    return uid


def report(api: Api, uid: int, name: str, step_id: str, proof: dict, outcome: dict = OK) -> dict:
    body = {"step": step_id, "outcome": outcome, "proof": proof}
    return api.ok("POST", f"/revocations/{name}/report", body, uid=uid)


def test_from_the_plan_to_the_quiet(api: Api, uid: int) -> None:
    made = api.ok("POST", "/revocations", plan(step("1"), step("2", "g2", account="bob")), uid=uid)
    name = made["revocation"]["id"]
    assert (made["state"], made["revocation"]["persons"]) == ("planned", 1)
    assert api.error("POST", f"/revocations/{name}/report", {"step": "1", "proof": GONE}, uid=uid) == (
        400,
        "WL-INV-074",
    )
    assert api.ok("POST", f"/revocations/{name}/confirm", uid=uid)["state"] == "confirmed"
    assert api.error("POST", f"/revocations/{name}/confirm", uid=uid) == (400, "WL-INV-072")
    until = api.made.clock.now + 3_000
    half = report(api, uid, name, "1", GONE | {"tokens_until": until, "at": 9e9})
    assert (half["state"], half["done"], half["failed"]) == ("running", 1, 0)
    failed = report(api, uid, name, "2", THERE, {"done": False, "status": 503, "detail": "The platform is away."})
    assert (failed["state"], failed["done"], failed["failed"]) == ("running", 1, 1)
    over = report(api, uid, name, "2", GONE)
    assert (over["state"], over["done"], over["failed"], over["tokens_until"]) == ("residual", 2, 0, until)
    assert over["revocation"]["steps"][0]["proof"]["at"] < until  # the time is ours, not the reporter's
    api.made.clock.now = until + 1
    assert api.ok("GET", f"/revocations/{name}", uid=uid)["state"] == "revoked"
    taken(api, uid, grant("g3", "app-3"))
    taken(api, uid, {"kind": "use", "id": "u1", "account": "eve", "app": "app-9", "last_used_at": 5.0}, kind="events")
    assert api.ok("GET", f"/revocations/{name}", uid=uid)["state"] == "revoked"  # logs lag: an hour must pass
    api.made.clock.now = until + 4_000
    taken(api, uid, kind="events")
    assert api.ok("GET", f"/revocations/{name}", uid=uid)["state"] == "quiet"
    taken(api, uid, grant("g1"), grant("g3", "app-3"))
    assert api.ok("GET", f"/revocations/{name}", uid=uid)["state"] == "active-again"
    (line,) = api.ok("GET", "/revocations", uid=uid)
    assert (line["state"], line["steps"], line["done"]) == ("active-again", 2, 2)


def test_each_step_and_proof_is_a_record_that_is_kept(api: Api, uid: int) -> None:
    name = api.ok("POST", "/revocations", plan(step("1")), uid=uid)["revocation"]["id"]
    api.ok("POST", f"/revocations/{name}/confirm", uid=uid)
    view = report(api, uid, name, "1", GONE)
    view = api.ok("GET", f"/revocations/{name}", uid=uid)
    told = [(one["record"]["operation"], one["leaf_index"]) for one in view["records"]]
    assert sorted(told) == [("revocations.confirm", -1), ("revocations.plan", -1), ("revocations.report", -1)]
    (facts,) = api.made.recorder.of("revocations.report")
    assert (facts["subject"], facts["presence"], facts["digest"], facts["done"]) == ("g1", "gone", "ab" * 32, 1)
    api.made.recorder.broken = True
    assert api.error("POST", f"/revocations/{name}/report", {"step": "1", "proof": THERE}, uid=uid)[0] == 503
    api.made.recorder.broken = False
    assert len(api.ok("GET", f"/revocations/{name}", uid=uid)["records"]) == 3


@pytest.mark.parametrize("why", ["many", "protected", "an app with many"])
def test_four_eyes(api: Api, uid: int, why: str) -> None:
    api.made.grants.confirm_above = 1
    body = plan(step("1"))
    if why == "many":
        body = plan(step("1"), step("2", "g2"))
    elif why == "protected":
        api.made.grants.limits = RevokingLimits(protected=("app-1",))
    else:
        body = plan(step("1", "app-1", kind="app", account=""), app="app-1")
    made = api.ok("POST", "/revocations", body, uid=uid)["revocation"]
    assert made["persons"] == 2
    assert api.error("POST", f"/revocations/{made['id']}/confirm", uid=uid) == (400, "WL-INV-073")
    assert api.error("POST", f"/revocations/{made['id']}/report", {"step": "1"}, uid=uid) == (400, "WL-INV-074")
    other = api.person("ops", Role.SECOPS)
    assert api.ok("POST", f"/revocations/{made['id']}/confirm", uid=other)["state"] == "confirmed"


def test_a_plan_grows_while_nobody_has_agreed(api: Api, uid: int) -> None:
    api.made.grants.confirm_above = 1
    name = api.ok("POST", "/revocations", plan(step("1")), uid=uid)["revocation"]["id"]
    more = {"steps": [step("2", "g2")]}
    assert api.ok("POST", f"/revocations/{name}/steps", more, uid=uid)["revocation"]["persons"] == 2
    assert api.error("POST", f"/revocations/{name}/steps", more, uid=uid) == (400, "WL-INV-083")
    other = api.person("ops", Role.SECOPS)
    assert api.error("POST", f"/revocations/{name}/steps", {"steps": [step("3", "g3")]}, uid=other)[1] == "WL-INV-083"
    api.ok("POST", f"/revocations/{name}/confirm", uid=other)
    assert api.error("POST", f"/revocations/{name}/steps", {"steps": [step("3", "g3")]}, uid=uid)[1] == "WL-INV-072"


def test_a_plan_lapses(api: Api, uid: int) -> None:
    name = api.ok("POST", "/revocations", plan(step("1")), uid=uid)["revocation"]["id"]
    api.made.clock.now += 86_401
    assert api.ok("GET", f"/revocations/{name}", uid=uid)["state"] == "lapsed"
    assert api.error("POST", f"/revocations/{name}/confirm", uid=uid) == (400, "WL-INV-072")


def test_an_app_that_is_revoked_locks_out_what_it_is_linked_to(api: Api, uid: int) -> None:
    ops = api.person("ops", Role.SECOPS)
    api.ok("POST", "/grants/links", {"directory": "acme", "app": "app-1", "principal": "agent:reports"}, uid=ops)
    before = read(api.made.engine)[Generation.QUARANTINES]
    single = api.ok("POST", "/revocations", plan(step("1")), uid=uid)["revocation"]["id"]
    api.ok("POST", f"/revocations/{single}/confirm", uid=uid)
    assert read(api.made.engine)[Generation.QUARANTINES] == before  # one person's grant is not the app
    whole = api.ok("POST", "/revocations", plan(step("1"), step("2", "g2"), app="app-1"), uid=uid)["revocation"]["id"]
    assert api.ok("POST", f"/revocations/{whole}/confirm", uid=uid)["revocation"]["links"] == ["agent:reports"]
    with reading(api.made.engine) as connection:
        (lock,) = list_standing(connection, now=api.made.clock.now)
    assert (lock.key, whole in lock.reason, lock.placed_by) == ("principal:agent:reports", True, "person:sec")
    assert read(api.made.engine)[Generation.QUARANTINES] == before + 1


def test_what_clauses_have_decided_needs_nobody_else_and_lets_nothing_else_in(api: Api, uid: int) -> None:
    api.made.grants.sources = {"mail.yaml": NO_MAIL}
    api.made.grants.limits = RevokingLimits(RevokingMode.ON, ("app-3",), 10)
    due = {one["grant"]: one["id"] for one in judged(api, uid)["rulings"]}
    for steps, decisions in (
        ([step("1"), step("2", "g3", "app-3")], [due["g1"]]),  # more than was decided
        ([step("1")], ["gdc_other"]),
        ([step("1", "g3", "app-3")], [due["g3"]]),  # protected
        ([step("1", kind="credential")], [due["g1"]]),
    ):
        body = plan(*steps, decisions=decisions)
        assert api.error("POST", "/revocations", body, uid=uid) == (400, "WL-INV-082"), steps
    made = api.ok("POST", "/revocations", plan(step("1"), decisions=[due["g1"]]), uid=uid)
    assert (made["state"], made["revocation"]["confirmed_by"]) == ("confirmed", "clause GRT-50")
    assert api.error("POST", "/revocations", plan(step("1"), decisions=[due["g1"]]), uid=uid)[1] == "WL-INV-082"
    api.made.grants.limits = RevokingLimits(RevokingMode.OFF)
    body = plan(step("2", "g2"), decisions=[due["g2"]])
    assert api.error("POST", "/revocations", body, uid=uid) == (400, "WL-INV-082")


@pytest.mark.parametrize(("body", "code"), [
    (plan(step("1", "unheard-of")), "WL-INV-081"), (plan(step("1"), step("1", "g2")), "WL-INV-081"),
    (plan(step("1"), directory="other"), "WL-INV-081"), (plan(), "WL-API-003"), (plan(step("")), "WL-INV-081"),
    (plan(step("1", kind="world")), "WL-API-003"), (plan(step("1"), more=1), "WL-API-003"),
])  # fmt: skip
def test_bad_plans(api: Api, uid: int, body: dict, code: str) -> None:
    assert api.error("POST", "/revocations", body, uid=uid) == (400, code)


def test_bad_names_and_strangers(api: Api, uid: int) -> None:
    assert api.error("GET", "/revocations/rev_x", uid=uid) == (400, "WL-INV-071")
    name = api.ok("POST", "/revocations", plan(step("1")), uid=uid)["revocation"]["id"]
    api.ok("POST", f"/revocations/{name}/confirm", uid=uid)
    assert api.error("POST", f"/revocations/{name}/report", {"step": "9"}, uid=uid) == (400, "WL-INV-075")
    auditor = api.person("aud", Role.AUDITOR)
    assert api.ok("GET", f"/revocations/{name}", uid=auditor)["state"] == "confirmed"
    for path, body in (("", plan(step("1"))), (f"/{name}/confirm", None), (f"/{name}/report", {"step": "1"})):
        assert api.error("POST", f"/revocations{path}", body, uid=auditor) == (403, "WL-RGT-010")
