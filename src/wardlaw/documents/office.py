"""Office documents: the packages of ECMA-376 (docx, pptx, xlsx) and of OpenDocument.

Every part of a package is looked at, not only the one that shows: comments, notes, properties, hidden sheets and
relations to elsewhere can be read by a model as well.
"""

from __future__ import annotations

import re

from wardlaw.documents.markup import text_of
from wardlaw.documents.packed import Package, ending
from wardlaw.documents.piece import Bounds, Document, Form, Gathering, unsafe
from wardlaw.documents.sheets import WORKBOOK, read_sheets

_TYPES = "[Content_Types].xml"
_MANIFEST = "META-INF/manifest.xml"
_MAIN = {"word/document.xml": Form.WORD, "ppt/presentation.xml": Form.SLIDES, WORKBOOK: Form.SHEETS}
_OPEN = b"application/vnd.oasis.opendocument."
_MARKUP = frozenset((".xml", ".rels", ".rdf", ".vml"))
_PICTURES = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg", ".svgz", ".webp", ".wdp", ".ico")
)
_SOUNDS = frozenset((".mp3", ".wav", ".m4a", ".wma", ".aac", ".ogg", ".flac", ".mp4", ".mov", ".avi", ".wmv", ".m4v"))
_THUMBNAIL = re.compile(r"(?:Thumbnails/thumbnail\.png|docProps/thumbnail\.[a-z]+)")
# Small binary parts that office programs leave in nearly every file: read as the words that can be seen in them.
_HABITS = re.compile(r"(?:xl|word|ppt)/printerSettings/[A-Za-z0-9]+\.bin|layout-cache|mimetype")
_HABIT_BYTES = 65_536
_WORDS = re.compile(r"[\w .,:;/\\@+\-=]{4,}")
_PROPERTIES = re.compile(r"docProps/|customXml/|meta\.xml|.*\.rels\Z")
_NUMBERED = re.compile(r"ppt/(slides|notesSlides)/(?:slide|notesSlide)([0-9]{1,6})\.xml")
_PLACES = {"slides": "slide", "notesSlides": "notes of slide"}


def read_office(data: bytes, bounds: Bounds) -> Document:
    """The texts of an office document.

    Raises:
        DocumentError: It is damaged, encrypted or too large, or its XML is not what it should be.
    """
    package = Package(data, bounds)
    form = _form(package)
    out = Gathering(bounds)
    if form is Form.OTHER:
        out.unread("file")
        return out.document(form)
    done = read_sheets(package, bounds, out) if form is Form.SHEETS else frozenset[str]()
    for name in sorted(package.names, key=_order):
        if name not in done:
            _part(name, package, bounds, out)
    return out.document(form)


def _form(package: Package) -> Form:
    if "mimetype" in package and package.read("mimetype").startswith(_OPEN):
        if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
            raise unsafe("it is encrypted")
        return Form.OPEN
    found = [form for part, form in _MAIN.items() if part in package]
    # A package with two main parts is one file to one reader and another to the next.
    return found[0] if len(found) == 1 and _TYPES in package else Form.OTHER


def _order(name: str) -> tuple[int, int, str]:
    """What shows first, slides by their number, then everything else by name."""
    slide = _NUMBERED.fullmatch(name)
    if slide is not None:
        return (0, int(slide[2]), slide[1])
    return (0 if name in _MAIN or name == "content.xml" else 1, 0, name)


def _part(name: str, package: Package, bounds: Bounds, out: Gathering) -> None:
    kind = ending(name)
    if _THUMBNAIL.fullmatch(name):
        out.unread("thumbnail")
    elif kind in _MARKUP:
        out.add(_place(name), text_of(package.read(name), bounds, every=_PROPERTIES.match(name) is not None))
    elif _HABITS.fullmatch(name):
        raw = package.read(name)
        if len(raw) > _HABIT_BYTES:
            out.unread("file")
        else:
            out.add(name, _words(raw))
    elif kind in _PICTURES:
        out.unread("image")
    elif kind in _SOUNDS:
        out.unread("audio")
    else:
        out.unread("file")


def _place(name: str) -> str:
    slide = _NUMBERED.fullmatch(name)
    return f"{_PLACES[slide[1]]} {int(slide[2])}" if slide is not None else name


def _words(raw: bytes) -> str:
    texts = (raw.decode("latin-1"), raw.decode("utf-16-le", "ignore"))
    return "\n".join(word.strip() for text in texts for word in _WORDS.findall(text) if word.isascii())
