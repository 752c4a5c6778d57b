"""Runs a sequencer again and again and kills it at a chosen step; run by test_sequencer_crash.

Steps are the calls that change something a crash could leave half done: fsync, rename, unlink, database commit.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from random import Random

from sqlalchemy import event

from wardlaw.store.database import open_database
from wardlaw.store.logdir import LogDirectory
from wardlaw.store.secondplace import WriteOncePlace
from wardlaw.store.sequencer import LogParts, Sequencer, SequencerSettings
from wardlaw.testing.memorylog import log_key
from wardlaw.testing.spoolfill import SpoolFill


def run(folder: Path, *, die_at: int) -> None:
    """One life of the sequencer; ends by SIGKILL before or after its ``die_at``-th step."""
    left = die_at

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def stepping(real):
        def stepped(*args, **kwargs):
            step()
            result = real(*args, **kwargs)
            step()
            return result

        return stepped

    for name in ("fsync", "replace", "unlink"):
        setattr(os, name, stepping(getattr(os, name)))
    engine = open_database(f"sqlite:///{folder / 'wardlaw.db'}")
    event.listen(engine, "commit", lambda _: step())
    sequencer = Sequencer(
        LogParts(
            engine,
            LogDirectory(folder / "log"),
            folder / "spool",
            log_key(),
            places=(WriteOncePlace(folder / "worm", now=time.time),),
        ),
        now=time.time,
        settings=SequencerSettings(batch_frames=40, checkpoint_s=0.0),
    )
    sequencer.run_once()
    sequencer.close()
    engine.dispose()


def main(folder: Path, rounds: int, seed: int) -> None:
    """Fill, kill, fill, kill …, then one life without a kill; prints how many records were written and kills made."""
    random = Random(seed)
    fill = SpoolFill(folder / "spool", ciphertext_bytes=64)
    written = killed = 0
    for _ in range(rounds):
        count = random.randint(0, 150)
        if count:
            fill.add(count)
            written += count
        if random.random() < 0.5:
            fill.rotate()
        pid = os.fork()
        if pid == 0:
            run(folder, die_at=random.randint(1, 120))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            killed += 1
        elif os.WEXITSTATUS(status):
            raise SystemExit(f"a round ended with {status}")
    run(folder, die_at=0)
    print(written, killed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
