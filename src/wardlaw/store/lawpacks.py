"""Changes of the law that were applied, and what they put up to be looked at again.

A framework is signed with the bundle's key as it is applied: what somebody writes into the table is no law.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection, RowMapping

from wardlaw.audit.note import VerifierKey
from wardlaw.evidence.attestation import Attestation
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.store.coveragetables import FRAMEWORK_PACK, REOPENING
from wardlaw.store.rows import as_struct

_DOMAIN = b"wardlaw.dev/framework/v1\n"
_ENCODER = msgspec.json.Encoder(order="sorted")
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


def keep_framework(connection: Connection, applied: AppliedFramework, *, sign: Callable[[bytes], bytes]) -> None:
    """Keep a framework that came with a pack, beside all earlier ones.

    Args:
        sign: Raw signature of the bundle's key.
    """
    name = applied.framework.id
    newest = connection.execute(select(func.max(_PACK.number)).where(_PACK.framework == name)).scalar()
    number = 1 if newest is None else int(newest) + 1
    connection.execute(
        insert(FRAMEWORK_PACK).values(
            framework=name,
            number=number,
            as_of=applied.framework.as_of.isoformat(),
            pack=applied.pack,
            digest=applied.digest,
            document=msgspec.json.encode(applied.framework).decode(),
            applied_by=applied.applied_by,
            applied_at=applied.applied_at,
            signature=base64.b64encode(sign(_message(applied, number))).decode(),
        )
    )


class AppliedLaw(msgspec.Struct, frozen=True):
    """What packs have changed.

    Attributes:
        standing: Of each framework the signed one that was applied last.
        unsigned: ``<framework> (pack <id>)`` of newer rows without the right signature; they count nowhere.
    """

    standing: tuple[AppliedFramework, ...]
    unsigned: tuple[str, ...] = ()


def applied_frameworks(connection: Connection, *, keys: Sequence[VerifierKey]) -> AppliedLaw:
    """What packs have changed, as far as a trusted key has signed it."""
    found: dict[str, AppliedFramework] = {}
    unsigned: list[str] = []
    query = select(FRAMEWORK_PACK).order_by(_PACK.framework, _PACK.number.desc())
    for row in connection.execute(query).mappings():
        if row["framework"] in found:
            continue
        applied = _read(row)
        if applied is not None and _is_signed(applied, row, keys):
            found[row["framework"]] = applied
        else:
            unsigned.append(f"{row['framework']} (pack {row['pack']})")
    return AppliedLaw(tuple(found.values()), tuple(unsigned))


def frameworks_in_force(
    connection: Connection, shipped: Mapping[str, Framework], *, keys: Sequence[VerifierKey]
) -> dict[str, Framework]:
    """The frameworks that count: of each the later state, and of two of one day the one that was applied."""
    found = dict(shipped)
    for one in applied_frameworks(connection, keys=keys).standing:
        known = found.get(one.framework.id)
        if known is None or one.framework.as_of >= known.as_of:
            found[one.framework.id] = one.framework
    return found


def _message(applied: AppliedFramework, number: int) -> bytes:
    """The bytes that are signed; the number is among them, so that no older row becomes the newest."""
    return _DOMAIN + f"{number}\n".encode() + _ENCODER.encode(applied)


def _read(row: RowMapping) -> AppliedFramework | None:
    try:
        framework = msgspec.json.decode(row["document"], type=Framework)
    except msgspec.MsgspecError:
        return None
    if framework.id != row["framework"]:
        return None
    return AppliedFramework(framework, row["pack"], row["digest"], row["applied_by"], row["applied_at"])


def _is_signed(applied: AppliedFramework, row: RowMapping, keys: Sequence[VerifierKey]) -> bool:
    try:
        raw = base64.b64decode(row["signature"], validate=True)
    except (binascii.Error, ValueError):
        return False
    message = _message(applied, int(row["number"]))
    return any(key.verify(message, raw) for key in keys)


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
