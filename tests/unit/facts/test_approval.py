from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.approval import HeldCall, arguments_digest

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


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_order_and_spacing_are_no_other_arguments(value: object) -> None:
    def turned(one: object) -> object:
        if isinstance(one, dict):
            return {name: turned(one[name]) for name in reversed(one)}
        return [turned(each) for each in one] if isinstance(one, list) else one

    assert arguments_digest(json.dumps(value)) == arguments_digest(
        json.dumps(turned(value), indent=3, ensure_ascii=False)
    )


@given(VALUES, VALUES)
def test_other_arguments_have_another_digest(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (arguments_digest(json.dumps(one)) == arguments_digest(json.dumps(other))) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"n": 12345678901234567890123}', '{"n": 12345678901234567890124}'),  # one number to many readers
        ('{"n": 0.1}', '{"n": 0.10000000000000000000001}'),
        ('{"n": 1}', '{"n": "1"}'),
        ('{"n": 1}', '{"n": true}'),
        ('{"to": "a", "to": "b"}', '{"to": "b"}'),  # whichever of the two a reader takes
        ('{"to": "\u0430na"}', '{"to": "ana"}'),  # a letter of another alphabet
        ('{"to": "ana"}', '{"to": "ana\u200b"}'),
        ('{"n": NaN}', '{"n": "NaN"}'),
        ("[" * 100_000, "[" * 100_001),
        ("", "null"),
    ],
)
def test_what_looks_alike_is_another_call(one: str, other: str) -> None:
    assert arguments_digest(one) != arguments_digest(other)


def test_no_arguments_are_an_empty_object() -> None:
    assert arguments_digest("") == arguments_digest("{}") == arguments_digest(" { } ")
