"""How much an identity deserves a look, from 0 to 100, with the points of each part and why.

The points are ours: a way to sort, not a measurement. What nobody knows gives fewer points than what is known to be bad,
and more than what is known to be good.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from wardlaw.inventory.model import AccountState, Tristate
from wardlaw.inventory.risk import Privilege

_DAY_S = 86_400.0
_MOST = 100
_SENSITIVE = frozenset({"mail", "files", "secrets", "admin", "security", "code", "chat"})


class ScoreFacts(msgspec.Struct, frozen=True):
    """What a score rests on.

    Attributes:
        kind: Of the identity: account, app or credential.
        level: The highest privilege of its scopes, 0 where it has none.
        data: Kinds of data that its scopes reach.
        accounts: How many accounts have let it in.
        vendor: AI vendor; empty where it is none.
        born_at: Of its oldest grant or key, Unix seconds; 0 where nobody knows.
        used_at: Last use that was told; 0 where none was.
        usage_known: The platform would have told of a use.
        owner: Who answers for it; empty where nobody is known to.
        needs_owner: It is no person.
        state: Of the account.
    """

    kind: str
    level: int = 0
    data: tuple[str, ...] = ()
    accounts: int = 0
    verified: Tristate = Tristate.UNKNOWN
    first_party: Tristate = Tristate.UNKNOWN
    vendor: str = ""
    born_at: float = 0.0
    used_at: float = 0.0
    usage_known: bool = False
    owner: str = ""
    needs_owner: bool = False
    state: AccountState = AccountState.UNKNOWN
    never_expires: bool = False


class ScorePart(msgspec.Struct, frozen=True):
    """One reason, and its points."""

    part: str
    points: int
    why: str


class Band(StrEnum):
    """A score in one word."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class RiskScore(msgspec.Struct, frozen=True):
    """The sum of the parts, at most 100, the weightiest part first."""

    points: int
    band: Band
    parts: tuple[ScorePart, ...]


def score(facts: ScoreFacts, *, at: float) -> RiskScore:
    """The score of an identity.

    Args:
        at: Unix seconds.
    """
    parts = [
        *_reach(facts),
        *_trust(facts),
        *_time(facts, at),
        *_owner(facts),
    ]
    parts.sort(key=lambda one: (-one.points, one.part))
    points = min(sum(one.points for one in parts), _MOST)
    band = Band.HIGH if points >= 60 else Band.MEDIUM if points >= 30 else Band.LOW
    return RiskScore(points, band, tuple(parts))


def _reach(facts: ScoreFacts) -> Iterator[ScorePart]:
    points = {Privilege.CRITICAL: 30, Privilege.HIGH: 20, Privilege.MEDIUM: 8}
    for level, worth in points.items():
        if facts.level == level:
            yield ScorePart("privilege", worth, f"its most powerful scope is {level.name.lower()}")
    reached = sorted(_SENSITIVE.intersection(facts.data))
    if reached:
        yield ScorePart("data", min(4 + 3 * len(reached), 13), f"it reaches {', '.join(reached)}")
    for least, worth in ((1_000, 15), (100, 11), (20, 7), (5, 4)):
        if facts.accounts >= least:
            yield ScorePart("reach", worth, f"{facts.accounts:,} accounts have let it in")
            return


def _trust(facts: ScoreFacts) -> Iterator[ScorePart]:
    if facts.kind == "app" and facts.first_party is not Tristate.YES:
        if facts.verified is Tristate.NO:
            yield ScorePart("publisher", 15, "the platform has not verified who made it")
        elif facts.verified is Tristate.UNKNOWN:
            yield ScorePart("publisher", 5, "the platform does not say whether it verified who made it")
    if facts.vendor:
        yield ScorePart("ai", 10, f"it belongs to the AI vendor {facts.vendor}")


def _time(facts: ScoreFacts, at: float) -> Iterator[ScorePart]:
    if facts.born_at and at - facts.born_at > 365 * _DAY_S:
        yield ScorePart("age", 6, f"it is {int((at - facts.born_at) // _DAY_S):,} days old")
    if facts.never_expires:
        yield ScorePart("endless", 8, "it never ends")
    if not facts.usage_known and not facts.used_at:
        return
    silent = int((at - max(facts.used_at, facts.born_at)) // _DAY_S)
    if silent > 90:
        yield ScorePart("dormancy", 10, f"nobody has used it for {silent:,} days")


def _owner(facts: ScoreFacts) -> Iterator[ScorePart]:
    if facts.state in (AccountState.SUSPENDED, AccountState.DELETED):
        yield ScorePart("owner", 15, f"the account is {facts.state.value}")
    elif facts.needs_owner and not facts.owner:
        yield ScorePart("owner", 10, "nobody is known to answer for it")
