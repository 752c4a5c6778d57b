from __future__ import annotations

import pytest

from wardlaw.documents.piece import Bounds, Document, DocumentError, Form, Piece
from wardlaw.documents.plain import decode, read_plain


def read(data: bytes, ending: str = ".txt") -> Document:
    return read_plain(data, ending, Bounds(depth=8))


@pytest.mark.parametrize("data", ["grüße".encode(), "grüße".encode("utf-8-sig"), "grüße".encode("utf-16")])
def test_text_is_read_in_its_encoding(data: bytes) -> None:
    assert read(data).pieces == (Piece("", "grüße"),)


@pytest.mark.parametrize("data", [b"\xff\x00\x01", "grüße".encode("latin-1"), b"a\x00b", b"a\x01b"])
def test_bytes_that_are_no_text_are_not_guessed_at(data: bytes) -> None:
    assert decode(data) is None
    assert (read(data).form, read(data).uninspected) == (Form.OTHER, ("file",))


def test_lines_of_json_are_read_as_what_they_say() -> None:
    read_lines = read(b'{"a": "Ig\\u006eore", "b": [1, true, null], "a": "twice"}\n\nno json\n', ".jsonl")
    assert read_lines.pieces == (
        Piece("line 1", "a: Ignore\nb\n1\na: twice"),
        Piece("line 3", "no json"),
    )


def test_a_json_document_is_read_as_it_stands_and_as_what_it_says() -> None:
    assert [piece.text for piece in read(b'{"a": {"k": "\\u0041"}}', ".json").pieces] == [
        '{"a": {"k": "\\u0041"}}',
        "a\nk: A",
    ]


def test_a_page_is_read_as_source_and_as_shown() -> None:
    page = read(b"<html><p>ig<b>nore</b> &amp; so</p><!-- remark --><p>on</p>", ".txt")
    assert page.form is Form.HTML
    assert "<!-- remark -->" in page.pieces[0].text
    assert page.pieces[1].where == "shown"
    assert "ignore & so" in page.pieces[1].text


def test_depth_is_bounded() -> None:
    for deep in (b"[" * 20 + b'"x"' + b"]" * 20, b"[" * 100_000 + b"]" * 100_000):
        with pytest.raises(DocumentError, match="nested too deep"):
            read(deep, ".json")
