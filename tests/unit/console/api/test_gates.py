from __future__ import annotations

from typing import Any

import msgspec

from tests.console_fakes import BUNDLE_KEY, Api
from tests.unit.console.api.test_classifications import answers
from wardlaw.facts.gate import GateMode
from wardlaw.facts.person import Role
from wardlaw.register.gates.door import GateDoor
from wardlaw.register.gates.statement import Statement, believable
from wardlaw.register.system import Traffic
from wardlaw.store.database import reading
from wardlaw.store.verdictbook import load_door

COVERS = ("gateruns",)
MODEL = "a" * 64
GATE = """
gate: cv
title: Before the CV ranker goes live
checks:
  - {id: classified, kind: classification}
  - {id: vouched, kind: sign-offs, refs: ["eu-ai-act:art-14"]}
  - {id: scanned, kind: scan, files: [report]}
approvals: {roles: [ciso, legal]}
"""
REPORT = {"what": "report", "name": "scan.sarif", "digest": "e" * 64}
SCANNED = {"id": "scanned", "kind": "scan", "outcome": "pass", "why": "clean", "grounds": [REPORT]}
CALL = Traffic("agent:cv-1", "", "Agent", "ModelCall", "chat.completions", "model:gpt")


class House:
    """A system that is classified and vouched for, a signed gate, and people."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.people = {role: api.person(role.value, role) for role in (Role.OWNER, Role.LEGAL, Role.CISO, Role.RISK)}
        system = {
            "id": "cv", "title": "CV", "owner": "person:owner", "purpose": "ranks", "principals": ["agent:cv-*"],
            "gate_mode": "enforce", "made_of": {"model": MODEL},
        }  # fmt: skip
        self.ok(Role.OWNER, "POST", "/systems", system)
        self.ok(Role.OWNER, "POST", "/systems/cv/classification", answers())
        until = api.made.clock.now + 86_400 * 30
        said = {"clause": "eu-ai-act:art-14", "system": "cv", "text": "a person looks", "until": until}
        self.attested = self.ok(Role.LEGAL, "POST", "/attestations", said)["id"]
        digest = self.ok(Role.OWNER, "POST", "/gates", {"text": GATE})["digest"]
        self.ok(Role.RISK, "POST", "/gates/cv/sign", {"digest": digest})

    def ok(self, role: Role, method: str, path: str, body: Any = None) -> Any:
        return self.api.ok(method, path, body, uid=self.people[role])

    def error(self, role: Role, method: str, path: str, body: Any = None) -> tuple[int, str]:
        return self.api.error(method, path, body, uid=self.people[role])

    def run(self, *results: Any, author: str = "") -> Any:
        return self.ok(
            Role.OWNER, "POST", "/gate-runs", {"gate": "cv", "system": "cv", "author": author, "results": results}
        )

    def opened(self) -> None:
        run = self.run(SCANNED)["run"]["id"]
        for role in (Role.CISO, Role.LEGAL):
            view = self.ok(role, "POST", f"/gate-runs/{run}/answer", {"approves": True, "reason": "looked"})
        assert view["verdict"].startswith("vdt_")
        assert self.why() == []

    def door(self) -> GateDoor:
        with reading(self.api.made.engine) as connection:
            return load_door(connection, now=self.api.made.clock.now, keys=(BUNDLE_KEY.verifier,))

    def why(self) -> list[str]:
        return [one.why for one in self.door().closed(CALL, at=self.api.made.clock.now, is_known=True)]

    def statement(self) -> Statement:
        return msgspec.convert(self.ok(Role.OWNER, "GET", "/systems/cv/verdict")["statement"], Statement)


def test_a_system_opens_by_the_roles_due_and_by_nobody_else(api: Api) -> None:
    house = House(api)
    assert house.why() == ["no gate has given it a verdict"]
    view = house.run(SCANNED, author="person:ciso")
    run = view["run"]["id"]
    assert (view["outcome"], view["state"], view["missing"]) == ("pass", "waiting", ["ciso", "legal"])
    yes = {"approves": True, "reason": "looked"}
    assert house.error(Role.OWNER, "POST", f"/gate-runs/{run}/answer", yes) == (403, "WL-RGT-010")
    assert house.error(Role.CISO, "POST", f"/gate-runs/{run}/answer", yes) == (403, "WL-RGT-010")
    assert api.made.recorder.of("gates.answer")[-1] == {"refused": "SOD-3"}
    assert house.error(Role.RISK, "POST", f"/gate-runs/{run}/answer", yes) == (400, "WL-GAT-007")
    assert house.ok(Role.LEGAL, "POST", f"/gate-runs/{run}/answer", yes)["missing"] == ["ciso"]
    assert house.error(Role.LEGAL, "POST", f"/gate-runs/{run}/answer", yes) == (400, "WL-GAT-007")
    assert house.why() != []
    house.opened()
    system = house.ok(Role.OWNER, "GET", "/systems/cv")["kept"]["system"]
    assert system["lifecycle"] == "approved"
    statement = house.statement()
    assert (statement.lives, statement.verdict.verdict.made_of.model) == (True, MODEL)
    assert statement.verdict.verdict.gate_signed_at <= statement.verdict.verdict.at


def test_each_ground_that_goes_closes_the_door(api: Api) -> None:
    house = House(api)
    house.opened()
    house.ok(Role.OWNER, "PATCH", "/systems/cv", {"made_of": {"model": "b" * 64}})
    assert house.why() == ["the model digest changed"]
    assert believable(house.statement(), system="cv", model="", at=api.made.clock.now).endswith(
        "the model digest changed"
    )
    house.ok(Role.OWNER, "PATCH", "/systems/cv", {"made_of": {"model": MODEL}})
    assert house.why() == []
    house.ok(Role.LEGAL, "POST", f"/attestations/{house.attested}/withdraw")
    assert house.why() == ["nobody vouches for eu-ai-act:art-14 any more"]
    assert not house.statement().lives


def test_a_verdict_is_revoked_and_does_not_come_back(api: Api) -> None:
    house = House(api)
    assert house.error(Role.LEGAL, "POST", "/systems/cv/verdict/revoke", {"reason": "x"}) == (404, "WL-GAT-008")
    house.opened()
    assert house.error(Role.LEGAL, "POST", "/systems/none/verdict/revoke", {"reason": "x"}) == (404, "WL-GAT-008")
    house.ok(Role.LEGAL, "POST", "/systems/cv/verdict/revoke", {"reason": "complaints"})
    assert house.why() == ["person:legal revoked its verdict: complaints"]
    house.ok(Role.OWNER, "POST", "/systems/cv/classification", {"answers": {}, "version": 1})
    assert house.why() == ["person:legal revoked its verdict: complaints"]
    house.opened()
    house.ok(Role.OWNER, "POST", "/systems/cv/classification", {"answers": {}, "version": 2})
    assert house.why() == ["it was classified anew"]


def test_what_fails_is_signed_off_by_nobody_and_what_is_missing_needs_people(api: Api) -> None:
    house = House(api)
    failed = house.run({**SCANNED, "outcome": "fail"})
    assert failed["state"] == "failed"
    yes = {"approves": True, "reason": "x"}
    assert house.error(Role.CISO, "POST", f"/gate-runs/{failed['run']['id']}/answer", yes) == (409, "WL-GAT-006")
    api.made.clock.now += 1.0
    missing = house.run()
    assert (missing["outcome"], [one["outcome"] for one in missing["run"]["results"]]) == (
        "review",
        ["pass", "pass", "review"],
    )
    for wrong in ({**SCANNED, "id": "classified"}, {**SCANNED, "kind": "bias"}):
        body = {"gate": "cv", "system": "cv", "results": [wrong]}
        assert house.error(Role.OWNER, "POST", "/gate-runs", body) == (400, "WL-GAT-005")
    api.made.clock.now += 1.0
    refused = house.run(SCANNED)["run"]["id"]
    no = {"approves": False, "reason": "x"}
    assert house.ok(Role.CISO, "POST", f"/gate-runs/{refused}/answer", no)["state"] == "refused"
    assert [one["state"] for one in house.ok(Role.RISK, "GET", "/gate-runs?system=cv")].count("waiting") == 1
    assert house.ok(Role.RISK, "GET", f"/gate-runs/{refused}")["run"]["answers"][0]["reason"] == "x"


def test_the_same_digests_find_the_same_run_until_something_comes_out_otherwise(api: Api) -> None:
    house = House(api)
    first = house.run(SCANNED)
    api.made.clock.now += 60.0
    again = house.run({**SCANNED, "why": "clean, as a minute ago"})
    assert (first["found"], again["found"], again["run"]) == (False, True, first["run"])
    assert api.made.recorder.of("gates.run")[-1]["found"] == 1
    other = house.run({**SCANNED, "grounds": [{**REPORT, "digest": "f" * 64}]})
    assert not other["found"]
    states = {one["run"]["id"]: one["state"] for one in house.ok(Role.RISK, "GET", "/gate-runs?system=cv")}
    assert states == {first["run"]["id"]: "waiting", other["run"]["id"]: "waiting"}  # two artefacts

    # Another author, another outcome: it is not what people were asked to sign.
    api.made.clock.now += 60.0
    later = house.run(SCANNED, author="person:ben")
    yes = {"approves": True, "reason": "looked"}
    assert house.ok(Role.RISK, "GET", f"/gate-runs/{first['run']['id']}")["state"] == "superseded"
    assert house.error(Role.CISO, "POST", f"/gate-runs/{first['run']['id']}/answer", yes) == (409, "WL-GAT-014")
    waiting = house.ok(Role.CISO, "GET", "/inbox")
    named = {one["id"] for one in waiting if one["kind"] == "gate"}
    assert named == {later["run"]["id"], other["run"]["id"]}
    for role in (Role.CISO, Role.LEGAL):
        assert house.run(SCANNED, author="person:ben")["run"]["id"] == later["run"]["id"]
        view = house.ok(role, "POST", f"/gate-runs/{later['run']['id']}/answer", yes)
    after = house.run(SCANNED, author="person:ben")
    assert (after["found"], after["state"], after["verdict"]) == (True, "approved", view["verdict"])

    body = {"gate": "cv", "system": "cv", "author": "person:ben", "results": [SCANNED], "anew": True}
    assert house.ok(Role.OWNER, "POST", "/gate-runs", body)["state"] == "waiting"
    house.ok(Role.LEGAL, "POST", "/systems/cv/verdict/revoke", {"reason": "complaints"})
    api.made.clock.now += 60.0
    waits = house.run(SCANNED, author="person:ben")
    assert (waits["found"], waits["state"]) == (True, "waiting")
    house.ok(Role.CISO, "POST", f"/gate-runs/{waits['run']['id']}/answer", {"approves": False, "reason": "no"})
    assert not house.run(SCANNED, author="person:ben")["found"]


def test_thresholds_are_signed_before_and_by_another(api: Api) -> None:
    house = House(api)
    looser = GATE.replace("files: [report]", "files: [report], require: {max_errors: 9}")
    added = house.ok(Role.RISK, "POST", "/gates", {"text": looser})
    assert added["version"] == 2
    body = {"gate": "cv", "system": "cv"}
    assert house.error(Role.OWNER, "POST", "/gate-runs", body) == (409, "WL-GAT-009")
    sign = {"digest": added["digest"]}
    assert house.error(Role.RISK, "POST", "/gates/cv/sign", sign) == (403, "WL-RGT-010")
    assert api.made.recorder.of("gates.sign")[-1] == {"refused": "SOD-3"}
    assert house.error(Role.LEGAL, "POST", "/gates/cv/sign", {"digest": "0" * 8}) == (409, "WL-GAT-003")
    assert house.ok(Role.LEGAL, "POST", "/gates/cv/sign", sign)["signed_by"] == "person:legal"
    other = GATE.replace("gate: cv", "gate: high").replace("approvals:", "tiers: [high]\napprovals:")
    digest = house.ok(Role.OWNER, "POST", "/gates", {"text": other})["digest"]
    house.ok(Role.LEGAL, "POST", "/gates/high/sign", {"digest": digest})
    assert house.error(Role.OWNER, "POST", "/gate-runs", {"gate": "high", "system": "cv"}) == (409, "WL-GAT-009")
    assert [one["gate"]["gate"] for one in house.ok(Role.OWNER, "GET", "/gates")] == ["cv", "high"]
    assert house.error(Role.OWNER, "GET", "/gates/none") == (404, "WL-GAT-002")
    assert house.ok(Role.OWNER, "GET", "/gates/high")["gate"]["tiers"] == ["high"]


def test_a_system_in_warn_is_told_and_one_that_is_off_is_not(api: Api) -> None:
    house = House(api)
    for looser in ({"gate_mode": "warn"}, {"gate_mode": "off"}, {"principals": ["agent:other"]}, {"models": ["x"]}):
        assert house.error(Role.OWNER, "PATCH", "/systems/cv", looser) == (403, "WL-SYS-012")
    assert house.error(Role.OWNER, "DELETE", "/systems/cv") == (403, "WL-SYS-012")
    house.ok(Role.RISK, "PATCH", "/systems/cv", {"gate_mode": "warn"})
    assert [one.mode for one in house.door().closed(CALL, at=1.0, is_known=True)] == [GateMode.WARN]
    house.ok(Role.OWNER, "PATCH", "/systems/cv", {"gate_mode": "off"})
    assert house.door().is_empty
