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
    assert window.feed("standing here ") == Piece("rdinary ", "sentences ", "standing here ")
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


def test_a_number_is_held_until_what_may_name_it_has_come():
    window = ReleaseWindow()
    assert released(window, "ordinary words C01X00T47 ", "passport ") == ["ordinary words "]
    assert released(window, "belonging") == ["C01X00T47 passport "]
    window = ReleaseWindow()
    token = "Zk8Qw2Lm9Xc4Vb7Nj1"
    assert released(window, "ordinary ", token, " somebody", " belonging somewhere in") == ["ordinary "]
    assert released(window, " altogether different sentences")[0].startswith(token)


def test_what_follows_goes_along_as_far_as_detectors_look():
    window = ReleaseWindow()
    piece = window.feed("sentences " + "standing " * 20)
    assert piece is not None
    assert piece.ahead == "standing "
    piece = window.feed("x1" * 60)
    assert piece is not None
    assert len(piece.ahead) == 48


HEAD, TAIL = "-----BEGIN RSA PRIVATE KEY-----\n", "-----END RSA PRIVATE KEY-----\n"
LINE = "MIIEpAIBAAKCAQEA7bq0kQJ1wq0bqk5Yl3yQm2yQkKjEw0cX6l2kqB3nP9Rzq8Lt\n"


@pytest.mark.parametrize("size", [1, 7, 65, 10_000])
def test_a_private_key_leaves_in_one_piece(size):
    window = ReleaseWindow()
    text = "ordinary sentences\n" + HEAD + LINE * 26 + TAIL + "\nfollowed by ordinary sentences altogether"
    pieces = [
        piece
        for at in range(0, len(text), size)
        if (piece := window.feed(text[at : at + size])) is not None and "BEGIN" in piece.text + piece.ahead
    ]
    assert any(HEAD + LINE * 26 + TAIL in piece.text for piece in [*pieces, window.flush()])


def test_each_piece_of_a_key_longer_than_the_window_is_seen_with_its_begin():
    window = ReleaseWindow(cap=512, keep=128)
    pieces = [piece for line in [HEAD, *[LINE] * 60] if (piece := window.feed(line))]
    assert len(pieces) > 3
    assert all(piece.judged.startswith(HEAD) for piece in pieces)
    end = window.feed(TAIL + "followed by ordinary sentences altogether ")
    assert end is not None
    assert end.judged.startswith(HEAD)
    last = window.flush()
    assert last is not None
    assert HEAD not in last.context
