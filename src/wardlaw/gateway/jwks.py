"""Published keys of identity providers: fetched, rotated, and kept for a while when the issuer is down."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from wardlaw.config.address import is_loopback
from wardlaw.config.model import Issuer
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.connection import BrokenError
from wardlaw.gateway.fetch import fetch
from wardlaw.gateway.jwt import IssuerKeys, read_jwks

REFRESH_S = 30.0  # an unknown `kid` asks the issuer at most this often, whoever sends it
RENEW_S = 3_600.0  # known keys are asked for again after an hour, so that a withdrawn one goes
MAX_AGE_S = 86_400.0  # keys not confirmed for a day are not trusted any more
_TIMEOUT_S = 5.0
_BYTES = 1_048_576  # the largest key sets of public issuers are some 20 KB

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


class JwksFetcher:
    """Gets key sets over https (or http on this machine), or from a file."""

    async def fetch(self, issuer: Issuer) -> bytes:
        """The key set as it is published.

        Raises:
            UnavailableError: It cannot be had, is too large, or its address is not safe (WL-ADM-040).
        """
        if issuer.jwks_file:
            try:
                raw = await asyncio.to_thread(Path(issuer.jwks_file).read_bytes)
            except OSError as error:
                raise _unavailable(issuer, f"its file cannot be read ({error.strerror})") from error
            if len(raw) > _BYTES:
                raise _unavailable(issuer, "its file is too large")
            return raw
        parts = urlsplit(issuer.jwks_url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if not safe:
            raise _unavailable(issuer, "its address is neither https nor on this machine")
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await self._get(issuer)
        except TimeoutError as error:
            raise _unavailable(issuer, f"no answer within {_TIMEOUT_S:.0f} s") from error
        except (OSError, BrokenError) as error:
            raise _unavailable(issuer, type(error).__name__) from error

    async def _get(self, issuer: Issuer) -> bytes:
        # A redirect could lead from https to anywhere, so none is followed.
        wanted = [("accept", "application/json"), ("accept-encoding", "identity")]
        async with fetch("GET", issuer.jwks_url, headers=wanted, within_s=_TIMEOUT_S) as answer:
            if answer.status != 200:
                raise _unavailable(issuer, f"status {answer.status}")
            parts: list[bytes] = []
            size = 0
            async for piece in answer.pieces():
                size += len(piece)
                if size > _BYTES:
                    raise _unavailable(issuer, "the answer is too large")
                parts.append(piece)
            return b"".join(parts)


def _unavailable(issuer: Issuer, why: str) -> UnavailableError:
    return UnavailableError(
        "WL-ADM-040",
        f"The signing keys of {issuer.issuer} are not to be had: {why}.",
        "Check `identity.issuers` and the way to the issuer; known keys are used for a day after they were last seen.",
    )
