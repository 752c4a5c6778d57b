from __future__ import annotations

import re

import pytest
from tools.vendor import differing

from wardlaw.console.pages.assets import STATIC, Assets


def test_vendored_files_are_those_their_digests_name() -> None:
    assert differing() == []


def test_files_are_found_under_their_digest_and_fonts_beside_the_style_sheet() -> None:
    assets = Assets()
    found = assets.find(assets.url("wardlaw.css").removeprefix("/static/"))
    assert found is not None
    assert found.media_type.startswith("text/css")
    css = found.content.decode()
    names = re.findall(r"url\(([^)]+)\)", css)
    assert len(names) == 2
    base = assets.url("wardlaw.css").removeprefix("/static/").rpartition("/")[0]
    for name in names:
        assert assets.find(f"{base}/{name}") is not None, name


@pytest.mark.parametrize(
    "path", ["", "x", "../assets.py", "x/../assets.py", "x/vendor/../../assets.py", "x/SHA256SUMS"]
)
def test_nothing_else_is_served(path: str) -> None:
    assert Assets().find(path) is None


def test_icons_are_one_line_without_a_name_for_readers() -> None:
    assets = Assets()
    for path in (STATIC / "icons").glob("*.svg"):
        icon = assets.icon(path.stem)
        assert icon.startswith('<svg aria-hidden="true"')
        assert "\n" not in icon
    with pytest.raises(KeyError):
        assets.icon("none")


def test_the_style_sheet_names_no_side_so_that_it_reads_from_the_right_too() -> None:
    css = (STATIC / "wardlaw.css").read_text()
    sided = re.findall(r"[-{;](?:left|right):|text-align:(?:left|right)|float:(?:left|right)", css)
    assert sided == []


def test_paper_shows_no_button_and_breaks_no_row() -> None:
    css = (STATIC / "wardlaw.css").read_text()
    paper = css[css.index("@media print") :]
    assert css.count("@media print") == 1
    hidden = re.search(r"([^}]*)\{display:none!important\}", paper)
    assert hidden is not None
    assert {".side", "header.top", ".btn", "button", ".acts", ".filters", ".views"} <= set(hidden[1].strip().split(","))
    assert re.search(r"(?:^|,)tr[^{]*\{break-inside:avoid\}", paper, re.MULTILINE)
