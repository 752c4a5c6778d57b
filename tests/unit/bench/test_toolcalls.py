"""Calls of tools for the benchmark: the server that answers them, and figures of what was added."""

from __future__ import annotations

import itertools

import orjson
from bench.toolcalls import ADDRESS, PROGRAM, _measure, _message, _servers, _text
from bench.toolmock import answer

from wardlaw.config.parse import parse_config


def test_the_server_gives_back_what_it_is_given() -> None:
    called = answer(orjson.loads(_message("tools/call", {"name": "echo", "arguments": {"text": "a"}})))
    assert _text(called) == "a"
    assert orjson.loads(answer({"id": 2, "method": "tools/list"}))["result"]["tools"][0]["name"] == "echo"
    assert answer({"method": "notifications/initialized"}) == b""
    assert [_text(b""), _text(b'{"error": {"code": -32003}}')] == [None, None]


def test_each_path_is_asked_as_often_and_wrong_answers_are_counted() -> None:
    asked: list[tuple[str, bool]] = []

    def path(way: str, through: bool):
        def ask(message: bytes) -> bytes:
            asked.append((way, through))
            doc = orjson.loads(message)
            assert doc["params"]["name"] == (f"{way}__echo" if through else "echo")
            if (way, through) == (ADDRESS, True):
                doc["params"]["arguments"]["text"] = "refused"
            return answer(doc)

        return ask

    paths = list(itertools.product((PROGRAM, ADDRESS), (False, True)))
    program, far = _measure({one: path(*one) for one in paths}, 20)
    assert {asked.count(one) for one in paths} == {30}
    assert (program.way, program.added.turns, program.added.errors, far.added.errors) == (PROGRAM, 20, 0, 20)


def test_the_configuration_is_one() -> None:
    servers = parse_config(f"version: 1\n{_servers(9)}", source="bench").mcp.servers
    assert [one.name for one in servers] == [PROGRAM, ADDRESS]
