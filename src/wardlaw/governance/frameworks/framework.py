"""A framework as data: its provisions, from when each applies, and how sure that date is."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from wardlaw.facts.tier import Tier

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 .:()_-]*$(?!\n)")]
_Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$(?!\n)")]
_Title = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Long = Annotated[str, msgspec.Meta(max_length=4_000)]


class Certainty(StrEnum):
    """How a date is known."""

    PRIMARY = "primary"  # read in the official publication
    SECONDARY = "secondary"  # read in somebody else's account of it


class DateScope(StrEnum):
    """For which systems a date holds."""

    ALL = "all"
    ANNEX_III = "annex-iii"  # high risk by use
    ANNEX_I = "annex-i"  # high risk as part of a product
    LEGACY = "legacy"  # placed on the market before a day


class LawSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a date or a wording comes from; ``read`` says whether we read it ourselves."""

    id: _Slug
    title: _Title
    kind: Certainty
    read: bool
    url: str = ""


class AppliesFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One day from which a provision applies.

    Attributes:
        day: The day.
        scope: For which systems.
        was: The day before the law was changed; None where it never was another.
        changed_by: The act that changed it.
        verified: How the day is known.
        source: Id of the source it rests on.
        placed_before: Scope ``legacy``: systems placed before this day.
        readings: Days that careful readers take it for; an installation may choose another of them.
    """

    day: date
    verified: Certainty
    source: str
    scope: DateScope = DateScope.ALL
    was: date | None = None
    changed_by: str = ""
    placed_before: date | None = None
    readings: tuple[date, ...] = ()
    note: _Long = ""


class Provision(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One point of a framework that asks for something: an article, a subcategory, a listed risk.

    Attributes:
        summary: What it asks, in our own words.
        addressees: Who owes it; empty means everybody.
        dates: From when; empty means always.
        binds: Tiers of systems it binds; empty means all. An undetermined or prohibited system is always bound.
        not_for: Annex points of systems it does not bind.
        prohibits: It forbids a practice outright, so that no exception to it may be granted.
        kinds: Kinds of control that answer it.
        evidence: What would show that it is answered.
        fine: What a breach costs.
        answered_by: Ids of mitigations, where the framework names them itself.
    """

    id: _Id
    title: _Title
    summary: _Long = ""
    addressees: tuple[str, ...] = ()
    dates: tuple[AppliesFrom, ...] = ()
    binds: tuple[Tier, ...] = ()
    not_for: tuple[str, ...] = ()
    prohibits: bool = False
    kinds: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    fine: _Long = ""
    amended_by: _Long = ""
    notes: _Long = ""
    answered_by: tuple[str, ...] = ()

    @property
    def first_date(self) -> date | None:
        """The first day it applies to any new system; None where it always does."""
        days = [one.day for one in self.dates if one.scope is not DateScope.LEGACY]
        return min(days) if days else None


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something with an id that clauses may name and that asks for nothing itself: an annex point, a tactic."""

    id: _Id
    title: _Title


class Milestone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One day of a framework's own calendar."""

    day: date
    what: _Title
    verified: Certainty
    source: str


class Framework(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A framework clauses may refer to.

    Attributes:
        version: Its edition, as its makers name it.
        as_of: The day its state here was last compared with what it rests on; of two the later one counts.
        source: Where the ids come from.
        licence: Under which terms they stand here.
        caveat: What a reader must know before relying on it.
        notice: A notice that must be kept with it.
    """

    id: _Slug
    title: _Title
    version: _Title
    as_of: date
    source: _Title
    licence: _Title
    provisions: tuple[Provision, ...]
    parts: tuple[Part, ...] = ()
    sources: tuple[LawSource, ...] = ()
    timeline: tuple[Milestone, ...] = ()
    caveat: _Long = ""
    notice: _Long = ""

    @property
    def ids(self) -> dict[str, str]:
        """Short title of everything a clause may refer to, by id."""
        return {one.id: one.title for one in self.provisions} | {one.id: one.title for one in self.parts}

    def provision(self, name: str) -> Provision | None:
        """The provision of that id."""
        return next((one for one in self.provisions if one.id == name), None)

    def applying(self, day: date) -> tuple[Provision, ...]:
        """The provisions that apply on a day, each counted from its first date."""
        return tuple(one for one in self.provisions if one.first_date is None or one.first_date <= day)
