"""Classes of keeping: how long a record of the log must stay, whatever anybody wants pruned. They are dated data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from wardlaw.facts.errors import ConfigError

DOCUMENTS, LOG = "doc-10y", "log-183d"
"""The classes whose days a setting may make longer."""
INCIDENT, LEGAL_HOLD = "incident", "legal-hold"
"""The classes that holds make."""
_DAY_MS = 86_400_000


class KeepingClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One class.

    Attributes:
        kinds: Kinds of record it has; none for a class that is made of holds.
        operations: How the operation of a control record begins, to be of it; all are where none is named.
        floor_days: Days that no setting goes below.
        refs: Provisions that ask for it.
        until: What ends it where no number of days does.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    operations: tuple[str, ...]
    floor_days: int
    refs: tuple[str, ...]
    until: str = ""

    def has(self, kind: str, operation: str) -> bool:
        """Whether a record of that kind and operation is of this class."""
        return kind in self.kinds and (not self.operations or operation.startswith(self.operations))


class KeepingBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All classes, the stricter first, with the day and the source of what they say."""

    as_of: date
    source: str
    verified: str
    classes: tuple[KeepingClass, ...]


class KeepingTerms(msgspec.Struct, frozen=True):
    """What holds in an installation at one moment.

    Attributes:
        days: Days by class; never below its floor.
        at_ms: The moment, Unix milliseconds.
    """

    book: KeepingBook
    days: Mapping[str, int]
    at_ms: int

    def class_of(self, kind: str, operation: str) -> KeepingClass:
        """The class of a record: the strictest that has it.

        Raises:
            ConfigError: No class has records of that kind (WL-RTN-002).
        """
        for one in self.book.classes:
            if one.has(kind, operation):
                return one
        raise ConfigError(
            "WL-RTN-002",
            f"No class of keeping has records of kind {kind}.",
            "Install Wardlaw anew; nothing was pruned.",
        )

    def begins_ms(self, one: KeepingClass) -> int:
        """Records of the class made since then must stay, Unix milliseconds."""
        return self.at_ms - self.days_of(one) * _DAY_MS

    def days_of(self, one: KeepingClass) -> int:
        """Days a record of the class stays at least."""
        return max(self.days.get(one.id, 0), one.floor_days)

    def least_ms(self) -> int:
        """Records made since then must stay whatever their class."""
        return min(self.at_ms, *(self.begins_ms(one) for one in self.book.classes if one.id == LOG))

    def must_stay(self, kind: str, operation: str, made_ms: int) -> bool:
        """Whether a record is within its class."""
        return made_ms >= self.begins_ms(self.class_of(kind, operation))
