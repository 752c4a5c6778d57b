"""Published keys of identity providers: rotated, and kept for a while when the issuer is down."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from wardlaw.config.model import Issuer
from wardlaw.facts.errors import UnavailableError
from wardlaw.security.jwt import IssuerKeys, read_jwks

REFRESH_S = 30.0  # an unknown `kid` asks the issuer at most this often, whoever sends it
RENEW_S = 3_600.0  # known keys are asked for again after an hour, so that a withdrawn one goes
MAX_AGE_S = 86_400.0  # keys not confirmed for a day are not trusted any more
KEY_SET_BYTES = 1_048_576
"""The largest key set that is read; those of public issuers are some 20 KB."""

Fetch = Callable[[Issuer], Awaitable[bytes]]


class _Held(msgspec.Struct, frozen=True):
    keys: IssuerKeys
    digest: bytes
    fetched_at: float


class JwksStore:
    """``KeySource`` for the configured issuers.

    Args:
        fetch: Gets an issuer's key set: ``JwksFetcher().fetch`` in the gateway.
    """

    def __init__(self, issuers: Sequence[Issuer], fetch: Fetch) -> None:
        self._issuers = {issuer.issuer: issuer for issuer in issuers}
        self._fetch = fetch
        self._held: dict[str, _Held] = {}
        self._tried: dict[str, float] = {}
        self._locks = {issuer.issuer: asyncio.Lock() for issuer in issuers}
        self.failures: dict[str, str] = {}

    def keys(self, issuer: str, *, at: float) -> IssuerKeys | None:
        """The issuer's keys; ``None`` when there are none, or they are older than a day."""
        held = self._held.get(issuer)
        # A clock set back by more than a refresh takes makes their age unknown, which is too old.
        if held is None or not -REFRESH_S <= at - held.fetched_at <= MAX_AGE_S:
            return None
        return held.keys

    async def refresh(self, issuer: str, *, at: float) -> bool:
        """Get the issuer's keys again unless that was tried in the last 30 s; true when they came."""
        configured = self._issuers.get(issuer)
        if configured is None:
            return False
        asked = self._held.get(issuer)
        async with self._locks[issuer]:
            held = self._held.get(issuer)
            if held is not asked:
                return True  # somebody else fetched them while we waited
            tried = self._tried.get(issuer)
            if tried is not None and abs(at - tried) < REFRESH_S:
                return False
            self._tried[issuer] = at
            try:
                raw = await self._fetch(configured)
            except UnavailableError as error:
                self.failures[issuer] = error.message
                return False
            return self._take(issuer, raw, at)

    async def renew(self, *, at: float) -> None:
        """Get keys that are missing or older than an hour: at the start, and then every minute or so."""
        for issuer in self._issuers:
            held = self._held.get(issuer)
            if held is None or not 0 <= at - held.fetched_at < RENEW_S:
                await self.refresh(issuer, at=at)

    def _take(self, issuer: str, raw: bytes, at: float) -> bool:
        digest = hashlib.sha256(raw).digest()
        held = self._held.get(issuer)
        if held is not None and held.digest == digest:
            self._held[issuer] = msgspec.structs.replace(held, fetched_at=at)
        else:
            keys = read_jwks(raw, version=held.keys.version + 1 if held is not None else 1)
            if keys is None or not keys.keys:
                self.failures[issuer] = "The answer holds no usable key."
                return False
            self._held[issuer] = _Held(keys, digest, at)
        self.failures.pop(issuer, None)
        return True
