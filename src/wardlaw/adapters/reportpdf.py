"""A report as PDF: what its page says, on paper's terms. Searchable, with page numbers, an outline, title and language.

The font lies beside this file, so that names from Lisbon to Kyiv are there on every machine; what it has no letter for
is shown as �. Nothing here reads a clock: the same report gives the same bytes.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any, assert_never

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    LongTable,
    PageTemplate,
    Paragraph,
    TableStyle,
)

from wardlaw.evidence.coverage import State, when
from wardlaw.evidence.report import Report
from wardlaw.evidence.reportwords import MARKS, Said, SaidHeading, SaidTable, SaidText, said_of, title_of

MOST_ROWS = 1_500
"""Rows of one table that are drawn, some fifty pages; the page and ``report.json`` beside it have them all."""
_MOST_LETTERS = 1_200  # of one cell, so that no row is higher than a page
_FONT, _BOLD = "WardlawText", "WardlawBold"
_MARGIN, _FOOT = 16 * mm, 18 * mm
_HEAD_ROOM, _TABLE_ROOM = 40 * mm, 25 * mm  # what must be left of a page, or the next one begins
_INK, _LINE, _SOFT, _QUIET = HexColor("#1c1f24"), HexColor("#c9ced6"), HexColor("#f3f5f8"), HexColor("#5a6270")
_COLOURS = {
    State.PROVEN: HexColor("#1a6b3c"),
    State.ATTESTED: HexColor("#1f5a99"),
    State.BYPASSED: HexColor("#a3201d"),
    State.DRIFTED: HexColor("#a3201d"),
    State.GAP: HexColor("#a3201d"),
    State.STALE: HexColor("#8a5a00"),
    State.SHADOW: HexColor("#8a5a00"),
}
_TEXT = ParagraphStyle("text", fontName=_FONT, fontSize=9.5, leading=13, textColor=_INK, spaceAfter=5)
_TITLE = ParagraphStyle("title", parent=_TEXT, fontName=_BOLD, fontSize=18, leading=23, spaceAfter=10)
_HEAD = ParagraphStyle("head", parent=_TITLE, fontSize=13.5, leading=18, spaceBefore=14, spaceAfter=5)
_CAPTION = ParagraphStyle("caption", parent=_TEXT, fontName=_BOLD, spaceBefore=7, spaceAfter=3)
_NOTICE = ParagraphStyle(
    "notice", parent=_TEXT, fontName=_BOLD, borderColor=_INK, borderWidth=1, borderPadding=6, spaceBefore=5,
    spaceAfter=13, leftIndent=7, rightIndent=7,
)  # fmt: skip
_CELL = ParagraphStyle("cell", parent=_TEXT, fontSize=7.5, leading=9.6, spaceAfter=0)
_TOP = ParagraphStyle("top", parent=_CELL, fontName=_BOLD)
_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, _LINE),
        ("BACKGROUND", (0, 0), (-1, 0), _SOFT),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3.5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3.5),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)


def report_pdf(report: Report) -> bytes:
    """The report as the bytes of a PDF file."""
    letters = _letters()
    out = io.BytesIO()
    document = _Document(out, report)
    story: list[Any] = [_Line("title", title_of(report), _TITLE, letters)]
    for one in said_of(report):
        story += _drawn(one, letters, document.width)
    document.build(story, canvasmaker=_numbered(report))
    return out.getvalue()


class _Line(Paragraph):  # type: ignore[misc]
    """A heading, which stands in the outline too."""

    def __init__(self, key: str, text: str, style: ParagraphStyle, letters: frozenset[int]) -> None:
        self.key, self.shown = key, _shown(text, letters)
        super().__init__(escape(self.shown), style)


class _Document(BaseDocTemplate):  # type: ignore[misc]
    """Pages of A4 with one frame; says where the outline leads."""

    def __init__(self, out: io.BytesIO, report: Report) -> None:
        super().__init__(
            out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_FOOT,
            title=title_of(report), author=report.origin, subject="Evidence report", creator=report.made_with,
            lang="en", displayDocTitle=True, invariant=1,
        )  # fmt: skip
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, 0, 0, 0, 0, id="all")
        self.addPageTemplates([PageTemplate("all", [frame])])

    def afterFlowable(self, flowable: object) -> None:  # noqa: N802 - reportlab calls it so
        """Called by reportlab for everything that was drawn."""
        if isinstance(flowable, _Line):
            self.canv.bookmarkPage(flowable.key)
            self.canv.addOutlineEntry(flowable.shown, flowable.key, level=0)


def _numbered(report: Report) -> type[Canvas]:
    """Pages that know how many they are, made at the time of the report."""
    foot = f"{report.origin} · made {when(report.made_at)} · states of that moment"

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self.pages: list[dict[str, Any]] = []
            made = time.gmtime(report.made_at)
            stamp = TimeStamp(invariant=1)
            stamp.t, stamp.lt, stamp.YMDhms = report.made_at, made, tuple(made)[:6]
            self._doc._timeStamp = stamp  # noqa: SLF001 - reportlab has no other way to give a date

        def showPage(self) -> None:  # noqa: N802 - reportlab calls it so
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self.pages, 1):
                self.__dict__.update(page)
                self.setFont(_FONT, 7.5)
                self.setFillColor(_QUIET)
                self.drawString(_MARGIN, 10 * mm, _shown(foot, _letters()))
                self.drawRightString(A4[0] - _MARGIN, 10 * mm, f"Page {number} of {len(self.pages)}")
                super().showPage()
            super().save()

    return Numbered


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """Have reportlab know the fonts; answers every letter they have."""
    folder = files("wardlaw.adapters").joinpath("data", "dejavu")
    for name, file in ((_FONT, "DejaVuSansCondensed.ttf"), (_BOLD, "DejaVuSansCondensed-Bold.ttf")):
        registerFont(TTFont(name, io.BytesIO(folder.joinpath(file).read_bytes())))
    return frozenset(
        TTFont("known", io.BytesIO(folder.joinpath("DejaVuSansCondensed.ttf").read_bytes())).face.charToGlyph
    )


def _drawn(said: Said, letters: frozenset[int], width: float) -> list[Any]:
    match said:
        case SaidHeading(text):
            return [CondPageBreak(_HEAD_ROOM), _Line(text, text, _HEAD, letters)]
        case SaidText(text, is_notice):
            return [Paragraph(escape(_shown(text, letters)), _NOTICE if is_notice else _TEXT)]
        case SaidTable():
            return _table(said, letters, width)
        case _:
            assert_never(said)


def _table(table: SaidTable, letters: frozenset[int], width: float) -> list[Any]:
    if not table.rows:
        return [Paragraph(escape(f"{table.caption}: none."), _TEXT)]
    rows: list[list[Paragraph]] = [[Paragraph(escape(head), _TOP) for head in table.heads]]
    rows += [[_cell(cell, letters) for cell in row] for row in table.rows[:MOST_ROWS]]
    whole = sum(table.widths)
    widths = [width * one / whole for one in table.widths]
    drawn: list[Any] = [
        CondPageBreak(_TABLE_ROOM),
        Paragraph(escape(table.caption), _CAPTION),
        LongTable(rows, colWidths=widths, repeatRows=1, style=_GRID, splitInRow=1, spaceAfter=8),
    ]
    left = len(table.rows) - MOST_ROWS
    if left > 0:
        drawn.append(Paragraph(f"{left:,} more rows of this table stand in report.html and report.json.", _NOTICE))
    return drawn


def _cell(cell: str | State, letters: frozenset[int]) -> Paragraph:
    if isinstance(cell, State):
        colour = _COLOURS.get(cell, _QUIET).hexval().replace("0x", "#")
        return Paragraph(f'<font name="{_BOLD}" color="{colour}">{MARKS[cell]} {escape(cell.value)}</font>', _CELL)
    text = cell if len(cell) <= _MOST_LETTERS else f"{cell[:_MOST_LETTERS]} … (whole in report.html)"
    return Paragraph("<br/>".join(escape(line) for line in _shown_lines(text, letters)), _CELL)


def _shown_lines(text: str, letters: frozenset[int]) -> Iterable[str]:
    return (_shown(line, letters) for line in text.split("\n"))


def _shown(text: str, letters: frozenset[int]) -> str:
    """The text with � for what the font has no letter for; nothing in it can end the page or be taken for markup."""
    return "".join(letter if ord(letter) in letters else "�" for letter in text.replace("\t", " ").replace("\r", " "))
