from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import START, Api
from tests.unit.console.waiting.house import Inboxes
from wardlaw.config.detection import BuiltIn
from wardlaw.config.loosening import Detecting
from wardlaw.facts.approval import CallApproval
from wardlaw.facts.person import Role
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.store.approvals import park_call
from wardlaw.store.database import writing
from wardlaw.store.toolpins import sight

COVERS = ("look",)
ANSWERS_CALLS = {Role.SECOPS, Role.OWNER}
CALL = CallApproval(
    id="apr_1", digest="d", principal="agent:pay", acting_for="user:legal", action="ToolCall", resource="tool:pay",
    clauses=("GOV-20",), why="GOV-20: It pays.", approvers=2, exchange="exc_1", decision="dec_1", asked_at=START,
    expires_at=START + 600,
)  # fmt: skip


@pytest.fixture
def house(api: Api) -> Inboxes:
    return Inboxes(api)


def park(house: Inboxes, call: CallApproval = CALL) -> None:
    with writing(house.api.made.engine) as connection:
        park_call(connection, call)


def test_a_held_call_waits_for_those_who_may_answer_and_goes_with_the_last_word(house: Inboxes) -> None:
    park(house)
    assert house.due("call") == ANSWERS_CALLS
    one = house.one(Role.OWNER, "call")
    assert (one["roles"], one["unanswered"], one["until"]) == (["secops", "owner"], "refused", START + 600)
    assert one["why"] == "GOV-20: It pays."
    yes = {"approves": True, "reason": "agreed"}
    house.ok(Role.OWNER, "POST", "/approvals/apr_1/answer", yes)
    assert house.due("call") == {Role.SECOPS}
    assert Role.OWNER in house.known("call")  # a second person's word is missing
    house.ok(Role.SECOPS, "POST", "/approvals/apr_1/answer", {"approves": False, "reason": "not theirs"})
    assert house.due("call") == house.known("call") == frozenset()
    assert house.answered(Role.OWNER, "call") == [("apr_1", True, "agreed", True)]
    assert house.answered(Role.SECOPS, "call") == [("apr_1", False, "not theirs", True)]


def test_whose_call_it_is_sees_that_it_waits_and_not_which_clause_holds_it(house: Inboxes) -> None:
    park(house)
    assert house.known("call") == {Role.LEGAL}
    mine = house.one(Role.LEGAL, "call", others=True)
    assert (mine["why"], mine["asked_by_me"], mine["what"]) == ("", True, "tool:pay")
    house.ok(Role.OWNER, "POST", "/approvals/apr_1/answer", {"approves": False, "reason": "no"})
    assert house.answered(Role.LEGAL, "call") == [("apr_1", False, "no", False)]
    assert house.answered(Role.RISK, "call") == []


def test_nobody_answers_their_own_call(house: Inboxes) -> None:
    park(house, msgspec.structs.replace(CALL, acting_for="user:owner"))
    assert house.due("call") == {Role.SECOPS}
    assert Role.OWNER in house.known("call")


def test_what_ran_out_waits_for_nobody(house: Inboxes) -> None:
    park(house)
    house.api.made.clock.now = START + 601
    assert house.due("call") == house.known("call") == frozenset()


def test_a_tool_waits_until_somebody_vouches_for_it(house: Inboxes) -> None:
    offered = ToolPin("git", "push", PinState.PINNED, "", "", "b" * 64, '{"name":"push"}', ("hidden text",))
    with writing(house.api.made.engine) as connection:
        sight(connection, "git", [offered], at=START - 60)
    may = {Role.SECOPS, Role.RISK, Role.DEVSECOPS, Role.OWNER}
    assert house.due("tool") == may
    assert house.known("tool") == {Role.LEGAL, Role.COMPLIANCE, Role.CISO, Role.AUDITOR}
    one = house.one(Role.RISK, "tool")
    assert (one["id"], one["where"], one["why"], one["unanswered"]) == ("git__push", "git", "hidden text", "shut")
    body = {"tool": "push", "digest": "b" * 64, "reason": "looked"}
    house.ok(Role.RISK, "POST", "/tools/git/approve", body)
    assert house.due("tool") == house.known("tool") == frozenset()
    assert house.answered(Role.RISK, "tool") == [("git__push", True, "", True)]


def test_broken_glass_waits_for_another_person_once_it_is_over(house: Inboxes) -> None:
    house.api.made.grants.sources = house.api.made.policies.files
    body = {"reason": "the plant stands", "minutes": 30, "clauses": ["OPS-30"], "principals": ["user:ana"]}
    opened = house.ok(Role.CISO, "POST", "/break-glass", body)["glass"]
    assert house.due("glass") == frozenset()
    house.api.made.clock.now += 31 * 60
    assert house.due("glass") == {Role.LEGAL, Role.RISK, Role.COMPLIANCE}
    assert house.known("glass") >= {Role.CISO, Role.AUDITOR}
    one = house.one(Role.CISO, "glass", others=True)
    assert (one["asked_by_me"], one["unanswered"]) == (True, "late")
    review = {"justified": True, "review": "it was right"}
    house.ok(Role.LEGAL, "POST", f"/break-glass/{opened['id']}/review", review)
    assert house.due("glass") == house.known("glass") == frozenset()
    assert house.answered(Role.CISO, "glass") == [(opened["id"], True, "it was right", False)]


def test_the_wish_to_see_less_waits_for_risk(house: Inboxes) -> None:
    book = house.api.made.detecting
    book.approve(asked_by="", by="wardlaw", at=START)
    book.wanted = Detecting(BuiltIn(secrets=False))
    house.ok(Role.SECOPS, "POST", "/detectors/loosen")
    assert house.due("detectors") == {Role.RISK}
    assert Role.SECOPS in house.known("detectors")
    assert house.one(Role.RISK, "detectors")["what"] == "built_in.secrets"
    house.ok(Role.RISK, "POST", "/detectors/loosen")
    assert house.due("detectors") == house.known("detectors") == frozenset()
    assert house.answered(Role.SECOPS, "detectors") == [("detectors", True, "", False)]
