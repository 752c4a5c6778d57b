"""An identity provider on loopback that does what a test tells it to: what is right, and everything that is wrong."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from joserfc.jwk import Key, RSAKey
from joserfc.jws import JWSRegistry

CLIENT, SECRET = "wardlaw", "sec:ret/1 ü"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: dict[str, Any], key: Key, *, alg: str = "RS256", typ: str | None = "JWT", kid: str = "") -> str:
    header: dict[str, Any] = {"alg": alg, "kid": kid or key.get("kid")} | ({"typ": typ} if typ else {})
    text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(JWSRegistry.algorithms[alg].sign(text.encode(), key))}"


@functools.cache
def new_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


class Puppet:
    """The provider; every field may be changed between two requests."""

    def __init__(self, port: int, clock=time.time) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.clock = clock
        self.key: Key = new_key("k1")
        self.published: list[Key] = [self.key]
        self.person: dict[str, Any] = {"sub": "248289", "name": "Ann Example"}
        self.claims: dict[str, Any] = {}
        self.without: tuple[str, ...] = ()
        self.header: dict[str, Any] = {}
        self.make_token = None
        self.metadata: dict[str, Any] = {}
        self.status: dict[str, int] = {}
        self.raw: dict[str, bytes] = {}
        self.delay_s: dict[str, float] = {}
        self.drip_s = 0.0
        self.asked: list[str] = []
        self.seen_headers: dict[str, str] = {}
        self.seen_form: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def told(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256"],
            "authorization_response_iss_parameter_supported": True,
        } | self.metadata

    def authorize(self, address: str, *, code: str = "") -> dict[str, str]:
        """What a browser comes back with after it was sent to this address."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = code or f"code-{len(self._codes)}"
        self._codes[code] = query
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def id_token(self, asked: dict[str, str], access_token: str) -> str:
        now = int(self.clock())
        digest = hashlib.sha256(access_token.encode()).digest()
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "auth_time": now, "at_hash": b64(digest[:16]), "sid": "s1",
        } | self.person | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if name not in self.without}
        return self.make_token(claims) if self.make_token else signed(claims, self.key)

    def logout_token(self, **changed: Any) -> str:
        now = int(self.clock())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "j1", "sub": self.person["sub"],
            "sid": "s1", "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | changed  # fmt: skip
        return signed({name: one for name, one in claims.items() if one is not None}, self.key, typ="logout+jwt")

    def token_answer(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        self.seen_form = form
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None:
            return {"error": "invalid_grant"}
        if asked["code_challenge"] != b64(hashlib.sha256(form["code_verifier"].encode()).digest()):
            return {"error": "invalid_grant", "error_description": "PKCE"}
        if asked["redirect_uri"] != form["redirect_uri"]:
            return {"error": "invalid_grant", "error_description": "redirect_uri"}
        if authorization:
            name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            if (unquote_plus(name), unquote_plus(secret)) != (CLIENT, SECRET):
                return {"error": "invalid_client"}
        return {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token(asked, "at")}


class _Handler(BaseHTTPRequestHandler):
    puppet: Puppet

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        match path:
            case "/.well-known/openid-configuration":
                self._answer("metadata", json.dumps(self.puppet.told()).encode())
            case "/keys":
                keys = [key.as_dict(private=False) for key in self.puppet.published]
                self._answer("keys", json.dumps({"keys": keys}).encode())
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(raw, keep_blank_values=True).items()}
        told = self.puppet.token_answer(form, self.headers.get("authorization", ""))
        self._answer("token", json.dumps(told).encode(), 400 if "error" in told else 200)

    def _answer(self, what: str, body: bytes, status: int = 200) -> None:
        puppet = self.puppet
        puppet.asked.append(what)
        time.sleep(puppet.delay_s.get(what, 0.0))
        body, status = puppet.raw.get(what, body), puppet.status.get(what, status)
        try:
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("location", f"{puppet.issuer}/elsewhere")
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            for place in range(len(body)) if puppet.drip_s else ():
                self.wfile.write(body[place : place + 1])
                self.wfile.flush()
                time.sleep(puppet.drip_s)
            if not puppet.drip_s:
                self.wfile.write(body)
        except OSError:
            pass  # the other side had enough

    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def running(clock=time.time, tls: ssl.SSLContext | None = None) -> Iterator[Puppet]:
    """The provider on a port of its own; with ``tls`` by https."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    puppet = Puppet(server.server_address[1], clock)
    if tls is not None:
        puppet.issuer = f"https://127.0.0.1:{server.server_address[1]}"
    server.RequestHandlerClass = type("Handler", (_Handler,), {"puppet": puppet})
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield puppet
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
