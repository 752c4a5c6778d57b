"""As much of SOQL as connectors ask with: fields, one object, conditions joined by AND, an order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_QUERY = re.compile(
    r"SELECT (?P<fields>.+?) FROM (?P<object>\w+)(?: WHERE (?P<where>.+?))?(?: ORDER BY (?P<order>\w+))?", re.DOTALL
)
_CONDITION = re.compile(
    r"(?P<field>[\w.]+) (?:(?P<sign>=|>=) (?P<value>'(?:[^'\\]|\\.)*'|[\w:.+-]+)|IN \((?P<many>[^)]*)\))(?: AND |$)"
)
_TEXT = re.compile(r"'((?:[^'\\]|\\.)*)'")


class SoqlError(ValueError):
    """It is no query of this kind."""


class Soql(msgspec.Struct, frozen=True):
    """A query.

    Attributes:
        fields: As written; ``COUNT()`` alone for a count.
        conditions: Field, sign and the values that it may have.
    """

    fields: tuple[str, ...]
    object: str
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    order: str

    def takes(self, row: Mapping[str, Any]) -> bool:
        """Whether a row meets every condition."""
        for field, sign, values in self.conditions:
            have = str(row.get(field, ""))
            # An id of 15 characters and the same of 18 are one.
            is_id = field.endswith("Id") and len(have) in (15, 18)
            meets = (
                have >= values[0]
                if sign == ">="
                else any((one[:15] == have[:15]) if is_id else one == have for one in values)
            )
            if not meets:
                return False
        return True

    def shape(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that were asked for, in Salesforce's nesting."""
        told: dict[str, Any] = {"attributes": {"type": self.object}}
        for field in self.fields:
            outer, dot, inner = field.partition(".")
            if dot:
                told[outer] = {"attributes": {"type": outer}, inner: row[field]}
            else:
                told[field] = row[field]
        return told

    def result(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The rows that are meant, in their order."""
        found = [row for row in rows if self.takes(row)]
        if self.order:
            found.sort(key=lambda row: str(row[self.order]))
        return [self.shape(row) for row in found]


def parse_soql(text: str) -> Soql:
    """A query from its text.

    Raises:
        SoqlError: It is none of this kind.
    """
    found = _QUERY.fullmatch(text)
    if found is None:
        raise SoqlError("no query")
    fields = tuple(field.strip() for field in found["fields"].split(","))
    return Soql(fields, found["object"], tuple(_conditions(found["where"] or "")), found["order"] or "")


def _conditions(text: str) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    place = 0
    while place < len(text):
        found = _CONDITION.match(text, place)
        if found is None:
            raise SoqlError(f"no condition at {place}")
        if found["many"] is not None:
            yield found["field"], "IN", tuple(_plain(one) for one in _TEXT.findall(found["many"]))
        else:
            value = found["value"]
            yield found["field"], found["sign"], (_plain(value[1:-1]) if value.startswith("'") else value,)
        place = found.end()


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), text)
