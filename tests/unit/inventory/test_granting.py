from __future__ import annotations

import pytest

from wardlaw.inventory.granting import DAY_S, ApprovalBook, GrantApproval, GrantApprovalState, due_before
from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import App, Consent, FeedKind, Grant, Item, SyncRun, Tristate
from wardlaw.inventory.view import assemble

NOW = 1_000 * DAY_S
APPROVED, EXPIRED, NONE, EXCEEDS = (
    GrantApprovalState.APPROVED, GrantApprovalState.EXPIRED, GrantApprovalState.UNAPPROVED, GrantApprovalState.EXCEEDS,
)  # fmt: skip


def approval(name: str = "a1", **more) -> GrantApproval:
    fields = {
        "app": "app-1", "publisher": "", "directory": "", "scopes": ("mail.read",), "accounts": (), "clause": "GRT-01",
        "owner": "it", "approver": "person:a", "approved_at": NOW - 10 * DAY_S, "expires_at": NOW + 10 * DAY_S, "reason": "needed",
    }  # fmt: skip
    return GrantApproval(name, **(fields | more))


def grant(account: str = "ada@acme.example", app: str = "app-1", scopes=("mail.read",), **more) -> Grant:
    return Grant("g1", account, app, scopes=scopes, **more)


def state(*approvals: GrantApproval, of: Grant | None = None, app: App | None = None, directory: str = "acme"):
    one = of or grant()
    return ApprovalBook(approvals).standing(directory, one, app or App(one.app), at=NOW)


@pytest.mark.parametrize(("approvals", "of", "wanted"), [
    ((), grant(), NONE),
    ((approval(),), grant(), APPROVED),
    ((approval(),), grant(app="app-2"), NONE),
    ((approval(directory="acme"),), grant(), APPROVED),
    ((approval(directory="other"),), grant(), NONE),
    ((approval(),), grant(scopes=("mail.read", "mail.send")), EXCEEDS),
    ((approval(scopes=("*",)),), grant(scopes=("mail.read", "mail.send")), APPROVED),
    ((approval(scopes=()),), grant(), EXCEEDS),
    ((approval(expires_at=NOW),), grant(), EXPIRED),
    ((approval(ended_at=NOW - 1),), grant(), NONE),
    ((approval(accounts=("ada@acme.example",)),), grant(), APPROVED),
    ((approval(accounts=("*@acme.example",)),), grant("Bob@ACME.example"), APPROVED),
    ((approval(accounts=("*@acme.example",)),), grant("ada@acme.example.evil"), NONE),
    ((approval(accounts=("a.a@acme.example",)),), grant("aXa@acme.example"), NONE),
    ((approval(accounts=("*",)),), grant(""), NONE),  # over the whole directory: nobody's
    ((approval(),), grant(""), APPROVED),
    ((approval(app="g1"),), grant(app=""), APPROVED),  # a token that names no app
])  # fmt: skip
def test_how_a_grant_stands(approvals, of, wanted) -> None:
    assert state(*approvals, of=of).state is wanted


def test_a_publishers_name_counts_only_where_the_platform_has_verified_it() -> None:
    of_publisher = approval(app="", publisher="Contoso")
    for verified, wanted in ((Tristate.YES, APPROVED), (Tristate.NO, NONE), (Tristate.UNKNOWN, NONE)):
        app = App("app-1", publisher="contoso", verified=verified)
        assert state(of_publisher, app=app).state is wanted
    assert state(approval(app="", publisher=""), app=App("app-1", verified=Tristate.YES)).state is NONE


def test_the_best_approval_counts_and_what_exceeds_it_is_named() -> None:
    wide = grant(scopes=("a", "b", "c"))
    found = state(
        approval("a1", scopes=("a",)), approval("a2", scopes=("a", "b")), approval("a3", expires_at=1.0), of=wide
    )
    assert (found.state, found.approval, found.excess) == (EXCEEDS, "a2", ("c",))


def test_what_must_be_decided_anew() -> None:
    run = SyncRun("r", "acme", "google", "f", FeedKind.LISTING, NOW, "person:a")
    things = [grant(last_used_at=5.0), Grant("g2", "bob", "app-1"), Grant("g3", "eve", "app-1", Consent.REQUESTED)]
    inventory = assemble([Item("acme", "f", thing, 1.0, 1.0, NOW) for thing in things], [run])
    approvals = (
        approval("soon"),
        approval("later", expires_at=NOW + 90 * DAY_S, app="x"),
        approval("back", ended_at=1.0),
    )
    due = due_before(approvals, inventory, before=NOW + 30 * DAY_S, at=NOW)
    assert [(one.approval.id, one.grants, one.accounts, one.last_used_at) for one in due] == [("soon", 2, 2, 5.0)]


def test_an_approval_for_a_group_covers_its_members_alone() -> None:
    groups = GroupBook([Item("acme", "groups", membership("sales", "ada@acme.example", is_group=False), 1.0, 1.0, 1.0)])
    for_sales = approval(groups=("sales",))
    for one, wanted in ((grant(), APPROVED), (grant("bob@acme.example"), NONE), (grant(""), NONE)):
        assert ApprovalBook([for_sales], groups).standing("acme", one, App(one.app), at=NOW).state is wanted
    assert ApprovalBook([for_sales], groups).standing("other", grant(), App("app-1"), at=NOW).state is NONE
    assert state(for_sales).state is NONE  # where nobody tells of groups
    both = ApprovalBook([approval(groups=("sales",), accounts=("bob@*",))], groups)
    assert both.standing("acme", grant("bob@acme.example"), App("app-1"), at=NOW).state is APPROVED
