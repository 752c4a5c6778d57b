"""Channels: opened, told of what happens in their log, ended by time or by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.worlds import NOW, google_world
from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.googlechannels import LONGEST_LIFE_S, USUAL_LIFE_S, WatchChannels
from wardlaw.testing.saas.message import SaasRequest

ASKED = {"id": "c1", "type": "web_hook", "address": "https://door.example", "token": "t"}


def request(body: Any) -> SaasRequest:
    return SaasRequest("POST", "/", body=json.dumps(body).encode())


@pytest.fixture
def sent() -> list[dict[str, str]]:
    return []


@pytest.fixture
def channels(sent) -> WatchChannels:
    return WatchChannels(google_world(), lambda _address, headers, _body: sent.append(headers))


def consent(channels: WatchChannels, number: int) -> None:
    channels._world.consent(Grant(f"10{number}/x", f"10{number}", "x", Consent.USER))


def test_a_channel_lives_until_it_ends_or_is_stopped(channels: WatchChannels, sent) -> None:
    opened = channels.open(request(ASKED), "token").body
    assert int(opened["expiration"]) == int((NOW + USUAL_LIFE_S) * 1000)
    consent(channels, 1)
    assert (channels.notify(), channels.notify()) == (1, 0)
    assert [(one["X-Goog-Resource-State"], one["X-Goog-Message-Number"]) for one in sent] == [
        ("sync", "1"),
        ("authorize", "2"),
    ]
    assert channels.stop(request({"id": "c1", "resourceId": "wrong"})).status == 404
    assert channels.stop(request({"id": "c1", "resourceId": opened["resourceId"]})).status == 204
    consent(channels, 2)
    assert channels.notify() == 0


def test_a_channel_that_ran_out_is_told_nothing_and_nobody_says_so(channels: WatchChannels) -> None:
    channels.open(request(ASKED | {"expiration": str(int((NOW + 10**9) * 1000))}), "token")
    channels._world.now += LONGEST_LIFE_S + 1
    consent(channels, 1)
    assert channels.notify() == 0


@pytest.mark.parametrize(
    ("change", "application"),
    [
        ({}, "gmail"),
        ({}, "gemini_in_workspace_apps"),
        ({"id": "x" * 65}, "token"),
        ({"type": "x"}, "token"),
        ({"address": ""}, "token"),
    ],
)
def test_what_cannot_be_watched_is_refused(channels: WatchChannels, change, application: str) -> None:
    assert channels.open(request(ASKED | change), application).status == 400


def test_an_id_is_taken_once_and_each_log_has_its_own_channel(channels: WatchChannels) -> None:
    assert channels.open(request(ASKED), "token").status == 200
    assert channels.open(request(ASKED), "admin").status == 400
    assert channels.open(request(ASKED | {"id": "c2"}), "admin").status == 200
    consent(channels, 1)
    assert channels.notify() == 1
