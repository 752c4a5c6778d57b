"""What reading a file gives: its texts with their places, and what in it nobody could read."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.errors import InputError


class Form(StrEnum):
    """What a file is, by its content."""

    TEXT = "text"
    LINES = "lines"  # a JSON value on each line
    JSON = "json"
    HTML = "html"
    PDF = "pdf"
    WORD = "docx"
    SLIDES = "pptx"
    SHEETS = "xlsx"
    OPEN = "odf"
    OTHER = "other"  # nothing that is read here


class Piece(msgspec.Struct, frozen=True):
    """One text of a file.

    Attributes:
        where: Its place in words: ``page 3``, ``sheet Prices``, ``line 7``; ``""`` when it is the whole file.
    """

    where: str
    text: str


class Document(msgspec.Struct, frozen=True):
    """A file as it could be read.

    Attributes:
        uninspected: Kinds of content nobody could read: ``image``, ``audio``, ``file``, ``thumbnail``.
    """

    form: Form
    pieces: tuple[Piece, ...] = ()
    uninspected: tuple[str, ...] = ()


class Bounds(msgspec.Struct, frozen=True):
    """How much of a file is read at most.

    Attributes:
        unpacked_bytes: All parts of a packed file together, whatever it claims of itself.
        text_chars: All texts together.
        parts: Members of a package, pages or objects of a PDF.
        depth: Nesting of XML and JSON.
    """

    unpacked_bytes: int = 67_108_864
    text_chars: int = 16_777_216
    parts: int = 20_000
    depth: int = 256


DEFAULT_BOUNDS = Bounds()


class DocumentError(InputError):
    """A file that cannot be read safely, so that nobody could judge it."""


def unsafe(why: str) -> DocumentError:
    """The error for such a file; ``why`` ends the sentence."""
    return DocumentError(
        "WL-DOC-001", f"The file cannot be read safely: {why}.", "Send it as plain text, or without what is named."
    )


class Gathering:
    """Pieces in order, and how much text there is.

    Args:
        bounds: Bounds of the whole file.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._pieces: list[Piece] = []
        self._uninspected: dict[str, None] = {}
        self._chars = 0

    def add(self, where: str, text: str) -> None:
        """Add a text; nothing but white space is none.

        Raises:
            DocumentError: There is more text than the bounds take.
        """
        if not text.strip():
            return
        self._chars += len(text)
        if self._chars > self._bounds.text_chars:
            raise unsafe(f"it holds more than {self._bounds.text_chars} characters of text")
        self._pieces.append(Piece(where, text))

    def unread(self, kind: str) -> None:
        """Note that something of this kind could not be read."""
        self._uninspected[kind] = None

    def document(self, form: Form) -> Document:
        """All of it."""
        return Document(form, tuple(self._pieces), tuple(self._uninspected))
