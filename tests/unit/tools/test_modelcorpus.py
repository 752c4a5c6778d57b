"""Files that the libraries themselves write: at most one in twenty may be stopped."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from tools.judge_gates.modelfiles import table, write_attacks, write_benign

from wardlaw.cli.modelreading import look_at
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.modelfiles.allowed import Allowed


def test_what_libraries_write_passes(tmp_path: Path) -> None:
    peers = Path(os.environ.get("WARDLAW_TEST_MODELS", "nowhere"))
    if not (peers / "makers" / "bin" / "python").exists():
        pytest.skip("the libraries that write models are not there (WARDLAW_TEST_MODELS, tools/modelpeers)")
    files = write_benign(tmp_path / "benign", peers)
    stopped = [
        path.name for path in files if look_at(path, path.name, Allowed()).looked.outcome is not CheckOutcome.PASS
    ]
    assert len(files) >= 30
    assert stopped == ["forest-lz4.joblib"]


def test_the_corpus_is_written_and_the_table_counts_it(tmp_path: Path) -> None:
    files = write_attacks(tmp_path / "attacks", tmp_path / "marker")
    assert len(files) >= 60
    assert len({path.name for path in files}) > 60
    shown = table([("x", Counter(flagged=3, passed=1), Counter(passed=1, refused=1), 0.1)], 4, 2)
    assert "| x | 3 | 0 | 1 | 1 (50 %) | 0.100 |" in shown


LOCKS = sorted((Path(__file__).resolve().parents[3] / "tools" / "modelpeers").glob("requirements-*.txt"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_peer_has_a_hash_and_no_address(path: Path) -> None:
    text = path.read_text()
    packages = [one for one in text.replace("\\\n", " ").splitlines() if one.strip()]
    assert [one.split()[0] for one in packages if "==" not in one or "--hash=sha256:" not in one] == []
    assert "://" not in text
