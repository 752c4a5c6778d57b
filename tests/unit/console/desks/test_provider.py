from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.oidcpuppet import CLIENT, SECRET, Puppet, b64, new_key, running, signed

from wardlaw.adapters.identityprovider import IdentityProvider
from wardlaw.config.provider import Provider
from wardlaw.config.secretref import SecretRef
from wardlaw.console.api.providing import ProviderAnswer, Vouching
from wardlaw.console.desks.provider import ProviderDesk
from wardlaw.facts.errors import WardlawError
from wardlaw.store.providerlogins import ProviderOrigin

HOME = "http://127.0.0.1:8081"


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def puppet(clock: Clock) -> Iterator[Puppet]:
    with running(clock) as puppet:
        yield puppet


def desk(puppet: Puppet, clock: Clock, **settings) -> ProviderDesk:
    provider = Provider(issuer=puppet.issuer, client_id=CLIENT, client_secret=SecretRef("env", "S"), **settings)
    asked = IdentityProvider(provider, secret=SECRET, clock=clock)
    return ProviderDesk(asked, address=HOME, clock=clock, entropy=os.urandom)


async def there_and_back(at: ProviderDesk, puppet: Puppet, *, again: bool = False, **changed: str) -> Vouching:
    begun = await at.begin("/x", session="ses_1" if again else "", person="person:a" if again else "")
    return await at.prove(begun.attempt, ProviderAnswer(**(puppet.authorize(begun.address) | changed)))


def code_of(awaitable) -> tuple[str, str]:
    with pytest.raises(WardlawError) as caught:
        asyncio.run(awaitable)
    return caught.value.code, caught.value.message


def test_a_browser_is_sent_away_with_all_that_protects_its_way(puppet: Puppet, clock: Clock) -> None:
    async def story() -> None:
        puppet.metadata["authorization_endpoint"] = f"{puppet.issuer}/authorize?tenant=1"
        at = desk(puppet, clock, scopes=("openid", "groups"), max_age_s=3_600, acr_values=("phr",))
        begun = await at.begin("/x")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.address).query).items()}
        assert asked["scope"] == "openid groups"
        assert asked["redirect_uri"] == f"{HOME}/sign-in/oidc/done"
        assert (asked["tenant"], asked["max_age"], asked["code_challenge_method"]) == ("1", "3600", "S256")
        assert {"prompt", "acr_values"} & set(asked) == set()
        assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
        again = await at.begin("/x", session="ses_1", person="person:a")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(again.address).query).items()}
        assert (asked["prompt"], asked["max_age"], asked["acr_values"]) == ("login", "0", "phr")

    asyncio.run(story())


def test_a_good_answer_is_believed(puppet: Puppet, clock: Clock) -> None:
    proof = asyncio.run(there_and_back(desk(puppet, clock), puppet))
    assert (proof.said.subject, proof.said.sid, proof.to, proof.session) == ("248289", "s1", "/x", "")
    again = asyncio.run(there_and_back(desk(puppet, clock), puppet, again=True))
    assert (again.session, again.person) == ("ses_1", "person:a")


def test_answers_of_another_issuer_are_refused(puppet: Puppet, clock: Clock) -> None:
    assert code_of(there_and_back(desk(puppet, clock), puppet, iss="https://evil.example"))[0] == "WL-OID-006"
    assert code_of(there_and_back(desk(puppet, clock), puppet, iss=""))[0] == "WL-OID-006"  # it said that it says so
    puppet.metadata["authorization_response_iss_parameter_supported"] = False
    assert asyncio.run(there_and_back(desk(puppet, clock), puppet, iss="")).said.subject == "248289"
    assert code_of(there_and_back(desk(puppet, clock), puppet, iss="https://evil.example"))[0] == "WL-OID-006"


def test_what_the_provider_says_instead_is_told_plain(puppet: Puppet, clock: Clock) -> None:
    said = "Not\nassigned <script>" + "x" * 400
    told = code_of(there_and_back(desk(puppet, clock), puppet, code="", error="access_denied", error_description=said))
    assert told[0] == "WL-OID-005"
    assert "(access_denied: Not assigned <script>" in told[1]  # escaped where it is shown
    assert len(told[1]) < 300
    assert code_of(there_and_back(desk(puppet, clock), puppet, code=""))[1].endswith("(it sent no code).")
    assert code_of(there_and_back(desk(puppet, clock), puppet, code="guessed"))[0] == "WL-OID-005"


def forged(how: str, claims: dict, key) -> str:
    """A token as an attacker would make it who has everything but the issuer's private key."""
    header = {"kid": "k1", "typ": "JWT"}
    body = b64(json.dumps(claims).encode())
    match how:
        case "none" | "None":
            return f"{b64(json.dumps(header | {'alg': how}).encode())}.{body}."
        case "none with a signature":
            return f"{b64(json.dumps(header | {'alg': 'none'}).encode())}.{body}.{b64(b'x')}"
        case "the public key as a secret":
            pem = key.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            text = f"{b64(json.dumps(header | {'alg': 'HS256'}).encode())}.{body}"
            return f"{text}.{b64(hmac.new(pem, text.encode(), hashlib.sha256).digest())}"
        case "the client's secret":
            text = f"{b64(json.dumps(header | {'alg': 'HS256'}).encode())}.{body}"
            return f"{text}.{b64(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())}"
        case "another key of that name":
            return signed(claims, new_key("k9"), kid="k1")
        case "a key it brings along":
            own = new_key("k9")
            text = f"{b64(json.dumps(header | {'alg': 'RS256', 'jwk': own.as_dict(private=False)}).encode())}.{body}"
            return f"{text}.{signed(claims, own).rpartition('.')[2]}"
        case "other claims under a good signature":
            good = signed(claims | {"sub": "somebody"}, key)
            return f"{good.split('.')[0]}.{body}.{good.split('.')[2]}"
        case "a header that must be understood":
            text = f"{b64(json.dumps(header | {'alg': 'RS256', 'crit': ['x'], 'x': 1}).encode())}.{body}"
            return f"{text}.{signed(claims, key).rpartition('.')[2]}"
    raise AssertionError(how)


@pytest.mark.parametrize(
    "how",
    [
        "none", "None", "none with a signature", "the public key as a secret", "the client's secret",
        "another key of that name", "a key it brings along", "other claims under a good signature",
        "a header that must be understood",
    ],
)  # fmt: skip
def test_forged_tokens_are_refused(puppet: Puppet, clock: Clock, how: str) -> None:
    puppet.make_token = lambda claims: forged(how, claims, puppet.key)
    assert code_of(there_and_back(desk(puppet, clock), puppet))[0] == "WL-OID-007"
    token = forged(how, {"iss": puppet.issuer}, puppet.key)
    assert code_of(desk(puppet, clock).read_logout(token))[0] == "WL-OID-007"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "of another browser"}, "another request"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"aud": "another"}, "another audience"),
        ({"exp": 1_789_999_970}, "expired"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "another access token"),
    ],
)
def test_tokens_that_say_something_else_are_refused(puppet: Puppet, clock: Clock, claims: dict, why: str) -> None:
    puppet.claims = claims
    code, said = code_of(there_and_back(desk(puppet, clock), puppet))
    assert code == "WL-OID-007"
    assert why in said


def test_a_fresh_proof_must_say_when_and_how_it_was_given(puppet: Puppet, clock: Clock) -> None:
    at = desk(puppet, clock, acr_values=("phr",))
    puppet.claims = {"acr": "phr"}
    assert asyncio.run(there_and_back(at, puppet, again=True)).said.acr == "phr"
    for claims, without, why in (
        ({"acr": "pwd"}, (), "in one of the ways"),
        ({"acr": "phr"}, ("auth_time",), "does not say when"),
        ({"acr": "phr", "auth_time": clock.now - 31}, (), "too long ago"),
    ):
        puppet.claims, puppet.without = claims, without
        assert why in code_of(there_and_back(desk(puppet, clock, acr_values=("phr",)), puppet, again=True))[1]
    puppet.claims, puppet.without = {"auth_time": clock.now - 3_631}, ()
    assert "too long ago" in code_of(there_and_back(desk(puppet, clock, max_age_s=3_600), puppet))[1]


def test_a_provider_that_is_down_is_told_as_that(puppet: Puppet, clock: Clock) -> None:
    for what in ("metadata", "token", "keys"):
        puppet.status = {what: 503}
        assert code_of(there_and_back(desk(puppet, clock), puppet))[0] == "WL-OID-001", what


def test_signing_out_leads_to_the_provider_where_it_offers_that(puppet: Puppet, clock: Clock) -> None:
    async def story() -> None:
        at, origin = desk(puppet, clock), ProviderOrigin(puppet.issuer, "1", "s1")
        at.keep_hint("ses_1", "the.id.token")
        at.keep_hint("ses_2", "x" * 20_000)  # too long for an address
        asked = parse_qs(urlsplit(await at.farewell("ses_1", origin)).query)
        assert asked == {
            "client_id": [CLIENT], "post_logout_redirect_uri": [f"{HOME}/sign-in"], "id_token_hint": ["the.id.token"],
        }  # fmt: skip
        assert "id_token_hint" not in parse_qs(urlsplit(await at.farewell("ses_1", origin)).query)  # once
        assert "id_token_hint" not in parse_qs(urlsplit(await at.farewell("ses_2", origin)).query)
        assert await at.farewell("ses_1", ProviderOrigin("https://former.example", "1", "")) == ""
        puppet.metadata["end_session_endpoint"] = f"{puppet.issuer}/end?x=1"
        assert "/end?x=1&client_id=" in await desk(puppet, clock).farewell("ses_1", origin)

    asyncio.run(story())
