"""Lists that hang on an owner: tokens on people, keys on repositories. Nothing says how many there should be, so an empty
one is what a platform answers for somebody who has none, for a moment of trouble, and for rights that were taken away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wardlaw.connectors.feed import FeedPage


class UnlistedError(Exception):
    """The list of one owner could not be read; the text is the gap, without anything secret."""


def read_owned(
    owners: Iterable[tuple[str, ...]],
    ask: Callable[[str], list[Any] | None],
    page: Callable[[str, list[Any]], FeedPage],
) -> Iterator[FeedPage]:
    """The pages of all owners' lists.

    An empty list is asked for a second time. When any stayed empty, the first owner who had something is asked again at
    the end: where that list is empty now, the rest were not read, and the run has a gap.

    Args:
        owners: In pages, as they are listed.
        ask: The list of an owner; None for one who is gone. Raises ``UnlistedError``.
        page: What the entries of an owner tell.
    """
    witness, has_empty = "", False
    for some in owners:
        empty = []
        for owner in some:
            found, told = _asked(owner, ask, page)
            yield from told
            witness = witness or (owner if found else "")
            empty += [owner] if found == [] else []
        for owner in empty:
            found, told = _asked(owner, ask, page)
            yield from told
            has_empty = has_empty or found == []
    if witness and has_empty:
        found, _ = _asked(witness, ask, page)
        if not found:
            yield FeedPage(gaps=("What had entries had none later in the same run; empty lists were not believed.",))


def _asked(
    owner: str, ask: Callable[[str], list[Any] | None], page: Callable[[str, list[Any]], FeedPage]
) -> tuple[list[Any] | None, tuple[FeedPage, ...]]:
    try:
        found = ask(owner)
    except UnlistedError as error:
        return None, (FeedPage(gaps=(str(error),)),)
    return found, ((page(owner, found),) if found else ())
