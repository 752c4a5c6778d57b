"""A whole gate on UCI Adult as a person runs it: an installation, a registered system, a signed gate, and one command.

The installation is a real one in a new folder, with everything `wardlaw up` starts, on ports of loopback that are free.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from tools.judge_gates.realdata import RealTable, adult
from tools.judge_gates.sections import table

_RUNS, _TRUSTED_ROWS = 3, 8_000
_START_S, _COMMAND_S = 180.0, 300.0
_GATE = """
gate: adult
title: Before the income model goes live
checks:
  - {id: classified, kind: classification}
  - {id: fair, kind: bias, files: [decisions], require: {by: [sex, race], predicted: said, label: income, favourable: ">50K"}}
  - {id: data, kind: poisoning, require: {label: income}}
  - {id: model, kind: model-file}
  - {id: attacked, kind: red-team}
  - {id: card, kind: model-card}
  - {id: source, kind: scan, files: [report], require: {max_errors: 0}}
approvals: {roles: [legal]}
"""
_CARD = """---
license: apache-2.0
---
# Income
## Intended use
To show a gate.
## Training data
UCI Adult.
## Limitations
It is a rule of two columns.
"""


def section(peers: Path) -> str:
    """The table: how each check ended, and how long the command took."""
    with tempfile.TemporaryDirectory() as folder, _installed(Path(folder)) as place:
        files = _files(place.folder, adult(peers))
        digest = hashlib.sha256(files["model-file"].read_bytes()).hexdigest()
        place.prepare(digest)
        words = [f"--input={name}={path}" for name, path in files.items()]
        took, used = [], []
        for _ in range(_RUNS):
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            view = place.json("gate", "run", "income", "--gate", "adult", *words, "--plots", "drawn", code=None)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took.append(time.monotonic() - began)
            used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        rows = [(one["id"], one["kind"], one["outcome"]) for one in view["run"]["results"]]
        drawn = sorted(path.name for path in (place.folder / "drawn").iterdir())
    return (
        f"{min(took):.1f} s by the clock, {min(used):.1f} s of the processor, from the command's start to its answer "
        f"(best of {_RUNS}; {os.cpu_count()} processors, load {os.getloadavg()[0]:.0f}). Drawings: {', '.join(drawn)}.\n\n"
        + table(("check", "kind", "ended"), rows)
    )


class _Place:
    """A folder with a running installation, and the command line in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "NO_COLOR": "1",
            "WARDLAW_GATEWAY_LISTEN": f"127.0.0.1:{_free_port()}",
            "WARDLAW_CONTROL_LISTEN": f"127.0.0.1:{_free_port()}",
            "WARDLAW_DEMO_MODEL_LISTEN": f"127.0.0.1:{_free_port()}",
            "WARDLAW_CONTROL_SOCKET": str(folder / "c.sock"),
        }  # fmt: skip
        self.owner = ""

    def run(self, *words: str, code: int | None = 0, stdin: str = "", token: str = "") -> str:
        more = {"WARDLAW_TOKEN": token or self.owner} if token or self.owner else {}
        done = subprocess.run(
            [sys.executable, "-m", "wardlaw", *words], cwd=self.folder, env=self.env | more, input=stdin,
            capture_output=True, text=True, timeout=_COMMAND_S, check=False,
        )  # fmt: skip
        if code is not None and done.returncode != code:
            raise SystemExit(f"wardlaw {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *words: str, code: int | None = 0, token: str = "") -> Any:
        return json.loads(self.run(*words, "--json", code=code, token=token))

    def person(self, name: str, role: str) -> str:
        self.run("person", "add", name, "--name", name.title(), "--role", role)
        invitation = self.run("token", "invite", name).strip()
        return self.run("token", "redeem", "-", "--api-token", stdin=invitation + "\n").strip()

    def prepare(self, digest: str) -> None:
        """A registered system, and a gate that somebody else than its author has signed."""
        owner, legal = self.person("owner", "owner"), self.person("lawyer", "legal")
        self.owner = owner
        self.run(
            "system", "add", "income", "--title", "Income", "--owner", "owner", "--purpose", "shows a gate",
            "--model-digest", digest,
        )  # fmt: skip
        (self.folder / "gate.yaml").write_text(_GATE)
        added = self.json("gate", "add", "gate.yaml")
        self.run("gate", "sign", "adult", "--digest", added["digest"][:12], token=legal)


@contextmanager
def _installed(folder: Path) -> Iterator[_Place]:
    place = _Place(folder)
    made = place.json("init", ".")
    config = folder / "wardlaw.yaml"
    model = place.env["WARDLAW_DEMO_MODEL_LISTEN"]
    config.write_text(config.read_text().replace("127.0.0.1:8085/v1", f"{model}/v1"))
    with (folder / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "wardlaw", "up"], cwd=folder, env=place.env, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        until = time.monotonic() + _START_S
        while "is up" not in (folder / "up.log").read_text():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit((folder / "up.log").read_text())
            time.sleep(0.2)
        place.run("token", "redeem", made["admin_token"])
        yield place
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def _files(folder: Path, real: RealTable) -> dict[str, Path]:
    """What a pipeline would have: data of two versions, decisions, a model, its card, a red-team report, a scan."""
    rng = np.random.default_rng(1)
    rows = [real.rows[place] for place in rng.permutation(len(real.rows))]
    trusted, data = rows[:_TRUSTED_ROWS], rows[_TRUSTED_ROWS:]
    size = len(data) * 9 // 10
    version = data[size // 10 :]
    names = list(real.names)
    at = {name: place for place, name in enumerate(names)}
    said = [
        ">50K" if int(row[at["education-num"]]) > 12 else "<=50K" for row in rows
    ]  # a plain rule in place of a model  # fmt: skip
    made = {
        "data": _table(folder / "v2.csv", names, version),
        "trusted": _table(folder / "trusted.csv", names, trusted),
        "decisions": _table(folder / "decisions.csv", [*names, "said"], [[*row, one] for row, one in zip(rows, said, strict=True)]),
    }  # fmt: skip
    _table(folder / "v1.csv", names, data[:size])
    subprocess.run(
        [sys.executable, "-m", "wardlaw", "measure", "baseline", "v1.csv", "--label", real.label, "--trusted",
         "trusted.csv", "--out", "v1.baseline", "--key", "baseline.key"],
        cwd=folder, check=True, capture_output=True, timeout=_COMMAND_S,
    )  # fmt: skip
    made |= {"baseline": folder / "v1.baseline", "key": folder / "baseline.key"}
    model = folder / "income.pkl"
    model.write_bytes(pickle.dumps({"weights": rng.random(1_000).tolist()}))
    digest = hashlib.sha256(model.read_bytes()).hexdigest()
    card = folder / "README.md"
    card.write_text(_CARD.replace("license: apache-2.0", f"license: apache-2.0\ndigest: {digest}"))
    report, scan = folder / "garak.jsonl", folder / "scan.sarif"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    entries: Sequence[dict[str, object]] = (
        {"entry_type": "start_run setup", "transient.starttime_iso": now, "plugins.target_type": "openai",
         "plugins.target_name": "m", "_config.version": "0.17"},
        *({"entry_type": "attempt", "uuid": f"u{one}", "seq": one, "status": 2} for one in range(20_000)),
        {"entry_type": "eval", "probe": "dan.DAN", "detector": "x", "passed": 20_000, "fails": 0, "nones": 0,
         "total_evaluated": 20_000, "total_processed": 20_000},
        {"entry_type": "completion", "end_time": now},
    )  # fmt: skip
    report.write_text("".join(json.dumps(one) + "\n" for one in entries))
    scan.write_text('{"version": "2.1.0", "runs": [{"results": []}]}')
    return made | {"model-file": model, "model-card": card, "red-team": report, "report": scan}


def _table(path: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as sink:
        csv.writer(sink).writerows([names, *rows])
    return path


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
