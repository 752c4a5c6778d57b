from __future__ import annotations

import msgspec

from tests.console_fakes import policy_set
from tests.unit.inventory.test_granting import approval
from wardlaw.decision.decide import decide
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.request import Snapshot
from wardlaw.governance.domains import domain
from wardlaw.governance.shipped import starter_sources
from wardlaw.inventory.granted import GrantMoment, asked_grants, facts_digest, request_of
from wardlaw.inventory.granting import ApprovalBook, GrantApprovalState
from wardlaw.inventory.model import Account, AccountKind, App, Consent, FeedKind, Grant, Item, SyncRun, Thing, Tristate
from wardlaw.inventory.view import assemble

MAIL = "https://mail.google.com/"
MOMENT = GrantMoment(1_790_000_000.0, 10, 3)


def asked(*things: Thing, approvals=()):
    run = SyncRun("r", "acme", "google", "f", FeedKind.LISTING, 9.0, "person:a")
    inventory = assemble([Item("acme", "f", thing, 1.0, 1.0, 9.0) for thing in things], [run])
    return list(asked_grants(inventory, ApprovalBook(approvals), at=1_000 * 86_400.0))


def test_what_clauses_see_of_a_grant() -> None:
    app = App("app-1", "ChatGPT", "OpenAI", verified=Tristate.YES, first_party=Tristate.NO)
    (one,) = asked(app, Account("ada", AccountKind.HUMAN), Grant("g1", "ada", "app-1", Consent.USER, ("openid", MAIL)))
    facts = one.facts
    assert (facts.vendor, facts.privilege, facts.data, facts.consent) == ("openai", 4, ("identity", "mail"), "user")
    assert (facts.verified, facts.first_party, facts.known_bad, facts.approval) == ("yes", "no", False, "unapproved")
    assert (facts.account_kind, facts.directory, facts.platform) == ("human", "acme", "google")
    request = request_of(one, decision="gdc_1", moment=MOMENT)
    assert (request.action, request.principal.kind, request.resource.id) == (
        Action.GRANT,
        PrincipalKind.USER,
        "app:app-1",
    )


def test_whose_a_grant_is() -> None:
    kinds = {}
    for account in (Account("u"), Account("u", AccountKind.AGENT), Account("u", AccountKind.NHI)):
        (one,) = asked(account, Grant("g", "u", "a"))
        kinds[one.facts.account_kind] = request_of(one, decision="x", moment=MOMENT).principal.kind
    (whole,) = asked(Grant("g", "", "a", Consent.ADMIN))
    kinds[whole.facts.account_kind] = request_of(whole, decision="x", moment=MOMENT).principal.kind
    assert kinds == {
        "unknown": PrincipalKind.USER, "agent": PrincipalKind.AGENT, "nhi": PrincipalKind.NHI, "organisation": PrincipalKind.NHI,
    }  # fmt: skip


def test_the_digest_follows_facts_approval_and_clauses() -> None:
    policies = policy_set(msgspec.json.encode(starter_sources()))
    (bare,) = asked(Grant("g", "u", "app-1", scopes=(MAIL,)))
    (approved,) = asked(Grant("g", "u", "app-1", scopes=(MAIL,)), approvals=[approval(scopes=(MAIL,))])
    few = {name: text for name, text in starter_sources().items() if name != "grants.yaml"}
    other = policy_set(msgspec.json.encode(few))
    digests = {
        facts_digest(bare.facts, policies),
        facts_digest(approved.facts, policies),
        facts_digest(bare.facts, other),
    }
    assert len(digests) == 3
    assert facts_digest(bare.facts, policies) in digests


def test_without_clauses_on_grants_every_grant_stands() -> None:
    few = {name: text for name, text in starter_sources().items() if name != "grants.yaml"}
    (one,) = asked(App("app-1", "ChatGPT"), Grant("g", "u", "app-1", scopes=(MAIL,)))
    decision = decide(
        request_of(one, decision="x", moment=MOMENT), (), policy_set(msgspec.json.encode(few)), Snapshot()
    )
    assert decision.effect is Effect.ALLOW


def test_the_words_are_those_that_clauses_know() -> None:
    assert domain("grantApproval").words == {state.value for state in GrantApprovalState}
    assert domain("consent").words == {one.value for one in Consent}
    assert domain("appVerified").words == domain("appFirstParty").words == {one.value for one in Tristate}
    assert domain("accountKind").words == {one.value for one in AccountKind} | {"organisation"}
