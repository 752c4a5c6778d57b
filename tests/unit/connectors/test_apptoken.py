from __future__ import annotations

import json

import pytest

from tests.unit.connectors.scripted import NOW, Answer, Platform
from tests.unit.connectors.test_signedword import KEY, decoded, pem
from wardlaw.connectors.apptoken import AppToken, TokenPlace
from wardlaw.facts.errors import UnavailableError

PLACE = TokenPlace("Okta", "https://acme.okta.com/oauth2/v1/token", "/token", "okta.logs.read")


def token(platform: Platform, secret: str = "s", clock=lambda: NOW) -> AppToken:
    return AppToken("client", secret, place=PLACE, client=platform.client(), clock=clock, lots=lambda: "lot")


def test_with_a_secret_and_renewed_before_it_ends(platform: Platform) -> None:
    platform.on("/token", *(Answer({"access_token": name, "expires_in": 3600}) for name in ("one", "two")))
    now = [NOW]
    made = token(platform, clock=lambda: now[0])
    assert made.headers() == made.headers() == {"authorization": "Bearer one"}
    assert platform.forms == [
        {"grant_type": "client_credentials", "client_id": "client", "scope": "okta.logs.read", "client_secret": "s"}
    ]
    now[0] += 3_301
    assert made.headers() == {"authorization": "Bearer two"}


def test_with_a_key_no_secret_is_sent(platform: Platform) -> None:

    platform.on("/token", Answer({"access_token": "one", "expires_in": 3600}))
    token(platform, pem()).headers()
    form = platform.forms[0]
    assert "client_secret" not in form
    claims = json.loads(decoded(form["client_assertion"].split(".")[1]))
    assert claims == {
        "iss": "client", "sub": "client", "aud": PLACE.url, "iat": int(NOW), "nbf": int(NOW), "exp": int(NOW) + 300, "jti": "lot",
    }  # fmt: skip
    assert KEY.key_size == 2048


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"error": "invalid_client"}, 401),
        Answer({"access_token": 3, "expires_in": 1}),
        Answer([1]),
        Answer({"access_token": "a", "expires_in": True}),
    ],
)
def test_no_token_is_told(platform: Platform, answer: Answer) -> None:
    platform.on("/token", answer)
    with pytest.raises(UnavailableError) as caught:
        token(platform, "very secret").headers()
    assert "very secret" not in str(caught.value)


def test_what_is_only_wished_for_is_left_out_where_it_is_refused(platform: Platform) -> None:
    platform.on("/token", Answer({"error": "invalid_scope"}, 400), Answer({"access_token": "one", "expires_in": 3600}))
    place = TokenPlace("Okta", PLACE.url, "/token", "a b", "c")
    made = AppToken("client", "s", place=place, client=platform.client(), clock=lambda: NOW, lots=lambda: "lot")
    assert made.headers() == {"authorization": "Bearer one"}
    assert [form["scope"] for form in platform.forms] == ["a b c", "a b"]
