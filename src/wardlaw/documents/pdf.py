"""PDF: the text of each page, and every string that stands in an object beside the pages.

Remarks, form fields, properties, bookmarks, scripts and links are strings of objects; a model that is given the file may
read them. Pictures and embedded files are said to be there, since nobody here can read them.
"""

from __future__ import annotations

import io
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

from wardlaw.documents.piece import Bounds, Document, Form, Gathering, unsafe

# What pypdf raises beyond its own errors on files that are not what they say.
_DAMAGE = (
    PyPdfError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError, AssertionError, RuntimeError,
    OSError, zlib.error, struct.error,
)  # fmt: skip
_UNSEEN_LEAST, _UNSEEN_SHARE = 20, 0.1  # marks without meaning on a page, in number and as a part of all
_PICTURE, _EMBEDDED = "/Image", "/EmbeddedFile"
_MEDIA = frozenset(("/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"))


def read_pdf(data: bytes, bounds: Bounds) -> Document:
    """The texts of a PDF.

    Raises:
        DocumentError: It is damaged, encrypted, or larger inside than the bounds.
    """
    out = Gathering(bounds)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise unsafe("it is encrypted")
        pages = len(reader.pages)
        if pages > bounds.parts:
            raise unsafe(f"it has more than {bounds.parts} pages")
        for number in range(pages):
            page = reader.pages[number]
            text = page.extract_text()
            out.add(f"page {number + 1}", text)
            if _is_unreadable(text):
                out.unread("file")
            contents = page.get_contents()
            if contents is not None and _has_inline_picture(contents.get_data()):
                out.unread("image")
        _objects(reader, bounds, out)
    except _DAMAGE as error:
        if isinstance(error, RecursionError):
            raise unsafe("its objects are nested too deep") from error
        raise unsafe("it is a damaged PDF") from error
    return out.document(Form.PDF)


def _is_unreadable(text: str) -> bool:
    """Whether the page's fonts do not say which characters they show, so that what stands there is unknown."""
    marks = [letter for letter in text if not letter.isspace()]
    unseen = sum(letter == "\ufffd" or unicodedata.category(letter) in ("Cc", "Co", "Cn", "Cs") for letter in marks)
    return unseen >= _UNSEEN_LEAST and unseen > len(marks) * _UNSEEN_SHARE


def _has_inline_picture(contents: bytes) -> bool:
    """Whether a page draws a picture that stands in its own commands (ISO 32000-2 section 8.9.7)."""
    words = contents.split()
    return b"BI" in words and b"ID" in words and b"EI" in words


def _objects(reader: PdfReader, bounds: Bounds, out: Gathering) -> None:
    """Strings of all objects, and what their streams are."""
    numbers = {(number, generation) for generation, known in reader.xref.items() for number in known}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > bounds.parts * 10:
        raise unsafe(f"it has more than {bounds.parts * 10} objects")
    strings: list[str] = []
    for number, generation in sorted(numbers):
        value = IndirectObject(number, generation, reader).get_object()
        strings += _strings(value, bounds.depth)
        if isinstance(value, StreamObject):
            _stream(value, strings, out)
    out.add("properties, remarks and links", "\n".join(strings))


def _stream(value: StreamObject, strings: list[str], out: Gathering) -> None:
    kind, sub = value.get("/Type"), value.get("/Subtype")
    if sub == _PICTURE:
        out.unread("image")
    elif kind == _EMBEDDED:
        out.unread("file")
    elif kind in _MEDIA or sub in _MEDIA:
        out.unread("audio")
    elif kind == "/Metadata" or "/JS" in value:
        strings.append(value.get_data().decode("utf-8", "replace"))


def _strings(value: Any, depth: int) -> Iterator[str]:
    """Strings of an object itself; what it refers to is an object of its own."""
    if depth == 0:
        raise unsafe("its objects are nested too deep")
    if isinstance(value, TextStringObject):
        yield str(value)
    elif isinstance(value, ByteStringObject):
        yield bytes(value).decode("latin-1")
    elif isinstance(value, DictionaryObject):
        script = value.raw_get("/JS") if "/JS" in value else None
        if isinstance(script, IndirectObject) and isinstance(target := script.get_object(), StreamObject):
            yield target.get_data().decode("utf-8", "replace")
        for item in value.values():
            if not isinstance(item, IndirectObject):
                yield from _strings(item, depth - 1)
    elif isinstance(value, ArrayObject):
        for item in value:
            if not isinstance(item, IndirectObject):
                yield from _strings(item, depth - 1)
