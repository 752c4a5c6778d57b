"""Reads Okta page by page: entries in the body, the next page in the ``link`` header (RFC 8288) or beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from wardlaw.connectors.entry import query_of
from wardlaw.connectors.feed import not_read
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError

_NEXT = re.compile(r'<([^<>]*)>;\s*rel="next"')


class OktaRefusedError(UnavailableError):
    """Okta answers with another status than success.

    Attributes:
        status: Of the answer.
        is_missing: Okta itself says that there is no such thing; any 404 of a proxy does not.
    """

    def __init__(self, what: str, answer: VendorAnswer) -> None:
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
        for number, entries in enumerate(self.logged(path, query or {}, bucket=bucket)):
            if number and not entries:
                raise not_read(f"Okta {path}", "it ends with an empty page")
            yield entries

    def logged(self, path: str, query: Mapping[str, str | int], *, bucket: str = "logs") -> Iterator[list[Any]]:
        """The pages of a log, up to its end or to the first empty one."""
        target = path + (f"?{urlencode(query)}" if query else "")
        seen = {target}
        while True:
            answer = self._client.get(target, bucket=bucket)
            if answer.status != 200:
                raise OktaRefusedError(path, answer)
            entries = answer.body.get("data") if isinstance(answer.body, dict) else answer.body
            if not isinstance(entries, list):
                raise not_read(f"Okta {path}", "the answer is none of Okta's")
            yield entries
            link = _next_link(answer)
            if not link or not entries:
                return
            if not (onward := query_of(link, path)):
                raise not_read(f"Okta {path}", "a page leads somewhere else")
            target = f"{path}?{onward}"
            if target in seen:
                raise not_read(f"Okta {path}", "a page leads back to itself")
            seen.add(target)


def _next_link(answer: VendorAnswer) -> str:
    """Where the next page is: in the header, or in the body of newer interfaces; empty where there is none."""
    found = _NEXT.search(answer.headers.get("link", ""))
    if found is not None:
        return found[1]
    links = answer.body.get("_links") if isinstance(answer.body, dict) else None
    onward = links.get("next") if isinstance(links, dict) else None
    told = onward.get("href") if isinstance(onward, dict) else None
    return told if isinstance(told, str) else ""
