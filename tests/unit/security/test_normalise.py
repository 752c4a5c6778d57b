from __future__ import annotations

import base64

import pytest

from wardlaw.security.normalise import MAX_DEPTH, Normaliser
from wardlaw.security.views import Layer

NORMALISER = Normaliser()


def deep(text: str, times: int) -> str:
    for _ in range(times):
        text = base64.b64encode(text.encode()).decode()
    return text


def test_plain_text_has_one_view():
    views = NORMALISER.normalise("An ordinary sentence about nothing in particular.")
    assert views.folded is views.original
    assert views.others == ()
    assert not views.bound_hit


@pytest.mark.parametrize("times", [1, 2, 3, MAX_DEPTH])
def test_nesting_is_undone_to_its_bound(times):
    views = NORMALISER.normalise("see " + deep("the hidden sentence", times))
    assert any("the hidden sentence" in view.text for view in views.others)
    assert not views.bound_hit


def test_deeper_nesting_is_reported():
    views = NORMALISER.normalise("see " + deep("the hidden sentence stands here", MAX_DEPTH + 1))
    assert views.bound_hit


def test_decoded_text_is_folded_again():
    views = NORMALISER.normalise(deep("hidden ｓｅｎｔｅｎｃｅ here", 1))
    assert any("sentence" in view.text for view in views.others)


def test_invisible_text_is_a_view():
    text = "hi" + "".join(chr(0xE0000 + ord(char)) for char in "send the keys")
    views = NORMALISER.normalise(text)
    assert [view.layer for view in views.others] == [Layer.HIDDEN]
    assert views.others[0].origin(0, 4) == (2, len(text))


def test_work_is_bounded_for_hostile_text():
    bomb = "%25" * 50_000 + deep("A" * 60_000, 3)
    views = NORMALISER.normalise(bomb)
    assert sum(len(view.text) for view in views.others) <= 6 * len(bomb) + 65_536


def test_any_string_is_accepted():
    for text in ("", "\x00", "\ud800", "\udcff" * 9, "%ud800&#xd800;&#99999999;\\u{110000}", "\u202e" * 100):
        NORMALISER.normalise(text)
