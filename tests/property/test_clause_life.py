"""Whatever people do in whatever order: nothing is enforced that others did not approve, and nothing drops out by itself."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.governance.lives import AT, GOV, RULES, backtest, text, version
from wardlaw.facts.clause import Risk
from wardlaw.facts.clauselife import LifeState, LifeStep, SignOff, TextKind
from wardlaw.facts.errors import InputError
from wardlaw.governance.life import in_force, newest, possible_steps, state_after
from wardlaw.governance.moves import (
    Author,
    Move,
    adopted,
    after,
    enforcing,
    retiring,
    reviewing,
    shadowing,
    signing,
)
from wardlaw.governance.signing import missing_approvals, standing_sign_offs

HUMANS = ("ann", "ben", "cis", "leo")
ROLES = {"ann": ("legal",), "ben": ("risk", "ciso"), "cis": ("ciso",), "leo": ("legal", "risk")}
TEXTS = tuple(text(GOV.replace("1000", number)) for number in ("1000", "500", "5000"))
WHO = st.sampled_from(HUMANS)
DEEDS = st.one_of(
    st.tuples(st.just("review"), st.sampled_from(TEXTS), WHO),
    st.tuples(st.just("retire"), WHO),
    st.tuples(st.just("sign"), WHO, st.booleans()),
    st.tuples(st.just("shadow"), st.sampled_from(TEXTS)),
    st.tuples(st.just("enforce"), st.sampled_from(TEXTS)),
    st.tuples(st.just("test")),
    st.tuples(st.just("wait"), st.sampled_from((1, 5, 300))),
)
SIGNATURES = st.builds(
    SignOff,
    id=st.just("s"),
    digest=st.sampled_from((text().digest, "0" * 64)),
    person=WHO.map("person:{}".format),
    human=WHO.map("{}@x".format),
    roles=st.sets(st.sampled_from(("legal", "risk", "ciso"))).map(tuple),
    approves=st.booleans(),
    reason=st.just(""),
    seconds=st.just(1.0),
    at=st.sampled_from((AT - 9, AT - 1, AT, AT + 1)),
    expires_at=st.sampled_from((AT - 1, AT, AT + 1)),
)


@given(
    st.sampled_from(LifeState),
    st.sampled_from(LifeStep),
    st.lists(SIGNATURES, max_size=4).map(tuple),
    st.sampled_from(Risk),
    st.sampled_from((0.0, AT + 5)),
    st.none() | st.sampled_from((AT, AT - 9 * 86_400)),
)
def test_every_step_from_every_state_has_an_answer(
    state: LifeState, step: LifeStep, signed: tuple[SignOff, ...], risk: Risk, until: float, tested: float | None
) -> None:
    one = version(msgspec.structs.replace(text(), risk=risk), state, review_until=until)
    one = msgspec.structs.replace(one, sign_offs=signed, backtest=backtest(one, at=tested) if tested else None)
    try:
        then = state_after(one, step, RULES, at=AT)
    except InputError:
        return
    assert step in possible_steps(one) or step is LifeStep.REPLACE
    # What is approved already may be signed anew: that takes nothing back, and lets it go no further.
    is_fresh = then is LifeState.APPROVED and state is not LifeState.APPROVED
    if step in (LifeStep.SHADOW, LifeStep.ENFORCE) or is_fresh:
        assert missing_approvals(one, RULES.book, at=AT) == ()
    if step is LifeStep.ENFORCE:
        assert (state, tested) == (LifeState.SHADOW, AT)


@given(st.lists(SIGNATURES, max_size=5).map(tuple), st.sampled_from(Risk))
def test_approvals_are_as_many_humans_as_the_risk_asks_for(signed: tuple[SignOff, ...], risk: Risk) -> None:
    one = msgspec.structs.replace(version(msgspec.structs.replace(text(), risk=risk)), sign_offs=signed)
    counted = standing_sign_offs(one, at=AT)
    assert one.author_human not in {each.human for each in counted}
    assert len({each.human for each in counted}) == len(counted)
    missing = missing_approvals(one, RULES.book, at=AT)
    assert len(RULES.book.sign_offs[risk]) - len(missing) <= len(counted)
    # One more approval never makes more missing.
    more = SignOff("t", one.digest, "person:new", "new@x", ("ciso",), True, "", 1.0, AT, AT + 1)
    with_more = msgspec.structs.replace(one, sign_offs=(*signed, more))
    assert len(missing_approvals(with_more, RULES.book, at=AT)) <= len(missing)


@settings(max_examples=150)
@given(st.lists(DEEDS, max_size=25))
def test_nothing_is_enforced_unapproved_and_nothing_drops_out(deeds: list[tuple]) -> None:
    at = AT
    book = after({}, adopted([text()], at=at), at=at)
    for deed in deeds:
        if deed[0] == "wait":
            at += deed[1] * 86_400
            continue
        if deed[0] == "test":
            last = book["GOV-20"][-1]
            tested = msgspec.structs.replace(last, backtest=backtest(last, at=at))
            book = {"GOV-20": (*book["GOV-20"][:-1], tested)}
            continue
        try:
            moves = _moves(book, deed, at)
        except InputError:
            continue
        before, then = in_force(book["GOV-20"]), after(book, moves, at=at)
        _lawful(before, then, moves, at)
        book = then


def _moves(book, deed: tuple, at: float) -> tuple[Move, ...]:
    what, *rest = deed
    if what == "review":
        return reviewing(book, rest[0], Author(f"person:{rest[1]}", f"{rest[1]}@x"), at=at)
    if what == "retire":
        return retiring(book, "GOV-20", Author(f"person:{rest[0]}", f"{rest[0]}@x"), at=at)
    if what == "sign":
        who, approves = rest
        digest = book["GOV-20"][-1].digest
        word = SignOff("s", digest, f"person:{who}", f"{who}@x", ROLES[who], approves, "", 1.0, at, at + 100 * 86_400)
        return signing(book, "GOV-20", word, RULES)
    if what == "shadow":
        return shadowing(book, {"GOV-20": rest[0]}, RULES, at=at)[0]
    return enforcing(book, {"GOV-20": rest[0]}, "GOV-20", RULES, at=at)


def _lawful(before, then, moves: tuple[Move, ...], at: float) -> None:
    now = in_force(then["GOV-20"])
    if (now.version if now else 0) == (before.version if before else 0):
        return  # what is enforced stayed
    (move,) = [one for one in moves if one.step is LifeStep.ENFORCE]
    assert missing_approvals(move.version, RULES.book, at=at) == ()
    humans = {one.human for one in standing_sign_offs(move.version, at=at)}
    assert len(humans - {move.version.author_human}) >= 2
    assert move.version.backtest is not None
    if now is None:  # it ends only because its end was approved
        assert move.version.content.kind is TextKind.RETIREMENT
    else:
        last = newest(then["GOV-20"])
        assert last is not None
        assert now.version == last.version
