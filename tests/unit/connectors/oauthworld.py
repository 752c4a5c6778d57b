"""An OAuth server of an organisation, with a file of tokens, for the tests of what reads and revokes there."""

from __future__ import annotations

from collections.abc import Mapping

from wardlaw.connectors.namedtokens import NamedTokens, TokenReference
from wardlaw.connectors.oauth import OauthConnector
from wardlaw.connectors.oauthrevoking import OauthRevoker
from wardlaw.connectors.oauthserver import OauthLogin, OauthServer
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import ConfigError
from wardlaw.inventory.model import Account, AccountKind, Credential
from wardlaw.testing.saas.world import Charter, World

NOW = 1_790_000_000.0
TEXTS = {"env:CRM": "tok-crm", "env:ADA": "tok-ada", "env:OLD": "tok-old"}
REFERENCES = tuple(TokenReference(ref.removeprefix("env:").lower(), ref) for ref in TEXTS)
LOGIN = OauthLogin("reader:1", "s e/c")


def oauth_world() -> World:
    extras = {
        "client reader:1": {"secret": "s e/c"},
        "client crm": {"secret": "x"},
        **{f"credential {ref}": {"token": text} for ref, text in TEXTS.items()},
    }
    world = World(Charter("acme", "oauth", NOW, extras))
    world.put(Account("ada", AccountKind.HUMAN, "Ada\u202e <b>"))
    world.put(
        Credential("env:CRM", "", "Bearer", "", "crm", ("read", "write"), NOW - 60, NOW + 600),
        Credential("env:ADA", "ada", "Bearer", "", "notes", ("files,all",), NOW - 90),
        Credential("env:OLD", "ada", "Bearer", "", "crm", ("read",), NOW - 900, NOW - 1),
    )
    return world


def read_text(reference: str) -> str:
    if reference not in TEXTS:
        raise ConfigError("WL-CFG-013", "not set", "")
    return TEXTS[reference]


def named(url: str, *more: TokenReference) -> NamedTokens:
    return NamedTokens((*REFERENCES, *more), salt=url, read=read_text)


def server_at(url: str, login: OauthLogin = LOGIN, slept: list[float] | None = None) -> OauthServer:
    waits = [] if slept is None else slept

    def open_client(origin: str, headers: Mapping[str, str]) -> VendorClient:
        return VendorClient(origin, authorise=lambda: headers, clock=lambda: NOW, sleep=waits.append)

    return OauthServer(url, login, open_client=open_client)


def connector_at(url: str, *more: TokenReference) -> OauthConnector:
    return OauthConnector(server_at(url), named(url, *more))


def revoker_at(url: str) -> OauthRevoker:
    return OauthRevoker({"crm": server_at(url, OauthLogin("crm", "x"))}, named(url), clock=lambda: NOW)
