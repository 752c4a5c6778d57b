"""kill -9 of the sequencer between any two of its steps: nothing lost, nothing doubled, no fork."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from wardlaw.audit.seen import Seen
from wardlaw.store.database import reading
from wardlaw.store.logdir import verify_directory
from wardlaw.store.tables import RECORD, SEALED_PART
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.memorylog import log_key

ROUNDS = 24


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_step(tmp_path, seed):
    (tmp_path / "worm").mkdir()
    with sqlite_database(tmp_path):
        pass
    script = Path(__file__).parent / "sequencer_rounds.py"
    command = [sys.executable, str(script), str(tmp_path), str(ROUNDS), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    written, killed = map(int, done.stdout.split())
    assert killed > ROUNDS // 2, "the kills must hit"
    # Every checkpoint that ever left is consistent with the log as it stands now.
    lines = [line for file in sorted((tmp_path / "worm").iterdir()) for line in file.read_bytes().splitlines()]
    seen = tuple(Seen("write-once", msgspec.json.decode(line)["checkpoint"].encode()) for line in lines)
    report = verify_directory(tmp_path / "log", log_public_key=log_key().verifier, seen=seen)
    assert report.is_sound, report.problems
    assert report.records == written
    with sqlite_database(tmp_path) as engine, reading(engine) as connection:
        rows = connection.execute(select(RECORD.c.leaf_index, RECORD.c.seq).order_by(RECORD.c.leaf_index)).all()
        parts = connection.execute(select(SEALED_PART.c.leaf_index).order_by(SEALED_PART.c.leaf_index)).scalars().all()
    assert [tuple(row) for row in rows] == [(n, n) for n in range(written)]
    assert parts == list(range(written))
