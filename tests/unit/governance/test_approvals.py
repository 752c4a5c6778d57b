from __future__ import annotations

import pytest

from wardlaw.facts.approval import ApprovalState, CallAnswer, CallApproval
from wardlaw.facts.errors import InputError
from wardlaw.governance.approvals import answered, is_usable, kept_out, short_name, standing, used


def held(**values: object) -> CallApproval:
    made = {
        "id": "apr_1", "digest": "d", "principal": "agent:pay", "acting_for": "user:ana", "action": "tool.call",
        "resource": "pay", "clauses": ("AGT-01",), "why": "", "approvers": 1, "exchange": "e",
        "decision": "dec", "asked_at": 100.0, "expires_at": 200.0,
    }  # fmt: skip
    return CallApproval(**(made | values))


def said(by: str, *, approves: bool = True, at: float = 110.0) -> CallAnswer:
    return CallAnswer(by, at, approves, "because")


def test_one_person_lets_a_call_go_once() -> None:
    approved = answered(held(), said("person:ana"))
    assert approved.state is ApprovalState.APPROVED
    gone = used(approved, "d", by="dec_2", now=120.0)
    assert gone is not None and gone.state is ApprovalState.USED and gone.used_by == "dec_2"
    assert used(gone, "d", by="dec_3", now=121.0) is None


@pytest.mark.parametrize(("digest", "now"), [("other", 120.0), ("d", 200.0), ("d", 999.0)])
def test_another_call_and_one_too_late_stay(digest: str, now: float) -> None:
    approved = answered(held(), said("person:ana"))
    assert not is_usable(approved, digest, now=now)
    assert used(approved, digest, by="dec_2", now=now) is None


def test_four_eyes_are_two_persons_and_not_whom_the_agent_acts_for() -> None:
    waiting = answered(held(approvers=2), said("person:ben"))
    assert waiting.state is ApprovalState.WAITING
    for by, code in (("person:ben", "WL-APR-004"), ("user:ben", "WL-APR-004"), ("person:ana", "WL-APR-005")):
        with pytest.raises(InputError) as caught:
            answered(waiting, said(by))
        assert caught.value.code == code
    assert answered(waiting, said("person:cleo")).state is ApprovalState.APPROVED


def test_two_accounts_of_one_human_are_no_four_eyes() -> None:
    waiting = answered(held(approvers=2), said("person:ben"))
    with pytest.raises(InputError, match="WL-APR-004"):
        answered(waiting, said("person:ben2"), selves=frozenset({"person:ben2", "person:ben"}))
    own = held(principal="user:ana", acting_for="")
    with pytest.raises(InputError, match="WL-APR-005"):
        answered(own, said("person:second"), selves=frozenset({"person:ana@corp.example"}))
    other = answered(waiting, said("person:cleo"), selves=frozenset({"person:cleo"}))
    assert other.state is ApprovalState.APPROVED


def test_nobody_approves_a_call_of_their_own_and_everybody_may_refuse_it() -> None:
    own = held(principal="user:ana", acting_for="")
    with pytest.raises(InputError, match="is a call of"):
        answered(own, said("person:ana"))
    assert answered(own, said("person:ana", approves=False)).state is ApprovalState.REFUSED
    assert kept_out(held()) == {"agent:pay"}
    assert short_name("nhi:ana") == "nhi:ana"


@pytest.mark.parametrize("by", ["person:ana", "person:ANA", "person:\uff41na", "person:ana@acme.example", "user:ana"])
def test_a_name_in_other_spelling_is_the_same_person(by: str) -> None:
    with pytest.raises(InputError) as caught:
        answered(held(principal="user:Ana@example.org", acting_for=""), said(by))
    assert caught.value.code == "WL-APR-005"


def test_how_an_approval_stands() -> None:
    approved = answered(held(), said("person:ben"))
    assert [standing(held(), now=now) for now in (150.0, 200.0)] == ["waiting", "expired"]
    assert [standing(approved, now=now) for now in (150.0, 200.0)] == ["approved", "expired"]
    gone = used(approved, "d", by="dec_2", now=120.0)
    assert gone is not None
    assert standing(gone, now=300.0) == "used"


def test_a_refusal_ends_it_and_what_has_run_out_takes_no_answer() -> None:
    refused = answered(held(approvers=2), said("person:ben", approves=False))
    with pytest.raises(InputError) as ended:
        answered(refused, said("person:cleo"))
    assert ended.value.code == "WL-APR-003"
    with pytest.raises(InputError) as late:
        answered(held(), said("person:ben", at=200.0))
    assert late.value.code == "WL-APR-002"
