"""Reads Microsoft Graph page by page (OData): listings that link on, and what has changed since a place (delta)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from wardlaw.connectors.entry import query_of
from wardlaw.connectors.feed import not_read
from wardlaw.connectors.place import LOST, LostPlaceError, Place, placed
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError

_NEXT, _DELTA = "@odata.nextLink", "@odata.deltaLink"


class ExpiredDeltaError(Exception):
    """The place a delta goes on from is no longer known (410): it begins anew."""


_GONE = ("Request_ResourceNotFound", "ResourceNotFound")


class GraphRefusedError(UnavailableError):
    """Graph answers with another status than success.

    Attributes:
        status: Of the answer.
        is_missing: Graph itself says that there is no such thing; any 404 of a proxy does not.
        target: What was asked for.
    """

    def __init__(self, what: str, answer: VendorAnswer, target: str = "") -> None:
        self.target = target
        told = not_read(f"Microsoft Graph {what}", f"it answers {answer.status}")
        super().__init__(told.code, told.message, told.hint)
        self.status = answer.status
        self.is_missing = says_missing(answer)


def says_missing(answer: VendorAnswer) -> bool:
    """Whether Graph itself says that there is no such thing; anything between us and it can answer 404."""
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    return answer.status == 404 and isinstance(error, dict) and error.get("code") in _GONE


class GraphReader:
    """Pages of one tenant; it only GETs."""

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    def listed(self, path: str, query: Mapping[str, str | int], *, bucket: str = "directory") -> Iterator[list[Any]]:
        """The pages of a listing.

        Raises:
            UnavailableError: It could not be read to its end (WL-INV-010); also where a page that was linked to is empty
                and the last: so ends a listing for somebody whose rights were taken away half way.
        """
        return (entries for entries, _ in self._linked(path, urlencode(query), bucket))

    def listed_from(
        self, path: str, query: Mapping[str, str | int], place: Place | None
    ) -> Iterator[tuple[list[Any], Place]]:
        """The pages of a listing with their places; those after a place, where one is given. As ``listed``.

        Raises:
            LostPlaceError: Graph does not know the place any more.
        """
        asked = urlencode(query)
        pages = self._linked(path, (place.cursor if place else "") or asked, "directory")
        try:
            yield from placed(pages, place)
        except GraphRefusedError as error:
            # Its first request is that for the page at the place; a later one is of this run's own links.
            if place is not None and error.target == f"{path}?{place.cursor or asked}" and error.status in LOST:
                raise LostPlaceError from error
            raise

    def _linked(self, path: str, asked: str, bucket: str) -> Iterator[tuple[list[Any], str]]:
        """Entries of a listing, with the query of each page."""
        for number, (entries, link, _) in enumerate(self._pages(path, f"{path}?{asked}", bucket)):
            if number and not entries and not link:
                raise not_read(f"Microsoft Graph {path}", "it ends with an empty page")
            yield entries, asked
            asked = link.partition("?")[2]

    def logged(self, path: str, query: Mapping[str, str | int]) -> Iterator[list[Any]]:
        """The pages of a log; its requests have a quota of their own."""
        for entries, _, _ in self._pages(path, f"{path}?{urlencode(query)}", "reports"):
            yield entries

    def changed(self, path: str, query: Mapping[str, str | int], place: str) -> Iterator[tuple[list[Any], str]]:
        """What has changed since a place: entries, and with the last of them the place to go on from.

        Args:
            place: The query of the last delta link; empty for everything as it is now.

        Raises:
            ExpiredDeltaError: The place is no longer known.
        """
        target = f"{path}?{place or urlencode(query)}"
        found = False
        try:
            for entries, _, delta in self._pages(path, target, "directory"):
                found = found or bool(delta)
                yield entries, delta
        except GraphRefusedError as error:
            if error.status == 410:
                raise ExpiredDeltaError from error
            raise
        if not found:
            raise not_read(f"Microsoft Graph {path}", "it names no place to go on from")

    def one(self, path: str, query: Mapping[str, str | int] | None = None) -> VendorAnswer:
        """One thing, whatever the answer."""
        return self._client.get(path, query, bucket="directory")

    def _pages(self, path: str, target: str, bucket: str) -> Iterator[tuple[list[Any], str, str]]:
        """Entries, the next page's link, and the query of the delta link of each page."""
        seen = {target}
        while target:
            answer = self._client.get(target, bucket=bucket)
            if answer.status != 200:
                raise GraphRefusedError(path, answer, target)
            body = answer.body if isinstance(answer.body, dict) else {}
            entries, link = body.get("value"), body.get(_NEXT)
            if not isinstance(entries, list) or (link is not None and not isinstance(link, str)):
                raise not_read(f"Microsoft Graph {path}", "the answer is none of Microsoft's")
            target = f"{path}?{_place(link, path)}" if link else ""
            if target in seen:
                raise not_read(f"Microsoft Graph {path}", "a page leads back to itself")
            seen.add(target)
            delta = body.get(_DELTA)
            yield entries, target, _place(delta, path) if isinstance(delta, str) and not link else ""


def _place(link: str, path: str) -> str:
    if not (found := query_of(link, path)):
        raise not_read(f"Microsoft Graph {path}", "a page leads somewhere else")
    return found
