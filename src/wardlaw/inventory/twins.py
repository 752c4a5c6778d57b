"""Events that GitHub tells twice, by a delivery and in its audit log: under two ids and in two words, and one event.

A delivery names no id that the log knows, and mostly no time either, so it is dated when it came. Two tellings are one event when
they say the same was done by and to the same, one of them is a delivery and the other of the log, and the delivery is
dated within ten minutes after the entry. Each is paired once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wardlaw.inventory.activity import Activity

DELIVERY, ENTRY = "hook/", "audit/"
"""How ids of deliveries and of entries of the log begin."""

LATEST_S, EARLIEST_S = 600.0, -60.0
"""How much later, or by another clock earlier, a delivery may be dated than the entry. GitHub delivers within seconds; what it
sends again by hand hours later counts as another event."""

_WORDS = {
    "installation.created": "integration_installation.create",
    "installation.deleted": "integration_installation.destroy",
    "installation.suspend": "integration_installation.suspend",
    "installation.unsuspend": "integration_installation.unsuspend",
    "installation.new_permissions_accepted": "integration_installation.version_updated",
    "installation_repositories.added": "integration_installation.repositories_added",
    "installation_repositories.removed": "integration_installation.repositories_removed",
    "personal_access_token_request.created": "personal_access_token.request_created",
    "personal_access_token_request.approved": "personal_access_token.access_granted",
    "personal_access_token_request.denied": "personal_access_token.request_denied",
    "personal_access_token_request.cancelled": "personal_access_token.request_cancelled",
}
"""The log's word for what a delivery tells; of other deliveries it is not known that the log tells of them."""

_ENTRIES = frozenset(_WORDS.values())

What = tuple[str, str, str, str]
"""The log's word, account, who did it, and app."""


def what_of(activity: Activity) -> What | None:
    """What two tellings of one event have in common; None for an event that is told once."""
    if activity.id.startswith(DELIVERY):
        word = _WORDS.get(activity.method, "")
    else:
        word = activity.method if activity.id.startswith(ENTRY) and activity.method in _ENTRIES else ""
    if not word:
        return None
    return word, activity.account, activity.actor or activity.account, activity.app


def pair(fresh: Iterable[Activity], known: Sequence[Activity]) -> Mapping[str, str]:
    """The known telling of each fresh one that is another telling of the same event, by their ids; the nearest in time first.

    Args:
        known: Those that are paired with none yet.
    """
    wanted = [(one, what) for one in fresh if (what := what_of(one)) is not None]
    by_what: dict[What, list[Activity]] = {}
    for one in known:
        if (what := what_of(one)) is not None:
            by_what.setdefault(what, []).append(one)
    near = sorted(
        (abs(_lag_s(one, other)), one.at, one.id, other.id)
        for one, what in wanted
        for other in by_what.get(what, ())
        if _are_twins(one, other)
    )
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, id_, other_id in near:
        if id_ not in found and other_id not in taken:
            found[id_] = other_id
            taken.add(other_id)
    return found


def _lag_s(one: Activity, other: Activity) -> float:
    """How much later the delivery is dated than the entry, in seconds."""
    return one.at - other.at if one.id.startswith(DELIVERY) else other.at - one.at


def _are_twins(one: Activity, other: Activity) -> bool:
    is_other_way = one.id.startswith(DELIVERY) != other.id.startswith(DELIVERY)
    return is_other_way and EARLIEST_S <= _lag_s(one, other) <= LATEST_S
