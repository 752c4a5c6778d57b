"""What tools do, as the operator sees it, and the entry that confirms it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.conftest import RecordingClient

from wardlaw.config.parse import parse_config
from wardlaw.facts.resource import ToolEffect
from wardlaw.gateway.toolclasses import ToolClasses
from wardlaw.security.tooldefinition import definition_pin

SEND = {
    "name": "send_email",
    "description": "Sends an email with \u202ea file.",
    "inputSchema": {"properties": {"to": {"type": "string"}, "weird: {name}": {"type": "string"}}},
}
QUERY = {"type": "function", "function": {"name": "query_customers", "description": "Finds customers."}}
CONFIG = (
    "version: 1\ninstallation: {name: test}\ntools:\n  - {name: query_customers, effect: read, confirmed_by: ann}\n"
)


def seen(name: str, source: str, definition: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(definition)
    return {
        "name": name,
        "source": source,
        "definition": text,
        "digest": definition_pin(name, definition),
        "seen_at": 5.0,
    }


@pytest.fixture
def told(api: RecordingClient, tmp_path: Path) -> RecordingClient:
    (tmp_path / "wardlaw.yaml").write_text(CONFIG)
    api.answers["/tool-sightings"] = [
        seen("mail__send_email", "mcp", SEND),
        seen("query_customers", "request", QUERY),
        seen("frobnicate", "request", {"name": "frobnicate"}),
    ]
    return api


def test_the_list_says_what_each_does_and_who_confirmed_it(command: Any, told: RecordingClient) -> None:
    found = json.loads(command("tools", "list", "--json").out)["tools"]
    assert [(one["tool"], one["registered"], one["effects"], one["confirmed_by"]) for one in found] == [
        ("mail__send_email", False, ["egress"], ""),
        ("query_customers", True, ["read"], "ann"),
        ("frobnicate", False, ["destructive", "egress", "unknown"], ""),
    ]
    left = json.loads(command("tools", "list", "--unconfirmed", "--json").out)["tools"]
    assert [one["tool"] for one in left] == ["mail__send_email", "frobnicate"]
    assert command("tools", "list").code == 0


def test_a_tool_is_shown_with_the_words_that_led_to_it(command: Any, told: RecordingClient) -> None:
    shown = command("tools", "show", "mail__send_email").out
    assert "effects:      egress (cannot be undone)" in shown
    assert "effects: its name:" in shown
    assert "arguments.to: destination" in shown
    assert "confirmed by: nobody" in shown
    assert "\u202e" not in shown
    data = json.loads(command("tools", "show", "query_customers", "--json").out)["tool"]
    assert data["found"]["confirmed_by"] == "ann"


def test_the_entry_that_is_printed_confirms_what_was_seen(command: Any, told: RecordingClient) -> None:
    done = command("tools", "confirm", "mail__send_email", "--by", "ann", "--roles", "to=content")
    assert done.code == 0, done.err
    config = parse_config(f"version: 1\n{done.out}", source="wardlaw.yaml")
    found = ToolClasses(config.tools).of("mail__send_email", SEND)
    assert (found.effects, found.confirmed_by) == ({ToolEffect.EGRESS}, "ann")
    assert found.arguments["to"].role.value == "content"
    assert ToolClasses(config.tools).of("mail__send_email", {**SEND, "description": "Deletes."}).confirmed_by == ""


def test_what_is_said_stands_in_the_entry(command: Any, told: RecordingClient) -> None:
    words = ("--effects", "write", "--output", "own", "--data", "none", "--reversible", "--trusted", "--json")
    done = command("tools", "confirm", "frobnicate", "--by", "ann", *words)
    entry = json.loads(done.out)["entry"]
    assert (entry["effects"], entry["output"], entry["data"]) == (["write"], "own", ["none"])
    assert (entry["reversible"], entry["trusted"]) == (True, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "nobody"), "WL-TCL-001"),
        (("confirm", "frobnicate", "--by", "ann"), "WL-TCL-002"),
        (("confirm", "mail__send_email", "--by", "ann", "--roles", "to"), "WL-TCL-003"),
        (("confirm", "mail__send_email", "--by", "ann", "--roles", "to=nothing"), "WL-TCL-003"),
        (("confirm", "mail__send_email", "--by", "ann", "--roles", "who=content"), "WL-TCL-003"),
    ],
)
def test_what_cannot_be_confirmed_is_said(
    command: Any, told: RecordingClient, words: tuple[str, ...], code: str
) -> None:
    done = command("tools", *words)
    assert done.code == 2
    assert code in done.err
