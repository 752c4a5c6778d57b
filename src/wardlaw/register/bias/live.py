"""The same measure over decisions as they are made: a rule that watches, and when it has something to say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.register.bias.check import BiasAnswer, BiasRule, check_counts
from wardlaw.register.bias.counts import BiasCounts, LiveOutcome
from wardlaw.register.checks import CheckOutcome

MOST_ATTRIBUTES = 8
MOST_VALUE_CHARS = 100
MOST_DAYS_BACK = 400
"""A label may come more than a year after its decision; later ones are for a file, not for what is live."""


class LiveRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What watches the decisions of a system.

    Attributes:
        window_days: Decisions of so many days count, today included.
    """

    rule: BiasRule = BiasRule()
    window_days: Annotated[int, msgspec.Meta(ge=1, le=MOST_DAYS_BACK)] = 30


class LiveWatch(msgspec.Struct, frozen=True):
    """A rule that watches a system, and how it stands.

    Attributes:
        outcome: How it ended last; None before the first decision was told.
        since: Since when it ends so, Unix seconds; 0 with ``outcome`` None.
    """

    system: str
    live: LiveRule
    set_by: str
    set_at: float
    outcome: CheckOutcome | None = None
    since: float = 0.0


def check_live(counts: BiasCounts, live: LiveRule, *, seed: int) -> BiasAnswer | None:
    """How the decisions of the window stand; None while there are none."""
    return check_counts(counts, live.rule, seed=seed) if counts.groups else None


def has_left(before: CheckOutcome | None, now: CheckOutcome) -> bool:
    """Whether the interval has just left the limit, which somebody must be told, once."""
    return now is CheckOutcome.FAIL and before is not CheckOutcome.FAIL


def first_day(today: date, live: LiveRule) -> date:
    """The first day of the window."""
    return today - timedelta(days=live.window_days - 1)


def attributes_of(outcomes: tuple[LiveOutcome, ...], *, today: date) -> tuple[str, ...]:
    """The attributes that all outcomes of one call name.

    Raises:
        InputError: They name different ones, too many, or something too long (WL-BIA-008), or a day that cannot be
            (WL-BIA-009).
    """
    names = tuple(sorted(outcomes[0].groups)) if outcomes else ()
    for one in outcomes:
        if tuple(sorted(one.groups)) != names or not 1 <= len(names) <= MOST_ATTRIBUTES:
            raise InputError(
                "WL-BIA-008",
                f"Outcomes name one to {MOST_ATTRIBUTES} attributes, all the same ones.",
                "Give every outcome of a system the same groups; an empty value for who did not say.",
            )
        if any(len(text) > MOST_VALUE_CHARS for pair in one.groups.items() for text in pair):
            raise InputError(
                "WL-BIA-008", "A group's name or value is too long to be one.", "Give groups, not descriptions."
            )
        if one.on is not None and not today - timedelta(days=MOST_DAYS_BACK) <= one.on <= today:
            raise InputError(
                "WL-BIA-009",
                f"{one.on} is in the future or more than {MOST_DAYS_BACK} days ago.",
                "Give the day of the decision, UTC.",
            )
    return names
