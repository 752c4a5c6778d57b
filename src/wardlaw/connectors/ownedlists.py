"""Lists that hang on an owner: tokens on people, keys on repositories. Nothing says how many there should be, so an empty
one is what a platform answers for somebody who has none, for a moment of trouble, and for rights that were taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.place import Place, write_place

_EMPTIED = FeedPage(gaps=("What had entries had none later in the same run; empty lists were not believed.",))


class UnlistedError(Exception):
    """The list of one owner could not be read; the text is the gap, without anything secret."""


def read_owned(
    owners: Iterable[tuple[tuple[str, ...], Place]],
    ask: Callable[[str], list[Any] | None],
    page: Callable[[str, list[Any]], FeedPage],
    *,
    witness: str = "",
    still: Callable[[], bool] | None = None,
) -> Iterator[FeedPage]:
    """The pages of all owners' lists.

    An empty list is asked for a second time. When any stayed empty, the first owner who had something is asked again
    before the run may go on from there, and at the end: where that list is empty now, the rest were not read, and the
    run has a gap.

    Args:
        owners: In pages, as they are listed, each with its place.
        ask: The list of an owner; None for one who is gone. Raises ``UnlistedError``.
        page: What the entries of an owner tell.
        witness: Of a run that goes on, an owner who had something in its first part.
        still: Whether there are owners still; asked where all of their lists were empty. Needed where a run tells of owners
            too, as it is then not empty when nothing of theirs could be seen.
    """
    is_believed = True
    for some, place in owners:
        empty = []
        for owner in some:
            found, told = _asked(owner, ask, page)
            yield from told
            witness = witness or (owner if found else "")
            empty += [owner] if found == [] else []
        for owner in empty:
            found, told = _asked(owner, ask, page)
            yield from told
            is_believed = is_believed and found != []
        if not is_believed and witness and place.ids:
            is_believed = bool(_asked(witness, ask, page)[0])
        if is_believed and place.ids:
            yield FeedPage(place=write_place(msgspec.structs.replace(place, witness=witness)))
    if is_believed:
        return
    if (witness and not _asked(witness, ask, page)[0]) or (not witness and still is not None and not still()):
        yield _EMPTIED


def _asked(
    owner: str, ask: Callable[[str], list[Any] | None], page: Callable[[str, list[Any]], FeedPage]
) -> tuple[list[Any] | None, tuple[FeedPage, ...]]:
    try:
        found = ask(owner)
    except UnlistedError as error:
        return None, (FeedPage(gaps=(str(error),)),)
    return found, ((page(owner, found),) if found else ())
