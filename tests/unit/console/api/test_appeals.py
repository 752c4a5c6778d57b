from __future__ import annotations

from tests.console_fakes import Api
from tests.unit.console.api.test_approvals import answer as answer_held
from tests.unit.console.api.test_approvals import park
from tests.unit.console.api.test_serious import put
from wardlaw.facts.person import Role

MADE = {"decision": "dec_0", "reason": "It was my own customer."}


def test_anybody_signed_in_appeals_and_somebody_else_answers(api: Api) -> None:
    put(api, "dec_0")
    ana, legal = api.person("ana"), api.person("lex", Role.LEGAL)
    made = api.ok("POST", "/appeals", MADE, uid=ana)
    assert (made["decision"], made["state"]) == ("dec_0", "open")
    assert "clauses" not in made  # security does not tell callers what stopped them
    assert api.error("GET", "/appeals", uid=ana) == (403, "WL-RGT-010")
    book = api.ok("GET", "/appeals?state=open", uid=legal)
    assert (book["appeals"][0]["by"], book["appeals"][0]["clauses"]) == ("person:ana", ["GOV-07"])
    answered = api.ok("POST", f"/appeals/{made['id']}/answer", {"overturns": True, "answer": "Sorry."}, uid=legal)
    assert (answered["state"], answered["answered_by"]) == ("overturned", "person:lex")
    assert api.ok("GET", "/appeals", uid=legal)["counts"] == [
        {"clause": "GOV-07", "open": 0, "upheld": 0, "overturned": 1}
    ]
    (own,) = api.ok("GET", "/appeals/own", uid=ana)
    assert (own["state"], own["answer"]) == ("overturned", "Sorry.")
    assert api.ok("GET", "/appeals/own", uid=legal) == []
    (record,) = api.made.recorder.of("appeals.answer")
    assert (record["decision"], record["state"], record["clauses"]) == ("dec_0", "overturned", "GOV-07")


def test_neither_who_appealed_nor_who_took_part_answers(api: Api) -> None:
    put(api, "dec_0", "dec_1", effect="hold")
    both = api.person("both", Role.LEGAL)
    made = api.ok("POST", "/appeals", MADE, uid=both)
    body = {"overturns": True, "answer": "I was right."}
    status, told = api.call("POST", f"/appeals/{made['id']}/answer", body, uid=both)
    assert status == 403
    assert "APPEAL" in told["error"]["message"]
    park(api, decision="dec_1")
    owner = api.person("own", Role.OWNER, Role.LEGAL)
    assert answer_held(api, owner, approves=False)[0] == 200
    other = api.ok("POST", "/appeals", MADE | {"decision": "dec_1"}, uid=both)
    assert api.error("POST", f"/appeals/{other['id']}/answer", body, uid=owner)[1] == "WL-DUE-014"
    assert api.ok("POST", f"/appeals/{other['id']}/answer", body, uid=api.person("ris", Role.RISK))["state"]


def test_what_stopped_nothing_or_is_not_there_cannot_be_appealed(api: Api) -> None:
    put(api, "dec_0", effect="allow")
    ana = api.person("ana")
    assert api.error("POST", "/appeals", MADE, uid=ana)[1] == "WL-DUE-011"
    assert api.error("POST", "/appeals", MADE | {"decision": "dec_9"}, uid=ana)[1] == "WL-STO-060"
    assert api.error("POST", "/appeals", MADE)[0] == 401
