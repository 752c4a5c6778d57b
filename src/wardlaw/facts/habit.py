"""What people say about a caller's behaviour."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class HabitOrderKind(StrEnum):
    """What is to be done with a behaviour profile."""

    ACCEPT = "accept"  # the new behaviour is right and becomes usual
    FORGET = "forget"  # nothing of it is kept


class HabitOrder(msgspec.Struct, frozen=True):
    """One order; gateways carry it out within a second.

    Attributes:
        number: Orders are numbered without gaps from 1.
        caller: State key of the caller, hex: the row names nobody.
        placed_by: Id of the person; ``""`` where an erasure ordered it.
        placed_at: Unix seconds.
    """

    number: int
    caller: str
    kind: HabitOrderKind
    reason: str
    placed_by: str
    placed_at: float


class HabitMeasure(msgspec.Struct, frozen=True):
    """One statistic of a caller.

    Attributes:
        seen: Highest value of its last active day, or of the days that alert.
        typical: Highest value of an ordinary day.
        usual: What about 98 of 100 days stay under.
    """

    measure: str
    seen: float
    typical: float
    usual: float


class Habit(msgspec.Struct, frozen=True):
    """What is known of a caller's behaviour.

    Attributes:
        principal: Id; ``""`` when only the key is known.
        key: State key, hex.
        active_days: Days that were learned.
        last_at: Unix seconds of the last event.
        experienced: The burn-in is over.
        alerting: Something alerted that nobody has accepted.
        score: Of the days that are looked at, 0 usual to 1000 once in a million days.
        step: What a reading of them calls for.
        reasons: Sentences with figures, rarest first.
        pictured_at: Unix seconds; the profile may know a minute more by now.
        measures: Every statistic; only where one caller is asked for.
    """

    principal: str
    key: str
    events: int
    active_days: int
    last_at: float
    experienced: bool
    alerting: bool
    score: int
    step: str
    reasons: tuple[str, ...]
    pictured_at: float
    measures: tuple[HabitMeasure, ...] = ()
