"""The client of the management API, over the Unix socket or with a token over loopback or TLS."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from wardlaw.facts.errors import (
    ConfigError,
    EvidenceError,
    Fault,
    InputError,
    RefusedError,
    UnavailableError,
    WardlawError,
)

TIMEOUT_S = 60.0
"""Longest wait for an answer, in seconds: a change waits for its record (30 s at most), an export for the disk."""

MAX_ANSWER_BYTES = 64 * 1024 * 1024

_FAMILIES: dict[int, type[WardlawError]] = {
    family.exit_code: family
    for family in (InputError, RefusedError, ConfigError, EvidenceError, UnavailableError, Fault)
}


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class ManagementClient:
    """Calls the management API; one connection per call, so that nothing is left open.

    Args:
        socket_path: The Unix socket; the kernel tells the API who is calling.
        url: ``http://127.0.0.1:<port>`` or ``https://…``; needs a token.
        token: API token; over the socket it replaces the account.
        authority: File of the certificates that sign the server's; None for the system's.

    Raises:
        ConfigError: Neither or both addresses, or a url that would send the token in the clear (WL-API-013).
    """

    def __init__(
        self,
        *,
        socket_path: Path | None = None,
        url: str = "",
        token: str = "",
        authority: Path | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        if (socket_path is None) == (not url):
            raise _bad_address("give either the socket or a url")
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise _bad_address(f"{url!r} is not an http or https address")
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise _bad_address("only loopback may be called without TLS")
        self._socket_path = socket_path
        self._url = parts
        self._token = token
        self._authority = authority
        self._timeout_s = timeout_s

    def get(self, path: str, **query: str | int) -> Any:
        """GET ``/api`` + path; see ``call``."""
        return self.call("GET", path + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST ``/api`` + path; see ``call``."""
        return self.call("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """PATCH ``/api`` + path; see ``call``."""
        return self.call("PATCH", path, body)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """Put what is to be in place of what was."""
        return self.call("PUT", path, body)

    def delete(self, path: str) -> Any:
        """DELETE ``/api`` + path; see ``call``."""
        return self.call("DELETE", path)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call one operation; answers the decoded JSON.

        Args:
            path: Below ``/api``, with a leading slash; ids in it quoted with ``quoted``.

        Raises:
            WardlawError: What the API answered, in its family, with code and hint.
            UnavailableError: Nobody serves there (WL-API-012).
        """
        headers = {"accept": "application/json"}
        payload = None
        if body is not None:
            payload = json.dumps(body).encode()
            headers["content-type"] = "application/json"
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        connection = self._connection()
        try:
            connection.request(method, f"/api{path}", body=payload, headers=headers)
            response = connection.getresponse()
            raw = response.read(MAX_ANSWER_BYTES + 1)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(error) from error
        finally:
            connection.close()
        return _answer(response.status, raw)

    def _connection(self) -> http.client.HTTPConnection:
        if self._socket_path is not None:
            return _UnixConnection(str(self._socket_path), self._timeout_s)
        host, port = str(self._url.hostname), self._url.port
        if self._url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        try:
            context = ssl.create_default_context(cafile=self._authority)
        except OSError as error:
            raise _bad_address(f"{self._authority} is not a file of certificates") from error
        return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=context)

    def _unreachable(self, error: Exception) -> WardlawError:
        where = str(self._socket_path) if self._socket_path is not None else self._url.geturl()
        if isinstance(error, PermissionError):
            return RefusedError(
                "WL-API-012",
                f"This account may not use {where}.",
                "Run as the account that runs Wardlaw, or use a token.",
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            return ConfigError(
                "WL-API-013", f"The certificate of {where} does not verify.", "Give the file of its authority."
            )
        if isinstance(error, TimeoutError):
            return UnavailableError(
                "WL-API-012",
                f"{where} did not answer within {self._timeout_s:g} s.",
                "Look at the control process's log.",
            )
        return UnavailableError(
            "WL-API-012",
            f"Wardlaw is not running: nobody serves on {where}.",
            "Start it with `wardlaw up`, then try again.",
        )


def quoted(part: str) -> str:
    """One part of a path, such as an id, safe to put between slashes."""
    return quote(part, safe="")


def _answer(status: int, raw: bytes) -> Any:
    if len(raw) > MAX_ANSWER_BYTES:
        raise _not_understood(status)
    try:
        decoded = json.loads(raw) if raw else None
    except ValueError as error:
        raise _not_understood(status) from error
    if status < http.client.BAD_REQUEST:
        return decoded
    told = decoded.get("error") if isinstance(decoded, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get("code"), str):
        raise _not_understood(status)
    family = _FAMILIES.get(told.get("exit", Fault.exit_code), Fault)
    raise family(told["code"], str(told.get("message", "")), str(told.get("hint", "")))


def _not_understood(status: int) -> UnavailableError:
    return UnavailableError(
        "WL-API-014",
        f"The answer (status {status}) is not one of Wardlaw's.",
        "Check that the address is the management API and not the gateway, and that versions match.",
    )


def _bad_address(why: str) -> ConfigError:
    return ConfigError(
        "WL-API-013", f"The address of the management API cannot be used: {why}.", "Check console settings or --url."
    )
