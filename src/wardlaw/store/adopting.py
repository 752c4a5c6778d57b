"""Rows of an inventory that was kept before there were bundles, a picture, and columns of what is asked for."""

from __future__ import annotations

from collections import Counter

import msgspec
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.inventory.bundle import bundle_of, face_of
from wardlaw.inventory.findings import TrackedFinding
from wardlaw.inventory.model import Item
from wardlaw.inventory.rules import Weight
from wardlaw.store.inventorytables import INVENTORY_BUNDLE, INVENTORY_FINDING, INVENTORY_ITEM
from wardlaw.store.itemrows import parts

_ITEM = INVENTORY_ITEM.c
_PLACE = ("directory", "feed", "kind", "id")


def adopt_items(connection: Connection) -> int:
    """Give every row its bundle and its face; answers how many rows that were.

    Bundles begin without a digest: the next listing of each feed compares thing by thing, and sets it.
    """
    sizes: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for row in connection.execute(select(*(_ITEM[name] for name in (*_PLACE, "item")))):
        thing = msgspec.json.decode(row.item, type=Item).thing
        bundle, face = bundle_of(thing), face_of(thing)
        sizes[row.directory, row.feed, bundle] += 1
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
    return len(rows)


def adopt_findings(connection: Connection) -> None:
    """Give every finding that is kept the columns that repeat what it says."""
    order = list(Weight)
    found = [
        msgspec.json.decode(text, type=TrackedFinding)
        for text in connection.execute(select(INVENTORY_FINDING.c.finding)).scalars()
    ]
    rows = [
        {"own": one.id, "w": order.index(one.weight), "a": one.about, "u": one.until}
        for one in found
    ]  # fmt: skip
    own = INVENTORY_FINDING.c.id == bindparam("own")
    for part in parts(rows):
        connection.execute(
            update(INVENTORY_FINDING)
            .where(own)
            .values(weight=bindparam("w"), about=bindparam("a"), until=bindparam("u")),
            [*part],
        )
