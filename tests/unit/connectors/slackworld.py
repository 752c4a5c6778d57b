"""An organisation on Slack, for the tests of what reads and revokes there."""

from __future__ import annotations

from wardlaw.connectors.slack import SlackConnector
from wardlaw.connectors.slackrevoking import SlackRevoker
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Grant, Tristate
from wardlaw.testing.saas.world import Charter, World

NOW = 1_790_000_000.0
DAY = 86_400.0


def slack_world() -> World:
    extras = {
        "app A1": {"state": "approved", "user_scopes": ["search:read"]},
        "app A2": {"state": "restricted"},
        "app A3": {"server": {"id": "Mcp1", "name": "Notes MCP", "url": "https://mcp.notes.example/sse"}},
    }
    world = World(Charter("acme", "slack", NOW - 20 * DAY, extras))
    world.put(
        Account("U1", AccountKind.HUMAN, "ada@acme.example", state=AccountState.ACTIVE),
        Account("U2", AccountKind.HUMAN, "bob@acme.example", state=AccountState.DELETED),
        Account("U3", AccountKind.NHI, "Notetaker", state=AccountState.ACTIVE),
    )
    world.put(
        App("A1", "Note<b>taker\u202e", "", "notes.example", Tristate.NO),
        App("A2", "Old app", "", "", Tristate.YES),
        App("A3", "Asked for", "this organisation"),
    )
    world.consent(Grant("U1/A1", "U1", "A1", Consent.USER, ("channels:history", "chat:write"), NOW - 20 * DAY))
    world.now += DAY
    world.consent(Grant("U2/A1", "U2", "A1", Consent.USER, ("chat:write",), NOW - 19 * DAY))
    world.put(Grant("Ar9", "U2", "A3", Consent.REQUESTED, ("files:read",)))
    world.happen(
        Activity("run1", NOW - 5 * DAY, Deed.USE, "U1", app="A1", method="mcp_tool_called", object="notes/search"),
        Activity("dl1", NOW - 4 * DAY, Deed.EXPORT, "U1", app="A1", method="file_downloaded", object="F1", ip="192.0.2.7",
                 user_agent="python-requests/2.32"),
    )  # fmt: skip
    return world


def client_at(url: str, slept: list[float] | None = None) -> VendorClient:
    waits = [] if slept is None else slept
    return VendorClient(
        url, authorise=lambda: {"authorization": "Bearer xoxp-1"}, clock=lambda: NOW, sleep=waits.append
    )


def connector_at(url: str, organisation: str = "E1") -> SlackConnector:
    return SlackConnector(client_at(url), client_at(url), organisation)


def revoker_at(url: str, organisation: str = "E1") -> SlackRevoker:
    return SlackRevoker(client_at(url), organisation, clock=lambda: NOW)
