from __future__ import annotations

import re

from tests.unit.evidence.reports import report
from wardlaw.evidence.coverage import Line, State
from wardlaw.evidence.report import Gap
from wardlaw.evidence.reportpage import report_page

COVERS = ("reportwords",)


def test_the_page_stands_alone_and_escapes_what_people_wrote() -> None:
    page = report_page(report((Line("law:1", "crm", State.BYPASSED, "<script>x</script>"),)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"https?://|\bsrc=|\bhref=|url\(|@import", page)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert "✖ bypassed" in page
    assert "tells of no gap" in page


def test_gaps_are_said_at_the_top() -> None:
    page = report_page(report((), (Gap("gap_1", 1_790_000_000.0, "g", {}),)))
    assert page.index("1 known gap") < page.index("<h2>")
