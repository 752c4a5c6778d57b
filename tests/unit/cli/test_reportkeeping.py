from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli.reportkeeping import files_of, load_report, write_report
from wardlaw.facts.errors import EvidenceError, InputError

FILES = {"a.json": "ä".encode(), "proofs/b.pdf": b"%PDF\xff"}


def test_texts_and_the_others_come_out_of_one_answer() -> None:
    assert files_of({"files": {"a.json": "ä"}, "binary": {"proofs/b.pdf": "JVBERv8="}}) == FILES


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_was_written_is_read_and_never_overwritten(tmp_path: Path, name: str) -> None:
    write_report(FILES, tmp_path / name)
    assert load_report(tmp_path / name) == FILES
    with pytest.raises(InputError, match="WL-RPT-004"):
        write_report(FILES, tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_name_that_leads_out_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="WL-RPT-004"):
        write_report({"../x": b"x"}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EvidenceError, match="WL-RPT-005"):
        load_report(tmp_path / "none")
