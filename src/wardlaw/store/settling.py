"""What rules find in a directory is written down at the end of a listing: only what has changed since the last one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, or_
from sqlalchemy.engine import Connection

from wardlaw.inventory.findings import FindingChange, FindingState
from wardlaw.inventory.rules import GrantFinding
from wardlaw.store.doorseen import DOOR
from wardlaw.store.findingquery import is_kept_rule, standing_now, stands, weighs_otherwise
from wardlaw.store.findings import close_over, see_again, settle_rules, write_down
from wardlaw.store.inventorytables import INVENTORY_FINDING, INVENTORY_STANDING

MOST_SETTLED = 20_000
"""New findings that one listing writes down, the gravest ones; others are shown all the same, and wait for the next."""

_FINDING = INVENTORY_FINDING.c
_STANDING = INVENTORY_STANDING.c


def settle(
    connection: Connection, directory: str, worked: Iterable[GrantFinding], *, now: float, most: int = MOST_SETTLED
) -> list[FindingChange]:
    """Write down what is found now: new ones open, closed ones open again, others are no longer so.

    Answers what is new or has changed, but for the time at which what is still so was last seen.

    Args:
        worked: What rules find in this directory that the picture does not keep; of the gateway all of it.
        now: Unix seconds.
        most: New ones that are written down.
    """
    changes = settle_rules(connection, directory, worked, now=now, among=~is_kept_rule())
    if directory == DOOR:
        return changes
    own = and_(_FINDING.directory == directory, is_kept_rule())
    is_closed = _FINDING.state == FindingState.CLOSED.value
    changes += close_over(connection, and_(own, ~is_closed, ~stands(now)), now=now)
    is_past = and_(_FINDING.state == FindingState.ACKNOWLEDGED.value, _FINDING.until <= now)
    news = and_(
        _STANDING.directory == directory, or_(_FINDING.state.is_(None), is_closed, is_past, weighs_otherwise(now))
    )
    changes += write_down(connection, standing_now(connection, at=now, only=news, limit=most), now=now)
    see_again(connection, and_(own, ~is_closed, stands(now)), now=now)
    return changes
