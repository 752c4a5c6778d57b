"""Rows of an inventory that was kept before there were bundles and a picture."""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import bundle_of, face_of
from wardlaw.inventory.model import Item
from wardlaw.store.inventorytables import INVENTORY_BUNDLE, INVENTORY_ITEM
from wardlaw.store.itemrows import parts
from wardlaw.store.picture import redraw

_ITEM = INVENTORY_ITEM.c
_PLACE = ("directory", "feed", "kind", "id")


def adopt_items(connection: Connection) -> int:
    """Give every row its bundle and its face, and draw the picture; answers how many rows that were.

    Bundles begin without a digest: the next listing of each feed compares thing by thing, and sets it.
    """
    sizes: Counter[tuple[str, str, str]] = Counter()
    faces: dict[str, set[str]] = {}
    rows = []
    for row in connection.execute(select(*(_ITEM[name] for name in (*_PLACE, "item")))):
        thing = msgspec.json.decode(row.item, type=Item).thing
        bundle, face = bundle_of(thing), face_of(thing)
        sizes[row.directory, row.feed, bundle] += 1
        faces.setdefault(row.directory, set()).add(face)
        rows.append({f"own_{name}": getattr(row, name) for name in _PLACE} | {"b": bundle, "f": face})
    own = [_ITEM[name] == bindparam(f"own_{name}") for name in _PLACE]
    for part in parts(rows):
        connection.execute(
            update(INVENTORY_ITEM).where(*own).values(bundle=bindparam("b"), face=bindparam("f")), [*part]
        )
    for some in parts([*sizes.items()]):
        connection.execute(
            insert(INVENTORY_BUNDLE),
            [
                {"directory": directory, "feed": feed, "bundle": name, "digest": "", "seen_at": 0.0, "size": size}
                for (directory, feed, name), size in some
            ],
        )
    for directory, known in faces.items():
        redraw(connection, directory, known)
    return len(rows)
