from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.approval import HeldCall

CALL = HeldCall("agent:a", "user:ana", "tool.call", "bank__pay", "ab", "pin", "bank", "set", ("AGT-01",), ("mail",))
WORDS = st.text(max_size=8)
CALLS = st.builds(
    HeldCall, *[WORDS] * 8, st.lists(WORDS, max_size=3).map(tuple), st.lists(WORDS, max_size=3).map(tuple)
)  # fmt: skip


def test_each_value_counts() -> None:
    for field in msgspec.structs.fields(HeldCall):
        value = getattr(CALL, field.name)
        other = (*value, "x") if isinstance(value, tuple) else value + "x"
        assert msgspec.structs.replace(CALL, **{field.name: other}).digest() != CALL.digest()


@given(CALLS, CALLS)
def test_two_calls_have_one_digest_only_when_they_are_one_call(one: HeldCall, other: HeldCall) -> None:
    assert (one.digest() == other.digest()) == (one == other)


def test_what_moves_from_one_field_to_the_next_is_another_call() -> None:
    moved = msgspec.structs.replace(CALL, clauses=(), taint=("AGT-01", "mail"))
    assert moved.digest() != CALL.digest()
    assert msgspec.structs.replace(CALL, pin="", upstream="pinbank").digest() != CALL.digest()
