"""A row of a table as the struct it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def as_struct(row: Mapping[Any, Any], struct: type[T], *, without: tuple[str, ...] = ()) -> T:
    """The struct whose fields the row's columns are, apart from those named in ``without``.

    The column names are a subclass of text that msgspec does not take for field names.
    """
    columns = {str.__str__(name): value for name, value in row.items() if name not in without}
    return msgspec.convert(columns, struct)
