from __future__ import annotations

import json

import pytest

from tests.unit.connectors.test_githubhook import SECRET as GITHUB
from tests.unit.connectors.test_githubhook import deliveries, new_app
from tests.unit.connectors.test_googlepush import TOKEN, consent, messages
from tests.unit.connectors.test_oktahook import HEADERS as OKTA_HEADERS
from tests.unit.connectors.test_oktahook import SECRET as OKTA
from tests.unit.connectors.test_oktahook import delivery
from tests.worlds import NOW
from wardlaw.cli.listening.reading import OLDEST_S, Told, challenge_of, read_delivery
from wardlaw.config.connected import Platform
from wardlaw.connectors.googlelog import log_page
from wardlaw.facts.errors import InputError
from wardlaw.testing.saas.githubhooks import signed_delivery


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def google(change=consent, *, now: float = NOW) -> Told:
    headers, body = messages(change)[-1]
    return read_delivery(Platform.GOOGLE, lower(headers), body, secret=TOKEN, now=now)


def test_googles_message_is_the_event_of_the_log_and_a_wish_to_read_it() -> None:
    told = google()
    _, body = messages(consent)[-1]
    polled = log_page([json.loads(body)], "token", id_of=lambda mail: mail)
    assert [one.id for one in told.activities] == [one.id for one in polled.activities]
    assert (told.wishes, told.at, told.is_silent) == (("activity",), NOW, False)


def test_googles_first_message_is_silent_and_one_without_a_body_still_a_wish() -> None:
    (headers, body), (other, _) = messages(consent)
    assert read_delivery(Platform.GOOGLE, lower(headers), body, secret=TOKEN, now=NOW).is_silent
    told = read_delivery(Platform.GOOGLE, lower(other), b"", secret=TOKEN, now=NOW)
    assert (told.wishes, told.activities, told.is_silent) == (("activity",), (), False)


def test_githubs_delivery_is_known_by_its_body_and_carries_no_time() -> None:
    ((headers, body),) = deliveries(new_app)
    told = read_delivery(Platform.GITHUB, lower(headers), body, secret=GITHUB, now=NOW)
    other = lower(headers) | {"x-github-delivery": "another"}
    assert read_delivery(Platform.GITHUB, other, body, secret=GITHUB, now=NOW) == told
    assert (told.id, told.at) == (told.activities[0].id, 0.0)
    unread = signed_delivery("issues", {"action": "opened"}, secret=GITHUB, number=2)
    assert read_delivery(Platform.GITHUB, lower(unread[0]), unread[1], secret=GITHUB, now=NOW).is_silent


def test_who_takes_back_an_authorisation_twice_has_done_so_twice() -> None:
    body = {"action": "revoked", "sender": {"login": "ada"}}
    ids = set()
    for number in (1, 2):
        headers, raw = signed_delivery("github_app_authorization", body, secret=GITHUB, number=number)
        ids.add(read_delivery(Platform.GITHUB, lower(headers), raw, secret=GITHUB, now=NOW).id)
    assert len(ids) == 2


def test_oktas_delivery_is_known_by_its_own_id() -> None:
    told = read_delivery(Platform.OKTA, OKTA_HEADERS, delivery(), secret=OKTA, now=NOW)
    assert told.id.startswith("okta/")
    assert len(told.activities) == 3


@pytest.mark.parametrize("now", [NOW + OLDEST_S + 1, NOW + 10 * OLDEST_S])
def test_what_is_old_is_not_taken_again(now: float) -> None:
    with pytest.raises(InputError) as caught:
        google(now=now)
    assert caught.value.code == "WL-LSN-003"


def test_only_some_platforms_deliver_and_only_okta_asks_first() -> None:
    for platform in set(Platform) - {Platform.GITHUB, Platform.GOOGLE, Platform.OKTA}:
        with pytest.raises(InputError) as caught:
            read_delivery(platform, {}, b"", secret="x", now=NOW)
        assert caught.value.code == "WL-LSN-002"
    assert challenge_of(Platform.GITHUB, {}) == b""
    assert json.loads(challenge_of(Platform.OKTA, {"x-okta-verification-challenge": "w"})) == {"verification": "w"}
