from __future__ import annotations

import pytest

from wardlaw.documents.piece import Bounds, DocumentError, Form, Gathering, Piece


def test_texts_are_gathered_in_order_and_blank_ones_left_out() -> None:
    out = Gathering(Bounds())
    out.add("page 1", "a")
    out.add("page 2", " \n")
    out.add("page 3", "b")
    out.unread("image")
    out.unread("image")
    made = out.document(Form.PDF)
    assert made.pieces == (Piece("page 1", "a"), Piece("page 3", "b"))
    assert made.uninspected == ("image",)


def test_all_texts_together_are_bounded() -> None:
    out = Gathering(Bounds(text_chars=3))
    out.add("", "ab")
    with pytest.raises(DocumentError, match="WL-DOC-001"):
        out.add("", "cd")
