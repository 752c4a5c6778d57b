from __future__ import annotations

from typing import Any

from sqlalchemy import update

from tests.console_fakes import BUNDLE_KEY, Api
from tests.unit.console.api.test_classifications import answers
from wardlaw.facts.person import Role
from wardlaw.register.gates.door import APPROVAL_ENDED
from wardlaw.register.system import Traffic
from wardlaw.store.database import reading, writing
from wardlaw.store.grantapprovals import list_grant_approvals
from wardlaw.store.tables import PERSON
from wardlaw.store.verdictbook import load_door

FORM = {
    "system": "notes", "kind": "integration", "title": "Notes", "purpose": "writes down what was agreed",
    "owner": "person:owner", "vendor": "Acme Notes", "days": 30,
    "grant": {"app": "app-1", "clause": "GRT-01", "scopes": ["calendar"]},
}  # fmt: skip
YES = {"approves": True, "reason": "looked"}
PEOPLE: dict[str, tuple[Role, ...]] = {
    "any": (), "owner": (Role.OWNER,), "risk": (Role.RISK,), "legal": (Role.LEGAL,), "ciso": (Role.CISO,),
    "sec": (Role.SECOPS,),
}  # fmt: skip
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
    listed = api.ok("GET", "/catalogue", uid=anybody)
    assert [one["id"] for one in listed] == ["notes", "app-1"]
    assert listed[0]["until"] == listed[1]["until"] == view["until"] == api.made.clock.now + 30 * 86_400
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
        api.made.clock.now += 200  # slower than one person may file
    assert api.error("POST", "/intake", {**FORM, "system": "more"}, uid=owner) == (409, "WL-ITK-005")


TOOL = {
    "system": "notes", "kind": "tool", "title": "Notes", "purpose": "writes down what was agreed", "owner": "person:owner",
    "principals": ["agent:notes"], "days": 60, "regions": ["EU"],
}  # fmt: skip
CALL = Traffic("agent:notes", "", "Agent", "ModelCall", "chat.completions", "model:gpt")


def granted(api: Api, people: dict[str, int], form: dict[str, Any] = TOOL) -> str:
    asked = api.ok("POST", "/intake", form, uid=people["any"])["request"]["id"]
    assert api.ok("POST", f"/intake/{asked}/answer", YES, uid=people["risk"])["state"] == "granted"
    return asked


def closed(api: Api) -> list[tuple[str, str]]:
    with reading(api.made.engine) as connection:
        door = load_door(connection, now=api.made.clock.now, keys=(BUNDLE_KEY.verifier,))
    found = door.closed(CALL, at=api.made.clock.now, is_known=True)
    return [(one.mode.value, one.why) for one in found]


def test_what_is_taken_back_or_over_is_shut_whatever_its_mode_and_opens_when_renewed(api: Api) -> None:
    people = {name: api.person(name, *roles) for name, roles in PEOPLE.items()}
    request = granted(api, people)
    warned = [("warn", "no gate has given it a verdict")]
    assert closed(api) == warned
    assert api.error("POST", "/intake", TOOL, uid=people["any"]) == (400, "WL-ITK-001")  # long before its end
    api.made.clock.now += 59 * 86_400
    assert closed(api) == warned
    api.made.clock.now += 86_400
    assert closed(api) == [("enforce", APPROVAL_ENDED)]
    api.ok("PATCH", "/systems/notes", {"gate_mode": "off"}, uid=people["owner"])
    assert closed(api) == [("enforce", APPROVAL_ENDED)]
    assert api.error("POST", f"/intake/{request}/withdraw", {"reason": "x"}, uid=people["risk"]) == (409, "WL-ITK-007")
    second = granted(api, people)
    assert closed(api) == []
    assert api.error("POST", f"/intake/{second}/withdraw", {"reason": "x"}, uid=people["any"]) == (403, "WL-RGT-010")
    view = api.ok("POST", f"/intake/{second}/withdraw", {"reason": "complaints"}, uid=people["sec"])
    assert (view["state"], view["request"]["ended"]["reason"]) == ("withdrawn", "complaints")
    assert closed(api) == [("enforce", APPROVAL_ENDED)]
    assert api.error("POST", f"/intake/{second}/withdraw", {"reason": "x"}, uid=people["sec"]) == (409, "WL-ITK-007")
    statement = api.ok("GET", "/systems/notes/verdict", uid=people["owner"])["statement"]
    assert (statement["lives"], statement["why"]) == (False, APPROVAL_ENDED)


def test_a_withdrawal_ends_the_grant_and_the_catalogue_drops_both(api: Api) -> None:
    people = {name: api.person(name, *roles) for name, roles in PEOPLE.items()}
    asked = api.ok("POST", "/intake", FORM, uid=people["any"])["request"]["id"]
    for name in ("risk", "legal", "ciso"):
        api.ok("POST", f"/intake/{asked}/answer", YES, uid=people[name])
    assert [one["id"] for one in api.ok("GET", "/catalogue", uid=people["any"])] == ["app-1"]
    api.ok("POST", f"/intake/{asked}/withdraw", {"reason": "x"}, uid=people["legal"])
    assert api.ok("GET", "/catalogue", uid=people["any"]) == []
    with reading(api.made.engine) as connection:
        (approval,) = list_grant_approvals(connection, ended=True)
    assert approval.ended_by == "person:legal"


def test_clauses_are_proposed_for_what_was_granted_and_for_nothing_else(api: Api) -> None:
    people = {name: api.person(name, *roles) for name, roles in PEOPLE.items()}
    waiting = api.ok("POST", "/intake", {**TOOL, "system": "other"}, uid=people["any"])["request"]["id"]
    assert api.error("GET", f"/intake/{waiting}/proposal", uid=people["any"]) == (409, "WL-ITK-008")
    request = granted(api, people)
    found = api.ok("GET", f"/intake/{request}/proposal", uid=people["any"])
    assert [one["template"] for one in found["clauses"]] == ["system-region", "system-data"]
    assert (found["principals"], found["gate_mode"]) == (["agent:notes"], "warn")
    assert api.error("GET", f"/intake/{request}/proposal", uid=api.person("x")) == (404, "WL-ITK-002")


def test_two_accounts_of_one_human_give_one_word(api: Api) -> None:
    risk, legal, anybody = api.person("ris", Role.RISK), api.person("lex", Role.LEGAL), api.person("any")
    with writing(api.made.engine) as connection:
        for account in ("person:ris", "person:lex"):
            connection.execute(update(PERSON).where(PERSON.c.id == account).values(identity="one@x.example"))
    form = {**TOOL, "data_classes": ["cv"], "owner": "person:any"}
    asked = api.ok("POST", "/intake", form, uid=anybody)["request"]["id"]
    assert api.ok("POST", f"/intake/{asked}/answer", YES, uid=risk)["missing"] == ["legal"]
    assert api.error("POST", f"/intake/{asked}/answer", YES, uid=legal) == (400, "WL-ITK-004")
