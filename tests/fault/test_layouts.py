"""Two threads that decode a struct for the first time at one moment: the crash there would be, and that there is none."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

# Working out `Inner` takes a moment in which the other thread comes.
PROGRAM = textwrap.dedent(
    """
    from __future__ import annotations
    import sys, threading, time
    import msgspec
    from wardlaw.facts.layouts import settle_layouts

    def slowly(kind):
        time.sleep(0.4)
        return kind

    class Inner(msgspec.Struct):
        count: slowly(int)

    class Outer(msgspec.Struct):
        name: str
        inner: list[Inner]

    def decode(after_s):
        time.sleep(after_s)
        told.append(msgspec.convert({"name": "n", "inner": [{"count": 1}]}, Outer))

    told = []
    if sys.argv[1] == "settled":
        settle_layouts("__main__")
    threads = [threading.Thread(target=decode, args=(after_s,)) for after_s in (0, 0.2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(len(told))
    """
)


def run(word: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, word], capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[2]
    )


def test_settled_structs_are_decoded_by_threads_at_one_moment() -> None:
    done = run("settled")
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr


def test_without_it_the_process_dies_as_long_as_msgspec_shows_what_is_not_whole() -> None:
    """When this fails, msgspec was mended: ``settle_layouts`` is not needed any more."""
    assert run("unsettled").returncode == -signal.SIGSEGV
