"""Receives security event tokens by push (RFC 8935) and believes those that their issuer has signed for us (RFC 8417, RFC 8725)."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from wardlaw.adapters.keysets import JwksStore
from wardlaw.cli.listening.app import Answer, Asked
from wardlaw.cli.listening.handing import Hand, Place
from wardlaw.cli.listening.reading import OLDEST_S, Told
from wardlaw.config.connected import Directory
from wardlaw.config.model import Issuer
from wardlaw.connectors.sharedsignals import Signalled, read_signal, signal_id
from wardlaw.facts.errors import InputError, WardlawError
from wardlaw.inventory.importing.badrow import UnreadableError
from wardlaw.security.jwt import TOKEN_CHARS, Token, choose_key, read_token, verify

SKEW_S = 60.0
"""Seconds by which another clock may be ahead of ours."""
_TYPES = frozenset({"secevent+jwt", "application/secevent+jwt"})
_MOST_JTI = 512
_log = logging.getLogger("wardlaw.listener")


class SetRefusal(msgspec.Struct, frozen=True):
    """Why a token is not taken: a code of RFC 8935, section 2.4, and words that say nothing of keys."""

    err: str
    description: str


class SignalReceiver:
    """Takes the signals of one directory's identity provider.

    Args:
        keys: The issuer's published keys.
        bearer: What the transmitter must send as bearer token; empty: its signature alone counts.
        clock: Unix seconds.
    """

    def __init__(
        self,
        directory: Directory,
        keys: JwksStore,
        *,
        hand: Hand,
        bearer: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:
        self._expected = issuer_of(directory)
        self._keys = keys
        self._bearer = bearer
        self._hand = hand
        self._clock = clock
        self.place = Place(directory.name, directory.platform.value)

    async def answer(self, asked: Asked) -> Answer:
        """Take one token: 202 once it is durable, also when it was taken before (RFC 8935, section 2)."""
        if asked.method != "POST":
            return Answer(405, headers=(("allow", "POST"),))
        try:
            refusal = await self._pushed(asked)
            if refusal is not None:
                return self._refused(refusal)
        except InputError as error:
            too_large = error.code == "WL-LSN-001"
            refusal = self._count(SetRefusal("invalid_request", error.message), too_large=too_large)
            return self._refused(refusal, status=413 if too_large else 400)
        except WardlawError as error:
            _log.error("a signal for %s was not kept: %s", self.place.directory, error.code)
            self._hand.count(self.place, "not-now")
            return Answer(503, headers=(("retry-after", "5"),))
        return Answer(202)

    async def take(self, text: str) -> SetRefusal | None:
        """Take a token in, however it came; None once it is durable, also when it was taken before.

        Raises:
            WardlawError: It could not be made durable now.
        """
        told = await self._told(text.strip())
        if isinstance(told, SetRefusal):
            return self._count(told)
        if told.is_silent:
            self._hand.count(self.place, "silent")
        else:
            await self._hand.take(self.place, told)
        return None

    async def _pushed(self, asked: Asked) -> SetRefusal | None:
        if not self._is_let_in(asked):
            return self._count(SetRefusal("authentication_failed", "The bearer token is missing or wrong."))
        kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/secevent+jwt":
            return self._count(SetRefusal("invalid_request", "The content type is not application/secevent+jwt."))
        return await self.take((await asked.read()).decode("latin-1"))

    async def _told(self, text: str) -> Told | SetRefusal:
        token = read_token(text) if len(text) <= TOKEN_CHARS else None
        if token is None:
            return SetRefusal("invalid_request", "The body is no signed token in compact form.")
        refusal = check_claims(token, self._expected, now=self._clock()) or await self._unsigned(token)
        if refusal is not None:
            return refusal
        issued_at = token.number("iat") or 0.0
        try:
            return self._heard(token, read_signal(token.claims, issued_at=issued_at), issued_at)
        except UnreadableError as error:
            return SetRefusal("invalid_request", f"An event is not as it is defined: {str(error)[:100]}.")

    def _heard(self, token: Token, signal: Signalled, issued_at: float) -> Told:
        for kind in signal.kinds:
            if kind.startswith("ssf."):
                self._hand.count(self.place, kind.partition(".")[2])
        page = signal.page
        id_ = signal_id(self._expected.issuer, token.text("jti"))
        return Told(id_, issued_at, page.sightings, page.activities)

    def _is_let_in(self, asked: Asked) -> bool:
        wanted = self._bearer()
        if not wanted:
            return True
        scheme, _, given = asked.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), wanted.encode())

    async def _unsigned(self, token: Token) -> SetRefusal | None:
        """None when the issuer's key has signed it; a key we do not know may be a new one."""
        alg = token.header.get("alg")
        if not isinstance(alg, str) or alg not in self._expected.algorithms:
            return SetRefusal("invalid_key", "The signature algorithm is none that is accepted.")
        now, issuer = self._clock(), self._expected.issuer
        for is_renewed in (False, True):
            if is_renewed and not await self._keys.refresh(issuer, at=now):
                break
            keys = self._keys.keys(issuer, at=now)
            key = choose_key(keys, token, alg) if keys is not None else None
            if key is not None:
                return None if verify(token, key, alg) else SetRefusal("invalid_key", "The signature is not the key's.")
        return SetRefusal("invalid_key", "The issuer publishes no such key.")

    def _count(self, refusal: SetRefusal, *, too_large: bool = False) -> SetRefusal:
        is_forged = refusal.err != "invalid_request"
        self._hand.count(self.place, "forged" if is_forged else "too-large" if too_large else "unreadable")
        _log.info("a signal for %s: %s", self.place.directory, refusal.err)
        return refusal

    def _refused(self, refusal: SetRefusal, *, status: int = 400) -> Answer:
        status = 401 if refusal.err == "authentication_failed" else status
        return Answer(status, msgspec.json.encode(refusal), (("content-type", "application/json"),))


def check_claims(token: Token, expected: Issuer, *, now: float) -> SetRefusal | None:
    """None when the claims are those of a token for us, of now.

    Args:
        now: Unix seconds.
    """
    if str(token.header.get("typ", "")).lower() not in _TYPES:  # an access token of the issuer must not pass for one
        return SetRefusal("invalid_request", "The token is not typed secevent+jwt.")
    if token.text("iss") != expected.issuer:
        return SetRefusal("invalid_issuer", "The issuer is not the one that is expected here.")
    if expected.audience not in token.audiences():
        return SetRefusal("invalid_audience", "The token is for somebody else.")
    jti, issued_at, ends = token.text("jti"), token.number("iat"), token.number("exp")
    if not 0 < len(jti) <= _MOST_JTI:
        return SetRefusal("invalid_request", "jti is missing.")
    if issued_at is None or issued_at > now + SKEW_S:
        return SetRefusal("invalid_request", "iat is missing, or in the future.")
    if issued_at < now - OLDEST_S or ("exp" in token.claims and (ends is None or ends < now - SKEW_S)):
        return SetRefusal("invalid_request", "The token is too old.")
    return None


def issuer_of(directory: Directory) -> Issuer:
    """The transmitter of a directory, as the keys of identity providers are kept."""
    own = directory.signals
    return Issuer(own.issuer, own.audience, jwks_url=own.jwks_url, jwks_file=own.jwks_file, algorithms=own.algorithms)


def configuration(issuer: str) -> dict[str, Any]:
    """What receivers of our own signals are told (Shared Signals Framework 1.0, section 7.1)."""
    return {
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": f"{issuer.rstrip('/')}/.well-known/ssf-jwks.json",
        "delivery_methods_supported": ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
        "default_subjects": "ALL",
    }
