"""Gets the published keys of identity providers over the gateway's own connections, or from a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from wardlaw.adapters.keysets import KEY_SET_BYTES
from wardlaw.config.address import is_loopback
from wardlaw.config.model import Issuer
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.connection import BrokenError
from wardlaw.gateway.fetch import fetch

_TIMEOUT_S = 5.0


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
            if len(raw) > KEY_SET_BYTES:
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
                if size > KEY_SET_BYTES:
                    raise _unavailable(issuer, "the answer is too large")
                parts.append(piece)
            return b"".join(parts)


def _unavailable(issuer: Issuer, why: str) -> UnavailableError:
    return UnavailableError(
        "WL-ADM-040",
        f"The signing keys of {issuer.issuer} are not to be had: {why}.",
        "Check `identity.issuers` and the way to the issuer; known keys are used for a day after they were last seen.",
    )
