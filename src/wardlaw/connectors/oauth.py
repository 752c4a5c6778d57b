"""Any OAuth server: what it says of the tokens that a file of the operator names.

OAuth has no listing of grants or tokens. What is not named is not seen; the notes of a run say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from wardlaw.connectors.feed import Feed, FeedPage, page_of
from wardlaw.connectors.namedtokens import NamedTokens
from wardlaw.connectors.oauthserver import OauthServer
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.importing.grants import scopes_of
from wardlaw.inventory.model import Account, AccountKind, App, Credential, FeedKind, Grant, Sighting

TOKENS = Feed("tokens", FeedKind.LISTING)

_ONLY_NAMED = "OAuth has no listing: tokens that the file does not name are not seen."


class OauthConnector:
    """Reads one server.

    Args:
        server: With a client that may introspect.
        tokens: What the operator named.
    """

    platform = "oauth"

    def __init__(self, server: OauthServer, tokens: NamedTokens) -> None:
        self._server = server
        self._tokens = tokens

    def feeds(self) -> tuple[Feed, ...]:
        """The tokens, one introspection each."""
        return (TOKENS,)

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        yield FeedPage(notes=(_ONLY_NAMED,))
        for one, token_id, text in self._tokens.ids():
            if not text:
                yield FeedPage(gaps=(f"The token {one.name} was not read: its reference leads nowhere.",))
                continue
            told = self._server.introspect(text).body
            if told["active"]:
                yield page_of([told], partial(_token, name=one.name, token_id=token_id))
            else:
                # It shows nothing: the listing, once complete, says that it is gone.
                yield FeedPage(notes=(f"The token {one.name} is not active.",))


def _token(told: Mapping[str, Any], *, name: str, token_id: str) -> list[Sighting]:
    client = text_of(told.get("client_id"), "client_id")
    subject = text_of(told.get("sub"), "sub") or text_of(told.get("username"), "username")
    # A token without a subject, or whose subject is its client, is the client's own (RFC 9068, 2.2).
    acts_as = AccountKind.NHI if subject in ("", client) else AccountKind.UNKNOWN
    account = subject or client
    if not account:
        raise UnreadableError("neither client nor subject is told")
    scopes = scopes_of(_words(told.get("scope")))
    issued, ends = time_of(told.get("iat"), "iat"), time_of(told.get("exp"), "exp")
    kind = text_of(told.get("token_type"), "token_type") or "token"
    found = [
        Sighting(Account(account, acts_as, name_of(told.get("username")))),
        Sighting(Credential(token_id, account, kind, name, client, scopes, issued, ends)),
    ]
    if client:
        found += [Sighting(App(client)), Sighting(Grant(f"{account}/{client}", account, client, scopes=scopes))]
    return found


def _words(value: object) -> object:
    """Scopes are separated by spaces alone (RFC 6749, 3.3): a comma may be part of one."""
    return value.split() if isinstance(value, str) else value
