"""Reads Okta page by page: entries in the body, the next page in the ``link`` header (RFC 8288) or beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from wardlaw.connectors.entry import query_of
from wardlaw.connectors.feed import not_read
from wardlaw.connectors.place import LOST, LostPlaceError, Place, placed
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError

_NEXT = re.compile(r'<([^<>]*)>;\s*rel="next"')


class OktaRefusedError(UnavailableError):
    """Okta answers with another status than success.

    Attributes:
        status: Of the answer.
        is_missing: Okta itself says that there is no such thing; any 404 of a proxy does not.
        target: What was asked for.
    """

    def __init__(self, what: str, answer: VendorAnswer, target: str = "") -> None:
        self.target = target
        told = not_read(f"Okta {what}", f"it answers {answer.status}")
        super().__init__(told.code, told.message, told.hint)
        self.status = answer.status
        self.is_missing = says_missing(answer)


def says_missing(answer: VendorAnswer) -> bool:
    """Whether Okta itself says that there is no such thing; anything between us and it can answer 404."""
    code = answer.body.get("errorCode") if isinstance(answer.body, dict) else None
    return answer.status == 404 and code == "E0000007"


class OktaReader:
    """Pages of one organisation; it only GETs."""

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    def listed(self, path: str, query: Mapping[str, str | int] | None = None, *, bucket: str) -> Iterator[list[Any]]:
        """The pages of a listing.

        Raises:
            UnavailableError: It could not be read to its end (WL-INV-010); also where a page that was linked to is empty:
                so ends a listing for somebody whose rights were taken away half way.
        """
        return (entries for entries, _ in self._linked(path, urlencode(query or {}), bucket))

    def listed_from(
        self, path: str, query: Mapping[str, str | int], place: Place | None, *, bucket: str
    ) -> Iterator[tuple[list[Any], Place]]:
        """The pages of a listing with their places; those after a place, where one is given. As ``listed``.

        Raises:
            LostPlaceError: Okta does not know the place any more.
        """
        asked = (place.cursor if place else "") or urlencode(query)
        try:
            yield from placed(self._linked(path, asked, bucket), place)
        except OktaRefusedError as error:
            # Its first request is that for the page at the place; a later one is of this run's own links.
            if place is not None and error.target == _target(path, asked) and error.status in LOST:
                raise LostPlaceError from error
            raise

    def _linked(self, path: str, asked: str, bucket: str) -> Iterator[tuple[list[Any], str]]:
        """Entries of a listing, with the query of each page."""
        for number, (entries, query) in enumerate(self._pages(path, asked, bucket)):
            if number and not entries:
                raise not_read(f"Okta {path}", "it ends with an empty page")
            yield entries, query

    def logged(self, path: str, query: Mapping[str, str | int], *, bucket: str = "logs") -> Iterator[list[Any]]:
        """The pages of a log, up to its end or to the first empty one."""
        return (entries for entries, _ in self._pages(path, urlencode(query), bucket))

    def _pages(self, path: str, asked: str, bucket: str) -> Iterator[tuple[list[Any], str]]:
        seen = {asked}
        while True:
            target = _target(path, asked)
            answer = self._client.get(target, bucket=bucket)
            if answer.status != 200:
                raise OktaRefusedError(path, answer, target)
            entries = answer.body.get("data") if isinstance(answer.body, dict) else answer.body
            if not isinstance(entries, list):
                raise not_read(f"Okta {path}", "the answer is none of Okta's")
            yield entries, asked
            link = _next_link(answer)
            if not link or not entries:
                return
            if not (asked := query_of(link, path)):
                raise not_read(f"Okta {path}", "a page leads somewhere else")
            if asked in seen:
                raise not_read(f"Okta {path}", "a page leads back to itself")
            seen.add(asked)


def _target(path: str, asked: str) -> str:
    return f"{path}?{asked}" if asked else path


def _next_link(answer: VendorAnswer) -> str:
    """Where the next page is: in the header, or in the body of newer interfaces; empty where there is none."""
    found = _NEXT.search(answer.headers.get("link", ""))
    if found is not None:
        return found[1]
    links = answer.body.get("_links") if isinstance(answer.body, dict) else None
    onward = links.get("next") if isinstance(links, dict) else None
    told = onward.get("href") if isinstance(onward, dict) else None
    return told if isinstance(told, str) else ""
