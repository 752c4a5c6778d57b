from __future__ import annotations

import json

import pytest

from tests.organisations import organisation
from wardlaw.connectors.oktahook import MOST_BYTES, challenge_answer, check_secret, read, read_delivery
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Deed
from wardlaw.testing.saas.okta import OktaPlatform

SECRET = "a long word that only Okta knows"
HEADERS = {"authorization": SECRET, "content-type": "application/json"}


def delivery() -> bytes:
    world = organisation()
    return OktaPlatform(world).deliveries(tuple(world.activities))


def refusal(call, *arguments) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments)
    assert SECRET not in str(caught.value)
    return caught.value.code


def test_a_delivery_tells_what_the_log_tells() -> None:
    page = read(HEADERS, delivery(), SECRET)
    assert [one.deed for one in page.activities] == [Deed.CONSENT, Deed.CREDENTIAL_ADDED, Deed.SIGN_IN]
    assert ([one.thing.id for one in page.sightings], page.gaps) == (["user/00uAda/0oaNotes"], ())


def test_the_same_delivery_again_has_the_same_ids() -> None:
    first, again = read_delivery(delivery()), read_delivery(delivery())
    assert first.event_id == again.event_id == "delivery-e1"
    once, twice = read(HEADERS, delivery(), SECRET), read(HEADERS, delivery(), SECRET)
    assert [one.id for one in once.activities] == [one.id for one in twice.activities]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": SECRET[:-1]},
        {"authorization": SECRET + " "},
        {"Authorization": SECRET},
        {"authorization": "\udcff"},
    ],
)
def test_a_forged_delivery_is_not_read(headers: dict) -> None:
    assert refusal(read, headers, delivery(), SECRET) == "WL-INV-040"


def test_without_a_secret_set_nobody_is_let_in() -> None:
    assert refusal(read, {"authorization": ""}, delivery(), "") == "WL-INV-040"
    assert refusal(check_secret, HEADERS, "") == "WL-INV-040"


GOOD = json.loads(delivery())


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, json.dumps(GOOD | {"eventType": "other"}).encode(),
        json.dumps(GOOD | {"eventId": ""}).encode(), json.dumps(GOOD | {"eventId": "x" * 513}).encode(),
        json.dumps(GOOD | {"data": {"events": {}}}).encode(), json.dumps(GOOD | {"data": 3}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_delivery(body: bytes) -> None:
    assert refusal(read, HEADERS, body, SECRET) == "WL-INV-041"


def test_what_is_too_large() -> None:
    assert refusal(read, HEADERS, b" " * (MOST_BYTES + 1), SECRET) == "WL-INV-042"
    assert refusal(read, HEADERS, json.dumps(GOOD | {"data": {"events": [0] * 1_001}}).encode(), SECRET) == "WL-INV-042"


def test_one_event_that_is_not_understood_does_not_hide_the_others() -> None:
    events = [{"uuid": 3.5}, *GOOD["data"]["events"]]
    page = read(HEADERS, json.dumps(GOOD | {"data": {"events": events}}).encode(), SECRET)
    assert (len(page.activities), len(page.gaps)) == (3, 1)


def test_the_one_time_verification() -> None:
    word = '<script>"{}'
    assert json.loads(challenge_answer({"x-okta-verification-challenge": word})) == {"verification": word}
    for headers in ({}, {"x-okta-verification-challenge": "a\r\nb"}, {"x-okta-verification-challenge": "x" * 513}):
        assert refusal(challenge_answer, headers) == "WL-INV-043"
