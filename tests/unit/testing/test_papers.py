from __future__ import annotations

import io
import zipfile

import pytest

from wardlaw.testing import papers


@pytest.mark.parametrize("data", [papers.docx("a"), papers.pptx("a"), papers.xlsx({"A": [["a"]]}), papers.odt("a")])
def test_packages_are_whole(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        assert len(packed.namelist()) >= 2


def test_a_pdf_says_where_its_objects_stand() -> None:
    made = papers.pdf("a (b)", "c")
    table = made[int(made.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]) :]
    assert table.startswith(b"xref\n0 8\n")
    places = [int(line[:10]) for line in table.split(b"\n")[3:10]]
    assert [made[place:].split(b" ")[0] for place in places] == [b"%d" % number for number in range(1, 8)]
