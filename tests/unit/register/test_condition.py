from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.register.condition import AnswerCondition, holds

LEAVES = st.sampled_from([AnswerCondition(question=name, equals="yes") for name in "abc"])
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnswerCondition(all_of=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnswerCondition(any_of=tuple(parts))),
        inner.map(lambda part: AnswerCondition(none_of=part)),
    ),
    max_leaves=8,
)
VALUES = st.fixed_dictionaries({name: st.sampled_from(("yes", "no")) for name in "abc"})


@given(CONDITIONS, VALUES, st.sampled_from("abc"))
def test_knowing_less_never_turns_a_yes_into_a_no(
    condition: AnswerCondition, values: dict[str, str], lost: str
) -> None:
    known = holds(condition, values)
    assert known is not None
    assert holds(condition, {**values, lost: None}) in (known, None)
    assert holds(condition, {}) in (known, None)


def test_words_lists_and_numbers() -> None:
    def read(text: str) -> AnswerCondition:
        return msgspec.json.decode(text, type=AnswerCondition)

    over = read('{"question": "n", "over": 2}')
    assert [holds(over, {"n": value}) for value in (3.0, 2.0, None)] == [True, False, None]
    some = read('{"question": "l", "some": true}')
    assert [holds(some, {"l": value}) for value in ((), ("x",), None)] == [False, True, None]
    assert holds(read('{"question": "l", "has": "x"}'), {"l": ("x", "y")})
    beside = read('{"question": "l", "beside": "x"}')
    assert [holds(beside, {"l": value}) for value in (("x",), ("x", "y"))] == [False, True]
    assert read('{"not": {"any": [{"question": "a", "is": "yes"}, {"question": "n", "over": 2}]}}').questions == {
        "a",
        "n",
    }
