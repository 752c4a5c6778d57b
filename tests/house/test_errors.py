"""Every error code has its page, and every page its code."""

from __future__ import annotations

import re
from collections import Counter

from tests.house.sources import ROOT, SRC, python_files

CODE = re.compile(r"WL-[A-Z]+-\d{3}")


def _documented() -> dict[str, str]:
    """Heading to file stem."""
    return {code: page.stem for page, code in _headings()}


def _headings() -> list[tuple[object, str]]:
    pages = sorted((ROOT / "docs" / "errors").glob("*.md"))
    return [
        (page, code)
        for page in pages
        for code in re.findall(r"^## (WL-[A-Z]+-\d{3})\b", page.read_text(), re.MULTILINE)
    ]


def _used() -> set[str]:
    """Codes in string literals of the source; docstrings that only mention one are told apart by the quotes."""
    return {code for path in python_files(SRC) for code in re.findall(rf"[\"']({CODE.pattern})[\"']", path.read_text())}


def test_every_code_is_documented() -> None:
    assert sorted(_used() - set(_documented())) == []


def test_every_documented_code_is_raised_somewhere() -> None:
    assert sorted(set(_documented()) - _used()) == []


def test_codes_are_documented_once_and_on_the_page_of_their_area() -> None:
    assert [code for code, times in Counter(code for _, code in _headings()).items() if times > 1] == []
    assert [code for code, page in _documented().items() if code.split("-")[1].lower() != page] == []


def test_every_section_says_what_happened_and_what_to_do() -> None:
    thin = []
    for page in (ROOT / "docs" / "errors").glob("*.md"):
        for section in re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]:
            title, _, body = section.partition("\n")
            if len(body.split()) < 12:  # two short sentences
                thin.append(title)
    assert thin == []
