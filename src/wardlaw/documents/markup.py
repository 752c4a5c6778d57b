"""XML as text: words of one paragraph joined, paragraphs apart. Document types and entities are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.parsers import expat

from wardlaw.documents.piece import Bounds, unsafe

# Ends of these separate texts; all other elements (runs, spans, links) stand inside of words.
_BLOCKS = frozenset(
    ("p", "tr", "tc", "tbl", "br", "cr", "si", "row", "h", "sp", "comment", "footnote", "endnote", "txbxContent", "hdr",
     "ftr", "table-row", "list-item", "line-break", "note", "annotation", "text-box", "frame", "sdt", "title", "desc",
     "section", "object", "image", "binary-data")
)  # fmt: skip
_TABS = frozenset(("tab", "table-cell", "s", "ptab"))
# Attributes that carry words of a person.
_SAID = frozenset(
    ("descr", "title", "alt", "Target", "tooltip", "author", "href", "content", "prompt", "promptTitle", "error",
     "errorTitle", "label", "caption", "string-value", "instr", "display-name", "subject")
)  # fmt: skip
_LONG = 64  # a value of this length is no measure and no name of a style

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def parse(data: bytes, *, start: Start, end: End, text: Callable[[str], None], depth: int) -> None:
    """Run through an XML document; names come without their prefix.

    Raises:
        DocumentError: It is not well-formed, nested too deep, or has a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    level = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        level += 1
        if level > depth:
            raise unsafe(f"its XML is nested deeper than {depth} levels")
        start(local(name), attributes)

    def finish(name: str) -> None:
        nonlocal level
        level -= 1
        end(local(name))

    def refuse(*_: object) -> int:
        # Entities are where XML bombs and fetches from elsewhere are made of; the formats have no use for them.
        raise unsafe("its XML has a document type of its own")

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError: an encoding nobody knows
        raise unsafe("its XML is not well-formed") from error


def text_of(data: bytes, bounds: Bounds, *, every: bool = False) -> str:
    """All that a part of an office document says.

    Args:
        data: The XML.
        bounds: Bounds of the file.
        every: Each element stands for itself, as in lists of properties.

    Raises:
        DocumentError: As ``parse``.
    """
    out: list[str] = []
    said: list[str] = []

    def start(_name: str, attributes: Mapping[str, str]) -> None:
        said.extend(
            value for key, value in attributes.items() if value and (local(key) in _SAID or len(value) >= _LONG)
        )

    def end(name: str) -> None:
        if every or name in _BLOCKS:
            out.append("\n")
        elif name in _TABS:
            out.append("\t")

    parse(data, start=start, end=end, text=out.append, depth=bounds.depth)
    return "\n".join(["".join(out).strip(), *said]).strip()
