"""The pages of a large company, with a small one: that each is found, and that the table says what was measured."""

from __future__ import annotations

from pathlib import Path

from bench.million import MillionFigures, PageFigure, measure
from bench.promises import Results, promises
from bench.report import grids


def test_every_page_is_asked_for(tmp_path: Path) -> None:
    said: list[str] = []
    found = measure(tmp_path, decisions=300, grants=200, limit_s=300, say=said.append)
    assert found.decisions >= 250
    assert found.database == "sqlite"
    shown = {page.address.partition("?")[0] for page in found.pages}
    assert {"/", "/decisions", "/grants", "/grants/findings", "/grants/one", "/audit", "/search"} <= shown
    assert [page.p50_ms for page in found.pages] == sorted((page.p50_ms for page in found.pages), reverse=True)
    assert all(page.kilobytes > 1 for page in found.pages)


def test_a_promise_about_a_million_needs_a_million() -> None:
    pages = [PageFigure("/grants", 200.0, 300.0, 40.0), PageFigure("/", 90.0, 120.0, 30.0)]
    for count, measured in ((1_000_000, [90.0, 200.0]), (5_000, [None, None])):
        results = Results(million=MillionFigures("sqlite", count, count, 1.0, pages))
        assert [
            one.measured for one in promises(results) if "console's" in one.what or "page or" in one.what
        ] == measured
    (grid,) = (one for one in grids(results) if one.title.startswith("Pages"))
    assert [row[0] for row in grid.rows] == ["/grants", "/"]
