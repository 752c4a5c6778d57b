"""Whose approval a version needs, whose it has, and how carefully people look.

How many approvals a risk needs, and of which roles, is data (``sign_offs`` in ``governance/data/roles.json``).
"""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

import msgspec

from wardlaw.facts.clauselife import ClauseVersion, SignOff
from wardlaw.facts.person import Role
from wardlaw.governance.rights import RoleBook

HASTY_S = 5.0
"""Nobody reads a rule, its examples and what it would have stopped in less, in seconds."""

Slot = frozenset[Role]


class Haste(msgspec.Struct, frozen=True):
    """How one person decides.

    Attributes:
        median_s: Middle of the times from first looking to the answer, seconds.
        hasty: Share of the answers within ``HASTY_S``, 0 to 1.
    """

    person: str
    answers: int
    median_s: float
    hasty: float


def standing_sign_offs(version: ClauseVersion, *, at: float) -> tuple[SignOff, ...]:
    """The approvals that count at a moment: of this digest, by others than its author, each human's last word, not expired."""
    last: dict[str, SignOff] = {}
    for one in version.sign_offs:
        is_author = one.human == version.author_human or one.person == version.author
        if one.digest == version.digest and not is_author:
            last[one.human] = one
    return tuple(one for one in last.values() if one.approves and one.at <= at < one.expires_at)


def missing_approvals(version: ClauseVersion, book: RoleBook, *, at: float) -> tuple[Slot, ...]:
    """For each approval that is still wanted, the roles of which one must give it; empty when it has all."""
    slots = book.sign_offs[version.content.risk]
    return _unfilled(slots, standing_sign_offs(version, at=at))


def valid_until(version: ClauseVersion, book: RoleBook, *, at: float) -> float:
    """When the approvals will no longer suffice, Unix seconds; 0 when they do not now."""
    if missing_approvals(version, book, at=at):
        return 0.0
    ends = sorted(one.expires_at for one in standing_sign_offs(version, at=at))
    return next(end for end in ends if missing_approvals(version, book, at=end))


def haste_of(sign_offs: Iterable[SignOff]) -> tuple[Haste, ...]:
    """The rubber-stamp meter: everybody who ever answered, by name."""
    times: dict[str, list[float]] = {}
    for one in sign_offs:
        times.setdefault(one.person, []).append(one.seconds)
    return tuple(
        Haste(person, len(seconds), median(seconds), sum(one < HASTY_S for one in seconds) / len(seconds))
        for person, seconds in sorted(times.items())
    )


def slot_words(slots: Iterable[Slot]) -> str:
    """``legal or risk, and ciso``."""
    return ", and ".join(" or ".join(role for role in Role if role in slot) for slot in slots)


def _unfilled(slots: tuple[Slot, ...], signed: tuple[SignOff, ...]) -> tuple[Slot, ...]:
    """The fewest slots that stay empty when each human fills one at most."""
    if not slots or not signed:
        return slots
    slot, rest = slots[0], slots[1:]
    best = (slot, *_unfilled(rest, signed))
    for place, one in enumerate(signed):
        if slot & {Role(role) for role in one.roles}:
            found = _unfilled(rest, signed[:place] + signed[place + 1 :])
            best = min(best, found, key=len)
    return best
