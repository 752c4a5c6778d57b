"""A grant put before the clauses: what they may ask of it, and the request that carries it to the one policy engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.grantfacts import GrantFacts
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.inventory.aiapps import ai_vendor_of, known_bad
from wardlaw.inventory.granting import ApprovalBook, standings
from wardlaw.inventory.model import Account, AccountKind, App, Grant
from wardlaw.inventory.risk import grant_risks
from wardlaw.inventory.ruling import Breaker, GrantRuling, ruling_of
from wardlaw.inventory.view import Inventory

_WHOLE = "organisation"
_KINDS = {AccountKind.AGENT.value: PrincipalKind.AGENT, AccountKind.HUMAN.value: PrincipalKind.USER}
_PREFIXES = {PrincipalKind.AGENT: "agent", PrincipalKind.USER: "user", PrincipalKind.NHI: "nhi"}


class GrantMoment(msgspec.Struct, frozen=True):
    """When a grant is judged: Unix seconds, and hour and ISO weekday in the installation's time zone."""

    at: float
    hour: int
    weekday: int


class AskedGrant(msgspec.Struct, frozen=True):
    """A grant, with what the clauses may ask of it."""

    grant: Grant
    facts: GrantFacts

    @property
    def key(self) -> tuple[str, str]:
        """Its place: directory and id."""
        return self.facts.directory, self.grant.id


def asked_grants(inventory: Inventory, book: ApprovalBook, *, at: float) -> Iterator[AskedGrant]:
    """Every grant that is there, as the clauses see it; by directory, account and app."""
    accounts = {
        (item.directory, item.thing.id): item.thing for item in inventory.items if isinstance(item.thing, Account)
    }
    for (directory, app), grant, standing in standings(inventory, book, at=at):
        platform = inventory.platforms.get(directory, "")
        account = accounts.get((directory, grant.account))
        kind = account.acts_as.value if account else AccountKind.UNKNOWN.value
        yield AskedGrant(
            grant, _facts(directory, platform, grant, app, (kind if grant.account else _WHOLE, standing.state.value))
        )


def _facts(directory: str, platform: str, grant: Grant, app: App, known: tuple[str, str]) -> GrantFacts:
    account_kind, approval = known
    risks = grant_risks(platform, grant, as_itself=account_kind in (AccountKind.NHI.value, AccountKind.AGENT.value))
    return GrantFacts(
        directory=directory,
        platform=platform,
        grant=grant.id,
        app=grant.app,
        publisher=app.publisher,
        verified=app.verified.value,
        first_party=app.first_party.value,
        known_bad=known_bad(platform, grant.app) is not None,
        vendor=ai_vendor_of(app),
        privilege=int(risks[0].privilege) if risks else 0,
        data=tuple(sorted({risk.data for risk in risks})),
        consent=grant.consent.value,
        approval=approval,
        account_kind=account_kind,
    )


def facts_digest(facts: GrantFacts, policies: PolicySet) -> str:
    """What must be the same for a decision to stand: what the clauses saw, and the clauses."""
    raw = msgspec.json.encode(facts) + policies.digest.encode()
    return hashlib.sha256(raw).hexdigest()


def request_of(asked: AskedGrant, *, decision: str, moment: GrantMoment) -> RequestFacts:
    """The request that puts a grant before the clauses; nothing of it ever stood on a wire.

    Args:
        decision: Id of the decision.
    """
    facts = asked.facts
    kind = _KINDS.get(facts.account_kind, PrincipalKind.NHI if facts.account_kind != "unknown" else PrincipalKind.USER)
    who = asked.grant.account or facts.directory
    return RequestFacts(
        id=decision,
        exchange="",
        at=moment.at,
        hour=moment.hour,
        weekday=moment.weekday,
        principal=Principal(f"{_PREFIXES[kind]}:{who}", kind),
        action=Action.GRANT,
        resource=Resource(ResourceKind.APP, f"app:{facts.app}", registered=True),
        route="",
        route_mode=RouteMode.ENFORCE,
        session="",
        measures=Measures(),
        grant=facts,
    )


def ruling_on(
    asked: AskedGrant, policies: PolicySet, *, decision: str, moment: GrantMoment, breaker: Breaker
) -> GrantRuling:
    """What the clauses say of a grant, and what becomes of it. Nothing is kept or taken away here.

    Args:
        decision: Id of the decision.
    """
    decided = decide(request_of(asked, decision=decision, moment=moment), (), policies, Snapshot())
    digest = facts_digest(asked.facts, policies)
    return ruling_of(asked.facts, decided, digest=digest, at=moment.at, breaker=breaker)
