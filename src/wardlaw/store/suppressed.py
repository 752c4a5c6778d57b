"""Names that stay out of the inventory: a keyed digest of each, with the pseudonym that stands for it.

Who has the tables alone cannot tell a name from its digest; who has the installation's keys can try out names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import and_, func, insert, select
from sqlalchemy.engine import Connection

from wardlaw.inventory.model import Account, Sighting
from wardlaw.inventory.veiling import Alias, aliases_of, words_in
from wardlaw.store.inventorytables import SUPPRESSED_NAME
from wardlaw.store.itemrows import parts

Tag = Callable[[str], str]
"""The keyed digest of a name, the same whatever its case."""

_COLUMN = SUPPRESSED_NAME.c


def suppress(connection: Connection, aliases: Iterable[Alias], tag: Tag, *, erasure: str, now: float) -> int:
    """Keep these names out from now on; answers how many were not kept out before.

    Args:
        erasure: Id of the request that wants it.
        now: Unix seconds.
    """
    fresh = 0
    for one in aliases:
        own = {"tag": tag(one.text), "directory": one.directory}
        place = and_(_COLUMN.tag == own["tag"], _COLUMN.directory == own["directory"])
        if connection.execute(select(_COLUMN.tag).where(place)).first() is None:
            values = own | {"pseudonym": one.pseudonym, "erasure": erasure, "at": now}
            connection.execute(insert(SUPPRESSED_NAME).values(**values))
            fresh += 1
    return fresh


def suppressed_in(connection: Connection, directory: str, told: Any, tag: Tag) -> tuple[Alias, ...]:
    """The names in what was told that are to stay out of a directory, with what an account of such an id is called.

    Args:
        told: A page of a reading or the end of one.
    """
    if not connection.execute(select(func.count()).select_from(SUPPRESSED_NAME)).scalar_one():
        return ()
    by_tag: dict[str, list[str]] = {}
    for word in words_in((told,)):
        by_tag.setdefault(tag(word), []).append(word)
    found: list[Alias] = []
    for part in parts(sorted(by_tag)):
        query = select(_COLUMN.tag, _COLUMN.directory, _COLUMN.pseudonym).where(
            _COLUMN.tag.in_(part), _COLUMN.directory.in_(("", directory))
        )
        for own, place, pseudonym in connection.execute(query):
            found += [Alias(word, pseudonym, place) for word in by_tag[own]]
    known = {one.text.casefold(): one.pseudonym for one in found}
    sightings: tuple[Sighting, ...] = getattr(told, "sightings", ())
    for thing in (one.thing for one in sightings):
        if isinstance(thing, Account) and (pseudonym := known.get(thing.id.casefold())):
            found += aliases_of(directory, thing, pseudonym)
    return tuple(found)
