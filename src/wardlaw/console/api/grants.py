"""Grants as they are governed: how each stands to approvals and clauses, and the approvals themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from wardlaw.console.api.desk import Call, Done, Given, Turn
from wardlaw.console.api.inventory import fresh_feeds
from wardlaw.console.api.picture import worked_findings
from wardlaw.console.api.shapes import DAY_S, Line, PersonId
from wardlaw.console.api.usage import UsageBook
from wardlaw.decision.decide import decide
from wardlaw.decision.explain import Explanation, explain
from wardlaw.facts.errors import InputError
from wardlaw.facts.request import Snapshot
from wardlaw.inventory.asking import GrantQuestion
from wardlaw.inventory.granted import AskedGrant, asked_grants, request_of
from wardlaw.inventory.granting import MOST_APPROVED_DAYS, ApprovalBook, DueApproval, GrantApproval, GrantStanding
from wardlaw.inventory.leastprivilege import Advice, Recommendation
from wardlaw.inventory.model import App, Item
from wardlaw.inventory.risk import ScopeRisk, grant_risks
from wardlaw.inventory.rules import GrantFinding, find_in, gravest_first
from wardlaw.inventory.ruling import GrantRuling
from wardlaw.inventory.view import Freshness
from wardlaw.store.approvalbook import approval_book, groups_of
from wardlaw.store.grantapprovals import change_approval, get_grant_approval, keep_approval, list_grant_approvals
from wardlaw.store.grantdecisions import ruling_by_id, rulings_of
from wardlaw.store.grantquery import EVERY, GrantQuery, grant_surroundings, reach_of
from wardlaw.store.grantquery import list_grants as find_grants
from wardlaw.store.grantquestions import question_about
from wardlaw.store.grantstanding import approvals_due
from wardlaw.store.inventory import list_runs
from wardlaw.store.people import get_person
from wardlaw.store.principallinks import PrincipalLink, link_principal, list_links, unlink_principal
from wardlaw.store.redrawing import refuse_undrawn
from wardlaw.store.thingquery import find_thing

_Name = Annotated[str, QueryParameter(max_length=512)]
_Limit = Annotated[int, QueryParameter(ge=1, le=10_000)]
_Within = Annotated[int, QueryParameter(ge=0, le=3_660)]
_Only = Annotated[bool, QueryParameter()]
_Id = Annotated[str, msgspec.Meta(max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_SomeId = Annotated[str, msgspec.Meta(min_length=1, max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Slug = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9._-]{0,63})?$(?!\n)")]
_Days = Annotated[int, msgspec.Meta(ge=1, le=MOST_APPROVED_DAYS)]
_ClauseId = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,8}-[0-9]{2,4}$(?!\n)")]
_MOST_STARS = 2
_ALLOWS_MORE = (Recommendation.REMOVE, Recommendation.NARROW)


class GrantLine(msgspec.Struct, frozen=True):
    """One grant in a list.

    Attributes:
        ruling: What the clauses last said, None where nobody has asked them.
        advice: What it could do without, where the list is of such.
    """

    directory: str
    grant: str
    app: str
    app_name: str
    account: str
    scopes: tuple[str, ...]
    vendor: str
    privilege: int
    last_used_at: float
    standing: GrantStanding
    ruling: GrantRuling | None
    advice: Advice | None = None


class GrantList(msgspec.Struct, frozen=True):
    """Grants by directory and id; ``total`` counts those beyond the limit too."""

    total: int
    grants: tuple[GrantLine, ...]
    feeds: tuple[Freshness, ...]


class GrantExplained(msgspec.Struct, frozen=True):
    """One grant, and why it stands as it does.

    Attributes:
        risks: The class of each scope.
        reach: Grants to the same app in its directory, and of how many accounts.
        explanation: What the clauses in force say now, and what would change it.
        findings: What rules find about the grant, its app or its account.
        advice: What it could do without.
        links: Principals of the gateway that are this app.
        question: What the person who gave it was asked, and said.
    """

    line: GrantLine
    risks: tuple[ScopeRisk, ...]
    reach: tuple[int, int]
    explanation: Explanation
    findings: tuple[GrantFinding, ...]
    advice: Advice
    approval: GrantApproval | None
    links: tuple[PrincipalLink, ...]
    question: GrantQuestion | None = None


class ApprovalList(msgspec.Struct, frozen=True):
    """Approvals, first the one that ends first; ``due`` are those that must be decided anew."""

    approvals: tuple[GrantApproval, ...]
    due: tuple[DueApproval, ...]


class ApprovalRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody agrees to an app, or to a publisher whom the platform has verified."""

    owner: PersonId
    clause: _ClauseId
    days: _Days
    reason: Line
    scopes: Annotated[tuple[_SomeId, ...], msgspec.Meta(min_length=1, max_length=500)]
    app: _Id = ""
    publisher: _Id = ""
    directory: _Slug = ""
    accounts: Annotated[tuple[_SomeId, ...], msgspec.Meta(max_length=1_000)] = ()
    groups: Annotated[tuple[_SomeId, ...], msgspec.Meta(max_length=100)] = ()


class Recertification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An approval is decided anew: kept for so many days from now, or taken back with 0."""

    days: Annotated[int, msgspec.Meta(ge=0, le=MOST_APPROVED_DAYS)]
    reason: Line


class LinkRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An app of a directory is a principal of the gateway."""

    directory: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
    app: _SomeId
    principal: Annotated[str, msgspec.Meta(pattern=r"^(user|agent|nhi):[a-z0-9][a-z0-9._@+-]{0,99}$(?!\n)")]


async def provide_meant(*, about: _Name = "", standing: _Name = "", fate: _Name = "") -> GrantQuery:
    """Which grants are meant: of an account or app, how they stand to approvals, what became of them."""
    return GrantQuery(about=about, standing=standing, fate=fate)


@get(
    "/grants",
    operation_id="grants.list",
    summary="Grants, their approval and what clauses say",
    dependencies={"meant": Provide(provide_meant)},
)
async def list_grants(
    call: Given,
    *,
    meant: NamedDependency[GrantQuery],
    directory: _Name = "",
    unused: _Only = False,
    limit: _Limit = 200,
) -> GrantList:
    """Grants that are there now; with ``unused`` those that use shows to allow more than was done."""

    def work(turn: Turn) -> GrantList:
        refuse_undrawn(turn.connection, directory)
        query = msgspec.structs.replace(meant, directory=directory, limit=EVERY if unused else limit)
        book = approval_book(turn.connection, directory)
        total, items = find_grants(turn.connection, query, book, at=turn.now)
        lines = _lines(turn, items, book)
        if not unused:
            return GrantList(total, tuple(line for line, _ in lines), fresh_feeds(turn))
        usage = UsageBook(turn, items, list_runs(turn.connection))
        advised = [msgspec.structs.replace(line, advice=usage.advice(asked)) for line, asked in lines]
        found = [line for line in advised if line.advice is not None and line.advice.verdict in _ALLOWS_MORE]
        return GrantList(len(found), tuple(found[:limit]), fresh_feeds(turn))

    return await call.read(work)


@get("/grants/one", operation_id="grants.get", summary="One grant, and why it stands as it does")
async def get_grant(call: Given, *, id: _Name = "", directory: _Name = "") -> GrantExplained:  # noqa: A002
    """By its id, or by that of a decision about it; the directory narrows it."""

    def work(turn: Turn) -> GrantExplained:
        refuse_undrawn(turn.connection, directory)
        ruling = ruling_by_id(turn.connection, id)
        book = approval_book(turn.connection, directory)
        query = GrantQuery(directory=directory, grant=ruling.grant if ruling else id, limit=1)
        _, items = find_grants(turn.connection, query, book, at=turn.now)
        if not items:
            raise InputError("WL-INV-005", "Nothing of that id is known.", "See `wardlaw grants list`.")
        ((line, asked),) = _lines(turn, items, book)
        return _explained(turn, call, items[0], (line, asked))

    return await call.read(work)


@get("/grants/approvals", operation_id="grants.approvals", summary="Approvals, and those to be decided anew")
async def list_approvals_of_grants(call: Given, *, within_days: _Within = 30, ended: _Only = False) -> ApprovalList:
    """Those that run out within so many days, or have, are due; ``ended`` lists those taken back too."""

    def work(turn: Turn) -> ApprovalList:
        refuse_undrawn(turn.connection)
        before = turn.now + within_days * DAY_S
        standing = list_grant_approvals(turn.connection)
        groups = groups_of(turn.connection, standing)
        due = approvals_due(turn.connection, standing, groups, before=before, at=turn.now)
        return ApprovalList(list_grant_approvals(turn.connection, ended=ended), due)

    return await call.read(work)


@post("/grants/approvals", operation_id="grants.approve", summary="Approve an app or a publisher")
async def approve_grants(call: Given, data: JSONBody[ApprovalRequest]) -> GrantApproval:
    """It has an owner, a clause and an end, a year away at most."""

    def work(turn: Turn) -> Done[GrantApproval]:
        if bool(data.app) == bool(data.publisher):
            raise InputError(
                "WL-INV-078", "An approval is about one app or one publisher.", "Name exactly one of them."
            )
        if any(pattern.count("*") > _MOST_STARS for pattern in data.accounts):
            raise InputError(
                "WL-INV-078", "An account is named with at most two stars.", "Such as *@sales.acme.example."
            )
        for group in data.groups:
            if find_thing(turn.connection, group, at=turn.now, kind="group", directory=data.directory) is None:
                raise InputError(
                    "WL-INV-121",
                    f"No directory tells of a group {group}; an approval for it would cover nobody.",
                    "See `wardlaw inventory list group` for their ids, and read or import them first.",
                )
        get_person(turn.connection, data.owner)
        clauses = {policy.clause for policy in call.deps.grants.policies().policies.values()}
        if data.clause not in clauses:
            raise InputError(
                "WL-INV-079", f"The clauses in force have none called {data.clause}.", "See `wardlaw policy explain`."
            )
        made = GrantApproval(
            id=turn.new_id("gap_"),
            app=data.app,
            publisher=data.publisher,
            directory=data.directory,
            scopes=tuple(sorted(set(data.scopes))),
            accounts=tuple(sorted(set(data.accounts))),
            clause=data.clause,
            owner=data.owner,
            approver=turn.person.id,
            approved_at=turn.now,
            expires_at=turn.now + data.days * DAY_S,
            reason=data.reason,
            groups=tuple(sorted(set(data.groups))),
        )
        keep_approval(turn.connection, made)
        return Done(made, _approval_facts(made))

    return await call.change(work)


@post("/grants/approvals/{approval:str}", operation_id="grants.recertify", summary="Decide anew", status_code=200)
async def recertify(call: Given, approval: FromPath[str], data: JSONBody[Recertification]) -> GrantApproval:
    """Keep it with a new end, or take it back; what it covered is then unapproved."""

    def work(turn: Turn) -> Done[GrantApproval]:
        known = get_grant_approval(turn.connection, approval)
        if known.ended_at:
            raise InputError(
                "WL-INV-080", "This approval was taken back.", "Approve it anew with `wardlaw grants approve`."
            )
        if data.days:
            now = msgspec.structs.replace(
                known,
                approver=turn.person.id,
                approved_at=turn.now,
                expires_at=turn.now + data.days * DAY_S,
                reason=data.reason,
            )
        else:
            now = msgspec.structs.replace(known, ended_at=turn.now, ended_by=turn.person.id)
        change_approval(turn.connection, now)
        return Done(now, _approval_facts(now) | {"kept": "yes" if data.days else "no", "reason": data.reason})

    return await call.change(work)


@get("/grants/links", operation_id="grants.links", summary="Apps that are principals of the gateway")
async def list_principal_links(call: Given, *, directory: _Name = "", app: _Name = "") -> tuple[PrincipalLink, ...]:
    """By directory, app and principal."""
    return await call.read(lambda turn: list_links(turn.connection, directory=directory, app=app))


@post("/grants/links", operation_id="grants.link", summary="Say which principal an app is")
async def link_app(call: Given, data: JSONBody[LinkRequest]) -> PrincipalLink:
    """Once the app is revoked, the gateway refuses the principal."""

    def work(turn: Turn) -> Done[PrincipalLink]:
        link = PrincipalLink(data.directory, data.app, data.principal, turn.person.id, turn.now)
        link_principal(turn.connection, link)
        return Done(link, {"directory": link.directory, "app": link.app, "principal": link.principal})

    return await call.change(work)


@post("/grants/links/remove", operation_id="grants.unlink", summary="Take such a link back", status_code=200)
async def unlink_app(call: Given, data: JSONBody[LinkRequest]) -> PrincipalLink:
    """A quarantine that it has led to stays until somebody releases it."""

    def work(turn: Turn) -> Done[PrincipalLink]:
        link = PrincipalLink(data.directory, data.app, data.principal, turn.person.id, turn.now)
        unlink_principal(turn.connection, link)
        return Done(link, {"directory": link.directory, "app": link.app, "principal": link.principal})

    return await call.change(work)


def _explained(turn: Turn, call: Call, item: Item, found: tuple[GrantLine, AskedGrant]) -> GrantExplained:
    line, asked = found
    policies = call.deps.grants.policies()
    request = request_of(asked, decision="", moment=call.deps.grants.moment(turn.now))
    decision = decide(request, (), policies, Snapshot())
    place, connection = asked.facts.directory, turn.connection
    about = (f"grant {asked.grant.id}", f"app {asked.grant.app or asked.grant.id}", f"account {asked.grant.account}")
    standing = [
        one
        for kind, id_ in (name.split(" ", 1) for name in about)
        if (known := find_thing(connection, id_, at=turn.now, kind=kind, directory=place))
        for one in find_in(known[1])
    ]
    worked = worked_findings(turn, call.deps, place)
    every = {(one.rule, one.about): one for one in (*standing, *worked) if one.about in about}
    usage = UsageBook(turn, (item,), list_runs(connection, directory=place), app=asked.grant.app)
    approvals = list_grant_approvals(connection)
    return GrantExplained(
        line=line,
        risks=tuple(grant_risks(asked.facts.platform, asked.grant)),
        reach=reach_of(connection, place, asked.grant.app, asked.grant.id),
        explanation=explain(request, (), policies, Snapshot(), decision=decision),
        findings=gravest_first(every.values()),
        advice=usage.advice(asked),
        approval=next((one for one in approvals if one.id == line.standing.approval), None),
        links=list_links(connection, directory=place, app=asked.grant.app) if asked.grant.app else (),
        question=question_about(connection, place, asked.grant.id),
    )


def grant_lines(turn: Turn, items: Sequence[Item], book: ApprovalBook) -> list[GrantLine]:
    """Grants as lists show them, in their order."""
    return [line for line, _ in _lines(turn, items, book)]


def _lines(turn: Turn, items: Sequence[Item], book: ApprovalBook) -> list[tuple[GrantLine, AskedGrant]]:
    around = grant_surroundings(turn.connection, items)
    rulings = rulings_of(turn.connection, [(item.directory, item.thing.id) for item in items])
    names = {(item.directory, item.thing.id): item.thing for item in around.items if isinstance(item.thing, App)}
    return [
        (_line(asked, book, names, rulings, at=turn.now), asked)
        for asked in asked_grants(around, book, at=turn.now)
    ]  # fmt: skip


def _line(
    asked: AskedGrant,
    book: ApprovalBook,
    names: dict[tuple[str, str], App],
    rulings: dict[tuple[str, str], GrantRuling],
    *,
    at: float,
) -> GrantLine:
    grant, facts = asked.grant, asked.facts
    app = names.get((facts.directory, grant.app)) or App(grant.app)
    return GrantLine(
        directory=facts.directory,
        grant=grant.id,
        app=grant.app,
        app_name=app.name,
        account=grant.account,
        scopes=grant.scopes,
        vendor=facts.vendor,
        privilege=facts.privilege,
        last_used_at=grant.last_used_at,
        standing=book.standing(facts.directory, grant, app, at=at),
        ruling=rulings.get(asked.key),
    )


def _approval_facts(approval: GrantApproval) -> dict[str, str | int]:
    return {
        "approval": approval.id,
        "about": approval.about,
        "directory": approval.directory,
        "scopes": " ".join(approval.scopes),
        "accounts": " ".join(approval.accounts),
        "groups": " ".join(approval.groups),
        "clause": approval.clause,
        "owner": approval.owner,
        "expires_at": int(approval.expires_at),
    }
