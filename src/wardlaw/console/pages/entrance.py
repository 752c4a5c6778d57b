"""Who may speak to the console from a browser: the right host, the right origin, a cookie nobody else can send.

Sources: OWASP Cross-Site Request Forgery Prevention and Session Management cheat sheets; RFC 6265bis (cookie prefixes);
Fetch Metadata (W3C). Sessions are API tokens of the person, so that they end where tokens end and stand in the same list.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import msgspec

SESSION_S = 12 * 3600
"""A working day; afterwards one signs in again whatever one does (OWASP: absolute timeout)."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_CSRF = b"wardlaw console form v1"


class Entrance(msgspec.Struct, frozen=True):
    """How the console is reached.

    Attributes:
        secure: Through TLS; else on a loopback address alone.
        port: Of the listener, for the loopback address; 0 where it does not matter.
    """

    secure: bool
    port: int = 0

    @property
    def cookie(self) -> str:
        """Name of the session's cookie. The prefix binds it to this host and to TLS, which loopback has not."""
        return "__Host-wardlaw" if self.secure else "wardlaw"

    def is_our_host(self, host: str) -> bool:
        """Whether a Host header names us.

        Without TLS a page of somebody else may have its name point here (DNS rebinding); with TLS the certificate
        forbids it.
        """
        if self.secure:
            return bool(host)
        name, port = _split(host)
        return name in _LOOPBACK and (not self.port or port == self.port)

    def is_our_origin(self, origin: str, host: str) -> bool:
        """Whether an Origin header is the host's own."""
        scheme = "https" if self.secure else "http"
        return bool(host) and origin == f"{scheme}://{host}"

    def may_change(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request that changes something comes from one of our own pages."""
        found = {name.lower(): value.decode("latin-1") for name, value in headers}
        if found.get(b"sec-fetch-site", "same-origin") != "same-origin":
            return False
        return self.is_our_origin(found.get(b"origin", ""), found.get(b"host", ""))

    def session_of(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """The token in the session's cookie; empty without one."""
        for name, value in headers:
            if name.lower() == b"cookie":
                try:
                    jar = SimpleCookie(value.decode("latin-1"))
                except CookieError:
                    continue
                if self.cookie in jar:
                    return jar[self.cookie].value
        return ""

    def set_session(self, token: str) -> str:
        """The Set-Cookie header of a session that begins, or that ends with an empty token."""
        age = SESSION_S if token else 0
        secure = "; Secure" if self.secure else ""
        return f"{self.cookie}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"


def form_token(session: str) -> str:
    """What each form of a session carries; only a page of the session can know it."""
    return hmac.new(session.encode(), _CSRF, hashlib.sha256).hexdigest()


def is_form_token(session: str, given: str) -> bool:
    """Whether a form came from a page of the session."""
    return bool(session) and hmac.compare_digest(form_token(session).encode(), given.encode())


def inside_path(asked: str) -> str:
    """Where to go after signing in: a path of ours, never another host, however it is written."""
    parts = urlsplit(asked)
    is_path = asked.startswith("/") and not asked.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return asked if is_path and not any(char < " " or char == "\\" for char in asked) else "/"


def content_policy(nonce: str) -> str:
    """The Content-Security-Policy of every page: our own files, our own scripts with this page's nonce, nothing else."""
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _split(host: str) -> tuple[str, int]:
    name, separator, port = host.rpartition(":")
    if not separator or host.endswith("]"):
        return host, 80
    return name, int(port) if port.isascii() and port.isdigit() and len(port) <= 5 else -1
