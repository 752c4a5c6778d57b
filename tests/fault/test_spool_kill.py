"""kill -9 of a writing process, again and again on the same spool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from wardlaw.audit.envelope import decode
from wardlaw.store.spoolread import Recovery, read_frames, recover

ROUNDS = 24
WRITER = """
import asyncio, os, sys
from pathlib import Path
from tests.spooling import SIGNER, SMALL, envelope
from wardlaw.store.spool import SpoolWriter

async def main():
    spool = SpoolWriter(Path(sys.argv[1]), gateway="gw", sign=SIGNER.sign, settings=SMALL)
    os.write(1, b"ready\\n")
    async def produce(place):
        number = 0
        while True:
            name = f"dec_{sys.argv[2]}_{place}_{number}"
            await spool.append(envelope(name), blobs=(b"b" * 700,))
            os.write(1, f"{name}\\n".encode())
            if number % 5 == 0:
                spool.append_nowait(envelope(f"out_{sys.argv[2]}_{place}_{number}"))
            number += 1
    await asyncio.gather(*[produce(place) for place in range(8)])

asyncio.run(main())
"""


def _round(directory: Path, number: int) -> list[str]:
    """Let one writer run, kill it in the middle; gives what it had acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), str(number)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        if first == b"ready\n":
            time.sleep(0.01 + 0.003 * number)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        assert first == b"ready\n", process.stderr.read().decode()
    return [line for line in rest.decode().split("\n")[:-1] if line]


def test_no_acknowledged_record_is_lost_doubled_or_out_of_order(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        acknowledged += _round(tmp_path, number)
        frames = [(frame.epoch, frame.seq) for frame in read_frames(tmp_path / "gw")]
        assert frames == sorted(set(frames))
    found = recover(tmp_path / "gw")
    assert isinstance(found, Recovery)
    assert found.epoch == ROUNDS
    stored = [(frame.epoch, frame.seq, decode(frame.envelope).id) for frame in read_frames(tmp_path / "gw")]
    names = Counter(name for _, _, name in stored)
    assert len(acknowledged) > ROUNDS * 10
    assert [name for name in acknowledged if names[name] != 1] == []
    assert max(names.values()) == 1
    for epoch, count in Counter(epoch for epoch, _, _ in stored).items():
        assert [seq for at, seq, _ in stored if at == epoch] == list(range(count))
