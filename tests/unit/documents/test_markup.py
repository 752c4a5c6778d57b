from __future__ import annotations

import pytest

from wardlaw.documents.markup import local, text_of
from wardlaw.documents.piece import Bounds, DocumentError

LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;</p>"""
FETCH = """<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>&e;</p>"""


def read(text: str, *, every: bool = False) -> str:
    return text_of(text.encode(), Bounds(depth=8), every=every)


def test_words_are_joined_and_paragraphs_apart() -> None:
    assert read("<w:d xmlns:w='u'><w:p><w:r>ig</w:r><w:r>nore</w:r></w:p><w:p>b</w:p></w:d>") == "ignore\nb"


def test_lists_of_properties_are_texts_of_their_own() -> None:
    assert read("<d><title>a</title><who>b</who><x>c</x></d>", every=True) == "a\nb\nc"


def test_attributes_that_speak_are_read() -> None:
    said = read(f"<d><pic descr='a cat' id='7'/><r Target='https://a.example'/><x y='{'z' * 64}'/></d>")
    assert said.split("\n") == ["a cat", "https://a.example", "z" * 64]


@pytest.mark.parametrize("text", [LAUGHS, FETCH, "<!DOCTYPE html><p/>"])
def test_document_types_and_entities_are_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="document type"):
        read(text)


@pytest.mark.parametrize("text", ["<a>", "no xml", "<a>&undefined;</a>", "<?xml version='1.0' encoding='odd'?><a/>"])
def test_broken_xml_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="well-formed"):
        read(text)


def test_depth_is_bounded() -> None:
    assert read("<a>" * 8 + "x" + "</a>" * 8) == "x"
    with pytest.raises(DocumentError, match="deeper than 8"):
        read("<a>" * 9 + "</a>" * 9)


def test_names_lose_their_prefix() -> None:
    assert (local("w:p"), local("p")) == ("p", "p")
