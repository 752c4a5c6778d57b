"""Grants in pages, as somebody looks through them: by risk, vendor, kind of data, owner, use or a word."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from wardlaw.console.api.desk import Given, Turn
from wardlaw.console.api.grants import GrantLine, grant_lines
from wardlaw.console.api.inventory import fresh_feeds
from wardlaw.console.api.paging import read_grant_place, write_place
from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.model import Item
from wardlaw.inventory.risk import ScopeRisk, grant_risks
from wardlaw.inventory.view import Freshness
from wardlaw.store.approvalbook import approval_book
from wardlaw.store.grantpages import GrantFilter, find_grants, rules_on
from wardlaw.store.redrawing import refuse_undrawn
from wardlaw.store.syncruns import FeedsOf

_Name = Annotated[str, QueryParameter(max_length=512)]
_Only = Annotated[bool, QueryParameter()]
_Level = Annotated[int, QueryParameter(ge=0, le=4)]
_Limit = Annotated[int, QueryParameter(ge=1, le=500)]
_Cursor = Annotated[str, QueryParameter(max_length=4_096)]


class PagedGrant(msgspec.Struct, frozen=True):
    """A grant with what makes it risky.

    Attributes:
        risks: The class of each scope, the most powerful first.
        rules: Rules that find something about it, gravest first.
    """

    line: GrantLine
    platform: str
    risks: tuple[ScopeRisk, ...]
    rules: tuple[str, ...]


class GrantPage(msgspec.Struct, frozen=True):
    """Grants by directory and id.

    Attributes:
        total: All that fit; -1 where they were not counted.
        next: What the next page is asked for with; empty on the last. A page before that may be short.
    """

    total: int
    grants: tuple[PagedGrant, ...]
    feeds: tuple[Freshness, ...]
    next: str = ""


async def provide_filter(
    *, find: _Name = "", vendor: _Name = "", level: _Level = 0, reaches: _Name = "", standing: _Name = ""
) -> GrantFilter:
    """What is looked for."""
    return GrantFilter(find=find, vendor=vendor, level=level, data=reaches, standing=standing)


async def provide_place(*, directory: _Name = "", idle: _Only = False, unowned: _Only = False) -> GrantFilter:
    """Where it is looked for, and among which."""
    return GrantFilter(directory=directory, idle=idle, unowned=unowned)


@get(
    "/grants/page",
    operation_id="grants.page",
    summary="Grants in pages, by what is looked for",
    dependencies={"wanted": Provide(provide_filter), "within": Provide(provide_place)},
)
async def page_of_grants(
    call: Given,
    *,
    wanted: NamedDependency[GrantFilter],
    within: NamedDependency[GrantFilter],
    limit: _Limit = 50,
    after: _Cursor = "",
) -> GrantPage:
    """Those that are there now. ``level`` is the least privilege, 1 to 4; ``vendor=*`` any AI vendor; ``idle`` such as were
    not used for 90 days where uses are told; ``unowned`` those of accounts that nobody is known to answer for."""

    def work(turn: Turn) -> GrantPage:
        directory = within.directory
        refuse_undrawn(turn.connection, directory)
        query = msgspec.structs.replace(
            wanted,
            directory=directory,
            idle=within.idle,
            unowned=within.unowned,
            limit=limit,
            after=read_grant_place(after),
        )
        book = approval_book(turn.connection, directory)
        found = find_grants(turn.connection, query, book, at=turn.now)
        platforms = {place: FeedsOf(turn.connection, place).platforms[place] for place in _directories(found.items)}
        faces = [(item.directory, face_of(item.thing)) for item in found.items]
        rules = rules_on(turn.connection, faces, at=turn.now)
        lines = {(line.directory, line.grant): line for line in grant_lines(turn, found.items, book)}
        page = tuple(
            PagedGrant(
                lines[item.directory, item.thing.id],
                platforms[item.directory],
                tuple(grant_risks(platforms[item.directory], item.thing)),  # type: ignore[arg-type]
                tuple(rules.get(face, ())),
            )
            for item, face in zip(found.items, faces, strict=True)
        )
        return GrantPage(found.total, page, fresh_feeds(turn), write_place(found.after))

    return await call.read(work)


def _directories(items: tuple[Item, ...]) -> set[str]:
    return {item.directory for item in items}
