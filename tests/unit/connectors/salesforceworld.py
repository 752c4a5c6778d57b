"""An organisation on Salesforce, for the tests of what reads and revokes there."""

from __future__ import annotations

from wardlaw.connectors.oauthserver import OauthLogin
from wardlaw.connectors.salesforce import SalesforceConnector
from wardlaw.connectors.salesforcequery import SalesforceQuery, SalesforceToken
from wardlaw.connectors.salesforcerevoking import SalesforceRevoker
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Grant
from wardlaw.testing.saas.world import Charter, World

NOW = 1_790_000_000.0
ADA, BOB, BOT = "005000000000001AAA", "005000000000002AAA", "005000000000003AAA"
CHAT, MAIL, ROGUE = "0H4000000000001AAA", "0H4000000000002AAA", "0H4000000000009AAA"
LABEL = "My Ticket's \\ Portal\u202e"


def salesforce_world() -> World:
    extras = {
        "client k": {"secret": "s"},
        f"app {ROGUE}": {"installed": False},
        f"app {MAIL}": {"admin_approved": True},
        f"account {BOT}": {"profile": "Minimum Access - API Only Integrations"},
    }
    world = World(Charter("acme", "salesforce", NOW - 9_000, extras))
    world.put(
        Account(ADA, AccountKind.HUMAN, "ada@acme.example", state=AccountState.ACTIVE),
        Account(BOB, AccountKind.HUMAN, "bob@acme.example", state=AccountState.SUSPENDED),
        Account(BOT, AccountKind.HUMAN, "sync@acme.example", state=AccountState.ACTIVE),
    )
    world.put(App(CHAT, "Chat helper"), App(MAIL, "Mail sync"), App(ROGUE, LABEL))
    world.put(
        Grant(f"{ADA[:15]}/{CHAT[:15]}", ADA, CHAT, Consent.USER, last_used_at=NOW - 60),
        Grant(f"{BOB[:15]}/{CHAT[:15]}", BOB, CHAT, Consent.USER),
        Grant(f"{BOT[:15]}/{MAIL[:15]}", BOT, MAIL, Consent.USER, last_used_at=NOW - 90),
    )
    rogue = {"account": ADA, "app": ROGUE, "ip": "198.51.100.9", "app_name": LABEL}
    chat = {"account": BOB, "app": CHAT, "ip": "203.0.113.7", "user_agent": "python-requests/2.32.4"}
    world.consent(Grant(f"{ADA[:15]}/name:{LABEL}", ADA, ROGUE, Consent.USER), via="device_code")
    world.happen(
        Activity("l1", NOW - 8_000, Deed.SIGN_IN, BOT, app=MAIL, ip="192.0.2.1", country="DE", via="OauthRefreshToken"),
        Activity("l2", NOW - 7_900, Deed.SIGN_IN, ADA, ip="192.0.2.2", user_agent="Chrome"),
        Activity("s1", NOW - 7_800, Deed.ROLE_ASSIGNED, actor=ADA, object="Permission set X: assigned to user B"),
        Activity("q1", NOW - 7_000, Deed.USE, **chat, method="select count()", object="Account", calls=3),
        Activity("q2", NOW - 6_900, Deed.USE, **chat, method="query", object="Case", items=200, bytes=9_000),
        Activity("j1", NOW - 3_500, Deed.EXPORT, **chat, method="BulkApi2 query", object="Case", items=12_345, credential="750000000000001"),
        Activity("j2", NOW - 3_400, Deed.TRACE_REMOVED, **chat, method="job deleted", object="Case", credential="750000000000001"),
        Activity("r1", NOW - 3_300, Deed.EXPORT, **rogue, method="report export", object="/00O000000000001?export=1"),
    )  # fmt: skip
    return world


def client_at(url: str, slept: list[float] | None = None) -> VendorClient:
    waits = [] if slept is None else slept
    return VendorClient(url, authorise=dict, clock=lambda: NOW, sleep=waits.append)


def query_at(url: str) -> SalesforceQuery:
    token = SalesforceToken(OauthLogin("k", "s"), client_at(url), clock=lambda: NOW)
    return SalesforceQuery(VendorClient(url, authorise=token.headers, clock=lambda: NOW, sleep=lambda _s: None))


def connector_at(url: str) -> SalesforceConnector:
    return SalesforceConnector(query_at(url))


def revoker_at(url: str) -> SalesforceRevoker:
    return SalesforceRevoker(query_at(url), client_at(url), clock=lambda: NOW)
