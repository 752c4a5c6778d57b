from __future__ import annotations

import pytest

from tests.console_fakes import Api
from wardlaw.facts.person import Role
from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.store.database import reading, writing
from wardlaw.store.toolpins import list_pins, sight

OLD, NEW = "aa" * 32, "bb" * 32


@pytest.fixture
def offered(api: Api) -> Api:
    def offer(digest: str, words: str) -> ToolPin:
        text = f'{{"description":"{words}","name":"log"}}'
        return ToolPin("git", "log", PinState.QUARANTINED, "", "", digest, text)

    with writing(api.made.engine) as connection:
        sight(connection, "git", [offer(OLD, "old")], at=1.0)
        sight(connection, "git", [offer(NEW, "new")], at=2.0)
    return api


def test_what_changed_is_shown_and_approved_by_its_digest(offered: Api) -> None:
    person = offered.person("sec", Role.SECOPS)
    (listed,) = offered.ok("GET", "/tools?waiting=true", uid=person)
    assert (listed["tool"], listed["state"]) == ("log", "drifted")
    detail = offered.ok("GET", "/tools/git?tool=log", uid=person)
    assert detail["changes"] == [{"pointer": "/description", "before": '"old"', "after": '"new"'}]
    body = {"tool": "log", "digest": NEW[:12], "reason": "release 2"}
    approved = offered.ok("POST", "/tools/git/approve", body, uid=person)
    assert (approved["state"], approved["approved_by"]) == ("pinned", "person:sec")
    assert offered.ok("GET", "/tools?waiting=true", uid=person) == []
    (told,) = offered.made.recorder.of("tools.approve")
    assert told == {"server": "git", "tool": "log", "pin": NEW, "concerns": 0, "reason": "release 2"}


def test_nobody_approves_without_the_right_the_digest_or_the_tool(offered: Api) -> None:
    sec, risk = offered.person("sec", Role.SECOPS), offered.person("dev", Role.LEGAL)
    body = {"tool": "log", "digest": NEW, "reason": "r"}
    assert offered.error("POST", "/tools/git/approve", body, uid=risk)[0] == 403
    assert offered.error("POST", "/tools/git/approve", body | {"digest": OLD}, uid=sec) == (400, "WL-MCP-022")
    assert offered.error("POST", "/tools/git/approve", body | {"tool": "no"}, uid=sec) == (400, "WL-MCP-021")
    assert offered.error("GET", "/tools/git?tool=no", uid=sec) == (400, "WL-MCP-021")
    with reading(offered.made.engine) as connection:
        assert [one.state for one in list_pins(connection)] == [PinState.DRIFTED]
