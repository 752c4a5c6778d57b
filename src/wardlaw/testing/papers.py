"""Small files of the formats that are read, made of given texts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="urn:p"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def package(members: Mapping[str, str | bytes]) -> bytes:
    """A zip file of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """A document; each word of a paragraph is a run of its own."""
    runs = (
        "".join(f"<w:r><w:t xml:space='preserve'>{escape(part)}</w:t></w:r>" for part in _split(text))
        for text in paragraphs
    )
    body = "".join(f"<w:p>{run}</w:p>" for run in runs)
    main = f"<w:document {_W}><w:body>{body}</w:body></w:document>"
    return package({"[Content_Types].xml": _TYPES, "word/document.xml": main, **(more or {})})


def pptx(*slides: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Slides of one paragraph each."""
    parts: dict[str, str | bytes] = {
        f"ppt/slides/slide{number}.xml": f"<p:sld {_A}><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></p:sld>"
        for number, text in enumerate(slides, 1)
    }
    main = f"<p:presentation {_A}/>"
    return package({"[Content_Types].xml": _TYPES, "ppt/presentation.xml": main, **parts, **(more or {})})


def xlsx(sheets: Mapping[str, Sequence[Sequence[str]]], *, unused: Sequence[str] = ()) -> bytes:
    """A workbook whose cells refer to shared texts."""
    strings: list[str] = []
    parts: dict[str, str | bytes] = {}
    names, relations = "", ""
    for number, (name, table) in enumerate(sheets.items(), 1):
        lines = ""
        for row in table:
            cells = ""
            for text in row:
                cells += f'<c t="s"><v>{len(strings)}</v></c>' if not text.isdecimal() else f"<c><v>{text}</v></c>"
                strings += [] if text.isdecimal() else [text]
            lines += f"<row>{cells}</row>"
        parts[f"xl/worksheets/part{number}.xml"] = f"<worksheet {_S}><sheetData>{lines}</sheetData></worksheet>"
        names += f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        relations += f'<Relationship Id="rId{number}" Type="t" Target="worksheets/part{number}.xml"/>'
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in [*strings, *unused])
    return package(
        {
            "[Content_Types].xml": _TYPES,
            "xl/workbook.xml": f"<workbook {_S} {_R}><sheets>{names}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
            "xl/sharedStrings.xml": f"<sst {_S}>{shared}</sst>",
            **parts,
        }
    )


def odt(*paragraphs: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """An OpenDocument text."""
    body = "".join(f"<t:p>{escape(text)}</t:p>" for text in paragraphs)
    content = f'<o:document xmlns:o="urn:o" xmlns:t="urn:t"><o:body>{body}</o:body></o:document>'
    kind = "application/vnd.oasis.opendocument.text"
    return package({"mimetype": kind, "content.xml": content, **(more or {})})


def pdf(*pages: str, objects: Sequence[str] = (), trailer: str = "") -> bytes:
    """A PDF with one line of text on each page.

    Args:
        pages: Texts of ASCII letters.
        objects: Further objects; the first has the number 4 + 2 for each page.
        trailer: Further entries of the trailer.
    """
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    made = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for place, text in enumerate(pages):
        shown = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        drawn = f"BT /F1 12 Tf 72 720 Td ({shown}) Tj ET"
        made += [
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * place} 0 R"
                " /Resources << /Font << /F1 3 0 R >> >> >>"
            ),
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    made += objects
    out, places = b"%PDF-1.7\n", list[int]()
    for number, text in enumerate(made, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    head = f"xref\n0 {len(made) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer\n<< /Size {len(made) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + (head + end).encode("latin-1")


def _split(text: str) -> list[str]:
    """The text in pieces that do not end where words end."""
    return [text[place : place + 3] for place in range(0, len(text), 3)]
