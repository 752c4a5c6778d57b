from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from wardlaw.adapters.keysets import JwksStore
from wardlaw.cli.listening.app import Answer, Asked
from wardlaw.cli.listening.handing import Place
from wardlaw.cli.listening.reading import OLDEST_S, Told
from wardlaw.cli.listening.signals import SignalReceiver, configuration, issuer_of
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.pushed import Signals
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import InputError, UnavailableError

NOW = 1_790_000_000.0
ISSUER, US = "https://idp.example", "https://wardlaw.example"
KEY, OTHER = (ECKey.generate_key("P-256", {"kid": name, "use": "sig"}) for name in ("one", "two"))
CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
ADA = {"format": "email", "email": "ada@acme.example"}
CLAIMS = {
    "iss": ISSUER, "aud": US, "iat": NOW - 5, "jti": "j1", "sub_id": ADA,
    "events": {f"{CAEP}session-revoked": {"event_timestamp": NOW - 9, "reason_admin": {"en": "Left."}}},
}  # fmt: skip
HEADERS = {"content-type": "application/secevent+jwt"}


def signed(claims: Any = CLAIMS, *, key: Any = KEY, alg: str = "ES256", **header: Any) -> bytes:
    told = {"alg": alg, "kid": "one", "typ": "secevent+jwt"} | header
    told = {name: value for name, value in told.items() if value is not None}
    return jws.serialize_compact(told, json.dumps(claims).encode(), key, algorithms=["ES256", "HS256", "none"]).encode()


class Taking:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.taken: list[Told] = []
        self.counts: list[str] = []

    def count(self, _place: Place, outcome: str) -> None:
        self.counts.append(outcome)

    async def take(self, _place: Place, told: Told) -> None:
        if self.error is not None:
            raise self.error
        self.taken.append(told)


class Idp:
    """Publishes keys."""

    def __init__(self, *keys: ECKey) -> None:
        self.published = list(keys)
        self.asked = 0

    async def fetch(self, _issuer: Any) -> bytes:
        self.asked += 1
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.published]}).encode()


def receiver(hand: Taking, idp: Idp, *, bearer: str = "") -> SignalReceiver:
    signals = Signals(ISSUER, US, jwks_url=f"{ISSUER}/keys")
    directory = Directory("acme", Platform.OKTA, SecretRef(), signals=signals)
    keys = JwksStore((issuer_of(directory),), idp.fetch)
    return SignalReceiver(directory, keys, hand=hand, bearer=lambda: bearer, clock=lambda: NOW)


def push(
    body: bytes,
    *,
    headers: dict[str, str] = HEADERS,
    hand: Taking | None = None,
    bearer: str = "",
    idp: Idp | None = None,
) -> Answer:
    async def read() -> bytes:
        return body

    own = receiver(hand or Taking(), idp or Idp(KEY), bearer=bearer)
    return asyncio.run(own.answer(Asked("POST", "/signals/acme", headers, read)))


def err(answer: Answer) -> tuple[int, str]:
    told = json.loads(answer.body)
    assert set(told) == {"err", "description"}  # RFC 8935, section 2.3
    return answer.status, told["err"]


def test_a_true_one_is_accepted_once_it_is_kept() -> None:
    hand = Taking()
    assert push(signed(), hand=hand) == Answer(202)
    (told,) = hand.taken
    (activity,) = told.activities
    assert (activity.account, activity.method, activity.at) == ("ada@acme.example", "caep.session-revoked", NOW - 9)
    again = Taking()
    push(signed(), hand=again)
    assert again.taken[0].id == told.id  # what was taken is known by it


@pytest.mark.parametrize(("body", "told"), [
    (signed(CLAIMS | {"aud": "https://other.example"}), (400, "invalid_audience")),
    (signed(CLAIMS | {"aud": []}), (400, "invalid_audience")),
    (signed(CLAIMS | {"iss": "https://evil.example"}), (400, "invalid_issuer")),
    (signed(key=OTHER, kid="one"), (400, "invalid_key")),
    (signed(key=OTHER, kid="two"), (400, "invalid_key")),
    (signed(key=OctKey.import_key(b"k" * 32), alg="HS256"), (400, "invalid_key")),
    (signed()[:-8] + b"AAAAAAAA", (400, "invalid_key")),
    (signed(typ="JWT"), (400, "invalid_request")),
    (signed(typ=None), (400, "invalid_request")),
    (signed(CLAIMS | {"iat": NOW - OLDEST_S - 1}), (400, "invalid_request")),
    (signed(CLAIMS | {"iat": NOW + 600}), (400, "invalid_request")),
    (signed(CLAIMS | {"iat": "yesterday"}), (400, "invalid_request")),
    (signed(CLAIMS | {"exp": NOW - 600}), (400, "invalid_request")),
    (signed(CLAIMS | {"jti": ""}), (400, "invalid_request")),
    (signed(CLAIMS | {"jti": 3}), (400, "invalid_request")),
    (signed(CLAIMS | {"events": {}}), (400, "invalid_request")),
    (signed(CLAIMS | {"events": {f"{CAEP}session-revoked": 3}}), (400, "invalid_request")),
    (signed(CLAIMS | {"sub_id": {"format": "email"}}), (400, "invalid_request")),
    (b"eyJhbGciOiJub25lIn0.e30.", (400, "invalid_request")),
    (b"", (400, "invalid_request")), (b"\xff.\xff.\xff", (400, "invalid_request")), (b"a.b.c", (400, "invalid_request")),
])  # fmt: skip
def test_what_is_not_believed_is_refused_in_the_words_of_the_rfc(body: bytes, told: tuple[int, str]) -> None:
    hand = Taking()
    assert err(push(body, hand=hand)) == told
    assert hand.taken == []
    assert hand.counts == ["unreadable" if told[1] == "invalid_request" else "forged"]


def test_an_unsigned_token_is_refused_even_when_it_has_a_signature() -> None:
    head, claims, _ = signed().split(b".")
    bare = b"eyJhbGciOiJub25lIiwidHlwIjoic2VjZXZlbnQrand0In0"  # {"alg":"none","typ":"secevent+jwt"}
    assert err(push(b".".join((bare, claims, b"AAAA")))) == (400, "invalid_key")
    assert head != bare


def test_a_new_key_of_the_issuer_is_fetched_once_and_not_for_everybody() -> None:
    idp, hand = Idp(KEY), Taking()
    own = receiver(hand, idp)

    async def both() -> list[int]:
        async def send(body: bytes) -> int:
            async def read() -> bytes:
                return body

            return (await own.answer(Asked("POST", "/", HEADERS, read))).status

        first = await send(signed())
        idp.published.append(OTHER)
        return [first, await send(signed(key=OTHER, kid="two")), await send(signed(key=OTHER, kid="three"))]

    assert asyncio.run(both()) == [202, 400, 400]  # asked again only half a minute after the first time
    assert idp.asked == 1


def test_who_must_send_a_token_and_what_kind() -> None:
    assert err(push(signed(), bearer="word")) == (401, "authentication_failed")
    assert err(push(signed(), bearer="word", headers=HEADERS | {"authorization": "Bearer wrong"}))[0] == 401
    assert push(signed(), bearer="word", headers=HEADERS | {"authorization": "Bearer word"}).status == 202
    assert err(push(signed(), headers={"content-type": "application/json"})) == (400, "invalid_request")


def test_what_cannot_be_kept_is_not_acknowledged() -> None:
    hand = Taking(UnavailableError("WL-LSN-004", "Not now.", ""))
    assert push(signed(), hand=hand).status == 503
    assert hand.counts == ["not-now"]
    assert err(push(signed(), hand=Taking(InputError("WL-LSN-001", "Too large.", ""))))[0] == 413


def test_a_stream_that_verifies_itself_is_counted_and_unknown_events_are_silent() -> None:
    hand = Taking()
    events = {
        "https://schemas.openid.net/secevent/ssf/event-type/verification": {"state": "x"},
        "https://x.example/y": {},
    }
    assert push(signed(CLAIMS | {"events": events}), hand=hand).status == 202
    assert (hand.counts, hand.taken) == (["verification", "silent"], [])


def test_our_own_configuration_names_our_key() -> None:
    assert configuration(f"{US}/")["jwks_uri"] == f"{US}/.well-known/ssf-jwks.json"
