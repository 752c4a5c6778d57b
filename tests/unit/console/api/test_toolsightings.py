from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.facts.person import Role
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.facts.toolseen import ToolSeen
from wardlaw.security.tooldefinition import definition_pin
from wardlaw.store.database import writing
from wardlaw.store.seentools import keep_seen
from wardlaw.store.toolpins import sight


def test_tools_of_servers_and_of_requests_are_listed_with_what_a_person_confirms(api: Api) -> None:
    with writing(api.made.engine) as connection:
        pin = ToolPin("git", "log", PinState.QUARANTINED, "", "", "aa" * 32, '{"name":"log"}')
        sight(connection, "git", [pin], at=1.0)
        keep_seen(connection, [ToolSeen("find", "request", '{"name":"find"}', "bb" * 32, 2.0)])
    listed = api.ok("GET", "/tool-sightings", uid=api.person("sec", Role.SECOPS))
    assert [(one["name"], one["source"], one["seen_at"]) for one in listed] == [
        ("find", "request", 2.0),
        ("git__log", "mcp", 1.0),
    ]
    assert listed[1]["digest"] == definition_pin("git__log", {"name": "log"})


def test_nobody_looks_without_signing_in(api: Api) -> None:
    assert api.error("GET", "/tool-sightings")[0] in (401, 403)
