from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.scim import AGENTS, APPLICATIONS, USERS, ScimConnector
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Credential, Grant
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.scim import ScimPlatform
from wardlaw.testing.saas.server import serve
from wardlaw.testing.saas.world import Charter, World

START = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def certificate() -> bytes:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "agent")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(7).not_valid_before(START).not_valid_after(START + timedelta(days=90))
    return builder.sign(key, None).public_bytes(Encoding.DER)


def scim_world() -> World:
    text = base64.b64encode(certificate()).decode()
    world = World(Charter("acme", "scim", 1_790_000_000.0, {"account a-1": {"certificate": text}}))
    world.put(
        Account("u-1", AccountKind.HUMAN, "ada@acme.example", "", AccountState.ACTIVE),
        Account("u-2", AccountKind.HUMAN, "bob@acme.example", "", AccountState.SUSPENDED),
        Account("a-1", AccountKind.AGENT, "Helper", "ada@acme.example", AccountState.ACTIVE),
        Account("a-2", AccountKind.AGENT, "Digger", "", AccountState.SUSPENDED),
        Account("a-3", AccountKind.AGENT, "Idle", "", AccountState.ACTIVE),
    )
    world.put(App("p-1", "Help desk", domain="help.acme.example"), App("p-2", "Lab"))
    world.put(
        Grant("g-1", "a-1", "p-1", Consent.ADMIN, ("tickets.write",)),
        Grant("g-2", "a-1", "p-2", Consent.ADMIN, ("tickets.write",)),
        Grant("g-3", "a-2", "", Consent.ADMIN, ("admin",)),
    )
    return world


def connector_at(url: str, token: str = "scim-1") -> ScimConnector:
    def authorise() -> dict[str, str]:
        return {"authorization": f"Bearer {token}"}

    client = VendorClient(f"{url}/scim/v2", authorise=authorise, clock=lambda: 0.0, sleep=lambda _s: None)
    return ScimConnector(client)


def things(pages) -> list:
    return [one.thing for page in pages for one in page.sightings]


@pytest.mark.parametrize("page", [0, 1, 2])
def test_agents_stand_with_owner_applications_and_certificates(page: int) -> None:
    with serve(ScimPlatform(scim_world(), page=page)) as served:
        told = {feed: list(connector_at(served.url).read(feed, "")) for feed in connector_at(served.url).feeds()}
    assert not [gap for pages in told.values() for one in pages for gap in one.gaps]
    world = scim_world()
    assert things(told[USERS]) == [world.accounts["u-1"], world.accounts["u-2"]]
    digest = sha256(certificate()).hexdigest()
    begin = START.timestamp()
    assert things(told[AGENTS]) == [
        world.accounts["a-1"],
        Grant("a-1/p-1", "a-1", "p-1", Consent.ADMIN, ("tickets.write",)),
        Grant("a-1/p-2", "a-1", "p-2", Consent.ADMIN, ("tickets.write",)),
        Credential(digest, "a-1", "certificate", created_at=begin, expires_at=begin + 90 * 86_400),
        world.accounts["a-2"],
        Grant("a-2/", "a-2", "", Consent.ADMIN, ("admin",)),
        world.accounts["a-3"],
    ]
    assert things(told[APPLICATIONS]) == [world.apps["p-1"], world.apps["p-2"]]


def test_a_server_without_the_extension_says_so_and_its_users_are_read() -> None:
    with serve(ScimPlatform(scim_world(), has_agents=False)) as served:
        connector = connector_at(served.url)
        assert len(things(connector.read(USERS, ""))) == 2
        (agents,) = connector.read(AGENTS, "")
    assert (agents.sightings, agents.gaps) == ((), ())
    assert "/Agents" in agents.notes[0]


@pytest.mark.parametrize("feed", [USERS, AGENTS, APPLICATIONS])
@pytest.mark.parametrize("kind", [FaultKind.EMPTY, FaultKind.GARBAGE, FaultKind.STATUS, FaultKind.CUT])
@pytest.mark.parametrize("at", [1, 2])
def test_no_fault_on_any_page_ends_a_list_early(feed, kind: FaultKind, at: int) -> None:
    fault = SaasFault(kind, at=at, times=0, path="/scim/v2/", status=403)
    with serve(ScimPlatform(scim_world(), page=1), FaultPlan(fault)) as served:
        pages = connector_at(served.url).read(feed, "")
        if (
            kind is FaultKind.EMPTY and at == 1
        ):  # an empty list from the first page on: nothing is told, nothing is gone
            assert things(pages) == []
            assert len(served.asked) == 2
        else:
            with pytest.raises(UnavailableError):
                list(pages)


def page(total, *entries, **more) -> Answer:
    return Answer({"totalResults": total, "Resources": list(entries)} | more)


@pytest.mark.parametrize(
    "answers",
    [
        (page(2, {"id": "a"}), page(2, {"id": "a"})),  # one was removed before it, and another slipped through
        (page(2, {"id": "a"}), page(3, {"id": "b"})),
        (page(2, {"id": "a"}), page(2)),
        (page(1),),
        (page("1", {"id": "a"}),),
        (page(True, {"id": "a"}),),
        (page(-1),),
        (page(1, {"id": "a"}, {"id": "b"}),),
        (Answer([]),),
        (Answer({"totalResults": 1, "Resources": "x"}),),
    ],
)
def test_what_is_no_whole_list_is_never_taken_for_one(platform: Platform, answers) -> None:
    platform.on("/scim/v2/Agents", *answers)
    with pytest.raises(UnavailableError):
        list(connector_at(platform.url).read(AGENTS, ""))


def test_users_that_are_not_there_are_an_error(platform: Platform) -> None:
    with pytest.raises(UnavailableError):
        list(connector_at(platform.url).read(USERS, ""))


def test_an_entry_that_is_not_understood_is_a_gap_and_the_others_count(platform: Platform) -> None:
    entries = [
        {"id": "a", "name": "Fine", "owners": {"value": "u-1"}, "userType": 3},
        {"id": ""},
        7,
        {"id": "b", "applications": "x"},
        {"id": "c", "x509Certificates": [{"value": "no certificate"}]},
        {"id": "d", "x509Certificates": [{"value": base64.b64encode(b"junk").decode()}]},
    ]
    platform.on("/scim/v2/Agents", page(5, *entries[:2], *entries[3:]))
    (told,) = connector_at(platform.url).read(AGENTS, "")
    assert [one.thing for one in told.sightings] == [Account("a", AccountKind.AGENT, "Fine", "u-1")]
    assert len(told.gaps) == 4
    platform.on("/scim/v2/Agents", page(2, {"id": "a", "name": "Fine"}, 7))
    with pytest.raises(UnavailableError):  # who knows what it was
        list(connector_at(platform.url).read(AGENTS, ""))


def test_a_user_may_be_an_agent_and_a_state_may_be_unknown(platform: Platform) -> None:
    platform.on(
        "/scim/v2/Users", page(2, {"id": "a", "userType": "Agent"}, {"id": "b", "displayName": "Bo", "active": 1})
    )
    assert things(connector_at(platform.url).read(USERS, "")) == [
        Account("a", AccountKind.AGENT, ""), Account("b", AccountKind.HUMAN, "Bo"),
    ]  # fmt: skip
