"""Messages of channels with the right token say which log to read; forgeries are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.worlds import NOW, google_world
from wardlaw.connectors.googlepush import feed_of, read
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.message import SaasRequest

TOKEN = "channel token"
WATCH = "/admin/reports/v1/activity/users/all/applications/token/watch"


def messages(change=lambda world: None) -> list[tuple[dict[str, str], bytes]]:
    world = google_world()
    sent: list[tuple[dict[str, str], bytes]] = []
    platform = GooglePlatform(world, send=lambda _address, headers, body: sent.append((headers, body)))
    asked = {"id": "c1", "type": "web_hook", "address": "https://door.example/push", "token": TOKEN}
    assert platform.answer(SaasRequest("POST", WATCH, body=json.dumps(asked).encode())).status == 200
    change(world)
    platform.channels.notify()
    return sent


def consent(world) -> None:
    world.consent(Grant("101/evil.apps", "101", "evil.apps", Consent.USER, ("x",), NOW))


def test_the_first_message_says_nothing_and_the_next_what_happened_and_what_to_read() -> None:
    first, second = messages(consent)
    assert feed_of(first[0], TOKEN) == ""
    assert read(*first, TOKEN).activities == ()
    assert feed_of(second[0], TOKEN) == "activity"
    page = read(*second, TOKEN)
    assert [(one.deed, one.account, one.app, one.scopes) for one in page.activities] == [
        (Deed.CONSENT, "101", "evil.apps", ("x",))
    ]
    assert [one.thing.id for one in page.sightings] == ["evil.apps", "101/evil.apps"]


def test_a_message_without_a_body_or_of_another_log_still_is_one() -> None:
    _, (headers, body) = messages(consent)
    assert read(headers, b"", TOKEN).activities == ()
    other = headers | {"X-Goog-Resource-URI": "https://x/applications/meet?alt=json"}
    assert (feed_of(other, TOKEN), read(other, body, TOKEN).activities) == ("", ())
    assert feed_of({name.lower(): value for name, value in headers.items()}, TOKEN) == "activity"


@pytest.mark.parametrize(
    ("change", "secret", "code"),
    [
        ({"X-Goog-Channel-Token": ""}, TOKEN, "WL-INV-031"),
        ({"X-Goog-Channel-Token": TOKEN + " "}, TOKEN, "WL-INV-031"),
        ({"X-Goog-Channel-Token": "\u00fc"}, TOKEN, "WL-INV-031"),
        ({}, "", "WL-INV-034"),
        ({"X-Goog-Message-Number": ""}, TOKEN, "WL-INV-032"),
        ({"X-Goog-Resource-State": ""}, TOKEN, "WL-INV-032"),
    ],
)
def test_forgeries_are_refused(change: dict[str, str], secret: str, code: str) -> None:
    _, (headers, body) = messages(consent)
    for ask in (lambda: read(headers | change, body, secret), lambda: feed_of(headers | change, secret)):
        with pytest.raises(InputError) as caught:
            ask()
        assert caught.value.code == code
        assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"7", b'{"events": [{"name": "authorize"}]}', b"{" * 5000])
def test_a_body_that_is_none_of_googles(body: Any) -> None:
    _, (headers, _) = messages(consent)
    with pytest.raises(InputError) as caught:
        read(headers, body, TOKEN)
    assert caught.value.code == "WL-INV-033"
