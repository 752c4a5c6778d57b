"""Which accounts of a directory bear which mail addresses."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.engine import Connection

from wardlaw.store.inventorytables import INVENTORY_THING

_THING = INVENTORY_THING.c
_MOST = 1_000  # of one delivery; a log that names more is read as a log


def ids_of_mails(connection: Connection, directory: str, mails: Iterable[str]) -> dict[str, str]:
    """The id of the account that bears each address, as far as exactly one is known to."""
    found: dict[str, str] = {}
    for mail in sorted(set(mails))[:_MOST]:
        query = select(_THING.id, _THING.words).where(
            _THING.directory == directory,
            _THING.kind == "account",
            _THING.words.contains(mail.casefold(), autoescape=True),
        )
        ids = {id_ for id_, words in connection.execute(query.limit(20)) if mail.casefold() in words.split()}
        if len(ids) == 1:
            found[mail] = ids.pop()
    return found
