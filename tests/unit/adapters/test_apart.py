from __future__ import annotations

import pytest

from wardlaw.adapters.apart import read_apart
from wardlaw.documents.piece import DocumentError, Form
from wardlaw.documents.reading import read_document
from wardlaw.testing import papers


@pytest.mark.parametrize("data", [papers.pdf("hello", "there"), papers.docx("hello")])
def test_a_file_is_read_apart_as_it_would_be_here(data: bytes) -> None:
    assert read_apart(data, "a") == read_document(data, "a")


def test_text_needs_no_other_process() -> None:
    assert read_apart(b"hello", "a.txt", seconds=0.0).form is Form.TEXT


def test_what_is_refused_there_is_refused_here() -> None:
    with pytest.raises(DocumentError, match="damaged PDF") as refused:
        read_apart(b"%PDF-1.7 broken", "a.pdf")
    assert refused.value.hint


def test_what_takes_too_long_or_too_much_is_ended() -> None:
    with pytest.raises(DocumentError, match="longer than"):
        read_apart(papers.pdf("hello"), "a.pdf", seconds=0.001)
    large = papers.docx("word " * 100_000)
    assert read_document(large, "a.docx").pieces
    with pytest.raises(DocumentError, match="too much memory"):
        read_apart(large, "a.docx", memory_bytes=1 << 20)
