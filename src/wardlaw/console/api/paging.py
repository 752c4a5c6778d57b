"""Where pages begin and end, as callers hold it: text that nobody need understand."""

from __future__ import annotations

import base64
from typing import TypeVar

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.store.findingquery import FindingPlace
from wardlaw.store.thingquery import Cursor

_Place = TypeVar("_Place")


def write_cursor(after: Cursor | None) -> str:
    """Where a page ended, as a caller gives it back; empty for the last page."""
    return write_place(after)


def read_cursor(text: str) -> Cursor | None:
    """Where a page of things begins; see ``read_place``."""
    return _place_in(text, tuple[str, str, str, str])


def write_place(after: tuple[str | int, ...] | None) -> str:
    """Where any page ended."""
    return "" if after is None else base64.urlsafe_b64encode(msgspec.json.encode(after)).decode()


def read_place(text: str) -> tuple[str, str] | None:
    """Where a page of what has two keys begins.

    Raises:
        InputError: It is none that a page gave (WL-INV-090).
    """
    return _place_in(text, tuple[str, str])


def read_grant_place(text: str) -> tuple[str, str, str] | None:
    """Where a page of grants begins; see ``read_place``."""
    return _place_in(text, tuple[str, str, str])


def read_finding_place(text: str) -> FindingPlace | None:
    """Where a page of findings begins; see ``read_place``."""
    return _place_in(text, tuple[int, str, str, str, str])


def _place_in(text: str, form: type[_Place]) -> _Place | None:
    if not text:
        return None
    try:
        after = msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=form)
    except (ValueError, msgspec.MsgspecError) as error:
        raise InputError(
            "WL-INV-090", "There is no page that begins so.", "Give `after` what the page before gave as `next`."
        ) from error
    return after
