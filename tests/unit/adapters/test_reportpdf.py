"""A report as PDF: the facts of the page, in letters that can be searched, the same bytes for the same report."""

from __future__ import annotations

import io
import re
from html import unescape

import msgspec
from pypdf import PdfReader

from tests.unit.evidence.reports import report
from wardlaw.adapters import reportpdf
from wardlaw.adapters.reportpdf import report_pdf
from wardlaw.evidence.coverage import Line, State
from wardlaw.evidence.report import Gap, NamedRecord
from wardlaw.evidence.reportpage import report_page

LINES = (
    Line("law:1", "crm", State.PROVEN, "its canary passed (dec_1)"),
    Line("law:2", "crm", State.BYPASSED, "<b>Zażółć</b> & Київ & 東"),
)


def words(content: bytes) -> str:
    """Every word of the file, without the spaces and ends of lines that only lay it out."""
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def test_everything_the_page_says_can_be_found_in_it() -> None:
    told = report(LINES, (Gap("gap_1", 1_790_000_000.0, "g", {"lost": "records"}),))
    told = msgspec.structs.replace(told, records=(NamedRecord("dec_1", "why", is_proven=True),))
    page = report_page(told)
    body = page[page.index("<h1>") :].replace("東", "�")  # the font has no letter of Chinese
    found = words(report_pdf(told))
    said = [re.sub(r"\s+", "", unescape(one)) for one in re.split(r"<[^>]+>", body) if one.strip()]
    assert len(said) > 50
    assert [one for one in said if one not in found] == []
    assert "<b>Zażółć</b>&Київ&�" in found


def test_it_has_title_language_outline_and_numbers_and_is_the_same_each_time() -> None:
    made = report_pdf(report(LINES))
    assert report_pdf(report(LINES)) == made
    read = PdfReader(io.BytesIO(made))
    assert read.metadata is not None
    assert read.metadata.title == "The <law>: evidence report of wardlaw/test"
    assert read.metadata.creation_date is not None
    assert read.metadata.creation_date.timestamp() == 1_790_000_000
    assert read.root_object["/Lang"] == "en"
    assert read.root_object["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert [one.title for one in read.outline][1:] == [  # type: ignore[union-attr]
        "The law", "How things stand", "What happened in the period", "Records this rests on",
    ]  # fmt: skip
    for number, page in enumerate(read.pages, 1):
        assert f"Page {number} of {len(read.pages)}" in page.extract_text()


def test_a_table_without_end_is_cut_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(reportpdf, "MOST_ROWS", 3)
    lines = tuple(Line(f"law:{number}", "crm", State.GAP, "x" * 5_000) for number in range(5))
    found = words(report_pdf(report(lines)))
    assert "2morerowsofthistablestandinreport.html" in found
    assert "law:2" in found
    assert "law:4" not in found
    assert "wholeinreport.html" in found
