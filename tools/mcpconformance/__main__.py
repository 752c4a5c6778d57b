"""``python -m tools.mcpconformance FOLDER [--node NODE] [--write]``: run the checks; the table they make for the page.

FOLDER is one that ``python -m tools.toolservers`` made. The checks need Node 22 or newer.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from bench.installation import make
from bench.processes import Running, free_port

from tools.mcpconformance.fixture import TOOLS
from tools.mcpconformance.relay import SERVER, relay

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "mcp.md"
BEGIN, END = "<!-- conformance:begin -->", "<!-- conformance:end -->"
_CHECKS = "node_modules/@modelcontextprotocol/conformance"
_UNREAD = "nobody here can read images, sounds and binaries: the starter clauses keep them"
REASONS = {
    "tools-call-simple-text": "a false alarm of the encoder, which takes this text (and not its neighbours) for an order",
    "tools-call-image": _UNREAD,
    "tools-call-audio": _UNREAD,
    "tools-call-mixed-content": _UNREAD,
    "resources-read-binary": _UNREAD,
    "prompts-get-with-image": _UNREAD,
    "logging-set-level": "log messages of servers are words nobody has judged: they are not passed on, nor offered",
    "completion-complete": "completions are not offered",
    "tools-call-with-logging": "as logging-set-level",
    "tools-call-with-progress": "progress of servers is not passed on",
    "tools-call-sampling": "servers get no answers of the caller's model",
    "tools-call-elicitation": "servers get no words of the caller's user",
    "elicitation-sep1034-defaults": "as tools-call-elicitation",
    "elicitation-sep1330-enums": "as tools-call-elicitation",
    "resources-subscribe": "subscriptions are not offered: nothing reaches a caller unasked",
    "resources-unsubscribe": "as resources-subscribe",
    "server-sse-polling": "answers are plain JSON, there is no stream to take up again",
    "server-sse-multiple-streams": "answers are plain JSON, there are no streams",
}


def main(arguments: list[str]) -> int:
    """Run the checks; 1 when one fails that has no reason."""
    parser = argparse.ArgumentParser(prog="tools.mcpconformance")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--node", default="node")
    parser.add_argument("--write", action="store_true", help="put the table into docs/mcp.md")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        outcome = run(asked.folder.absolute(), asked.node, Path(place))
    version = json.loads((asked.folder / _CHECKS / "package.json").read_text())["version"]
    text = table(outcome, version=version)
    if asked.write:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}{END}{rest.partition(END)[2]}", encoding="utf-8")
    else:
        print(text)
    return 1 if unexplained(outcome) else 0


def run(servers: Path, node: str, place: Path) -> dict[str, tuple[int, int]]:
    """Checks that passed and failed, by scenario.

    Args:
        place: An empty folder for the gateway and the results.
    """
    port = free_port()
    fixture = [sys.executable, "-m", "tools.mcpconformance.fixture"]
    server = {"name": SERVER, "command": fixture, "cwd": str(ROOT), "region": "eu", "trust": "internal"}
    names = [f"{SERVER}__{name}" for name in (*TOOLS, "resources/read", "prompts/get")]
    config = f"mcp: {json.dumps({'servers': [server]})}\n"
    made = make(place / "gateway", port=port, answer_port=9, stream_port=9, extra=config, tools=names)
    command = [sys.executable, "-m", "wardlaw.gateway", str(made.config_path)]
    gateway = Running(command, log=place / "gateway.log", limit_s=900, env=os.environ)
    between = relay(port, made.keys[0])
    threading.Thread(target=between.serve_forever, daemon=True).start()
    try:
        gateway.wait_port(port, within_s=60)
        url = f"http://localhost:{between.server_address[1]}/mcp"
        results = place / "results"
        words = [node, str(servers / _CHECKS / "dist" / "index.js"), "server", "--url", url, "--suite", "all"]
        done = subprocess.run(
            [*words, "-o", str(results)], capture_output=True, text=True, timeout=600, check=False, cwd=place
        )
        found = read(results)
        if not found:
            raise SystemExit(f"the checks did not run: {done.stdout[-2_000:]}{done.stderr[-2_000:]}")
        return found
    finally:
        between.shutdown()
        between.server_close()
        gateway.stop()


def read(results: Path) -> dict[str, tuple[int, int]]:
    """What the checks wrote: a folder for each scenario, with a list of checks."""
    found: dict[str, tuple[int, int]] = {}
    for path in sorted(results.rglob("checks.json")):
        name = re.sub(r"^server-(?=.*-\d{4}-)|-\d{4}-\d\d-\d\dT.*$", "", path.parent.name)
        states = [one["status"] for one in json.loads(path.read_text())]
        failed = sum(state == "FAILURE" for state in states)
        passed = sum(state == "SUCCESS" for state in states)
        found[name] = (passed, failed)
    return found


def unexplained(outcome: dict[str, tuple[int, int]]) -> list[str]:
    """Scenarios that fail without a reason of ours."""
    return [name for name, (_, failed) in outcome.items() if failed and name not in REASONS]


def table(outcome: dict[str, tuple[int, int]], *, version: str) -> str:
    """The part of the page."""
    good = sum(not failed for _, failed in outcome.values())
    lines = [
        f"`@modelcontextprotocol/conformance` {version}, `--suite all`: {good} of {len(outcome)} scenarios pass.",
        "",
        "| scenario | checks passed | failed | why |",
        "|---|---:|---:|---|",
    ]
    lines += [
        f"| {name} | {passed} | {failed} | {REASONS.get(name, '**not explained**') if failed else ''} |"
        for name, (passed, failed) in outcome.items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
