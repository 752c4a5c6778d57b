from __future__ import annotations

import pytest

from wardlaw.console.api.paging import (
    read_cursor,
    read_finding_place,
    read_grant_place,
    read_place,
    write_cursor,
    write_place,
)
from wardlaw.facts.errors import InputError


def test_a_place_comes_back_as_it_was_given() -> None:
    assert read_place(write_place(("a", "b/ü"))) == ("a", "b/ü")
    assert read_grant_place(write_place(("a", "b", "c"))) == ("a", "b", "c")
    assert read_finding_place(write_place((1, "rule", "acme", "app a", "fnd_1"))) == (
        1,
        "rule",
        "acme",
        "app a",
        "fnd_1",
    )
    assert read_cursor(write_cursor(("a", "b", "c", "d"))) == ("a", "b", "c", "d")
    assert write_place(None) == write_cursor(None) == ""
    assert read_place("") is None


@pytest.mark.parametrize(
    "text", ["%%", "e30=", "WyJhIl0=", write_place(("a", "b", "c")), write_place((1, 2)), "\u00fc"]
)
def test_what_no_page_gave_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="WL-INV-090"):
        read_place(text)
