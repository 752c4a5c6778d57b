from __future__ import annotations

import msgspec
import pytest
from sqlalchemy.sql import quoted_name

from wardlaw.store.rows import as_struct


class Pair(msgspec.Struct):
    a: str
    b: int


def test_names_of_the_database_become_fields() -> None:
    row = {quoted_name("a", quote=True): "x", "b": 1, "c": "left out"}
    assert as_struct(row, Pair, without=("c",)) == Pair("x", 1)


def test_a_value_of_the_wrong_type_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        as_struct({"a": None, "b": 1}, Pair)
