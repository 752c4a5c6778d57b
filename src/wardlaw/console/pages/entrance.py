"""Who may speak to the console from a browser: the right host, the right origin, a cookie nobody else can send.

Sources: OWASP Cross-Site Request Forgery Prevention and Session Management cheat sheets; RFC 6265bis (cookie prefixes);
Fetch Metadata (W3C).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import msgspec

SESSION_S = 24 * 3600
"""How long a browser keeps the cookie, in seconds; the session in it ends sooner (``control.sessions``)."""

DEVICE_S = 180 * 86_400
"""How long a browser is known as one somebody signed in with, in seconds."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_CSRF = b"wardlaw console form v1"
_LINE = b"wardlaw console line of a session v1"


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

    @property
    def device_cookie(self) -> str:
        """Name of the cookie by which a browser is known from earlier."""
        return f"{self.cookie}-device"

    @property
    def door_cookie(self) -> str:
        """Name of the cookie of the page somebody signs in at: what a passkey's challenge is bound to."""
        return f"{self.cookie}-door"

    def chosen_cookie(self, preference: str) -> str:
        """Name of the cookie of something somebody chose for this browser."""
        return f"__Host-{preference}" if self.secure else preference

    def told_cookie(self, person: str) -> str:
        """Name of the cookie that says until when this browser was told what changed about a person's signing in."""
        return f"{self.cookie}-told-{hashlib.sha256(person.encode()).hexdigest()[:12]}"

    def passkey_name(self, host: str) -> str:
        """Under which name passkeys are made here; empty where browsers have none: an address is no name (WebAuthn)."""
        name = _split(host)[0]
        return "" if name.startswith("[") or name.replace(".", "").isdigit() else name

    def origin_of(self, host: str) -> str:
        """The origin of pages reached under a host."""
        return f"{'https' if self.secure else 'http'}://{host}"

    def is_our_host(self, host: str) -> bool:
        """Whether a Host header names us.

        Without TLS a page of somebody else may have its name point here (DNS rebinding); with TLS the certificate
        forbids it.
        """
        if self.secure:
            return bool(host)
        name, port = _split(host)
        return name in _LOOPBACK and (not self.port or port == self.port)

    def asks_for_tls(self, hosts: Iterable[str]) -> bool:
        """Whether browsers are told to come through TLS alone; not of this machine's names, where others serve too."""
        return self.secure and not any(_split(host)[0] in _LOOPBACK for host in hosts)

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
        return self._cookie_of(headers).partition(".")[0]

    def line_of(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        """What stays the same while the session of a cookie goes on with other secrets; empty without one."""
        session, _, line = self._cookie_of(headers).partition(".")
        return line if session and line else line_begun_by(session)

    def _cookie_of(self, headers: Iterable[tuple[bytes, bytes]]) -> str:
        for name, value in headers:
            if name.lower() == b"cookie":
                try:
                    jar = SimpleCookie(value.decode("latin-1"))
                except CookieError:
                    continue
                if self.cookie in jar:
                    return jar[self.cookie].value
        return ""

    def set_session(self, token: str, *, line: str = "") -> str:
        """The Set-Cookie header of a session that begins, or that ends with an empty token.

        Args:
            line: Of the session that goes on with this token; empty where one begins.
        """
        age = SESSION_S if token else 0
        secure = "; Secure" if self.secure else ""
        value = f"{token}.{line}" if token and line else token
        return f"{self.cookie}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"


def line_begun_by(session: str) -> str:
    """The line of a session with its first secret; empty for no session.

    It goes on when the secret changes, so that forms in other tabs stay good. Every sign-in has another secret and so
    begins another line: no form of one person or sign-in is ever taken for one of another.
    """
    return hmac.new(session.encode(), _LINE, hashlib.sha256).hexdigest() if session else ""


def form_token(line: str) -> str:
    """What each form of a session's line carries; only its pages can know it."""
    return hmac.new(line.encode(), _CSRF, hashlib.sha256).hexdigest()


def is_form_token(line: str, given: str) -> bool:
    """Whether a form came from a page of the session's line."""
    return bool(line) and hmac.compare_digest(form_token(line).encode(), given.encode())


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
