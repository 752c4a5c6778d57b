from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.messages import joined
from wardlaw.console.pages.rendering import Renderer
from wardlaw.console.pages.translations import languages
from wardlaw.console.pages.turns import with_turns_shown

COVERS = ("turns",)

TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ROW = {"at_ms": 0, "id": "dec_1", "effect": "deny", "principal": "user:me", "action": "ModelCall", "resource": "model:x",
       "clauses": ["SEC-01"], "code": "clause", "wing": "security", "reason": "No injections", "added_us": 0}  # fmt: skip


def test_what_comes_from_outside_is_text() -> None:
    bad = '<img src=x onerror="alert(1)">\u202e'
    text = Renderer(Assets()).page(
        "rows.html",
        rows=[ROW | {"principal": bad, "resource": bad, "id": '"><b>'}],
        is_new=True,
        cuts=False,
        me=None,
        zone="UTC",
    )
    assert "<img" not in text
    assert "<b>" not in text
    assert "&lt;img" in text
    assert "\u202e" not in text
    assert "[U+202E]" in text


def test_commands_in_a_sentence_are_marked_and_nothing_in_it_is_markup() -> None:
    template = Renderer(Assets())._environment(languages()["en"]).from_string("{{ coded(one) }}")
    assert template.render(one="Ask `wardlaw gate show <b>`; <i> stays.") == (
        "Ask <code>wardlaw gate show &lt;b&gt;</code>; &lt;i&gt; stays."
    )
    assert template.render(one=joined(("Start it.", "`wardlaw up`"), " ")) == "Start it. <code>wardlaw up</code>"
    assert template.render(one="one ` alone") == "one <code> alone</code>"


@given(st.lists(st.sampled_from([*TURNS, "<p title='\u202e'>", "</p>", "a", "&lt;", "שלום", "🦊", "\n"]), max_size=12))
def test_no_text_turns_what_stands_beside_it(parts: list[str]) -> None:
    html = "<main>" + "".join(parts) + "</main>"
    shown = with_turns_shown(html)
    assert not set(TURNS) & set(re.sub(r"<[^>]*>", "", shown))
    assert re.findall(r"<[^>]*>", shown) == re.findall(r"<[^>]*>", html)
    assert [char for char in shown if char in "שלום🦊"] == [char for char in html if char in "שלום🦊"]


def test_what_a_form_gives_back_stays_as_it_was_written() -> None:
    field = '<input value="a\u202eb"><textarea name="t">c\u2066d</textarea>'
    assert with_turns_shown('<a title="\u202e">x</a>') == '<a title="[U+202E]">x</a>'
    assert with_turns_shown(field + "<b>\u202e</b>") == field + "<b>[U+202E]</b>"


def test_a_name_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        Renderer(Assets()).page("rows.html", rows=[{}], is_new=False)
