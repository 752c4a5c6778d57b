from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.importing.badrow import BadRow
from wardlaw.inventory.importing.machines import extensions, tool_servers
from wardlaw.inventory.model import App, Credential, Grant, Sighting

ID = "abcdefghijklmnopabcdefghijklmnop"


def split(found):
    found = list(found)
    return [one for one in found if isinstance(one, BadRow)], [one.thing for one in found if isinstance(one, Sighting)]


def test_extensions() -> None:
    rows = [
        {"id": ID, "name": "Sider AI", "permissions": ["tabs"], "host_permissions": ["<all_urls>"], "user": "ada"},
        {"id": "x!", "name": "?"}, "text", {"id": ID, "permissions": "tabs"}, {"id": "addon@example.org"},
    ]  # fmt: skip
    bad, things = split(extensions(json.dumps({"extensions": rows}), "laptop-7"))
    assert [row.why.partition(":")[0] for row in bad] == ["entry 2", "entry 3", "entry 4"]
    grants = [one for one in things if isinstance(one, Grant)]
    assert [(one.account, one.app, one.scopes) for one in grants] == [
        ("ada", ID, ("<all_urls>", "tabs")), ("laptop-7", "addon@example.org", ()),
    ]  # fmt: skip
    assert split(extensions("{}", ""))[0]
    assert split(extensions("x", ""))[0]


def test_tool_servers_and_never_their_secrets() -> None:
    servers = {
        "files": {"command": "C:\\bin\\npx.cmd", "args": ["-y", "@example/files", "sk-secret"], "env": {"API_KEY": "sk-secret", "HOME": "x"}},
        "docs": {"url": "https://mcp.notion.com/mcp?key=s", "headers": {"Authorization": "Bearer sk-secret"}},
        "own": {"command": "/opt/tool", "args": ["sk-secret"]},
        "odd": {"command": "npx", "args": ["sk-secret not a package"]},
        "bad": {}, "worse": 3,
    }  # fmt: skip
    bad, things = split(tool_servers(json.dumps({"mcpServers": servers}), "laptop-7"))
    assert len(bad) == 2
    assert [one.id for one in things if isinstance(one, App)] == [
        "mcp:@example/files",
        "mcp:mcp.notion.com",
        "mcp:tool",
        "mcp:npx",
    ]
    assert [(one.type, one.name) for one in things if isinstance(one, Credential)] == [
        ("secret in a client's env", "API_KEY"), ("secret in a client's headers", "Authorization"),
    ]  # fmt: skip
    assert "sk-secret" not in repr(things) + repr(bad)
    assert split(tool_servers('{"other": 1}', ""))[0]
    assert split(tool_servers("[", ""))[0]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "command", "url", "args", "env", "headers", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_json_breaks_a_reader(value) -> None:
    list(extensions(json.dumps([value]), "a"))
    list(tool_servers(json.dumps({"mcpServers": {"n": value, "\x00": value}}), "a"))
