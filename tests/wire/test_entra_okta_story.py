"""Entra and Okta from the first reading to a revocation that the next one shows, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.organisations import (
    ADA,
    LEDGER,
    LEDGER_SP,
    NOTES,
    NOW,
    SECRET,
    entra_connector,
    okta_connector,
    organisation,
    tenant,
    vendor_client,
)
from tests.storeclient import StoreClient
from wardlaw.cli.syncing import sync_feed
from wardlaw.connectors.entrarevoking import EntraRevoker
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.oktarevoking import OktaRevoker
from wardlaw.inventory.model import Account, Consent, Credential, Grant
from wardlaw.inventory.revocation import Presence, StepKind
from wardlaw.inventory.view import assemble
from wardlaw.store.database import reading
from wardlaw.store.inventory import list_items, list_runs
from wardlaw.testing.databases import postgres_database, sqlite_database
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import serve


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path, own_name: str) -> Iterator[Engine]:
    if request.param == "sqlite":
        with sqlite_database(tmp_path) as made:
            yield made
    else:
        with postgres_database(request.getfixturevalue("postgres_url"), own_name) as made:
            yield made


def read_all(connector: Connector, client: StoreClient) -> set[str]:
    """Read every feed; the states of the runs."""
    return {sync_feed(connector, feed, "acme", client)["state"] for feed in connector.feeds()}


def there(engine: Engine) -> dict[tuple[str, str, str], Any]:
    """Grants and credentials that are there, as all feeds together tell them: by kind, account, and app or id."""
    with reading(engine) as connection:
        picture = assemble(list_items(connection), list_runs(connection))
    grants = {("grant", one.thing.account, one.thing.app): one.thing for one in picture.there(Grant)}
    keys = {("credential", one.thing.account, one.thing.id): one.thing for one in picture.there(Credential)}
    return {**grants, **keys}


def test_entra(engine: Engine) -> None:
    world = tenant()
    client = StoreClient(engine)
    with serve(EntraPlatform(world)) as served:
        connector = entra_connector(served.url)
        assert read_all(connector, client) == {"complete"}
        known = there(engine)
        of_ada, own = known["grant", ADA, NOTES], known["grant", LEDGER_SP, LEDGER]
        # Two resources in one grant, and the date of the log: nothing else has one.
        assert (of_ada.scopes, of_ada.granted_at) == (("AllSites.Read", "Mail.Read", "openid"), NOW - 500)
        assert (own.scopes, own.consent, own.usage_known) == (("Files.Read.All", "Mail.Read"), Consent.ADMIN, True)
        revoker = EntraRevoker(vendor_client(served.url), clock=lambda: NOW)
        steps = revoker.plan((of_ada, own, known["credential", LEDGER_SP, SECRET]), app=NOTES)
        assert [step.kind for step in steps] == [StepKind.APP, StepKind.GRANT, StepKind.GRANT, StepKind.CREDENTIAL]
        assert all(revoker.carry_out(step).done for step in steps)
        assert {revoker.verify(step).presence for step in steps} == {Presence.GONE}
        changes = next(feed for feed in connector.feeds() if feed.name == "grant-changes")
        sync_feed(connector, changes, "acme", client)
        assert ("grant", ADA, NOTES) not in there(engine)  # the delta tells it before the next listing does
        assert read_all(connector, client) == {"complete"}
    left = there(engine)
    assert set(known) - set(left) == {
        ("grant", ADA, NOTES), ("grant", LEDGER_SP, LEDGER), ("credential", LEDGER_SP, SECRET),
    }  # fmt: skip
    with reading(engine) as connection:
        accounts = assemble(list_items(connection), list_runs(connection)).there(Account)
    assert {one.thing.name for one in accounts} >= {"Helper (blueprint eeeeeeee-0000-4000-8000-000000000001)"}


def test_okta(engine: Engine) -> None:
    world = organisation()
    # A second of each: a listing that is empty all at once takes nothing for gone (0035).
    world.put(
        Grant("back", "", "0oaFiles", Consent.ADMIN),
        Credential("rt2", "00uBob", "refresh token", "", "0oaFiles"),
        Credential("at2", "00uBob", "API token", "other"),
    )
    world.extras["grant back"] = {"connection": "0oaNotes"}
    client = StoreClient(engine)
    with serve(OktaPlatform(world)) as served:
        connector = okta_connector(served.url)
        assert read_all(connector, client) == {"complete"}
        known = there(engine)
        of_ada = known["grant", "00uAda", "0oaNotes"]
        assert of_ada.scopes == ("notes.read", "notes.write", "okta.users.read.self")
        revoker = OktaRevoker(vendor_client(served.url), clock=lambda: NOW)
        across = known["grant", "app:0oaFiles", "0oaNotes"]
        steps = revoker.plan((of_ada, across, known["credential", "00uAda", "at1"]))
        assert all(revoker.carry_out(step).done for step in steps)
        proofs = {step.kind: revoker.verify(step).presence for step in steps}
        assert proofs[StepKind.GRANT] == proofs[StepKind.CREDENTIAL] == Presence.GONE
        world.consent(Grant("new", "00uAda", "0oaFiles", Consent.USER, ("files.read",)))
        read_all(connector, client)
    left = there(engine)
    assert set(known) ^ set(left) == {
        ("grant", "00uAda", "0oaNotes"), ("grant", "app:0oaFiles", "0oaNotes"), ("credential", "00uAda", "at1"),
        ("credential", "00uAda", "rt1"), ("grant", "00uAda", "0oaFiles"),
    }  # fmt: skip
