from __future__ import annotations

import pytest

from wardlaw.security.window import CAP_CHARS, KEEP_CHARS, Piece, ReleaseWindow


def released(window: ReleaseWindow, *chunks: str) -> list[str]:
    return [piece.text for chunk in chunks if (piece := window.feed(chunk)) is not None]


def test_text_leaves_between_complete_words():
    window = ReleaseWindow()
    assert released(window, "Hello ", "beautiful ", "worl", "d and ") == ["Hello ", "beautiful "]
    assert window.held == len("world and ")
    assert window.flush() == Piece("Hello beautiful ", "world and ")
    assert window.flush() is None


def test_an_unfinished_run_is_held_whatever_it_is_made_of():
    window = ReleaseWindow()
    window.feed("ordinary ")
    assert released(window, "sk-li", "\u200b", "ve-9fK2", "%73", "&#", "107;") == ["ordinary "]


@pytest.mark.parametrize(
    "spelled", ["4111 1111 1111 1111", "s k - l i v e", "+49 30 1234567 89", "73 6b 2d 6c 69", "DE89 3704 0044 0532"]
)
def test_short_neighbours_are_held_together(spelled):
    window = ReleaseWindow()
    pieces = released(window, "ordinary words ", *spelled, " ")
    assert spelled[0] not in "".join(pieces).removeprefix("ordinary words ")
    assert "".join([*pieces, window.flush().text]) == f"ordinary words {spelled} "


def test_wide_gaps_end_a_spelled_run():
    window = ReleaseWindow()
    assert released(window, "a b c", "     ", "d e") == ["a b c     "]


def test_scripts_without_spaces_flow():
    window = ReleaseWindow()
    pieces = released(window, *"これは長い文章です。とても長い")
    assert len("".join(pieces)) >= 12


def test_context_is_what_left_before():
    window = ReleaseWindow(keep=8)
    window.feed("several ordinary sentences ")
    assert window.feed("standing here ") == Piece("rdinary ", "sentences ")
    assert Piece("a ", "b ", "c").judged == "a b c"


def test_an_endless_run_is_let_go_in_part_with_sight_ahead():
    window = ReleaseWindow()
    piece = window.feed("x" * (CAP_CHARS + 1))
    assert piece is not None
    assert len(piece.text) == CAP_CHARS + 1 - KEEP_CHARS
    assert len(piece.ahead) == KEEP_CHARS == window.held


def test_a_pass_phrase_is_held_as_letters_not_characters():
    window = ReleaseWindow(phrase_chars=10)
    assert released(window, "ordinary sentences standing together somewhere") == ["ordinary sentences standing "]


def test_nothing_in_gives_nothing_out():
    window = ReleaseWindow()
    assert window.feed("") is None
    assert window.flush() is None
