"""A tenant of Entra and an organisation of Okta, with something of everything that their connectors read."""

from __future__ import annotations

from wardlaw.connectors.entra import EntraConnector
from wardlaw.connectors.feed import Connector, Feed, FeedPage
from wardlaw.connectors.okta import OktaConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    Credential,
    FeedKind,
    Grant,
    Group,
    Thing,
    Tristate,
)
from wardlaw.testing.saas.entrashape import MICROSOFT, TENANT
from wardlaw.testing.saas.world import Charter, World

NOW = 1_790_000_000.0
BEFORE = 1_700_000_000.0
ADA, BOB = "aaaaaaaa-0000-4000-8000-00000000000a", "aaaaaaaa-0000-4000-8000-00000000000b"
NOTES, LEDGER = "bbbbbbbb-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
HELPER, OFFICE = "bbbbbbbb-0000-4000-8000-000000000003", "bbbbbbbb-0000-4000-8000-000000000004"
LEDGER_SP, HELPER_SP = "cccccccc-0000-4000-8000-000000000002", "cccccccc-0000-4000-8000-000000000003"
SECRET, CERTIFICATE = "dddddddd-0000-4000-8000-000000000001", "dddddddd-0000-4000-8000-000000000002"
HELD = "dddddddd-0000-4000-8000-000000000003"
SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"


def tenant() -> World:
    """A tenant of Entra."""
    world = World(Charter("acme-entra", "entra", NOW))
    world.extras |= {
        f"account {LEDGER_SP}": {"app": LEDGER},
        f"account {HELPER_SP}": {"app": HELPER, "blueprint": "eeeeeeee-0000-4000-8000-000000000001", "sponsor": True},
        f"app {NOTES}": {"tenant": "99999999-0000-4000-8000-000000000001"},
        f"app {OFFICE}": {"tenant": MICROSOFT},
        f"app {LEDGER}": {"tenant": TENANT, "signed_in_at": NOW - 86_400},
        f"credential {HELD}": {"holder": "principal"},
        "grant on-sites": {"resource": SHAREPOINT},
        "grant for-all": {"delegated": True},
    }
    world.put(
        Account(ADA, AccountKind.HUMAN, "ada@acme.example", "", AccountState.ACTIVE),
        Account(BOB, AccountKind.HUMAN, "bob@acme.example", "", AccountState.SUSPENDED),
        Account(LEDGER_SP, AccountKind.NHI, "Ledger", "ada@acme.example", AccountState.ACTIVE),
        Account(HELPER_SP, AccountKind.AGENT, "Helper", "bob@acme.example", AccountState.ACTIVE),
        App(NOTES, "Notes", "Notes Inc", "notes.example", Tristate.YES, Tristate.NO),
        App(LEDGER, "Ledger", first_party=Tristate.NO),
        App(HELPER, "Helper", first_party=Tristate.NO),
        App(OFFICE, "Office", verified=Tristate.NO, first_party=Tristate.YES),
        Grant("on-mail", ADA, NOTES, Consent.USER, ("Mail.Read", "openid")),
        Grant("on-sites", ADA, NOTES, Consent.USER, ("AllSites.Read",)),
        Grant("of-bob", BOB, NOTES, Consent.USER, ("Files.Read",)),
        Grant("for-all", "", NOTES, Consent.ADMIN, ("User.Read",)),
        Grant("itself", LEDGER_SP, LEDGER, Consent.ADMIN, ("Files.Read.All", "Mail.Read"), BEFORE),
        Grant("of-helper", HELPER_SP, HELPER, Consent.ADMIN, ("Mail.Send",), BEFORE),
        Credential(SECRET, LEDGER_SP, "client secret", "ci", LEDGER, (), BEFORE, NOW + 86_400, NOW - 3_600),
        Credential(HELD, LEDGER_SP, "client secret of the service principal", "saml", LEDGER, (), BEFORE, NOW + 86_400),
        Credential(CERTIFICATE, LEDGER_SP, "certificate", "old", LEDGER, (), BEFORE, NOW + 86_400),
    )
    world.put(
        Group("ffffffff-0000-4000-8000-000000000001", "Staff"),
        Group("ffffffff-0000-4000-8000-000000000002", "Sales"),
        Group("ffffffff-0000-4000-8000-000000000003", "Nobody"),
        membership("ffffffff-0000-4000-8000-000000000001", ADA, is_group=False),
        membership("ffffffff-0000-4000-8000-000000000001", LEDGER_SP, is_group=False),
        membership("ffffffff-0000-4000-8000-000000000001", "ffffffff-0000-4000-8000-000000000002", is_group=True),
        membership("ffffffff-0000-4000-8000-000000000002", BOB, is_group=False),
    )
    world.happen(
        Activity("c1", NOW - 500, Deed.CONSENT, ADA, app=NOTES, app_name="Notes", consent=Consent.USER, scopes=("Mail.Read",)),
        Activity("k1", NOW - 400, Deed.CREDENTIAL_ADDED, actor=ADA, app=LEDGER, app_name="Ledger", credential=SECRET),
        Activity(
            "s1", NOW - 300, Deed.SIGN_IN, HELPER_SP, app=HELPER, app_name="Helper", ip="203.0.113.9", asn=64_500,
            country="NL", user_agent="python-requests/2.32", credential=SECRET, agent=HELPER_SP,
        ),
    )  # fmt: skip
    return world


def organisation() -> World:
    """An organisation of Okta."""
    world = World(Charter("acme-okta", "okta", NOW))
    world.extras |= {
        "grant across": {"connection": "0oaFiles"},
        "grant of-agent": {"connection": "https://crm.example"},
    }
    world.put(
        Account("00uAda", AccountKind.HUMAN, "ada@acme.example", "", AccountState.ACTIVE),
        Account("00uBob", AccountKind.HUMAN, "bob@acme.example", "", AccountState.SUSPENDED),
        Account("00uOld", AccountKind.HUMAN, "old@acme.example", "", AccountState.DELETED),
        Account("wlpHelper", AccountKind.AGENT, "Helper", "", AccountState.ACTIVE),
        Grant("of-agent", "", "wlpHelper", Consent.ADMIN, ("crm.read", "crm.write"), BEFORE),
        App("0oaNotes", "Notes"),
        App("0oaFiles", "Files"),
        Grant(
            "of-ada", "00uAda", "0oaNotes", Consent.USER, ("notes.read", "notes.write", "okta.users.read.self"), BEFORE
        ),
        Grant("of-bob", "00uBob", "0oaFiles", Consent.USER, ("files.read",), BEFORE),
        Grant("itself", "", "0oaNotes", Consent.ADMIN, ("okta.logs.read", "okta.users.read"), BEFORE),
        Grant("across", "", "0oaNotes", Consent.ADMIN, (), BEFORE),
        Credential("rt1", "00uAda", "refresh token", "", "0oaNotes", ("openid",), BEFORE, NOW + 86_400),
        Credential("at1", "00uAda", "API token", "ci", "", (), BEFORE, NOW + 86_400),
    )
    world.put(
        Group("00gStaff", "Staff"),
        Group("00gSales", "Sales"),
        Group("00gNobody", "Nobody"),
        membership("00gStaff", "00uAda", is_group=False),
        membership("00gStaff", "00uBob", is_group=False),
        membership("00gStaff", "00uOld", is_group=False),
        membership("00gSales", "00uBob", is_group=False),
    )
    world.happen(
        Activity("e1", NOW - 500, Deed.CONSENT, "00uAda", app="0oaNotes", app_name="Notes", consent=Consent.USER, scopes=("notes.read",)),
        Activity("e2", NOW - 400, Deed.CREDENTIAL_ADDED, "00uAda", credential="at1", ip="203.0.113.9", asn=64_500, country="NL"),
        Activity("e3", NOW - 300, Deed.SIGN_IN, app="0oaNotes", app_name="Notes", user_agent="curl/8", via="device_code"),
    )  # fmt: skip
    return world


def entra_connector(url: str) -> EntraConnector:
    """What reads the tenant at an address; it never waits."""
    return EntraConnector(vendor_client(url), TENANT, groups=True)


def okta_connector(url: str) -> OktaConnector:
    """What reads the organisation at an address; it never waits."""
    return OktaConnector(vendor_client(url), clock=lambda: NOW, groups=True)


def vendor_client(url: str) -> VendorClient:
    """A client without a credential."""
    return VendorClient(url, authorise=dict, clock=lambda: NOW, sleep=lambda _s: None)


def pages(connector: Connector, feed: str, watermark: str = "") -> list[FeedPage]:
    """All pages of a feed."""
    return list(connector.read(Feed(feed, FeedKind.LISTING), watermark))


def things(found: list[FeedPage]) -> list[Thing]:
    """What pages tell, in order."""
    return [one.thing for page in found for one in page.sightings]


def gaps(found: list[FeedPage]) -> list[str]:
    """The gaps of pages."""
    return [gap for page in found for gap in page.gaps]


def acts(found: list[FeedPage]) -> dict[str, Activity]:
    """The events of pages, by id."""
    return {one.id: one for page in found for one in page.activities}
