"""What things are called that pages know by id: asked once for a page, and answered only to whoever may see the thing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody
from sqlalchemy.engine import Connection

from wardlaw.console.api.desk import Call, Given, Turn
from wardlaw.governance.operations import OPERATIONS
from wardlaw.governance.rights import holds_any
from wardlaw.store.naming import apps_called, callers_called, people_called, systems_called
from wardlaw.store.systems import list_systems

MOST = 500
"""Ids of one question: more than any page shows."""

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=600, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_CLAUSE = re.compile(r"[A-Z]{2,8}-[0-9]{2,4}")
_CALLERS = ("user", "agent", "nhi")


class NamesAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ids with their kind before the colon: ``person:``, ``system:``, ``agent:``, ``user:``, ``nhi:``, ``app:``; a clause's as it is."""

    ids: Annotated[tuple[_Id, ...], msgspec.Meta(max_length=MOST)]


class Names(msgspec.Struct, frozen=True):
    """Names by id; an id that nobody knows, or whose name is not for whoever asks, is left out."""

    names: dict[str, str]


@post("/names", operation_id="names.list", summary="What ids are called", status_code=200)
async def list_names(call: Given, data: JSONBody[NamesAsked]) -> Names:
    """A name is told to whoever may do the operation that lists such things; one's own to oneself."""

    def work(turn: Turn) -> Names:
        names: dict[str, str] = {}
        for found in _found(call, turn, _by_kind(data.ids)):
            for id_, name in found.items():
                names.setdefault(id_, name)
        return Names(names)

    return await call.read(work)


def _by_kind(ids: Iterable[str]) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for id_ in ids:
        kind = "clause" if _CLAUSE.fullmatch(id_) else id_.partition(":")[0]
        wanted.setdefault(kind, set()).add(id_)
    return wanted


def _found(call: Call, turn: Turn, wanted: Mapping[str, set[str]]) -> Iterator[Mapping[str, str]]:
    """Names of each kind; what keys call a caller comes before the title of its system."""

    def may(operation: str) -> bool:
        return holds_any(turn.person, OPERATIONS[operation].permissions, book=call.deps.roles)

    connection = turn.connection
    callers = {id_ for kind in _CALLERS for id_ in wanted.get(kind, ())}
    if people := wanted.get("person"):
        yield people_called(connection, people if may("persons.list") else people & (turn.selves | {turn.person.id}))
    if callers and may("keys.list"):
        yield callers_called(connection, callers)
    if (apps := wanted.get("app")) and may("inventory.list"):
        yield _prefixed("app:", apps_called, connection, apps)
    if may("systems.list"):
        if systems := wanted.get("system"):
            yield _prefixed("system:", systems_called, connection, systems)
        if named := callers | wanted.get("app", set()):
            yield _of_systems(connection, named)
    if (clauses := wanted.get("clause")) and may("policy.life"):
        yield {one.id: one.title for one in call.deps.coverage.running() if one.id in clauses and one.title}


def _prefixed(
    prefix: str,
    called: Callable[[Connection, Iterable[str]], dict[str, str]],
    connection: Connection,
    ids: set[str],
) -> dict[str, str]:
    found = called(connection, (id_.removeprefix(prefix) for id_ in ids))
    return {f"{prefix}{id_}": name for id_, name in found.items()}


def _of_systems(connection: Connection, callers: set[str]) -> dict[str, str]:
    """The title of the one system that names a caller by its whole id: with a star it may be any of many."""
    titles: dict[str, list[str]] = {}
    for kept in list_systems(connection):
        for name in callers.intersection(kept.system.principals):
            titles.setdefault(name, []).append(kept.system.title)
    return {name: found[0] for name, found in titles.items() if len(found) == 1}
