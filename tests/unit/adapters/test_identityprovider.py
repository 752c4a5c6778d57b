from __future__ import annotations

import asyncio
import datetime as dt
import json
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.oidcpuppet import CLIENT, SECRET, Puppet, new_key, running, signed
from wardlaw.adapters import identityprovider
from wardlaw.adapters.identityprovider import IdentityProvider, Tokens, plain, read_metadata
from wardlaw.config.provider import Provider
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.security.jwt import read_token

HOME = "https://login.example"
SETTINGS = Provider(issuer=HOME, client_id=CLIENT, name="Acme", hosts=("keys.example:8443",))
TOLD = {
    "issuer": HOME, "authorization_endpoint": HOME + "/a?tenant=1", "token_endpoint": HOME + "/t",
    "jwks_uri": "https://keys.example:8443/k",
}  # fmt: skip


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


def provider(puppet: Puppet, clock: Clock, *, secret: str = SECRET, **more) -> IdentityProvider:
    ref = SecretRef("env", "S") if secret else SecretRef()
    settings = Provider(issuer=puppet.issuer, client_id=CLIENT, client_secret=ref, **more)
    return IdentityProvider(settings, secret=secret, clock=clock)


def why(awaitable) -> str:
    with pytest.raises(UnavailableError) as caught:
        asyncio.run(awaitable)
    return f"{caught.value.code} {caught.value.message}"


def read(**changed) -> str:
    told = {name: value for name, value in (TOLD | changed).items() if value is not None}
    try:
        read_metadata(json.dumps(told).encode(), SETTINGS)
    except UnavailableError as error:
        return f"{error.code} {error.message}"
    return ""


def test_good_metadata_are_taken() -> None:
    found = read_metadata(json.dumps(TOLD).encode(), SETTINGS)
    assert (found.authorize, found.keys, found.signs_out_at, found.says_issuer) == (
        HOME + "/a?tenant=1", "https://keys.example:8443/k", "", False,
    )  # fmt: skip
    assert found.secret_in_header  # RFC 8414: the default where nothing is said
    assert not read_metadata(
        json.dumps(TOLD | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}).encode(), SETTINGS
    ).secret_in_header
    assert read(code_challenge_methods_supported=["plain", "S256"]) == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"issuer": HOME + "/"}, "another issuer"),
        ({"issuer": None}, "another issuer"),
        ({"token_endpoint": "https://evil.example/t"}, "neither the issuer's host nor"),
        ({"token_endpoint": "https://login.example:444/t"}, "neither the issuer's host nor"),
        ({"jwks_uri": "https://keys.example/k"}, "neither the issuer's host nor"),
        ({"jwks_uri": "http://login.example/k"}, "not https"),
        ({"jwks_uri": "http://127.0.0.1/k"}, "not https"),
        ({"jwks_uri": "http://169.254.169.254/latest"}, "not https"),
        ({"jwks_uri": "file:///etc/passwd"}, "no address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no address"),
        ({"authorization_endpoint": "https://u:p@login.example/a"}, "no address"),
        ({"authorization_endpoint": None}, "no address"),
        ({"token_endpoint": 7}, "no address"),
        ({"authorization_endpoint": HOME + "/a\r\nset-cookie: a=b"}, "no address"),
        ({"authorization_endpoint": HOME + "/a\tb"}, "no address"),
        ({"authorization_endpoint": HOME + "/a b"}, "no address"),
        ({"end_session_endpoint": HOME + "/\u00e9"}, "no address"),
        ({"end_session_endpoint": "https://evil.example/e"}, "neither the issuer's host nor"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "signs in none"),
    ],
)
def test_metadata_that_lead_elsewhere_or_offer_too_little_are_refused(changed: dict, said: str) -> None:
    told = read(**changed)
    assert told.startswith("WL-OID-002")
    assert said in told


def test_a_secret_needs_a_way_to_show_it() -> None:
    settings = msgspec.structs.replace(SETTINGS, client_secret=SecretRef("env", "S"))
    raw = json.dumps(TOLD | {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}).encode()
    with pytest.raises(UnavailableError, match="no secret"):
        read_metadata(raw, settings)
    for raw in (b"[]", b"", b'{"issuer": 1, "issuer": 2}', b"\xff"):
        with pytest.raises(UnavailableError, match="not a JSON object"):
            read_metadata(raw, SETTINGS)


def test_metadata_are_asked_for_again_after_an_hour_and_kept_for_a_day(puppet: Puppet, clock: Clock) -> None:
    async def story() -> None:
        asked = provider(puppet, clock)
        first = await asked.metadata()
        clock.now += 3_599
        assert await asked.metadata() is first
        clock.now += 1
        assert await asked.metadata() is not first
        assert puppet.asked == ["metadata", "metadata"]
        puppet.status["metadata"] = 500
        clock.now += 3_600
        for _ in range(3):  # down: not asked again at once
            assert (await asked.metadata()).token == first.token
        assert len(puppet.asked) == 3
        clock.now += 86_400
        with pytest.raises(UnavailableError, match="answers 500"):
            await asked.metadata()
        await asked.close()

    asyncio.run(story())


def test_while_the_provider_is_down_the_next_ones_are_told_at_once(puppet: Puppet, clock: Clock) -> None:
    async def story() -> None:
        asked = provider(puppet, clock)
        puppet.status["metadata"] = 500
        for passed in (0.0, 4.9):
            clock.now += passed
            with pytest.raises(UnavailableError, match="answers 500"):
                await asked.metadata()
        assert puppet.asked == ["metadata"]
        puppet.status = {}
        clock.now += 0.2
        assert (await asked.metadata()).token
        await asked.close()

    asyncio.run(story())


def test_a_code_is_changed_with_the_secret_in_the_header_or_in_the_form(puppet: Puppet, clock: Clock) -> None:
    async def story() -> None:
        def sent_away(asked: IdentityProvider) -> str:
            address = (
                f"{puppet.issuer}/authorize?response_type=code&client_id={CLIENT}&code_challenge_method=S256&state=s&nonce=n"
                "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&redirect_uri=http://x/d"
            )
            return puppet.authorize(address)["code"]

        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
        asked = provider(puppet, clock)
        tokens = await asked.exchange(sent_away(asked), verifier=verifier, redirect_uri="http://x/d")
        assert isinstance(tokens, Tokens)
        assert "client_secret" not in puppet.seen_form
        with pytest.raises(InputError, match="invalid_grant"):
            await asked.exchange(sent_away(asked), verifier=verifier[:-1], redirect_uri="http://x/d")
        with pytest.raises(InputError, match="invalid_client"):
            wrong = provider(puppet, clock, secret="wrong")
            await wrong.exchange(sent_away(wrong), verifier=verifier, redirect_uri="http://x/d")
        puppet.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post", "none"]}
        posted = provider(puppet, clock)
        await posted.exchange(sent_away(posted), verifier=verifier, redirect_uri="http://x/d")
        assert (puppet.seen_form["client_id"], puppet.seen_form["client_secret"]) == (CLIENT, SECRET)
        public = provider(puppet, clock, secret="")
        await public.exchange(sent_away(public), verifier=verifier, redirect_uri="http://x/d")
        assert "client_secret" not in puppet.seen_form

    asyncio.run(story())


@pytest.mark.parametrize(
    ("what", "body", "said"),
    [
        ("token", b"{}", "holds no tokens"),
        ("token", b"<html>", "holds no tokens"),
        ("token", b'{"id_token": 1, "access_token": "a"}', "holds no tokens"),
        ("token", b" " * 262_145, "too large"),
        ("metadata", b" " * 262_145, "too large"),
    ],
)
def test_senseless_and_huge_answers_are_refused(
    puppet: Puppet, clock: Clock, what: str, body: bytes, said: str
) -> None:
    puppet.raw[what] = body
    assert said in why(provider(puppet, clock).exchange("c", verifier="v", redirect_uri="x"))


def test_redirects_are_not_followed(puppet: Puppet, clock: Clock) -> None:
    puppet.status["metadata"] = 302
    assert "answers 302" in why(provider(puppet, clock).metadata())
    assert puppet.asked == ["metadata"]


def test_whoever_is_slow_or_drips_or_is_not_there_costs_a_bounded_time(
    puppet: Puppet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identityprovider, "TIMEOUT_S", 0.4)
    puppet.drip_s = 0.05  # each byte comes in time, the whole does not
    assert "no answer within" in why(provider(puppet, clock).metadata())
    puppet.drip_s, puppet.delay_s["metadata"] = 0.0, 2.0
    assert "WL-OID-001" in why(provider(puppet, clock).metadata())
    gone = msgspec.structs.replace(SETTINGS, issuer="http://127.0.0.1:1")
    assert "WL-OID-001" in why(IdentityProvider(gone, secret="", clock=clock).metadata())


def test_keys_change_and_withdrawn_ones_sign_no_more(puppet: Puppet, clock: Clock) -> None:
    async def story() -> None:
        asked = provider(puppet, clock)

        async def signs(key, **more) -> bool:
            token = read_token(signed({"iss": puppet.issuer}, key, **more))
            assert token is not None
            return await asked.key_signs(token)

        old, new = puppet.key, new_key("k2")
        assert await signs(old)
        assert not await signs(new)  # not published
        puppet.published = [new]
        clock.now += 31  # asked again at most every 30 s, whoever sends what
        assert await signs(new)
        assert not await signs(old)
        assert not await signs(new, alg="PS256", kid="k1")
        puppet.raw["keys"] = b" " * 1_048_577
        clock.now += 3_600
        assert await signs(new)  # kept while good ones cannot be had
        clock.now += 86_401
        with pytest.raises(UnavailableError, match="too large"):
            await signs(new)

    asyncio.run(story())


def test_algorithms_that_are_not_allowed_are_refused_before_any_key_is_looked_for(puppet: Puppet, clock: Clock) -> None:
    async def story() -> None:
        asked = provider(puppet, clock, algorithms=("ES256",))
        token = read_token(signed({"iss": puppet.issuer}, puppet.key))
        assert token is not None
        assert not await asked.key_signs(token)
        for alg in ("none", "HS256", "hs256", "NONE", None, 1, ["RS256"]):
            assert not await asked.key_signs(msgspec.structs.replace(token, header={"alg": alg}))
        assert puppet.asked == []

    asyncio.run(story())


def test_what_others_say_is_shown_plain() -> None:
    assert plain("a\n\x00b \t c" + "x" * 100, 8) == "a b c"


def certified(folder: Path) -> tuple[bytes, ssl.SSLContext]:
    """An authority's certificate, and the side of a server it signed for."""
    now = dt.datetime.now(dt.UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in ("authority", "server")]
    made = []
    for place, key in enumerate(keys):
        builder = x509.CertificateBuilder(
            names[0], names[place], key.public_key(), 7 + place, now - dt.timedelta(days=1), now + dt.timedelta(days=1)
        )
        basic = x509.BasicConstraints(ca=place == 0, path_length=None)
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = builder.add_extension(basic, critical=True).add_extension(here, critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "cert.pem").write_bytes(made[1])
    (folder / "key.pem").write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return made[0], context


def test_a_certificate_counts_when_its_authority_is_named(tmp_path: Path, clock: Clock) -> None:
    authority, context = certified(tmp_path)
    with running(clock, context) as puppet:
        settings = Provider(issuer=puppet.issuer, client_id=CLIENT)
        told = asyncio.run(IdentityProvider(settings, secret="", clock=clock, authority=authority).metadata())
        assert told.token == f"{puppet.issuer}/token"
        assert "WL-OID-001" in why(IdentityProvider(settings, secret="", clock=clock).metadata())
