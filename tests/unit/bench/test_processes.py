from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from bench.processes import Running, StartError, Weight, free_port, thread_cpu_us

SERVE = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)"
READY = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Answer.asked += 1
        self.send_response(200 if Answer.asked > int(sys.argv[2]) and self.path == "/readyz" else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
FORK = "import os, sys, time; os.fork(); sum(range(10**7)); print('x', flush=True); time.sleep(60)"


def test_a_process_is_waited_for_weighed_and_ended(tmp_path: Path) -> None:
    port = free_port()
    running = Running([sys.executable, "-c", SERVE, str(port)], log=tmp_path / "log", limit_s=30)
    running.wait_port(port, within_s=20)
    weight = Weight(running.pid)
    assert weight.tree() == [running.pid]
    assert weight.rss_mb()[0] > 1
    assert running.pid in thread_cpu_us(running.pid)
    running.stop()
    assert weight.rss_mb() == (0.0, 0.0)


def test_a_gateway_is_waited_for_until_it_says_that_it_is_ready(tmp_path: Path) -> None:
    port = free_port()
    running = Running([sys.executable, "-c", READY, str(port), "2"], log=tmp_path / "log", limit_s=30)
    running.wait_ready(port, within_s=20)
    assert (tmp_path / "log").read_text().count(" 503 ") == 2
    running.stop()
    with pytest.raises(StartError, match="not ready"):
        running.wait_ready(port, within_s=0.1)


def test_children_count_and_end_with_it(tmp_path: Path) -> None:
    running = Running([sys.executable, "-c", FORK], log=tmp_path / "log", limit_s=30)
    while (tmp_path / "log").read_text().count("x") < 2:
        assert running.wait(0.05) is None
    tree = Weight(running.pid).tree()
    assert len(tree) == 2
    assert Weight(running.pid).cpu_us() > max(Weight(tree[1]).cpu_us(), 0)
    running.stop()
    end = time.monotonic() + 10  # a killed grandchild is nobody's to wait for, and dies when it gets the processor
    while alive := [pid for pid in tree if os.path.exists(f"/proc/{pid}") and _state(pid) != "Z"]:
        assert time.monotonic() < end, alive
        time.sleep(0.01)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_process_that_ends_says_why(tmp_path: Path) -> None:
    running = Running([sys.executable, "-c", "raise SystemExit('no such luck')"], log=tmp_path / "log", limit_s=30)
    with pytest.raises(StartError, match="no such luck"):
        running.wait_port(free_port(), within_s=20)
    running.stop()


def test_a_process_is_killed_at_its_limit(tmp_path: Path) -> None:
    running = Running([sys.executable, "-c", "import time; time.sleep(60)"], log=tmp_path / "log", limit_s=0.2)
    assert running.wait(20) == -9
    running.stop()
