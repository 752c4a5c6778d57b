from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.rendering import Renderer

ROW = {"at_ms": 0, "id": "dec_1", "effect": "deny", "principal": "user:me", "action": "ModelCall", "resource": "model:x",
       "clauses": ["SEC-01"]}  # fmt: skip


def test_what_comes_from_outside_is_text() -> None:
    bad = '<img src=x onerror="alert(1)">\u202e'
    text = Renderer(Assets()).page(
        "rows.html", rows=[ROW | {"principal": bad, "resource": bad, "id": '"><b>'}], is_new=True
    )
    assert "<img" not in text
    assert "<b>" not in text
    assert "&lt;img" in text


def test_a_name_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        Renderer(Assets()).page("rows.html", rows=[{}], is_new=False)
