from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.api.test_classifications import answers
from wardlaw.facts.person import Role

FORM = {
    "system": "notes", "kind": "integration", "title": "Notes", "purpose": "writes down what was agreed",
    "owner": "person:owner", "vendor": "Acme Notes", "days": 30,
    "grant": {"app": "app-1", "clause": "GRT-01", "scopes": ["calendar"]},
}  # fmt: skip
YES = {"approves": True, "reason": "looked"}
GATE = """
gate: small
title: Small things
checks: [{id: classified, kind: classification}]
approvals: {roles: [risk]}
"""


def test_a_wish_becomes_an_open_system_by_the_roles_due(api: Api) -> None:
    people = {
        role: api.person(role.value, role) for role in (Role.OWNER, Role.RISK, Role.LEGAL, Role.CISO, Role.SECOPS)
    }
    anybody = people[Role.SECOPS]
    asked = api.ok("POST", "/intake", FORM, uid=anybody)
    path = f"/intake/{asked['request']['id']}/answer"
    assert (asked["state"], asked["missing"]) == ("waiting", ["risk", "legal", "ciso"])
    assert api.error("POST", path, YES, uid=anybody) == (403, "WL-RGT-010")
    for role in (Role.RISK, Role.LEGAL, Role.CISO):
        view = api.ok("POST", path, YES, uid=people[role])
    assert view["state"] == "granted"
    system = api.ok("GET", "/systems/notes", uid=anybody)["kept"]["system"]
    assert (system["lifecycle"], system["gate_mode"], system["vendors"]) == ("in-review", "warn", ["acme-notes"])
    assert api.ok("GET", "/register/vendor/acme-notes", uid=anybody)["kept"]["entry"]["title"] == "Acme Notes"
    (app,) = api.ok("GET", "/catalogue", uid=anybody)
    assert (app["kind"], app["id"], app["until"]) == ("app", "app-1", api.made.clock.now + 30 * 86_400)
    owner = people[Role.OWNER]
    api.ok("POST", "/systems/notes/classification", answers(), uid=owner)
    digest = api.ok("POST", "/gates", {"text": GATE}, uid=owner)["digest"]
    api.ok("POST", "/gates/small/sign", {"digest": digest}, uid=people[Role.CISO])
    run = api.ok("POST", "/gate-runs", {"gate": "small", "system": "notes"}, uid=owner)["run"]["id"]
    api.ok("POST", f"/gate-runs/{run}/answer", YES, uid=people[Role.RISK])
    assert [one["id"] for one in api.ok("GET", "/catalogue", uid=anybody)] == ["notes", "app-1"]
    api.ok("PATCH", "/systems/notes", {"gate_mode": "enforce"}, uid=owner)
    api.ok("POST", "/systems/notes/verdict/revoke", {"reason": "x"}, uid=people[Role.RISK])
    assert [one["id"] for one in api.ok("GET", "/catalogue", uid=anybody)] == ["app-1"]


def test_nobody_decides_about_their_own_wish_and_strangers_see_none(api: Api) -> None:
    risk, legal, anybody = api.person("owner", Role.RISK), api.person("leg", Role.LEGAL), api.person("any")
    asked = api.ok("POST", "/intake", FORM, uid=risk)["request"]["id"]
    assert api.error("POST", f"/intake/{asked}/answer", YES, uid=risk) == (403, "WL-RGT-010")
    assert api.made.recorder.of("intake.answer")[-1] == {"refused": "SOD-4"}
    assert api.error("GET", f"/intake/{asked}", uid=anybody) == (404, "WL-ITK-002")
    assert api.ok("GET", "/intake", uid=anybody) == []
    assert len(api.ok("GET", "/intake", uid=legal)) == 1
    assert api.ok("GET", f"/intake/{asked}", uid=risk)["state"] == "waiting"
    no = {"approves": False, "reason": "no"}
    assert api.ok("POST", f"/intake/{asked}/answer", no, uid=legal)["state"] == "refused"
    assert api.error("POST", f"/intake/{asked}/answer", no, uid=legal) == (409, "WL-ITK-003")
    assert len(api.ok("GET", "/intake?everything=true", uid=legal)) == 1


def test_what_cannot_become_anything_is_refused(api: Api) -> None:
    owner = api.person("owner", Role.OWNER)
    wrong_clause = {**FORM, "grant": {**FORM["grant"], "clause": "NONE-1"}}
    for wrong in ({**FORM, "grant": None}, wrong_clause):
        assert api.error("POST", "/intake", wrong, uid=owner) == (400, "WL-ITK-001")
    api.ok("POST", "/systems", {"id": "notes", "title": "x", "owner": "person:owner", "purpose": "x"}, uid=owner)
    assert api.error("POST", "/intake", FORM, uid=owner) == (400, "WL-ITK-001")
    for number in range(20):
        api.ok("POST", "/intake", {**FORM, "system": f"notes-{number}"}, uid=owner)
    assert api.error("POST", "/intake", {**FORM, "system": "more"}, uid=owner) == (409, "WL-ITK-005")
