"""Asks a platform's interface over HTTPS, waits when it says so, and asks again what was cut off."""

from __future__ import annotations

import http.client
import ssl
import weakref
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import orjson

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.pacing import MOST_WAIT_S, Pace, is_passing, is_quota, wait_s

TIMEOUT_S = 60.0
MAX_ANSWER_BYTES = 32 * 1024 * 1024
ATTEMPTS = 7
"""With six pauses of 63 s in all, a quota by the minute comes back though nobody says when (Google does not)."""


class VendorAnswer(msgspec.Struct, frozen=True):
    """An answer. Header names are lower case.

    Attributes:
        body: Decoded JSON, None where there was none; of ``get_text`` the text.
        digest: SHA-256 of its bytes in hexadecimal.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    digest: str = ""


class _CutError(Exception):
    """An answer that did not arrive whole."""


class VendorClient:
    """One platform, one credential; asked by one thread at a time.

    Args:
        url: Address of the interface, ``https`` or ``http`` on loopback; the configuration has checked it.
        authorise: The headers of the credential; asked before each request, so that it may be renewed.
        clock: Unix seconds.
        sleep: Waits that many seconds.
        authority: File of certificates that sign the server's; empty for the system's.
    """

    def __init__(
        self,
        url: str,
        *,
        authorise: Callable[[], Mapping[str, str]],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        authority: str = "",
    ) -> None:
        self._url = urlsplit(url)
        self._authorise = authorise
        self._clock = clock
        self._sleep = sleep
        self._authority = authority
        self._paces: dict[str, Pace] = {}
        self._kept: list[http.client.HTTPConnection] = []
        weakref.finalize(self, _close, self._kept)

    def get(self, path: str, query: Mapping[str, str | int] | None = None, *, bucket: str = "") -> VendorAnswer:
        """Ask with GET; other answers than success are given back when waiting does not help.

        Args:
            bucket: Requests of one bucket share a quota, and a pace.

        Raises:
            UnavailableError: The platform cannot be reached, or its quota does not come back in time (WL-INV-010).
        """
        target = path + (f"?{urlencode(query)}" if query else "")
        return self._asked("GET", target, bucket=bucket)

    def get_text(self, path: str, *, bucket: str = "") -> VendorAnswer:
        """Ask for what is no JSON, such as CSV; as ``get``."""
        return self._asked("GET", path, bucket=bucket, sent=(b"", {"accept": "*/*"}), decode=_text)

    def post_json(self, path: str, body: Mapping[str, object], *, bucket: str = "") -> VendorAnswer:
        """Send JSON; as ``get``."""
        return self._asked("POST", path, bucket=bucket, sent=(orjson.dumps(body), {"content-type": "application/json"}))

    def patch_json(self, path: str, body: Mapping[str, object], *, bucket: str = "") -> VendorAnswer:
        """Change what JSON names; as ``get``."""
        return self._asked(
            "PATCH", path, bucket=bucket, sent=(orjson.dumps(body), {"content-type": "application/json"})
        )

    def delete(self, path: str, *, bucket: str = "") -> VendorAnswer:
        """Ask with DELETE; as ``get``."""
        return self._asked("DELETE", path, bucket=bucket)

    def post_form(self, path: str, form: Mapping[str, str], *, bucket: str = "") -> VendorAnswer:
        """Send a form; as ``get``."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return self._asked("POST", path, bucket=bucket, sent=(urlencode(form).encode(), headers))

    def _asked(
        self,
        method: str,
        target: str,
        *,
        bucket: str,
        sent: tuple[bytes, dict[str, str]] = (b"", {}),
        decode: Callable[[int, bytes], Any] | None = None,
    ) -> VendorAnswer:
        pace = self._paces.setdefault(bucket, Pace())
        waited, why = 0.0, ""
        for attempt in range(ATTEMPTS):
            if pace.pause_s:
                self._sleep(pace.pause_s)
            try:
                status, told, raw = self._once(method, target, *sent)
                quota = is_quota(status, told, raw)
                if not quota and not is_passing(status):
                    answer = VendorAnswer(status, told, (decode or _decoded)(status, raw), sha256(raw).hexdigest())
                    pace.went_well()
                    return answer
                why = f"it answers {status}"
                if quota:
                    pace.refused()
            except (OSError, http.client.HTTPException, _CutError) as error:
                # The error's name only: its text may quote an address with a credential in it.
                why, told = f"the answer did not arrive whole ({type(error).__name__})", {}
            pause = wait_s(told, attempt=attempt, now=self._clock())
            waited += pause
            if waited > MOST_WAIT_S:
                why += f", and asks to wait {pause:.0f} s"
                break
            if attempt < ATTEMPTS - 1:
                self._sleep(pause)
        raise not_read(f"{self._url.hostname}{target.partition('?')[0]}", why)

    def _once(
        self, method: str, target: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        sent = {"accept": "application/json", "user-agent": "wardlaw", **self._authorise(), **headers}
        # Kept from the request before: a handshake for each would be slower than the quotas of platforms.
        is_kept = bool(self._kept)
        connection = self._kept.pop() if is_kept else self._connection()
        done = False
        try:
            connection.request(method, self._url.path.rstrip("/") + target, body=body or None, headers=sent)
            response = connection.getresponse()
            raw = response.read(MAX_ANSWER_BYTES + 1)
            # With a size given, http.client answers a cut body as if it were whole; what it still waits for tells.
            if len(raw) > MAX_ANSWER_BYTES or response.length:
                raise _CutError
            done = response.isclosed() and not response.will_close
            return response.status, _joined(response.getheaders()), raw
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if not is_kept:
                raise
        finally:
            if done:
                self._kept.append(connection)
            else:
                connection.close()
        # The other side had closed it while it lay idle, which says nothing of the platform.
        return self._once(method, target, body, headers)

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        context = ssl.create_default_context(cafile=self._authority or None)
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)


def _close(kept: list[http.client.HTTPConnection]) -> None:
    for connection in kept:
        connection.close()


def _text(status: int, raw: bytes) -> str:
    return raw.decode("utf-8", "replace") if status < 300 else ""


def _decoded(status: int, raw: bytes) -> Any:
    try:
        return orjson.loads(raw) if raw else None
    except ValueError as error:
        if status < 300:
            raise _CutError from error
        return None


def _joined(headers: list[tuple[str, str]]) -> dict[str, str]:
    """Headers by name; one that stands there several times, as Okta's ``link`` does, is joined by commas (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found
