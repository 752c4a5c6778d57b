"""Canaries for clauses on grants: a grant that nobody gave, seen and ruled on as those of the inventory are.

It is put together as a directory would tell it, so that its class, its vendor and how it stands to the approvals are
found by the inventory's own rules. Nothing of it is kept, nobody is asked, and nothing is taken away anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from wardlaw.decision.context import Facts, build_context
from wardlaw.decision.policyset import PolicySet
from wardlaw.evidence.canary import Canary, CanaryGrant
from wardlaw.evidence.canarycontent import InexpressibleError
from wardlaw.evidence.canaryverdict import CanaryFinding
from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.clause import Example
from wardlaw.facts.request import Snapshot
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.examples import matches
from wardlaw.inventory.aiapps import domain_of_vendor, known_bad_app
from wardlaw.inventory.granted import AskedGrant, GrantMoment, asked_grants, request_of, ruling_on
from wardlaw.inventory.granting import ANY, DAY_S, ApprovalBook, GrantApproval, GrantApprovalState
from wardlaw.inventory.model import Account, AccountKind, App, Consent, Grant, Item, Tristate
from wardlaw.inventory.risk import platforms, scope_classed
from wardlaw.inventory.ruling import Breaker, GrantRuling, RevokingLimits
from wardlaw.inventory.view import Inventory

GRANTS = "grants"
"""Stands where others name a route."""

_APP, _ACCOUNT, _GRANT, _FEED = "wardlaw-canary-app", "wardlaw.canary@example.com", "wardlaw-canary-grant", "canary"
_WHOLE = "organisation"
_HIGHEST = 4


def grant_of(compiled: CompiledClause, example: Example, *, at: float) -> CanaryGrant:
    """A grant that a clause must stop, as its example says.

    Args:
        at: Unix seconds.

    Raises:
        InexpressibleError: None can be put together that the clause, as its source has it, would match.
    """
    for made in _grants(example, at=at):
        asked = _asked(made, directory=_directory(example), at=at)
        if asked is not None and matches(compiled.text, _seen(asked, example, at=at)):
            return made
    raise InexpressibleError("no grant can be put together that the inventory would see as the example says")


def rule_on_canary(canary: Canary, policies: PolicySet, *, decision: str, moment: GrantMoment) -> GrantRuling | None:
    """What the clauses in force say of a canary's grant; None where it is no grant that is ruled on.

    Args:
        decision: Id of the decision.
    """
    if canary.grant is None or canary.example is None:
        return None
    asked = _asked(canary.grant, directory=_directory(canary.example), at=moment.at)
    if asked is None:
        return None
    # The mode is off whatever the installation's is: a canary takes nothing away, and counts for no ceiling.
    return ruling_on(asked, policies, decision=decision, moment=moment, breaker=Breaker(RevokingLimits(), 0))


def judge_grant(canary: Canary, ruling: GrantRuling | None, *, record: str) -> CanaryFinding:
    """What a ruling proves of a clause.

    Args:
        record: Id of the record that holds the ruling.
    """
    if ruling is None:
        return CanaryFinding(CanaryOutcome.NOT_EXPRESSIBLE, record, "The inventory rules on no such grant.")
    others = ", ".join(one for one in ruling.clauses if one != canary.clause)
    if canary.clause in ruling.clauses and ruling.effect is canary.effect:
        beside = f" beside {others}" if others else ""
        return CanaryFinding(CanaryOutcome.PASS, record, f"{ruling.effect.value} by {canary.clause}{beside}.")
    if canary.clause in ruling.clauses:
        detail = f"{others} stopped it too, with {ruling.effect.value}: {canary.clause} cannot be seen alone."
        return CanaryFinding(CanaryOutcome.NOT_EXPRESSIBLE, record, detail)
    what = f"{ruling.effect.value}{f' by {others}' if others else ''}"
    detail = f"{canary.clause} did not stop what its own text says it stops ({what})."
    return CanaryFinding(CanaryOutcome.FAIL, record, detail)


def _directory(example: Example) -> str:
    return str(example.context.get("directory") or "wardlaw-canary")


def _asked(made: CanaryGrant, *, directory: str, at: float) -> AskedGrant | None:
    """The grant as the inventory sees it."""
    things = (made.app, made.account, made.grant)
    items = tuple(Item(directory, _FEED, thing, at, at, at) for thing in things)
    inventory = Inventory(items, {directory: made.platform})
    return next(asked_grants(inventory, ApprovalBook(made.approvals), at=at), None)


def _seen(asked: AskedGrant, example: Example, *, at: float) -> Example:
    """What the clauses would see of it, as an example."""
    request = request_of(asked, decision="", moment=GrantMoment(at, 0, 1))
    context = build_context(Facts(request, (), Snapshot()), tuple(BY_NAME))
    times = {name: example.context[name] for name in ("hour", "weekday", "epoch") if name in example.context}
    return msgspec.structs.replace(
        example, principal=request.principal.kind, resource=request.resource.id, context={**context, **times}
    )


def _grants(example: Example, *, at: float) -> Iterator[CanaryGrant]:
    said = example.context
    for platform in [str(said["platform"])] if said.get("platform") else sorted(platforms(), key=_usual):
        scopes = _scopes(platform, example)
        if scopes is None:
            continue
        app = str(said.get("appId") or (known_bad_app(platform) if said.get("appKnownBad") else _APP))
        vendor = str(said.get("aiVendor") or "")
        domain = domain_of_vendor(vendor) if vendor else ""
        if not app or (vendor and not domain):
            continue
        whole = said.get("accountKind") == _WHOLE
        kind = AccountKind.HUMAN if whole or "accountKind" not in said else AccountKind(str(said["accountKind"]))
        grant = Grant(_GRANT, "" if whole else _ACCOUNT, app, Consent(str(said.get("consent") or "user")), scopes)
        yield CanaryGrant(
            platform,
            App(
                app,
                name="Wardlaw canary",
                publisher=str(said.get("appPublisher") or ""),
                domain=domain,
                verified=Tristate(str(said.get("appVerified") or "unknown")),
                first_party=Tristate(str(said.get("appFirstParty") or "unknown")),
            ),
            Account(_ACCOUNT, kind),
            grant,
            _approvals(str(said.get("grantApproval") or "approved"), grant, at=at),
        )


def _usual(platform: str) -> tuple[int, str]:
    """Platforms whose tables say most come first."""
    first = ("google", "entra", "github", "slack")
    return (first.index(platform) if platform in first else len(first)), platform


def _scopes(platform: str, example: Example) -> tuple[str, ...] | None:
    """Scopes of the class and kinds of data that an example names; None where the platform has none such."""
    wanted = example.context.get("scopeData")
    kinds = [str(one) for one in wanted] if isinstance(wanted, list) and wanted else [""]
    said = example.context.get("scopePrivilege")
    highest = said if isinstance(said, int) and said else _HIGHEST if kinds != [""] else 0
    if not highest:
        return ()
    found: list[str] = []
    for kind in kinds:
        scope = next((one for level in range(highest, 0, -1) if (one := scope_classed(platform, kind, level))), "")
        if not scope:
            return None
        found.append(scope)
    return tuple(sorted(set(found)))


def _approvals(state: str, grant: Grant, *, at: float) -> tuple[GrantApproval, ...]:
    if state == GrantApprovalState.UNAPPROVED:
        return ()
    ends = at - DAY_S if state == GrantApprovalState.EXPIRED else at + DAY_S
    scopes = () if state == GrantApprovalState.EXCEEDS else (ANY,)
    return (
        GrantApproval(
            id="wardlaw-canary",
            app=grant.app,
            publisher="",
            directory="",
            scopes=scopes,
            accounts=(),
            clause="",
            owner="",
            approver="",
            approved_at=at - 2 * DAY_S,
            expires_at=ends,
            reason="a canary",
        ),
    )
