"""The lists of AI vendors' administration interfaces: pages by cursor, lists within lists, and use by day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.vendorclient import VendorClient

_PAGE = 100


class AdminLists:
    """Lists of one organisation.

    Args:
        of: The vendor's name, for errors.
        cursor: The argument that names the last entry seen: ``after`` or ``after_id``.
    """

    def __init__(self, client: VendorClient, *, of: str, cursor: str) -> None:
        self._client = client
        self._of = of
        self._cursor = cursor

    def pages(
        self, path: str, what: str, query: Mapping[str, str | int | list[str]] | None = None, *, limit: int = _PAGE
    ) -> Iterator[list[Any]]:
        """The pages of a list.

        Raises:
            UnavailableError: The rest could not be read (WL-INV-010).
        """
        seen: set[str] = set()
        first: dict[str, str | int | list[str]] = {"limit": limit, **(query or {})}
        asked = first
        while True:
            entries, place = self._page(path, asked, what)
            if not entries and place is None:
                # So a list ends for somebody whose rights were taken away, too. It is believed when it says so twice,
                # and when the first page, where that had entries, still has some.
                entries, place = self._page(path, asked, what)
                if seen and not entries and not self._page(path, first, what)[0]:
                    raise not_read(f"{self._of} {what}", "a list that had entries is empty")
            yield entries
            if place is None:
                return
            name, cursor = place
            if not isinstance(cursor, str) or not cursor or cursor in seen:
                raise not_read(f"{self._of} {what}", "a page leads back to itself")
            seen.add(cursor)
            asked = {**first, name: cursor}

    def within(self, parents: Sequence[str], path: Callable[[str], str], what: str) -> Iterator[tuple[str, list[Any]]]:
        """The entries of the same list inside each of several things, such as the keys of each project.

        An empty list inside one of many is ordinary, and is also how a vendor answers somebody whose rights were taken
        away. So at the end the first that had entries must still have some.

        Raises:
            UnavailableError: One could not be read, or they became empty on the way (WL-INV-010).
        """
        witness = ""
        for parent in parents:
            entries = self._all(path(parent), what)
            if entries and not witness:
                witness = parent
            yield parent, entries
        if witness and not self._all(path(witness), what):
            raise not_read(f"{self._of} {what}", "what had entries at first has none any more")

    def _all(self, path: str, what: str) -> list[Any]:
        return [entry for page in self.pages(path, what) for entry in page]

    def _page(
        self, path: str, query: Mapping[str, str | int | list[str]], what: str
    ) -> tuple[list[Any], tuple[str, Any] | None]:
        # Lists in a query are written with brackets, as both vendors' own clients write them.
        pairs = [
            (f"{name}[]" if isinstance(value, list) else name, one)
            for name, value in query.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        answer = self._client.get(f"{path}?{urlencode(pairs)}", bucket=what)
        if answer.status != 200:
            raise not_read(f"{self._of} {what}", f"it answers {answer.status}")
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get("data"), list):
            raise not_read(f"{self._of} {what}", "the answer has no list")
        entries = answer.body["data"]
        return entries, _next(answer.body, entries, self._cursor)


def _next(body: Mapping[str, Any], entries: Sequence[Any], cursor: str) -> tuple[str, Any] | None:
    """Argument and value that lead to the next page; None on the last one."""
    if (page := body.get("next_page")) is not None and body.get("has_more") is not False:
        return "page", page
    if body.get("has_more") is not True:
        return None
    last = entries[-1].get("id") if entries and isinstance(entries[-1], dict) else None
    return cursor, body.get("last_id") or last
