"""Reports read as plain lines, the verdict first."""

from __future__ import annotations

from wardlaw.audit.checkpoint import Checkpoint
from wardlaw.audit.report import Problem, ProblemKind, VerifyReport, Witnessed, describe

HEAD = Checkpoint("wardlaw.example/log", 5, bytes(32))


def test_a_sound_log():
    report = VerifyReport(HEAD, 5, 0, witnessed=(Witnessed("w", 5, 1),))
    assert list(describe(report)) == ["The log verifies: 5 records of wardlaw.example/log.", "Witness w saw 5 records."]


def test_a_damaged_one():
    problem = Problem(ProblemKind.TILE_MISSING, "tile/0/000", "The file is missing.")
    lines = list(describe(VerifyReport(HEAD, 5, 256, problems=(problem,), further=2, notices=(problem,))))
    assert lines[0] == "The log does not verify: 3 problems."
    assert "Records before 256 were pruned; their hashes still count." in lines
    assert "tile-missing: tile/0/000: The file is missing." in lines
    assert lines[-1] == "… and 2 further problems."


def test_no_checkpoint():
    assert next(describe(VerifyReport(None, 0, 0))) == "The log does not verify: it has no readable checkpoint."
