"""Grants from a table of any platform: CSV with a header, or JSON objects, with the names of the columns given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from wardlaw.inventory.importing.badrow import BadRow, UnreadableError, key_of, text_of, time_of
from wardlaw.inventory.importing.table import csv_rows
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Grant, Sighting, Tristate

FIELDS = (
    "account", "account_name", "acts_as", "owner", "state", "app", "app_name", "publisher", "domain", "verified",
    "first_party", "scopes", "consent", "granted_at", "last_used_at",
)  # fmt: skip
"""What a column may be; only ``app`` is needed."""

_NOT_TEXT = ("scopes", "granted_at", "last_used_at", "verified", "first_party")
_Member = TypeVar("_Member", bound=StrEnum)
_YES, _NO = {"yes", "true", "1", "y", "verified"}, {"no", "false", "0", "n", "unverified"}


def read_csv(lines: Iterable[str], columns: Mapping[str, str]) -> Iterator[Sighting | BadRow]:
    """Sightings of a CSV file.

    Args:
        columns: Field to the name of its column; fields that are not named stand under their own name.
    """
    for row in csv_rows(lines, columns, needed="app"):
        if isinstance(row, BadRow):
            yield row
        else:
            yield from _row(row[1], columns, row[0])


def read_json(lines: Iterable[str], columns: Mapping[str, str]) -> Iterator[Sighting | BadRow]:
    """Sightings of JSON, one object a line (JSON Lines)."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield BadRow(number, "no JSON; one object a line is expected")
            continue
        if isinstance(row, dict):
            yield from _row(row, columns, number)
        else:
            yield BadRow(number, "not an object")


def _row(row: Mapping[str, Any], columns: Mapping[str, str], line: int) -> Iterator[Sighting | BadRow]:
    told = {field: row.get(columns.get(field, field)) for field in FIELDS}
    try:
        found = list(_things(told))
    except UnreadableError as error:
        yield BadRow(line, str(error))
        return
    yield from found


def _things(told: Mapping[str, Any]) -> Iterator[Sighting]:
    texts = {field: text_of(told[field], field) for field in FIELDS if field not in _NOT_TEXT}
    app = texts["app"]
    if not app:
        raise UnreadableError("app is empty")
    verified, first_party = _claim(told["verified"], "verified"), _claim(told["first_party"], "first_party")
    yield Sighting(App(app, texts["app_name"], texts["publisher"], texts["domain"].lower(), verified, first_party))
    account = texts["account"]
    if account:
        acts_as = _member(AccountKind, texts["acts_as"], "acts_as", AccountKind.UNKNOWN)
        state = _member(AccountState, texts["state"], "state", AccountState.UNKNOWN)
        yield Sighting(Account(account, acts_as, texts["account_name"], texts["owner"], state))
    consent = _member(Consent, texts["consent"], "consent", Consent.UNKNOWN)
    used = time_of(told["last_used_at"], "last_used_at")
    grant = Grant(
        key_of("grant", account, app),
        account,
        app,
        consent,
        scopes_of(told["scopes"]),
        time_of(told["granted_at"], "granted_at"),
        used,
        usage_known=used > 0,
    )
    yield Sighting(grant)


def scopes_of(value: object) -> tuple[str, ...]:
    """Scopes from a list, or from a text that separates them by spaces, commas or semicolons; sorted.

    Raises:
        UnreadableError: It is neither.
    """
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.replace(",", " ").replace(";", " ").split()
    if not isinstance(value, list):
        raise UnreadableError("scopes is neither a list nor a text")
    return tuple(sorted({text for one in value if (text := text_of(one, "scopes"))}))


def _claim(value: object, column: str) -> Tristate:
    if isinstance(value, bool):
        return Tristate.YES if value else Tristate.NO
    word = text_of(value, column).casefold()
    if word in _YES:
        return Tristate.YES
    if word in _NO:
        return Tristate.NO
    if word in ("", "unknown", "n/a", "-"):
        return Tristate.UNKNOWN
    raise UnreadableError(f"{column} is neither yes nor no")


def _member(kind: type[_Member], text: str, column: str, default: _Member) -> _Member:
    if not text:
        return default
    try:
        return kind(text.casefold())
    except ValueError as error:
        raise UnreadableError(f"{column} is none of: {', '.join(kind)}") from error
