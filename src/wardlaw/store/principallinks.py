"""Which principal of the gateway an app of a directory is, as people have said."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from wardlaw.store.inventorytables import PRINCIPAL_LINK
from wardlaw.store.rows import as_struct

_COLUMN = PRINCIPAL_LINK.c


class PrincipalLink(msgspec.Struct, frozen=True):
    """One app of a directory that calls the gateway as this principal; times in Unix seconds."""

    directory: str
    app: str
    principal: str
    linked_by: str
    linked_at: float


def link_principal(connection: Connection, link: PrincipalLink) -> None:
    """Keep a link; one that is there already stays as it is."""
    if link.principal not in {one.principal for one in list_links(connection, directory=link.directory, app=link.app)}:
        connection.execute(insert(PRINCIPAL_LINK).values(**msgspec.structs.asdict(link)))


def unlink_principal(connection: Connection, link: PrincipalLink) -> None:
    """Let a link go."""
    place = (_COLUMN.directory == link.directory, _COLUMN.app == link.app, _COLUMN.principal == link.principal)
    connection.execute(delete(PRINCIPAL_LINK).where(*place))


def list_links(connection: Connection, *, directory: str = "", app: str = "") -> tuple[PrincipalLink, ...]:
    """Links by directory, app and principal; narrowed by what is not empty."""
    query = select(PRINCIPAL_LINK).order_by(_COLUMN.directory, _COLUMN.app, _COLUMN.principal)
    if directory:
        query = query.where(_COLUMN.directory == directory)
    if app:
        query = query.where(_COLUMN.app == app)
    return tuple(as_struct(row, PrincipalLink) for row in connection.execute(query).mappings())
