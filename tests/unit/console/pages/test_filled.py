from __future__ import annotations

from wardlaw.console.pages.filled import Filled, Told
from wardlaw.console.pages.inside import ApiAnswerError


def test_fields_are_read_as_texts_lists_boxes_and_numbers() -> None:
    form = Filled({"a": [" one\r\ntwo "], "l": ["x, y\r\n\r\nx\n z "], "b": ["p", "q", ""], "n": ["12"], "m": ["-1"]})
    assert form.text("a") == "one two"
    assert form.raw("a") == " one\ntwo "
    assert form.lines("l") == ["x", "y", "z"]
    assert form.several("b") == ["p", "q"]
    assert (form.number("n"), form.number("m", 7), form.number("none")) == (12, 7, 0)
    assert (form.has("b"), form.has("none"), form.text("none")) == (True, False, "")
    assert form.first["b"] == "p"


def test_a_refusal_is_told_with_its_next_step() -> None:
    assert Told.by(ApiAnswerError(409, "X", "No.", "Ask.")) == Told("No. Ask.", 409)
    assert Told.by(ApiAnswerError(500, "", "No.", "")) == Told("No.", 500)
