from __future__ import annotations

import pytest

from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    Credential,
    FeedKind,
    Grant,
    Item,
    SyncRun,
    Thing,
    Tristate,
    Use,
)  # fmt: skip
from wardlaw.inventory.rules import DAY_S, RULES, Limits, find
from wardlaw.inventory.view import assemble

NOW = 1_000 * DAY_S
MAIL = ("https://mail.google.com/",)


def found(*things: Thing, platform: str = "google", born: float = 0.0) -> list[str]:
    run = SyncRun("run_1", "acme", platform, "f", FeedKind.LISTING, NOW, "person:a")
    items = [Item("acme", "f", thing, born, born, NOW) for thing in things]
    answer = find(assemble(items, [run]), at=NOW, limits=Limits())
    assert all(one.evidence and one.remedy for one in answer)
    return [one.rule for one in answer]


def old(**more) -> Grant:
    return Grant("g", "u", "a", scopes=MAIL, usage_known=True, granted_at=NOW - 200 * DAY_S, **more)


BAD = "110671459871-30f1spbu0hptbs60cb4vsmv79i7bbvqj.apps.googleusercontent.com"
NHI = Account("u", AccountKind.NHI)
ADMIN = Grant("g", "", "a", Consent.ADMIN, MAIL)


@pytest.mark.parametrize(("rule", "things", "others"), [
    ("known-bad-app", [Grant("g", "u", BAD)], [Grant("g", "u", "good")]),
    ("unused-high-privilege", [old()], [old(last_used_at=NOW - DAY_S)]),
    ("unused-high-privilege", [old(last_used_at=NOW - 100 * DAY_S)], [Grant("g", "u", "a", scopes=MAIL)]),
    ("unverified-broad-scopes", [App("a", verified=Tristate.NO), Grant("g", "u", "a", scopes=MAIL)], [App("a"), Grant("g", "u", "a", scopes=MAIL)]),
    ("many-users-of-ai-app", [App("a", "ChatGPT"), *(Grant(f"g{n}", f"u{n}", "a") for n in range(5))], [App("a", "ChatGPT"), *(Grant(f"g{n}", f"u{n}", "a") for n in range(4))]),
    ("credential-never-expires", [Credential("c", "u", "key", never_expires=True)], [Credential("c", "u", "key")]),
    ("credential-old", [Credential("c", "u", "key", created_at=DAY_S)], [Credential("c", "u", "key", created_at=DAY_S, expires_at=2 * DAY_S)]),
    ("owner-gone", [Account("u", state=AccountState.SUSPENDED), Credential("c", "u", "key")], [Account("u", state=AccountState.ACTIVE), Credential("c", "u", "key")]),
    ("nhi-without-owner", [NHI], [Account("u", AccountKind.NHI, owner="ada")]),
    ("admin-consented-mail-or-files", [ADMIN], [App("a", first_party=Tristate.YES), ADMIN]),
    ("dormant-then-active", [Use("1", "u", "a", "x", last_used_at=NOW - 80 * DAY_S), Use("2", "u", "a", "y", last_used_at=NOW - DAY_S)],
     [Use("1", "u", "a", "x", last_used_at=NOW - 20 * DAY_S), Use("2", "u", "a", "y", last_used_at=NOW - DAY_S)]),
    ("publisher-lookalike", [App("a", "Micros0ft Mail")], [App("a", "Microsoft Mail")]),
])  # fmt: skip
def test_each_rule_finds_its_case_and_lets_the_other_be(rule, things, others) -> None:
    assert rule in found(*things)
    assert rule not in found(*others)


def test_every_rule_is_tried_above() -> None:
    mark = test_each_rule_finds_its_case_and_lets_the_other_be.pytestmark[0]
    assert {case[0] for case in mark.args[1]} == set(RULES)


def test_what_is_gone_or_only_asked_for_is_no_finding() -> None:
    assert found(Grant("g", "u", BAD, Consent.REQUESTED)) == []
    run = SyncRun("run_1", "acme", "google", "f", FeedKind.LISTING, NOW, "person:a")
    gone = [Item("acme", "f", Grant("g", "u", BAD), 1, 1, 5, 9)]
    assert find(assemble(gone, [run]), at=NOW, limits=Limits()) == ()


def test_the_gravest_stands_first() -> None:
    assert found(NHI, Grant("g", "u", BAD))[0] == "known-bad-app"


def test_what_an_app_may_do_as_itself_is_classed_as_such() -> None:
    # Entra's rights of apps reach everybody's data: Mail.Read is 2 for a person and 3 for an app.
    grant = Grant(
        "application/u", "u", "a", Consent.ADMIN, ("Mail.Read",), usage_known=True, granted_at=NOW - 200 * DAY_S
    )
    assert "unused-high-privilege" in found(grant, NHI, platform="entra")
    assert "unused-high-privilege" not in found(grant, Account("u", AccountKind.HUMAN), platform="entra")
