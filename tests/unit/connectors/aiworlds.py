"""Organisations at two AI vendors, for the tests of what reads and revokes there."""

from __future__ import annotations

from wardlaw.connectors.anthropicadmin import AnthropicConnector
from wardlaw.connectors.keyrevoking import AnthropicRevoker, OpenaiRevoker
from wardlaw.connectors.openaiadmin import OpenaiConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Credential
from wardlaw.testing.saas.world import Charter, World

DAY = 86_400.0
NOW = 20_700 * DAY + 7_200  # two hours into a day


def _used(number: int, days_ago: float, place: str, key: str, *, calls: int, tokens: int) -> Activity:
    at = NOW - days_ago * DAY
    return Activity(f"u{number}", at, Deed.USE, app=place, credential=key, calls=calls, items=tokens)


def openai_world() -> World:
    world = World(Charter("acme", "openai", NOW - 20 * DAY, {"account svc_1": {"project": "proj_b"}}))
    world.put(
        Account("user-1", AccountKind.HUMAN, "ada@acme.example", state=AccountState.ACTIVE),
        Account("user-2", AccountKind.HUMAN, "bob@acme.example", state=AccountState.SUSPENDED),
        Account("svc_1", AccountKind.NHI, "night\u202e job", state=AccountState.ACTIVE),
    )
    world.put(App("proj_a", "Research"), App("proj_b", "Support"), App("proj_c", "Empty"))
    world.put(
        Credential("key_admin", "user-1", "admin key", "ops", created_at=NOW - 90 * DAY),
        Credential("key_1", "user-1", "project key", "laptop", "proj_a", (), NOW - 80 * DAY, NOW + DAY, NOW - DAY),
        Credential("key_2", "user-2", "project key", "old", "proj_a", (), NOW - 400 * DAY),
        Credential("key_3", "svc_1", "service account key", "night", "proj_b", (), NOW - 10 * DAY),
    )
    world.happen(
        _used(1, 10, "proj_a", "key_1", calls=5, tokens=700),
        _used(2, 10.01, "proj_a", "key_1", calls=2, tokens=300),
        _used(3, 9, "proj_b", "key_3", calls=40, tokens=9_000),
        Activity("a1", NOW - 8 * DAY, Deed.CREDENTIAL_ADDED, "user-1", "user-1", "proj_b", scopes=("model.request",), credential="key_3", ip="192.0.2.4"),
        Activity("a2", NOW - 7 * DAY, Deed.ROLE_ASSIGNED, "user-2", "user-1", object="role_1"),
        _used(4, 0.05, "proj_a", "", calls=1, tokens=10),
    )  # fmt: skip
    return world


def anthropic_world() -> World:
    world = World(Charter("acme", "anthropic", NOW - 20 * DAY, {"credential apikey_9": {"status": "inactive"}}))
    world.put(
        Account("user_1", AccountKind.HUMAN, "ada@acme.example"),
        Account("user_2", AccountKind.HUMAN, "bob@acme.example"),
        Account("svac_1", AccountKind.NHI, "ci", "user_1"),
        Account("svac_2", AccountKind.NHI, "etl", "user_1"),
    )
    world.put(App("wrkspc_1", "Research"), App("wrkspc_2", "Support"))
    world.put(
        Credential("apikey_1", "user_1", "api key", "laptop", "wrkspc_1", (), NOW - 80 * DAY),
        Credential("apikey_2", "user_2", "api key", "batch", "", (), NOW - 80 * DAY, NOW + DAY),
        Credential("apikey_9", "user_2", "api key", "off", "wrkspc_2", (), NOW - 80 * DAY),
    )
    world.happen(
        _used(1, 5, "wrkspc_1", "apikey_1", calls=3, tokens=500),
        _used(2, 4, "wrkspc_1", "apikey_1", calls=1, tokens=50),
        Activity("a1", NOW - 3 * DAY, Deed.CREDENTIAL_ADDED, "user_2", app="wrkspc_1", credential="apikey_2", ip="192.0.2.5"),
        Activity("a2", NOW - 2 * DAY, Deed.OTHER, "user_2"),
    )  # fmt: skip
    return world


def openai_client(url: str) -> VendorClient:
    headers = {"authorization": "Bearer sk-admin-1"}
    return VendorClient(url, authorise=lambda: headers, clock=lambda: NOW, sleep=lambda _s: None)


def anthropic_client(url: str) -> VendorClient:
    headers = {"x-api-key": "sk-ant-admin-1", "anthropic-version": "2023-06-01"}
    return VendorClient(url, authorise=lambda: headers, clock=lambda: NOW, sleep=lambda _s: None)


def openai_at(url: str) -> OpenaiConnector:
    return OpenaiConnector(openai_client(url), clock=lambda: NOW)


def anthropic_at(url: str) -> AnthropicConnector:
    return AnthropicConnector(anthropic_client(url), clock=lambda: NOW)


def openai_revoker(url: str) -> OpenaiRevoker:
    return OpenaiRevoker(openai_client(url), clock=lambda: NOW)


def anthropic_revoker(url: str) -> AnthropicRevoker:
    return AnthropicRevoker(anthropic_client(url), clock=lambda: NOW)
