from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli.reportkeeping import load_report, write_report
from wardlaw.facts.errors import EvidenceError, InputError

FILES = {"a.json": "ä", "proofs/b.json": "{}"}


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_was_written_is_read_and_never_overwritten(tmp_path: Path, name: str) -> None:
    write_report(FILES, tmp_path / name)
    assert load_report(tmp_path / name) == {key: text.encode() for key, text in FILES.items()}
    with pytest.raises(InputError, match="WL-RPT-004"):
        write_report(FILES, tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_name_that_leads_out_is_refused_and_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="WL-RPT-004"):
        write_report({"../x": "x"}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EvidenceError, match="WL-RPT-005"):
        load_report(tmp_path / "none")
