from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from tests.console_fakes import START, Api
from wardlaw.audit.envelope import SealedPart
from wardlaw.facts.approval import CallApproval, HeldDetail, ValueOrigin
from wardlaw.facts.person import Role
from wardlaw.store.approvals import SealedDetail, park_call
from wardlaw.store.database import reading, writing
from wardlaw.store.tables import CALL_APPROVAL

DETAIL = HeldDetail('{"to": "a"}', "payment", "bank", (ValueOrigin("to", "mail", "read_mail"),), ("to is foreign.",))
PART = SealedPart(bytes=1, klass="held", commit="", ct_sha256="", month="2026-11")


def park(api: Api, name: str = "apr_1", **changes: object) -> None:
    fields = {
        "id": name, "digest": name * 12, "principal": "agent:bot", "acting_for": "user:ana", "action": "ToolCall",
        "resource": "tool:pay", "clauses": ("AGT-01",), "why": "AGT-01: x.", "approvers": 1, "exchange": "exc_1",
        "decision": "dec_1", "asked_at": START, "expires_at": START + 600,
    }  # fmt: skip
    with writing(api.made.engine) as connection:
        approval = CallApproval(**(fields | changes))  # type: ignore[arg-type]
        park_call(connection, approval, SealedDetail("aa", PART, msgspec.json.encode(DETAIL)))


def rows(api: Api) -> list[tuple[object, ...]]:
    with reading(api.made.engine) as connection:
        return [tuple(row) for row in connection.execute(select(CALL_APPROVAL).order_by(CALL_APPROVAL.c.id))]


def answer(api: Api, uid: int, *, approves: bool = True, name: str = "apr_1") -> tuple[int, dict]:
    return api.call("POST", f"/approvals/{name}/answer", {"approves": approves, "reason": "checked"}, uid=uid)


def test_those_with_the_right_see_what_would_happen_and_nobody_else(api: Api) -> None:
    park(api)
    before = rows(api)
    owner = api.person("own", Role.OWNER)
    (listed,) = api.ok("GET", "/approvals", uid=owner)
    assert (listed["standing"], listed["approval"]["resource"]) == ("waiting", "tool:pay")
    assert "arguments" not in str(listed)
    shown = api.ok("GET", "/approvals/apr_1", uid=owner)
    assert shown["detail"] == msgspec.json.decode(msgspec.json.encode(DETAIL))
    assert rows(api) == before  # looking changes nothing
    for role in set(Role) - {Role.OWNER, Role.SECOPS}:
        uid = api.person(role.value, role)
        assert api.error("GET", "/approvals", uid=uid) == (403, "WL-RGT-010")
        assert api.error("GET", "/approvals/apr_1", uid=uid) == (403, "WL-RGT-010")
        status, told = answer(api, uid)
        assert (status, told["error"]["code"]) == (403, "WL-RGT-010")
    assert rows(api) == before


def test_an_answer_is_recorded_with_who_and_why(api: Api) -> None:
    park(api)
    owner = api.person("own", Role.OWNER)
    status, view = answer(api, owner)
    assert (status, view["standing"]) == (200, "approved")
    assert view["approval"]["answers"][0]["by"] == "person:own"
    (told,) = api.made.recorder.of("approvals.answer")
    assert (told["approval"], told["approves"], told["state"], told["reason"]) == ("apr_1", 1, "approved", "checked")
    assert api.ok("GET", "/approvals", uid=owner) == []
    (listed,) = api.ok("GET", "/approvals?everything=true", uid=owner)
    assert listed["standing"] == "approved"
    api.made.clock.now += 601
    assert api.ok("GET", "/approvals/apr_1", uid=owner)["standing"] == "expired"


def test_an_answer_whose_record_is_not_durable_is_none(api: Api) -> None:
    park(api)
    owner = api.person("own", Role.OWNER)
    api.made.recorder.broken = True
    assert answer(api, owner)[0] == 503
    api.made.recorder.broken = False
    assert api.ok("GET", "/approvals/apr_1", uid=owner)["standing"] == "waiting"


def test_four_eyes_are_not_those_of_the_person_the_agent_acts_for(api: Api) -> None:
    park(api, approvers=2)
    ana, ben, cleo = (api.person(name, Role.SECOPS) for name in ("ana", "ben", "cleo"))
    assert answer(api, ana)[1]["error"]["code"] == "WL-APR-005"
    assert answer(api, ben)[1]["standing"] == "waiting"
    assert answer(api, ben)[1]["error"]["code"] == "WL-APR-004"
    assert answer(api, cleo)[1]["standing"] == "approved"
    assert answer(api, cleo)[1]["error"]["code"] == "WL-APR-003"


def test_whoever_calls_does_not_approve_their_own_call(api: Api) -> None:
    park(api, principal="user:Ana@example.org", acting_for="")
    ana = api.person("ana", Role.SECOPS)
    assert answer(api, ana)[1]["error"]["code"] == "WL-APR-005"
    assert answer(api, ana, approves=False)[1]["standing"] == "refused"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_nothing_but_a_post_answers(api: Api, method: str) -> None:
    park(api)
    owner = api.person("own", Role.OWNER)
    status, _ = api.call(method, "/approvals/apr_1/answer?approves=true&reason=x", uid=owner)
    assert status in (404, 405)
    assert api.ok("GET", "/approvals/apr_1", uid=owner)["standing"] == "waiting"


def test_bad_input_and_nobody_signed_in_change_nothing(api: Api) -> None:
    park(api)
    before = rows(api)
    owner = api.person("own", Role.OWNER)
    assert api.error("GET", "/approvals/apr_9", uid=owner) == (400, "WL-APR-001")
    path = "/approvals/apr_1/answer"
    for body in ({}, {"approves": True}, {"approves": True, "reason": ""}, {"approves": "maybe", "reason": "x"}):
        assert api.error("POST", path, body, uid=owner) == (400, "WL-API-003")
    body = {"approves": True, "reason": "x"}
    assert api.error("POST", path, body)[0] == 401
    assert (
        api.error("POST", path, body, token="wl_a-key-of-the-gateway")[0] == 401
    )  # an agent's own key answers nothing
    assert rows(api) == before


def test_what_was_erased_is_said_to_be(api: Api) -> None:
    park(api)
    api.made.deps.held.open = lambda _sealed: None
    owner = api.person("own", Role.OWNER)
    assert api.ok("GET", "/approvals/apr_1", uid=owner)["detail"] is None


def test_erasing_a_person_takes_the_calls_for_them_along(api: Api) -> None:
    park(api, acting_for="aabbccdd")
    park(api, "apr_2", acting_for="user:ben")
    compliance, ciso = api.person("comp", Role.COMPLIANCE), api.person("ciso", Role.CISO)
    asked = api.ok("POST", "/audit/erasures", {"subject": "aabbccdd", "reason": "asked"}, uid=compliance)
    api.ok("POST", f"/audit/erasures/{asked['erasure']['id']}/confirm", uid=ciso)
    assert [row[0] for row in rows(api)] == ["apr_2"]
