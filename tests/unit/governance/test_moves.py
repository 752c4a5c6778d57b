"""What people's wishes come to; the whole way is walked in tests/unit/console/api/test_clauselife.py."""

from __future__ import annotations

import msgspec
import pytest

from tests.unit.governance.lives import AT, BY_HAND, GOV, OPS, RULES, TODAY, backtest, sign_off, text, version
from wardlaw.facts.clauselife import LifeState, LifeStep
from wardlaw.facts.errors import InputError
from wardlaw.governance.check import check
from wardlaw.governance.clausetext import BASE, clause_texts
from wardlaw.governance.moves import (
    Author,
    adopted,
    after,
    as_if_enforced,
    emergency,
    enforcing,
    need_tightening,
    retiring,
    reviewing,
    shadowing,
    signing,
)
from wardlaw.governance.running import running, running_set

S = LifeState
ANN = Author("person:ann", "ann@x")
NEXT = text(GOV.replace("1000", "500"))


def begun():
    return after({}, adopted([text(), text(OPS)], at=AT), at=AT)


def compiled(book):
    return running_set(running(book), today=TODAY)


def states(book, clause: str = "GOV-20") -> list[tuple[int, str]]:
    return [(one.version, one.state.value) for one in book.get(clause, ())]


def refused(call, *args, **more) -> str:
    with pytest.raises(InputError) as caught:
        call(*args, **more)
    return caught.value.code


def test_a_later_text_withdraws_the_one_that_waits_and_the_old_text_withdraws_both() -> None:
    book = after(begun(), reviewing(begun(), NEXT, ANN, at=AT), at=AT)
    assert refused(reviewing, book, NEXT, ANN, at=AT) == "WL-LIF-005"
    other = text(GOV.replace("1000", "400"))
    book = after(book, reviewing(book, other, ANN, at=AT), at=AT)
    assert states(book) == [(1, "enforce"), (2, "retired"), (3, "in review")]
    book = after(book, reviewing(book, text(), ANN, at=AT), at=AT)
    assert states(book) == [(1, "enforce"), (2, "retired"), (3, "retired")]
    assert refused(reviewing, begun(), text(), ANN, at=AT) == "WL-LIF-005"


def test_the_end_of_a_clause_is_asked_for_once_and_only_of_what_is_in_force() -> None:
    book = after(begun(), retiring(begun(), "GOV-20", ANN, at=AT), at=AT)
    assert states(book) == [(1, "enforce"), (2, "in review")]
    assert refused(retiring, book, "GOV-20", ANN, at=AT) == "WL-LIF-005"
    assert refused(retiring, book, "GOV-99", ANN, at=AT) == "WL-LIF-004"


def test_a_sign_off_is_for_the_digest_it_names() -> None:
    book = after(begun(), reviewing(begun(), NEXT, ANN, at=AT), at=AT)
    word = sign_off(book["GOV-20"][-1], "leo", "legal")
    short = msgspec.structs.replace(word, digest=word.digest[:8])
    (move,) = signing(book, "GOV-20", short, RULES)
    assert move.sign_off == word
    for digest in (word.digest[:7], text().digest, ""):
        assert refused(signing, book, "GOV-20", msgspec.structs.replace(word, digest=digest), RULES) == "WL-LIF-006"


def test_shadow_is_for_what_is_approved_and_on_disk_as_approved() -> None:
    book = after(begun(), reviewing(begun(), text(OPS.replace("6}", "7}")), ANN, at=AT), at=AT)
    word = sign_off(book["OPS-30"][-1], "rik", "risk")
    book = after(book, signing(book, "OPS-30", word, RULES), at=AT)
    on_disk = {"GOV-20": text(), "OPS-30": book["OPS-30"][-1].content}
    (move,), held = shadowing(book, on_disk, RULES, at=AT)
    assert (move.state, held) == (S.SHADOW, ())
    moves, held = shadowing(book, {"GOV-20": text(), "OPS-30": text(OPS)}, RULES, at=AT)
    assert moves == ()
    assert held == ("OPS-30: nobody has handed in its text (`wardlaw policy review OPS-30`)",)
    book = after(book, (move,), at=AT)
    assert refused(enforcing, book, on_disk, "OPS-30", RULES, at=AT) == "WL-LIF-003"
    tested = msgspec.structs.replace(book["OPS-30"][-1], backtest=backtest(book["OPS-30"][-1]))
    book |= {"OPS-30": (book["OPS-30"][0], tested)}
    assert refused(enforcing, book, {}, "OPS-30", RULES, at=AT) == "WL-LIF-008"
    assert states(after(book, enforcing(book, on_disk, "OPS-30", RULES, at=AT), at=AT), "OPS-30") == [
        (1, "retired"),
        (2, "enforce"),
    ]


def test_an_emergency_never_opens_a_door_by_hand() -> None:
    permits = clause_texts(check(BY_HAND, today=TODAY))[BASE]
    opened = emergency(begun(), permits, ANN, at=AT)
    assert refused(need_tightening, permits, compiled(begun()), compiled(after(begun(), opened, at=AT))) == "WL-LIF-007"
    assert refused(need_tightening, text(), compiled(begun()), compiled(begun())) == "WL-LIF-007"
    moves = emergency(begun(), NEXT, ANN, at=AT)
    need_tightening(NEXT, compiled(begun()), compiled(after(begun(), moves, at=AT)))
    assert states(after(begun(), moves, at=AT)) == [(1, "enforce"), (2, "enforce")]
    assert moves[0].until == AT + 86_400
    # The one before it waits: should the emergency be sent back, it is in force again.
    book = after(begun(), moves, at=AT)
    no = sign_off(book["GOV-20"][-1], "leo", "legal", approves=False)
    back = after(book, signing(book, "GOV-20", no, RULES), at=AT)
    assert running(back) == running(begun())


def test_a_backtest_sees_the_version_enforced_whatever_it_lacks() -> None:
    book = after(begun(), reviewing(begun(), NEXT, ANN, at=AT), at=AT)
    assert states(as_if_enforced(book, "GOV-20", at=AT)) == [(1, "retired"), (2, "enforce")]
    assert states(book) == [(1, "enforce"), (2, "in review")]
    ending = after(begun(), retiring(begun(), "GOV-20", ANN, at=AT), at=AT)
    assert states(as_if_enforced(ending, "GOV-20", at=AT)) == [(1, "retired"), (2, "retired")]
    assert [move.step for move in adopted([text()], at=AT)] == [LifeStep.ADOPT]
    assert version().version == 1
