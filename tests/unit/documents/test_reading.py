from __future__ import annotations

import pytest

from wardlaw.documents.piece import Bounds, DocumentError, Form
from wardlaw.documents.reading import is_packed, read_document
from wardlaw.testing import papers


@pytest.mark.parametrize(
    ("data", "name", "form"),
    [
        (b"hello", "a.txt", Form.TEXT),
        (b"a,b\n1,2\n", "a.csv", Form.TEXT),
        (b"<p>hello</p>", "a.html", Form.HTML),
        (b'{"a": 1}', "a.json", Form.JSON),
        (b'{"a": 1}\n', "a.JSONL", Form.LINES),
        (papers.pdf("hello"), "renamed.txt", Form.PDF),
        (papers.docx("hello"), "a.docx", Form.WORD),
        (papers.pptx("hello"), "a.pptx", Form.SLIDES),
        (papers.xlsx({"One": [["hello"]]}), "", Form.SHEETS),
        (papers.odt("hello"), "a.odt", Form.OPEN),
        (papers.package({"a.txt": "hello"}), "a.zip", Form.OTHER),
        (b"\x89PNG\r\n\x1a\n\x00", "a.png", Form.OTHER),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "a.doc", Form.OTHER),
    ],
)
def test_a_file_is_what_it_holds(data: bytes, name: str, form: Form) -> None:
    read = read_document(data, name)
    assert read.form is form
    assert bool(read.pieces) is (form is not Form.OTHER)
    assert read.uninspected == (("file",) if form is Form.OTHER else ())


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"just words", "a.pdf", "called .pdf"),
        (b"PK\x03\x04 %PDF-1.7", "a.zip", "to one reader"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted"),
        (b"PK\x03\x04 broken", "a.docx", "damaged"),
        (b"%PDF-1.7 broken", "a.pdf", "damaged"),
    ],
)
def test_what_cannot_be_read_safely_is_refused(data: bytes, name: str, why: str) -> None:
    with pytest.raises(DocumentError, match=why) as refused:
        read_document(data, name)
    assert refused.value.code == "WL-DOC-001"


def test_there_is_an_end_to_text() -> None:
    with pytest.raises(DocumentError, match="more than 10 characters"):
        read_document(b"x" * 11, "a.txt", Bounds(text_chars=10))


def test_what_must_be_unpacked_is_told_apart() -> None:
    assert is_packed(papers.pdf("a"))
    assert is_packed(papers.odt("a"))
    assert not is_packed(b"hello %PDF")
