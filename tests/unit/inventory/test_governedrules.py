from __future__ import annotations

from tests.unit.inventory.test_granting import NOW, approval
from wardlaw.inventory.governedrules import governed
from wardlaw.inventory.granting import ApprovalBook
from wardlaw.inventory.model import App, Consent, FeedKind, Grant, Item, SyncRun, Thing, Tristate
from wardlaw.inventory.view import assemble

MAIL = "https://mail.google.com/"


def found(*things: Thing, approvals=()):
    run = SyncRun("run_1", "acme", "google", "f", FeedKind.LISTING, NOW, "person:a")
    items = [Item("acme", "f", thing, 1.0, 1.0, NOW) for thing in things]
    return governed(assemble(items, [run]), ApprovalBook(approvals), at=NOW)


def mails(count: int, app: str = "app-1") -> list[Grant]:
    return [Grant(f"g{n}", f"u{n}", app, scopes=(MAIL,)) for n in range(count)]


def test_an_unapproved_app_is_found_once_whoever_uses_it() -> None:
    (one,) = found(App("app-1", "Reader"), *mails(3))
    assert (one.rule, one.about, one.account, one.app) == ("unapproved-restricted-scope", "app app-1", "", "app-1")
    assert "3 grants of 3 accounts" in one.evidence[0]
    assert MAIL in one.evidence[1]
    assert found(*mails(1))[0].account == "u0"


def test_what_must_not_fire() -> None:
    assert found(*mails(1), approvals=[approval(scopes=(MAIL,))]) == ()
    assert found(App("app-1", first_party=Tristate.YES), *mails(1)) == ()
    assert found(Grant("g", "u", "app-1", scopes=("openid", "unheard-of"))) == ()
    assert found(Grant("g", "u", "app-1", Consent.REQUESTED, scopes=(MAIL,))) == ()


def test_more_than_was_approved_names_only_the_excess() -> None:
    drive = "https://www.googleapis.com/auth/drive"
    (one,) = found(Grant("g", "u", "app-1", scopes=(MAIL, drive)), approvals=[approval(scopes=(MAIL,))])
    assert "more than was approved" in one.evidence[0]
    assert drive in one.evidence[1]
    assert MAIL not in one.evidence[1]
    assert found(Grant("g", "u", "app-1", scopes=(MAIL, "openid")), approvals=[approval(scopes=(MAIL,))]) == ()


def test_an_approval_that_ran_out_is_found_even_for_small_scopes() -> None:
    (one,) = found(Grant("g", "u", "app-1", scopes=("openid",)), approvals=[approval("a9", expires_at=NOW - 1)])
    assert (one.rule, one.weight.value) == ("approval-expired", "medium")
    assert "a9" in one.evidence[0]


def test_a_grant_over_the_whole_directory_is_said() -> None:
    (one,) = found(Grant("g", "", "app-1", Consent.ADMIN, (MAIL,)))
    assert "one over the whole directory" in one.evidence[0]
