"""Changes of the law that were applied, and what they put up to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.evidence.attestation import Attestation
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.store.coveragetables import FRAMEWORK_PACK, REOPENING
from wardlaw.store.rows import as_struct

_PACK = FRAMEWORK_PACK.c
_OPEN = REOPENING.c


class AppliedFramework(msgspec.Struct, frozen=True):
    """A framework that came with a pack, and who applied it; ``applied_at`` Unix seconds."""

    framework: Framework
    pack: str
    digest: str
    applied_by: str
    applied_at: float


class Reopening(msgspec.Struct, frozen=True):
    """A provision that must be looked at again for a system.

    Attributes:
        ref: ``<framework>:<id>``.
        what: What changed, in words.
        closed_at: When somebody had looked at it, Unix seconds; 0 while nobody has.
        attestation: By which statement.
    """

    id: str
    ref: str
    system: str
    pack: str
    what: str
    opened_at: float
    closed_at: float = 0.0
    closed_by: str = ""
    attestation: str = ""


def keep_framework(connection: Connection, applied: AppliedFramework) -> None:
    """Keep a framework that came with a pack, beside all earlier ones."""
    name = applied.framework.id
    newest = connection.execute(select(func.max(_PACK.number)).where(_PACK.framework == name)).scalar()
    connection.execute(
        insert(FRAMEWORK_PACK).values(
            framework=name,
            number=1 if newest is None else int(newest) + 1,
            as_of=applied.framework.as_of.isoformat(),
            pack=applied.pack,
            digest=applied.digest,
            document=msgspec.json.encode(applied.framework).decode(),
            applied_by=applied.applied_by,
            applied_at=applied.applied_at,
        )
    )


def applied_frameworks(connection: Connection) -> tuple[AppliedFramework, ...]:
    """Of each framework the one that was applied last."""
    newest = select(_PACK.framework, func.max(_PACK.number).label("number")).group_by(_PACK.framework).subquery()
    both = (newest.c.framework == _PACK.framework) & (newest.c.number == _PACK.number)
    query = select(FRAMEWORK_PACK).join(newest, both).order_by(_PACK.framework)
    return tuple(
        AppliedFramework(
            msgspec.json.decode(row["document"], type=Framework),
            row["pack"],
            row["digest"],
            row["applied_by"],
            row["applied_at"],
        )
        for row in connection.execute(query).mappings()
    )


def frameworks_in_force(connection: Connection, shipped: Mapping[str, Framework]) -> dict[str, Framework]:
    """The frameworks that count: of each the later state, and of two of one day the one that was applied."""
    found = dict(shipped)
    for one in applied_frameworks(connection):
        known = found.get(one.framework.id)
        if known is None or one.framework.as_of >= known.as_of:
            found[one.framework.id] = one.framework
    return found


def open_again(connection: Connection, reopenings: Iterable[Reopening]) -> None:
    """Put provisions up to be looked at again."""
    rows = [msgspec.structs.asdict(one) for one in reopenings]
    if rows:
        connection.execute(insert(REOPENING), rows)


def open_reopenings(connection: Connection) -> tuple[Reopening, ...]:
    """What nobody has looked at again yet, oldest first."""
    query = select(REOPENING).where(_OPEN.closed_at == 0.0).order_by(_OPEN.opened_at, _OPEN.ref, _OPEN.system)
    return tuple(as_struct(row, Reopening) for row in connection.execute(query).mappings())


def close_reopenings(connection: Connection, looked: Attestation) -> int:
    """Somebody has looked at a provision for a system again; answers how many reopenings that ended."""
    place = (_OPEN.ref == looked.clause, _OPEN.system == looked.system, _OPEN.closed_at == 0.0)
    fields = {"closed_at": looked.received_at, "closed_by": looked.attested_by, "attestation": looked.id}
    return connection.execute(update(REOPENING).where(*place).values(**fields)).rowcount
