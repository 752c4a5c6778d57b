from __future__ import annotations

import pytest

from wardlaw.inventory.granting import ApprovalBook, GrantApproval
from wardlaw.inventory.model import (
    App,
    Consent,
    Credential,
    FeedKind,
    Grant,
    RunState,
    Sighting,
    SyncRun,
    Tristate,
    Use,
)
from wardlaw.inventory.shadow import VendorStanding
from wardlaw.store.database import reading, writing
from wardlaw.store.inventory import begin_run, finish_run, take
from wardlaw.store.vendorstanding import vendor_standings

AT = 100.0
CHAT = App("chat", "ChatGPT", "OpenAI", "chatgpt.com", Tristate.YES)
SITE = App("site", "chatgpt.com", domain="chatgpt.com")


@pytest.fixture
def known(database):
    things = [
        CHAT, SITE, App("wiki", "Wiki"), Grant("g1", "ada", "chat", Consent.USER, ("mail",)), Grant("g2", "bob", "chat", Consent.USER, ("mail", "files")),
        Grant("g3", "cy", "chat", Consent.REQUESTED, ("mail",)), Grant("g4", "ada", "wiki", Consent.USER, ("mail",)),
        *(Use(f"u{n}", f"p{n % 3}", "site", f"2026-11-{n + 1:02}", 1) for n in range(6)), Credential("k1", "bot", "key", app="chat"),
    ]  # fmt: skip
    with writing(database) as connection:
        run = SyncRun("run_1", "acme", "google", "tokens", FeedKind.LISTING, 1.0, "person:a")
        begin_run(connection, run)
        take(connection, "run_1", [Sighting(one) for one in things])
        finish_run(
            connection, "run_1", ended=SyncRun("", "", "", "", FeedKind.LISTING, 0.0, "", RunState.COMPLETE, 2.0)
        )
    return database


def approval(
    app: str = "", *, until: float = 500.0, accounts=(), scopes=("mail",), publisher: str = ""
) -> GrantApproval:
    return GrantApproval(
        f"gap_{app}{until}", app, publisher, "", scopes, accounts, "GRT-03", "person:a", "person:a", 1.0, until, "pilot"
    )


def standing(known, *approvals: GrantApproval, directory: str = "") -> VendorStanding | None:
    with reading(known) as connection:
        return vendor_standings(connection, ApprovalBook(approvals), directory, at=AT).get("openai")


def test_without_approvals_everything_is_counted_and_nothing_read(known) -> None:
    assert standing(known) == VendorStanding(unapproved=7)  # three grants, a key, three people of the site
    assert standing(known, directory="other") is None


def test_scopes_accounts_and_ends_count(known) -> None:
    assert standing(known, approval("chat")) == VendorStanding(approved=2, exceeding=1, unapproved=3, until=500.0)
    only_ada = standing(known, approval("chat", accounts=("ada",)))
    assert (only_ada.approved, only_ada.unapproved) == (1, 5)
    past = standing(known, approval("chat", until=50.0))
    assert (past.approved, past.expired, past.ended_at) == (0, 3, 50.0)


def test_all_of_it_approved_is_whole_until_the_first_ends(known) -> None:
    found = standing(known, approval("chat", scopes=("*",)), approval("site", until=300.0))
    assert found == VendorStanding(approved=6, until=300.0)
    assert found.is_whole


def test_a_verified_publisher_covers_its_apps_alone(known) -> None:
    found = standing(known, approval(publisher="openai", scopes=("*",)))
    assert (found.approved, found.unapproved) == (3, 3)
