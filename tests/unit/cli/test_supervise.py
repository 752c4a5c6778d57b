"""Several processes as one."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from wardlaw.cli import supervise
from wardlaw.cli.supervise import Ended, Part, Supervisor, python_command
from wardlaw.facts.errors import EvidenceError, UnavailableError

READY = "import os; os.write(int(os.environ['WARDLAW_READY_FD']), b'1');"
SLEEP = "import time; time.sleep(60)"


def part(name: str, code: str, **more: object) -> Part:
    return Part(name, (sys.executable, "-c", code), **more)  # type: ignore[arg-type]


class Group:
    def __init__(self, *parts: Part) -> None:
        self.lines: list[tuple[str, str]] = []
        self.supervisor = Supervisor(
            parts, env=dict(os.environ), tell=lambda name, line: self.lines.append((name, line))
        )

    def run(self, *, stop_when: str = "", started: list[bool] | None = None) -> Ended:
        """Run until it ends, or until a line says ``stop_when``; ``started`` notes that all were ready."""

        async def main() -> Ended:
            async def watch() -> None:
                while not any(stop_when in line for _, line in self.lines):
                    await asyncio.sleep(0.02)
                self.supervisor.stop()

            watching = asyncio.ensure_future(watch()) if stop_when else None
            try:
                return await asyncio.wait_for(self.supervisor.run(lambda: (started or []).append(True)), 30)
            finally:
                if watching is not None:
                    watching.cancel()

        return asyncio.run(main())


def test_all_are_started_and_ended_together() -> None:
    group = Group(
        part("a", READY + "print('a up');" + SLEEP),
        part("b", READY + "import time; time.sleep(.3); print('go');" + SLEEP),
    )
    assert group.run(stop_when="go") == Ended()
    assert ("a", "a up") in group.lines


def test_a_part_that_must_not_die_takes_the_others_down(tmp_path: Path) -> None:
    mark = tmp_path / "ended"
    polite = (
        f"import signal,sys,pathlib; signal.signal(15, lambda *_: (pathlib.Path({str(mark)!r}).touch(), sys.exit()));"
    )
    group = Group(
        part("a", polite + READY + SLEEP), part("door", READY + "import time, sys; time.sleep(.3); sys.exit(7)")
    )
    assert group.run() == Ended("door", 7)
    assert mark.exists()


def test_a_part_that_may_die_is_started_again(tmp_path: Path) -> None:
    mark = tmp_path / "once"
    code = f"import pathlib, sys; p = pathlib.Path({str(mark)!r}); first = not p.exists(); p.touch();"
    again = code + READY + "import time; time.sleep(.2); sys.exit(1) if first else print('back', flush=True);" + SLEEP
    group = Group(part("a", again, may_restart=True))
    assert group.run(stop_when="back") == Ended()
    assert any("starting it again" in line for _, line in group.lines)


def test_a_part_that_may_stay_away_takes_nobody_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "_MOST_RESTARTS", 1)
    monkeypatch.setattr(supervise, "_BACKOFF_S", (0.01, 0.01))
    dying = part("a", READY + "import time, sys; time.sleep(.1); sys.exit(3)", may_restart=True, may_stay_away=True)
    group = Group(part("door", READY + SLEEP), dying)
    assert group.run(stop_when="stays away") == Ended()
    assert sum("starting it again" in line for _, line in group.lines) == 1


def test_evidence_that_does_not_verify_is_no_reason_to_start_again() -> None:
    group = Group(part("log", READY + "import time, sys; time.sleep(.2); sys.exit(4)", may_restart=True))
    assert group.run() == Ended("log", 4)


def test_evidence_that_does_not_verify_at_the_start_keeps_its_exit_code() -> None:
    group = Group(part("a", READY + SLEEP), part("log", "raise SystemExit(4)", may_restart=True))
    with pytest.raises(EvidenceError, match="log ended while starting") as caught:
        group.run()
    assert caught.value.exit_code == 4


def test_a_part_that_ends_while_starting_is_told_with_its_last_words() -> None:
    group = Group(part("a", READY + SLEEP), part("b", "print('no key'); raise SystemExit(3)"))
    with pytest.raises(UnavailableError, match="b ended while starting"):
        group.run()
    assert ("b", "no key") in group.lines


def test_a_part_that_never_becomes_ready_is_not_waited_for() -> None:
    with pytest.raises(UnavailableError, match="was not ready"):
        Group(part("a", SLEEP, start_s=0.3)).run()


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(UnavailableError, match="cannot be started"):
        Group(Part("a", ("/nonexistent",))).run()


def test_one_that_will_not_end_is_killed() -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN);" + READY + "print('deaf', flush=True);" + SLEEP
    group = Group(part("a", deaf, stop_s=0.3))
    assert group.run(stop_when="deaf") == Ended()
    assert any("killed" in line for _, line in group.lines)


def test_a_worker_left_behind_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    fork = (
        "import os, time, sys, pathlib; pid = os.fork();"
        f"time.sleep(60) if pid == 0 else pathlib.Path({str(note)!r}).write_text(str(pid));"
        + READY
        + "time.sleep(.2); os._exit(9)"
    )
    group = Group(part("door", fork))
    assert group.run() == Ended("door", 9)
    assert any("left behind" in line for _, line in group.lines)


def test_long_lines_and_bytes_are_taken() -> None:
    group = Group(
        part(
            "a",
            READY
            + "import sys; sys.stdout.buffer.write(b'x' * 200000 + b'\\n\\xff\\nend\\n'); sys.stdout.flush();"
            + SLEEP,
        )
    )
    assert group.run(stop_when="end") == Ended()
    assert ("a", "\ufffd") in group.lines


def test_python_command() -> None:
    assert python_command("m", "a") == (sys.executable, "-m", "m", "a")
