"""Asks one identity provider: its metadata, its keys, and what a code stands for.

Connected is only to the issuer's own host and to hosts the operator named: whoever could write the metadata could
otherwise have codes and secrets sent elsewhere, or have this process ask addresses inside the network. No redirect is
followed; every answer has a largest size and a time in which it must have arrived whole.

Sources: OpenID Connect Discovery 1.0, section 4; OpenID Connect Core 1.0, section 3.1.3; RFC 6749; RFC 7636; RFC 9207.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError

from wardlaw.adapters.keysets import KEY_SET_BYTES, JwksStore
from wardlaw.config.address import is_loopback, url_parts
from wardlaw.config.model import Issuer
from wardlaw.config.provider import Provider
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.security.jwt import IssuerKeys, Token, choose_key, read_object, verify

TIMEOUT_S = 10.0
"""In which an answer must have arrived whole, however slowly it drips."""

METADATA_S = 3_600.0  # asked for again after an hour; used for a day while the provider is down
_KEPT_S = 86_400.0
_RETRY_S = 5.0  # while it is down, whoever comes next is told at once instead of waiting in a row
_ANSWER_BYTES = 262_144  # metadata of public providers have some 5 KB, answers with tokens some 10 KB
_AT_ONCE = 16


class Metadata(msgspec.Struct, frozen=True):
    """What the provider says of itself, checked.

    Attributes:
        signs_out_at: Where browsers end the session at the provider (RP-Initiated Logout 1.0); empty without.
        says_issuer: Its answers name the issuer (RFC 9207): one that does not is another's.
        secret_in_header: How the client shows its secret: HTTP Basic, or else in the form.
    """

    authorize: str
    token: str
    keys: str
    signs_out_at: str = ""
    says_issuer: bool = False
    secret_in_header: bool = True


class Tokens(msgspec.Struct, frozen=True):
    """What a code was changed for; nothing in it is verified."""

    id_token: str
    access_token: str


class IdentityProvider:
    """One provider, as the configuration describes it.

    Args:
        settings: Checked by the configuration.
        secret: The client's secret; empty for a public client.
        clock: Unix seconds.
        authority: Certificates that sign the provider's, PEM; empty for the system's.
    """

    def __init__(self, settings: Provider, *, secret: str, clock: Callable[[], float], authority: bytes = b"") -> None:
        self.settings = settings
        self._secret = secret
        self._clock = clock
        self._authority = authority
        self._client: Client | None = None
        self._held: tuple[Metadata, float] | None = None
        self._failed: tuple[UnavailableError, float] | None = None
        self._asking = asyncio.Lock()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        issuer = Issuer(settings.issuer, settings.client_id or "-", algorithms=settings.algorithms)
        self._keys = JwksStore((issuer,), self._key_set)

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    async def metadata(self) -> Metadata:
        """The provider's metadata, at most an hour old, or a day while it cannot be asked.

        Raises:
            UnavailableError: They cannot be had (WL-OID-001) or cannot be used (WL-OID-002).
        """
        async with self._asking:
            now, held, failed = self._clock(), self._held, self._failed
            if held is not None and 0 <= now - held[1] < METADATA_S:
                return held[0]
            kept = held[0] if held is not None and 0 <= now - held[1] < _KEPT_S else None
            if failed is None or not 0 <= now - failed[1] < _RETRY_S:
                try:
                    return await self._renewed(now)
                except UnavailableError as error:
                    failed = self._failed = (error, now)
            if kept is not None:
                return kept
            raise failed[0]

    async def key_signs(self, token: Token) -> bool:
        """Whether one of the issuer's published keys signed a token, in a way that is allowed.

        Raises:
            UnavailableError: The keys cannot be had (WL-OID-001).
        """
        alg = token.header.get("alg")
        if not isinstance(alg, str) or alg not in self.settings.algorithms:
            return False
        await self._keys.renew(at=self._clock())
        keys = self._known()
        key = choose_key(keys, token, alg) if keys is not None else None
        # A key nobody knows yet: the provider may have changed its keys a moment ago.
        if key is None and await self._keys.refresh(self.settings.issuer, at=self._clock()):
            keys = self._known()
            key = choose_key(keys, token, alg) if keys is not None else None
        if keys is None:
            raise _silent(self.settings, self._keys.failures.get(self.settings.issuer, "its keys are not to be had"))
        return key is not None and verify(token, key, alg)

    async def exchange(self, code: str, *, verifier: str, redirect_uri: str) -> Tokens:
        """Change a code for tokens.

        Raises:
            UnavailableError: The provider cannot be asked (WL-OID-001).
            InputError: It does not take the code (WL-OID-005).
        """
        metadata, settings = await self.metadata(), self.settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if self._secret and metadata.secret_in_header:
            # RFC 6749, 2.3.1: both parts are form-encoded before they are put together.
            pair = f"{quote_plus(settings.client_id)}:{quote_plus(self._secret)}"
            headers["authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": settings.client_id} | ({"client_secret": self._secret} if self._secret else {})
        raw = await self._ask(
            "POST", metadata.token, most=_ANSWER_BYTES, body=urlencode(form).encode(), headers=headers
        )
        told = read_object(raw) or {}
        if "error" in told:
            said = plain(str(told["error"]), 64)
            raise InputError("WL-OID-005", f"{settings.name} does not take the answer: {said}.", "Sign in again.")
        identity, access = told.get("id_token"), told.get("access_token")
        if not isinstance(identity, str) or not isinstance(access, str):
            raise _silent(settings, "its answer holds no tokens")
        return Tokens(identity, access)

    async def _renewed(self, now: float) -> Metadata:
        # The issuer's own path stays before the well-known part (Discovery 1.0, 4.1), unlike RFC 8414.
        address = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = read_metadata(await self._ask("GET", address, most=_ANSWER_BYTES), self.settings)
        self._held, self._failed = (found, now), None
        return found

    def _known(self) -> IssuerKeys | None:
        return self._keys.keys(self.settings.issuer, at=self._clock())

    async def _key_set(self, _issuer: Issuer) -> bytes:
        return await self._ask("GET", (await self.metadata()).keys, most=KEY_SET_BYTES)

    async def _ask(
        self, method: str, url: str, *, most: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> bytes:
        try:
            async with asyncio.timeout(TIMEOUT_S), self._at_once:
                return await self._asked(method, url, most, body, headers or {})
        except TimeoutError as error:
            raise _silent(self.settings, f"no answer within {TIMEOUT_S:.0f} s") from error
        except PyreqwestError as error:
            # The error's name only: its text may quote an address with a code in it.
            raise _silent(self.settings, type(error).__name__) from error

    async def _asked(self, method: str, url: str, most: int, body: bytes, headers: Mapping[str, str]) -> bytes:
        request = self._open().request(method, url).header("accept", "application/json")
        for name, value in headers.items():
            request = request.header(name, value)
        if body:
            request = request.body_bytes(body)
        async with request.streamed_read_buffer_limit(0).build_streamed() as answer:
            # 400 and 401 carry an error of the token endpoint (RFC 6749, 5.2).
            if answer.status not in ((200, 400, 401) if body else (200,)):
                raise _silent(self.settings, f"it answers {answer.status}")
            parts: list[bytes] = []
            size = 0
            while (piece := await answer.body_reader.read_chunk()) is not None:
                size += len(piece)
                if size > most:
                    raise _silent(self.settings, "its answer is too large")
                parts.append(bytes(piece))
            return b"".join(parts)

    def _open(self) -> Client:
        if self._client is None:
            builder = ClientBuilder().follow_redirects(False).no_proxy().timeout(timedelta(seconds=TIMEOUT_S))
            if self._authority:
                builder = builder.add_root_certificate_pem(self._authority)
            self._client = builder.build()
        return self._client


def read_metadata(raw: bytes, settings: Provider) -> Metadata:
    """The provider's metadata.

    Raises:
        UnavailableError: They are another issuer's, name an address Wardlaw does not connect to, or offer no way
            Wardlaw knows (WL-OID-002).
    """
    told = read_object(raw)
    if told is None:
        raise _unusable(settings, "they are not a JSON object")
    if told.get("issuer") != settings.issuer:  # letter by letter (Discovery 1.0, 4.3)
        raise _unusable(settings, "they are of another issuer than console.oidc.issuer")
    methods = _texts(told, "code_challenge_methods_supported")
    if methods and "S256" not in methods:
        raise _unusable(settings, "it does not take PKCE with S256")
    signed = _texts(told, "id_token_signing_alg_values_supported")
    if signed and not set(signed) & set(settings.algorithms):
        raise _unusable(settings, "it signs in none of the ways of console.oidc.algorithms")
    shown = _texts(told, "token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    if settings.client_secret and not {"client_secret_basic", "client_secret_post"} & set(shown):
        raise _unusable(settings, "it takes no secret of a client")
    return Metadata(
        authorize=_endpoint(told, "authorization_endpoint", settings),
        token=_endpoint(told, "token_endpoint", settings),
        keys=_endpoint(told, "jwks_uri", settings),
        signs_out_at=_endpoint(told, "end_session_endpoint", settings) if "end_session_endpoint" in told else "",
        says_issuer=told.get("authorization_response_iss_parameter_supported") is True,
        secret_in_header="client_secret_basic" in shown,
    )


def plain(text: str, most: int) -> str:
    """What somebody outside said, fit to be shown: printable, on one line, not long."""
    said = "".join(char if char.isprintable() else " " for char in text[:most])
    return " ".join(said.split())


def _endpoint(told: Mapping[str, Any], name: str, settings: Provider) -> str:
    value = told.get(name)
    # It goes into headers: a line end or a blank in it would be more than an address.
    is_plain = isinstance(value, str) and value.isascii() and value.isprintable() and " " not in value
    parts = url_parts(value) if isinstance(value, str) and is_plain else None
    if parts is None or not parts.hostname or parts.username or parts.password or parts.fragment:
        raise _unusable(settings, f"{name} is no address")
    home = urlsplit(settings.issuer)
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and home.scheme == "http" and is_loopback(parts.hostname)
    )
    if not is_safe:
        raise _unusable(settings, f"{name} is not https")
    if parts.netloc.lower() not in {home.netloc.lower(), *(host.lower() for host in settings.hosts)}:
        raise _unusable(
            settings,
            f"{name} is at {plain(parts.netloc, 100)}, which is neither the issuer's host nor in console.oidc.hosts",
        )
    return str(value)


def _texts(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = told.get(name)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _silent(settings: Provider, why: str) -> UnavailableError:
    return UnavailableError(
        "WL-OID-001",
        f"{settings.name} cannot be asked: {why}.",
        "Try again in a moment; sign in in another way meanwhile.",
    )


def _unusable(settings: Provider, why: str) -> UnavailableError:
    return UnavailableError(
        "WL-OID-002", f"The metadata of {settings.name} cannot be used: {why}.", "An operator mends console.oidc."
    )
