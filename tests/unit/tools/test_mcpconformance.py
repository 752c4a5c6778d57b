"""The server the checks ask for, the relay between, and the table of what came of them."""

from __future__ import annotations

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tools.mcpconformance.__main__ import BEGIN, END, PAGE, REASONS, read, table, unexplained
from tools.mcpconformance.fixture import TOOLS, answer
from tools.mcpconformance.relay import back, relay, towards


def test_the_server_offers_what_the_checks_call() -> None:
    assert [one["name"] for one in answer("tools/list", {})["tools"]] == list(TOOLS)
    assert answer("tools/call", {"name": "test_error_handling"})["isError"] is True
    read_back = answer("resources/read", {"uri": "test://template/123/data"})["contents"][0]["text"]
    assert json.loads(read_back)["id"] == "123"
    given = {"name": "test_prompt_with_arguments", "arguments": {"arg1": "hello", "arg2": "world"}}
    assert "arg1='hello', arg2='world'" in answer("prompts/get", given)["messages"][0]["content"]["text"]


def test_names_are_turned_both_ways_and_nothing_else() -> None:
    call = {"id": 1, "method": "tools/call", "params": {"name": "x", "arguments": {"name": "y"}}}
    assert towards(call)["params"] == {"name": "c__x", "arguments": {"name": "y"}}
    assert towards({"method": "resources/read", "params": {"uri": "test://a"}})["params"]["uri"] == "c+test://a"
    assert towards({"method": "ping"}) == {"method": "ping"}
    listed = {"result": {"tools": [{"name": "c__x"}], "resources": [{"uri": "c+test://a"}], "more": 1}}
    assert back(listed)["result"] == {"tools": [{"name": "x"}], "resources": [{"uri": "test://a"}], "more": 1}
    assert back({"error": {}}) == {"error": {}}


def test_the_relay_brings_the_key_and_passes_the_rest() -> None:
    seen: list[tuple[str, str, bytes]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            seen.append((self.headers["authorization"], self.headers["host"], body))
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as gateway, relay(gateway.server_address[1], "key") as between:
        for one in (gateway, between):
            threading.Thread(target=one.serve_forever, daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", between.server_address[1])
        connection.request("POST", "/mcp", b"no  json", {"host": "evil.example"})
        answered = connection.getresponse()
        answered.read()
        connection.close()
        for one in (gateway, between):
            one.shutdown()
    assert (answered.status, seen) == (202, [("Bearer key", "evil.example", b"no  json")])


def test_the_table_counts_checks_and_names_what_has_no_reason(tmp_path: Path) -> None:
    for name, states in (
        ("server-ping-2026-01-02T03-04-05-678Z", ["SUCCESS", "INFO"]),
        ("server-odd-2026-01-02T0", ["FAILURE"]),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "checks.json").write_text(json.dumps([{"status": one} for one in states]))
    outcome = read(tmp_path)
    assert outcome == {"odd": (0, 1), "ping": (1, 0)}
    assert unexplained(outcome) == ["odd"]
    text = table(outcome, version="1")
    assert "1 of 2 scenarios pass" in text
    assert "| odd | 0 | 1 | **not explained** |" in text


def test_the_page_holds_a_table_in_which_each_failure_has_its_reason() -> None:
    shown = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in shown.splitlines() if line.startswith("| ")
    ]
    assert len(rows) > 20
    for name, _, failed, why in rows[1:]:
        assert (failed == "0") or why == REASONS[name]


@pytest.mark.parametrize("name", REASONS)
def test_reasons_are_words(name: str) -> None:
    assert len(REASONS[name]) > 10
