"""Classifications in their table: versions are added, none is ever changed."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from wardlaw.register.classification import Classification
from wardlaw.store.generations import Generation, bump
from wardlaw.store.registertables import CLASSIFICATION

_C = CLASSIFICATION.c


def add_classification(connection: Connection, one: Classification) -> None:
    """Keep one; its version is the number after the last."""
    bump(connection, Generation.GATES)
    connection.execute(
        insert(CLASSIFICATION).values(
            system=one.system,
            version=one.version,
            tier=one.found.tier.value,
            classification=msgspec.json.encode(one).decode(),
            made_by=one.by,
            made_at=one.at,
        )
    )


def classifications_of(connection: Connection, system: str) -> tuple[Classification, ...]:
    """All of a system, oldest first."""
    query = select(_C.classification).where(_C.system == system).order_by(_C.version)
    return tuple(msgspec.json.decode(text, type=Classification) for text in connection.execute(query).scalars())


def newest_classification(connection: Connection, system: str) -> Classification | None:
    """The one that counts."""
    query = select(_C.classification).where(_C.system == system).order_by(_C.version.desc()).limit(1)
    text = connection.execute(query).scalar()
    return None if text is None else msgspec.json.decode(text, type=Classification)


def newest_classifications(connection: Connection) -> dict[str, Classification]:
    """The one that counts of each system, by the system's id."""
    newest = select(_C.system, func.max(_C.version).label("version")).group_by(_C.system).subquery()
    same = (_C.system == newest.c.system) & (_C.version == newest.c.version)
    query = select(_C.classification).join(newest, same).order_by(_C.system)
    found = (msgspec.json.decode(text, type=Classification) for text in connection.execute(query).scalars())
    return {one.system: one for one in found}
