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


def test_an_end_that_is_empty_needs_a_witness(platform: Platform) -> None:
    more = {"ok": True, "members": [{"id": "U1"}], "response_metadata": {"next_cursor": "x"}}
    empty = {"ok": True, "members": []}
    platform.on("/api/users.list", Answer(more), Answer(empty), Answer(empty), Answer(more))
    assert list(SlackWeb(platform.client()).lists("users.list", "members")) == [[{"id": "U1"}], []]
    assert [form.get("cursor") for form in platform.forms] == [None, "x", "x", None]
    platform.on("/api/users.list", Answer(more), Answer(empty), Answer(empty | {"members": [{"id": "U2"}]}))
    assert list(SlackWeb(platform.client()).lists("users.list", "members")) == [[{"id": "U1"}], [{"id": "U2"}]]
    platform.on("/api/users.list", Answer(more), Answer(empty))
    with pytest.raises(UnavailableError, match="is empty"):
        list(SlackWeb(platform.client()).lists("users.list", "members"))


def test_a_log_that_becomes_shorter_on_the_way(platform: Platform) -> None:
    page = {"ok": True, "logs": [{}], "paging": {"pages": 2, "total": 2}}
    platform.on(
        "/api/team.integrationLogs", Answer(page), Answer({"ok": True, "logs": [], "paging": {"pages": 1, "total": 0}})
    )
    with pytest.raises(UnavailableError, match="1 entries came of 2"):
        SlackWeb(platform.client()).integration_log({})
