"""What Python prints is read as JSON; nothing is evaluated."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.pyliteral import as_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(st.lists(VALUES, max_size=4) | st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_is_printed_reads_back(value: Any) -> None:
    written = as_json(repr(value))
    assert written is not None
    assert json.loads(written) == json.loads(json.dumps(value))


def test_types_of_databases_are_values_too() -> None:
    row = {
        "at": dt.datetime(2026, 1, 2, 3, 4),
        "sum": decimal.Decimal("1.20"),
        "id": uuid.UUID(int=7),
        "raw": b"a\x00b",
        "one": (1,),
    }
    written = as_json(repr([row]))
    assert written is not None
    (read,) = json.loads(written)
    assert (read["at"], read["sum"], read["one"]) == ([2026, 1, 2, 3, 4], ["1.20"], [1])
    assert read["raw"] == "a\x00b"


@pytest.mark.parametrize(
    "text", ["", "(see below) nothing", "[INFO] started", "{oops}", "[1, 2", "hello", "[a + b]", "[lambda x: x]"]
)
def test_other_texts_are_left_alone(text: str) -> None:
    written = as_json(text)
    if written is not None:
        with pytest.raises(ValueError):
            json.loads(written)


@given(st.text(alphabet="[](){}'\"\\,:=abNone1. \n", max_size=40))
def test_any_text_is_read_or_not(text: str) -> None:
    assert as_json(text) is None or isinstance(as_json(text), str)
