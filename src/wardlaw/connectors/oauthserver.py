"""What is asked of any OAuth server: what a token is (RFC 7662), and that it be taken away (RFC 7009)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus, urlsplit

import msgspec

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.oauthmetadata import OauthEndpoints, read_endpoints
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import ConfigError


class OauthLogin(msgspec.Struct, frozen=True):
    """A client of the server and its secret."""

    client_id: str
    client_secret: str


class OauthServer:
    """One server, asked as one client.

    Args:
        issuer: Address that its metadata must name.
        open_client: A client for an origin, with the headers it is given.
    """

    def __init__(
        self,
        issuer: str,
        login: OauthLogin,
        *,
        open_client: Callable[[str, Mapping[str, str]], VendorClient],
    ) -> None:
        self.issuer = issuer
        self._login = login
        self._open = open_client
        self._endpoints: OauthEndpoints | None = None
        self._clients: dict[str, VendorClient] = {}

    def introspect(self, token: str) -> VendorAnswer:
        """What the server says of a token; ``body`` has ``active``, true or false.

        Raises:
            UnavailableError: It does not say (WL-INV-010).
        """
        answer = self._post("introspection", self._known().introspection, token)
        if answer.status != 200:
            raise not_read("A token", f"introspection answers {answer.status}")
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get("active"), bool):
            raise not_read("A token", "the answer is none of RFC 7662")
        return answer

    def revoke(self, token: str) -> VendorAnswer:
        """Ask that a token be taken away; of a token that is gone already the server says the same (RFC 7009, 2.2).

        Raises:
            UnavailableError: No answer came (WL-INV-010).
        """
        return self._post("revocation", self._known().revocation, token)

    def _known(self) -> OauthEndpoints:
        if self._endpoints is None:
            self._endpoints = read_endpoints(self.issuer, lambda origin: self._open(origin, {}))
        return self._endpoints

    def _post(self, what: str, endpoint: str, token: str) -> VendorAnswer:
        if not endpoint:
            raise not_read(f"The {what} endpoint", "the server's metadata name none")
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        # One client for all calls: it remembers how fast it may ask.
        client = self._clients.get(origin) or self._open(origin, {"authorization": _basic(self._login)})
        self._clients[origin] = client
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return client.post_form(target, {"token": token}, bucket=what)


def read_logins(text: str, *, what: str) -> tuple[OauthLogin, ...]:
    """A credential that is one client or a list of clients, as JSON.

    Raises:
        ConfigError: It is neither (WL-INV-050).
    """
    try:
        found = msgspec.json.decode(text, type=OauthLogin | tuple[OauthLogin, ...])
    except msgspec.MsgspecError as error:
        raise _no_login(what) from error
    logins = found if isinstance(found, tuple) else (found,)
    if not logins or not all(one.client_id and one.client_secret for one in logins):
        raise _no_login(what)
    return logins


def _basic(login: OauthLogin) -> str:
    # RFC 6749, 2.3.1: id and secret are each form-encoded before they are put together.
    pair = f"{quote_plus(login.client_id)}:{quote_plus(login.client_secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _no_login(what: str) -> ConfigError:
    hint = 'Write {"client_id": "…", "client_secret": "…"}, or a list of such clients where several are needed.'
    return ConfigError("WL-INV-050", f"{what} is not the id and secret of a client as JSON.", hint)
