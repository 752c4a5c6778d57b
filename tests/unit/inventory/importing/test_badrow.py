from __future__ import annotations

import pytest

from wardlaw.inventory.importing.badrow import (
    MOST_TEXT,
    UnreadableError,
    count_of,
    day_of,
    key_of,
    name_of,
    text_of,
    time_of,
)


def test_values_that_are_read() -> None:
    assert [text_of(value, "x") for value in (" a ", None, 7)] == ["a", "", "7"]
    assert [time_of(value, "x") for value in ("", None, "1970-01-02", "1970-01-01T00:00:05Z", 5, "5.5", 1_700_000_000_000)] == [
        0, 0, 86_400, 5, 5, 5.5, 1_700_000_000,
    ]  # fmt: skip
    assert [count_of(value, "x") for value in ("-", None, "12", 3.0)] == [0, 0, 12, 3]
    assert (day_of(0), day_of(86_400)) == ("", "1970-01-02")
    assert key_of("a", "bc") != key_of("ab", "c")


@pytest.mark.parametrize(("read", "value"), [
    (text_of, "a" * (MOST_TEXT + 1)), (text_of, "a\x00"), (text_of, "a\u202eb"), (text_of, True), (text_of, ["a"]),
    (time_of, "soon"), (time_of, -1), (time_of, "9" * 400), (time_of, "nan"), (time_of, True), (time_of, 1e300),
    (count_of, -1), (count_of, "many"), (count_of, "inf"), (count_of, True), (count_of, 1e300),
])  # fmt: skip
def test_values_that_are_refused(read, value) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(value, "column")
    assert "column" in str(caught.value)


def test_a_name_hides_nothing() -> None:
    assert name_of("Note\x00s\u202e " + "a" * 900) == "Note\ufffds\ufffd " + "a" * (MOST_TEXT - 8)
    assert name_of(None) == name_of(7) == ""
