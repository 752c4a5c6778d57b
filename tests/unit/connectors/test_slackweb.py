from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.slackweb import SlackRefusedError, SlackWeb
from wardlaw.facts.errors import UnavailableError


def test_an_error_inside_a_good_answer(platform: Platform) -> None:
    platform.on(
        "/api/x", Answer({"ok": False, "error": "miss\x00ing"}), Answer({"ok": False}), Answer({"ok": True, "a": 1})
    )
    web = SlackWeb(platform.client())
    for text in ("miss\ufffding", "an error without a name"):
        with pytest.raises(SlackRefusedError, match=text):
            web.call("x", {"n": 1})
    assert web.call("x", {"n": 1}).body["a"] == 1
    assert len(web.digest) == 64
    assert platform.forms[-1] == {"n": "1"}


def test_a_log_that_never_ends(platform: Platform) -> None:
    platform.on("/api/team.integrationLogs", Answer({"ok": True, "logs": [], "paging": {"pages": 10**9}}))
    with pytest.raises(UnavailableError, match="does not end"):
        SlackWeb(platform.client()).integration_log({})


def test_a_last_page_that_is_empty_where_more_was_promised(platform: Platform) -> None:
    more = {"ok": True, "members": [{"id": "U1"}], "response_metadata": {"next_cursor": "x"}}
    platform.on("/api/users.list", Answer(more), Answer({"ok": True, "members": []}))
    with pytest.raises(UnavailableError, match="promised"):
        list(SlackWeb(platform.client()).lists("users.list", "members"))
