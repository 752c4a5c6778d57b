from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from wardlaw.audit.envelope import SealedPart
from wardlaw.store.approvals import SealedDetail
from wardlaw.store.database import reading, writing
from wardlaw.store.keptanswers import (
    MOST_KEPT,
    KeptAnswer,
    find_answer,
    forget_answers,
    keep_answer,
    take_answer,
)

PART = SealedPart(bytes=1, klass="held", commit="c", ct_sha256="s", month="2026-11")


def kept(token: str = "t1", owner: str = "o1", *, subject: str = "aa", expires_at: float = 200.0) -> KeptAnswer:
    return KeptAnswer(token, owner, ("apr_1", "apr_2"), SealedDetail(subject, PART, b"\x00sealed"), expires_at)


def test_an_answer_is_for_its_owner_while_its_time_lasts(database) -> None:
    with writing(database) as connection:
        assert keep_answer(connection, kept(), now=100.0)
    with reading(database) as connection:
        assert find_answer(connection, "t1", "o1", now=199.0) == kept()
        assert find_answer(connection, "t1", "o1", now=200.0) is None
        assert find_answer(connection, "t1", "o2", now=100.0) is None
        assert find_answer(connection, "t2", "o1", now=100.0) is None


def test_a_newer_answer_to_the_same_request_takes_its_place(database) -> None:
    with writing(database) as connection:
        keep_answer(connection, kept("t1"), now=100.0)
        assert keep_answer(connection, kept("t2"), now=100.0)
        assert find_answer(connection, "t1", "o1", now=100.0) is None
        assert find_answer(connection, "t2", "o1", now=100.0) is not None


def test_nobody_fills_the_table(database) -> None:
    with writing(database) as connection:
        for number in range(MOST_KEPT):
            assert keep_answer(connection, kept(f"t{number}", f"o{number}"), now=100.0)
        assert not keep_answer(connection, kept("more", "more"), now=100.0)
        assert keep_answer(connection, kept("other", "other", subject="bb"), now=100.0)
        assert keep_answer(connection, kept("later", "later", expires_at=900.0), now=200.0)  # the others ran out


def test_of_many_who_take_it_a_single_one_gets_it(database) -> None:
    with writing(database) as connection:
        keep_answer(connection, kept(), now=100.0)

    def take(_: int) -> bool:
        with writing(database) as connection:
            return take_answer(connection, "t1")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(24))) == 1


def test_what_ran_out_goes(database) -> None:
    with writing(database) as connection:
        keep_answer(connection, kept(), now=100.0)
        assert forget_answers(connection, before=199.0) == 0
        assert forget_answers(connection, before=200.0) == 1
