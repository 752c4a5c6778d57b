from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from wardlaw.audit.envelope import SealedPart
from wardlaw.facts.approval import ApprovalState, CallAnswer, CallApproval
from wardlaw.facts.errors import InputError
from wardlaw.store import approvals
from wardlaw.store.database import reading, writing


def held(number: int = 1, *, approvers: int = 1) -> CallApproval:
    return CallApproval(
        f"apr_{number}", "d" * 64, "agent:pay", "user:ana", "tool.call", "bank__pay", ("AGT-01",), "why",
        approvers, "exc_1", "dec_1", 100.0 + number, 200.0,
    )  # fmt: skip


def said(by: str, *, at: float = 110.0, approves: bool = True) -> CallAnswer:
    return CallAnswer(by, at, approves, "because")


def test_what_is_kept_comes_back(database) -> None:
    with writing(database) as connection:
        approvals.park_call(connection, held(1))
        approvals.park_call(connection, held(2))
    with reading(database) as connection:
        assert approvals.get_approval(connection, "apr_1") == held(1)
        assert [one.id for one in approvals.list_approvals(connection, now=150.0)] == ["apr_2", "apr_1"]
        assert approvals.list_approvals(connection, now=200.0) == ()
        assert len(approvals.list_approvals(connection, now=200.0, waiting=False)) == 2
        with pytest.raises(InputError, match="no held call"):
            approvals.get_approval(connection, "apr_9")


def test_an_answer_is_kept_and_an_approval_is_used_once(database) -> None:
    with writing(database) as connection:
        approvals.park_call(connection, held())
        answer = approvals.answer_call(connection, "apr_1", said("person:ben"))
    with writing(database) as connection:
        assert approvals.get_approval(connection, "apr_1") == answer
        assert answer.state is ApprovalState.APPROVED
        assert not approvals.use_approval(connection, "apr_1", "e" * 64, by="dec_2", now=120.0)
        assert not approvals.use_approval(connection, "apr_1", "d" * 64, by="dec_2", now=200.0)
        assert approvals.use_approval(connection, "apr_1", "d" * 64, by="dec_2", now=120.0)
        assert not approvals.use_approval(connection, "apr_1", "d" * 64, by="dec_3", now=121.0)
        assert approvals.get_approval(connection, "apr_1").used_by == "dec_2"


def test_of_many_who_use_it_at_one_time_a_single_one_may(database) -> None:
    with writing(database) as connection:
        approvals.park_call(connection, held())
        approvals.answer_call(connection, "apr_1", said("person:ben"))

    def use(number: int) -> bool:
        with writing(database) as connection:
            return approvals.use_approval(connection, "apr_1", "d" * 64, by=f"dec_{number}", now=120.0)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(24))) == 1


def test_of_two_who_answer_on_one_version_the_second_is_told(database, monkeypatch) -> None:
    with writing(database) as connection:
        approvals.park_call(connection, held(approvers=2))
        stale = approvals.get_approval(connection, "apr_1")
        approvals.answer_call(connection, "apr_1", said("person:ben"))
        monkeypatch.setattr(approvals, "get_approval", lambda *_: stale)
        with pytest.raises(InputError) as caught:
            approvals.answer_call(connection, "apr_1", said("person:cleo"))
    assert caught.value.code == "WL-APR-006"


def test_the_newest_that_still_counts_is_found(database) -> None:
    with writing(database) as connection:
        approvals.park_call(connection, held(1))
        approvals.park_call(connection, held(2))
        found = approvals.find_live(connection, "d" * 64, now=150.0)
        assert found is not None and found.id == "apr_2"
        assert approvals.find_live(connection, "d" * 64, now=200.0) is None
        assert approvals.find_live(connection, "e" * 64, now=150.0) is None
        approvals.answer_call(connection, "apr_2", said("person:ben"))
        assert approvals.use_approval(connection, "apr_2", "d" * 64, by="dec_2", now=150.0)
        found = approvals.find_live(connection, "d" * 64, now=150.0)
        assert found is not None and found.id == "apr_1"


def test_two_who_ask_at_one_moment_ask_for_one_row(database) -> None:
    with writing(database) as connection:
        first = approvals.next_id(connection, "d" * 64)
        assert approvals.next_id(connection, "d" * 64) == first != approvals.next_id(connection, "e" * 64)
        approvals.park_call(connection, msgspec.structs.replace(held(), id=first))
        assert approvals.next_id(connection, "d" * 64) != first


def test_more_than_a_person_can_look_at_is_refused(database) -> None:
    with writing(database) as connection:
        for number in range(approvals.MOST_WAITING):
            approvals.park_call(connection, msgspec.structs.replace(held(number), asked_at=100.0))
        with pytest.raises(InputError, match="WL-APR-007"):
            approvals.park_call(connection, held(90))
        approvals.park_call(connection, msgspec.structs.replace(held(91), acting_for="user:ben"))
        late = msgspec.structs.replace(held(92), asked_at=300.0, expires_at=400.0)  # the others ran out
        approvals.park_call(connection, late)


def test_what_ran_out_long_ago_goes_with_what_is_sealed_of_it(database) -> None:
    part = SealedPart(bytes=1, klass="held", commit="c", ct_sha256="s", month="2026-11")
    detail = approvals.SealedDetail("aa", part, b"\x01\x02")
    with writing(database) as connection:
        approvals.park_call(connection, held(1), detail)
        approvals.park_call(connection, msgspec.structs.replace(held(2), expires_at=900.0), detail)
        assert approvals.get_detail(connection, "apr_1") == detail
        assert approvals.forget_calls(connection, before=500.0) == 1
        assert approvals.get_detail(connection, "apr_1") is None
        assert approvals.get_detail(connection, "apr_2") == detail
        assert [one.id for one in approvals.list_approvals(connection, now=0.0, waiting=False)] == ["apr_2"]
