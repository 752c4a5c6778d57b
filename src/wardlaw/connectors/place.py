"""Where a listing broke off: its last page that was taken in, by the platform's own cursor, and how that page is known again.

INVARIANT: a listing goes on only where the page at the place, asked for again, has just the entries it had. So nothing has
moved over the end of that page meanwhile, and the cursor is this listing's. Everything else begins anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

MOST_CHARACTERS = 4_096
"""The management API takes no longer place; a listing with a longer cursor begins anew."""

LOST = (400, 404, 410, 422)
"""What platforms answer to a cursor they do not know any more; anything else is a fault that may pass."""


class LostPlaceError(Exception):
    """The platform does not know the place any more, or something else stands there now: the listing begins anew."""


class Place(msgspec.Struct, frozen=True):
    """A page of a listing.

    Attributes:
        cursor: What it was asked for with, in the platform's own words; empty for the first. Of a list in an order of ours,
            the last id that was read.
        ids: Digest of the ids of its entries; empty where there is nothing to go on from.
        count: Entries up to its end.
        witness: Of lists that hang on owners, the first owner who had something.
    """

    cursor: str = ""
    ids: str = ""
    count: int = 0
    witness: str = ""


def write_place(place: Place) -> str:
    """The place as a run keeps it; empty for one from where nothing goes on."""
    text = json.dumps(msgspec.to_builtins(place), separators=(",", ":")) if place.ids else ""
    return text if len(text) <= MOST_CHARACTERS else ""


def read_place(text: str) -> Place:
    """The place of a text that ``write_place`` made.

    Raises:
        LostPlaceError: It is none.
    """
    try:
        return msgspec.json.decode(text, type=Place)
    except msgspec.MsgspecError as error:
        raise LostPlaceError from error


def digest_of(entries: Sequence[Any]) -> str:
    """What the entries of a page are known by: their ids in order, all of an entry without one; empty for none."""
    if not entries:
        return ""
    told = [one.get("id") or one.get("Id") or one if isinstance(one, dict) else one for one in entries]
    # The standard library's: it writes a number of any size that a platform may send.
    return hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16).hexdigest()


def placed(pages: Iterator[tuple[list[Any], str]], place: Place | None) -> Iterator[tuple[list[Any], Place]]:
    """Pages with their places; those after a place, where one is given.

    Args:
        pages: With what each was asked for; of a listing that goes on, from the page at the place.

    Raises:
        LostPlaceError: The page at the place has other entries than it had.
    """
    count = 0
    if place is not None:
        entries, _ = next(pages, ([], ""))
        if digest_of(entries) != place.ids:
            raise LostPlaceError
        count = place.count
    for entries, cursor in pages:
        count += len(entries)
        yield entries, Place(cursor, digest_of(entries), count)


def in_order(ids: Sequence[str], place: Place | None, *, at_once: int = 50) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Ids in an order of ours, some at once; those after a place, where one is given: all up to it were read, or are new."""
    after = place.cursor if place else ""
    waiting = sorted(one for one in ids if one > after)
    for begin in range(0, len(waiting), at_once):
        some = tuple(waiting[begin : begin + at_once])
        yield some, Place(some[-1], digest_of(some))
