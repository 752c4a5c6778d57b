from __future__ import annotations

import json

import pytest

from wardlaw.gateway.mcp.message import (
    Message,
    error_text,
    notification_text,
    read_message,
    request_text,
    result_text,
)


def test_what_is_written_is_read_again() -> None:
    written = [
        (request_text(1, "tools/list", {"cursor": "c"}), Message(1, "tools/list", {"cursor": "c"})),
        (notification_text("notifications/initialized"), Message(None, "notifications/initialized")),
        (notification_text("a", {"b": 1}), Message(None, "a", {"b": 1})),
        (result_text("x", {"a": 1}), Message("x", result={"a": 1})),
        (error_text(2, -32601, "no"), Message(2, error={"code": -32601, "message": "no"})),
    ]
    for raw, message in written:
        assert read_message(json.loads(raw)) == message
    assert [read_message(json.loads(raw)).is_request for raw, _ in written] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "doc",
    [
        {"id": 1, "method": "a"},
        {"jsonrpc": "1.0", "id": 1, "method": "a"},
        {"jsonrpc": "2.0", "id": 1.5, "method": "a"},
        {"jsonrpc": "2.0", "id": True, "method": "a"},
        {"jsonrpc": "2.0", "id": None, "method": "a"},
        {"jsonrpc": "2.0", "id": 1, "method": ""},
        {"jsonrpc": "2.0", "id": 1, "method": 7},
        {"jsonrpc": "2.0", "id": 1, "method": "a", "params": [1]},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "id": 1, "result": {}, "error": {}},
        {"jsonrpc": "2.0", "result": {}},
        {"jsonrpc": "2.0", "id": 1, "result": "text"},
    ],
)
def test_what_is_no_message_is_none(doc) -> None:
    assert read_message(doc) is None
