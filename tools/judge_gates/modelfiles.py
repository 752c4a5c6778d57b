"""Model files against three scanners, on the corpus of tools/modelcorpus.

WARDLAW_TEST_MODELS is a folder made by ``python -m tools.modelpeers``. Every file is given to every scanner by its own command, and to
Wardlaw in this process. What a scanner says is its exit code: 1 flagged, 0 passed, anything else an error or a refusal.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from tools.modelcorpus.attacks import attacks
from wardlaw.cli.modelreading import look_at
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.modelfiles.allowed import Allowed

ROOT = Path(__file__).resolve().parents[2]
SCANNERS = {
    "picklescan 1.0.5": ("picklescan", "-p"),
    "modelscan 0.8.8": ("modelscan", "-p"),
    "fickling 0.1.12": ("fickling", "--check-safety"),
}
_OURS = {CheckOutcome.FAIL: "flagged", CheckOutcome.REVIEW: "refused", CheckOutcome.PASS: "passed"}


def section(_peers: Path) -> str:
    """Make the corpus and judge it."""
    folder = os.environ.get("WARDLAW_TEST_MODELS", "")
    if not folder:
        raise SystemExit("model files need the folder of `python -m tools.modelpeers` in WARDLAW_TEST_MODELS")
    peers = Path(folder)
    with tempfile.TemporaryDirectory() as made:
        place, marker = Path(made), Path(made) / "marker"
        bad, good = write_attacks(place / "attacks", marker), write_benign(place / "benign", peers)
        rows = [_ours(bad, good)]
        rows += [_scanner(peers / "scanners" / "bin", name, command, bad, good) for name, command in SCANNERS.items()]
        assert not marker.exists(), "something ran"
    return table(rows, len(bad), len(good))


def write_attacks(folder: Path, marker: Path) -> list[Path]:
    found = []
    for name, content in attacks(str(marker)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        found.append(path)
    return found


def write_benign(folder: Path, peers: Path) -> list[Path]:
    script = ROOT / "tools" / "modelcorpus" / "benign.py"
    subprocess.run(
        [str(peers / "makers" / "bin" / "python"), str(script), str(folder)], check=True, stderr=subprocess.DEVNULL
    )
    return sorted(folder.iterdir())


def _ours(bad: list[Path], good: list[Path]) -> tuple[str, Counter[str], Counter[str], float]:
    begun = time.process_time()
    results = [
        Counter(_OURS[look_at(path, path.name, Allowed()).looked.outcome] for path in paths) for paths in (bad, good)
    ]
    return "**Wardlaw**", results[0], results[1], (time.process_time() - begun) / (len(bad) + len(good))


def _scanner(
    programs: Path, name: str, command: tuple[str, str], bad: list[Path], good: list[Path]
) -> tuple[str, Counter[str], Counter[str], float]:
    begun = time.monotonic()
    results = [Counter(_verdict(programs, command, path) for path in paths) for paths in (bad, good)]
    return name, results[0], results[1], (time.monotonic() - begun) / (len(bad) + len(good))


def _verdict(programs: Path, command: tuple[str, str], path: Path) -> str:
    words = [str(programs / command[0]), command[1], str(path)]
    try:
        done = subprocess.run(words, capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return "refused"
    return {0: "passed", 1: "flagged"}.get(done.returncode, "refused")


def table(rows: list[tuple[str, Counter[str], Counter[str], float]], bad: int, good: int) -> str:
    lines = [
        f"{bad} files that attack, {good} that do not.",
        "",
        "| tool | attacks flagged | error or refusal | **attacks passed as clean** | benign stopped | s a file |",
        "|---|---|---|---|---|---|",
    ]
    for name, attacked, harmless, seconds in rows:
        stopped = good - harmless["passed"]
        lines.append(
            f"| {name} | {attacked['flagged']} | {attacked['refused']} | {attacked['passed']} | "
            f"{stopped} ({100 * stopped / good:.0f} %) | {seconds:.3f} |"
        )
    return "\n".join(lines) + "\n"
