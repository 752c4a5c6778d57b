from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.fold import _table, fold, fold_text
from wardlaw.security.views import Layer, View


def folded(text: str) -> View:
    return fold(View(text, text.lower(), Layer.PLAIN))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ｉｇｎｏｒｅ", "ignore"),
        ("𝒊𝒈𝒏𝒐𝒓𝒆 𝕡𝕣𝕚𝕠𝕣", "ignore prior"),
        ("ⓘⓖⓝⓞⓡⓔ", "ignore"),
        ("ignоrе", "ignore"),  # Cyrillic о and е
        ("ιgnοre", "ignore"),  # Greek
        ("ɪɢɴᴏʀᴇ", "ignore"),
        ("🇮🇬", "IG"),
        ("🅸🅶", "IG"),
        ("i\u200bg\u200cn\u2060o\u00adr\ufeffe", "ignore"),
        ("i\u0336g\u0336n\u0336ore", "ignore"),
        ("Über façade niño", "Uber facade nino"),
        ("\u202eignore\u202c", "ignore"),
        ("sk–live−key", "sk-live-key"),
        ("“quoted”", '"quoted"'),
    ],
)
def test_lookalikes_fold_to_what_they_look_like(written, read):
    assert folded(written).text == read
    assert fold_text(written) == read


@pytest.mark.parametrize("text", ["НАЙТИ Инструкцию", "ПРИВЕТ мир", "İstanbul IŞIK"])
def test_folding_and_lower_case_commute(text):
    assert folded(text).lower == fold_text(text.lower())


def test_plain_ascii_is_its_own_view():
    view = View("hello", "hello", Layer.PLAIN)
    assert fold(view) is view


def test_scripts_without_lookalikes_stay():
    for text in ("한국어", "日本語", "中文", "हिन्दी"):
        assert folded(text).text == text


def test_spans_lead_back_over_removed_and_widened_characters():
    text = "a\u200b\u200bb ½ ﬁn sec\u200bret"
    view = folded(text)
    start = view.text.index("secret")
    low, high = view.origin(start, start + 6)
    assert text[low:high] == "sec\u200bret"
    start = view.text.index("fin")
    assert text[slice(*view.origin(start, start + 3))] == "ﬁn"


def test_lone_surrogates_can_be_encoded_afterwards():
    assert folded("a\ud800b").text.encode() == "a\ufffdb".encode()


@given(st.text(st.characters(codec=None)) | st.text(st.sampled_from("aИоᏴé½ﬁ\u200b\ud800日\U00020001😀")))
def test_folding_on_whole_arrays_is_folding_character_by_character(text: str):
    table = _table()
    assert fold_text(text) == text.translate(table)
    assert folded(text).text == text.translate(table)
