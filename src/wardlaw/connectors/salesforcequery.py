"""Asking Salesforce: SOQL over REST with its pages, and a token for it (client credentials flow)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.oauthserver import OauthLogin
from wardlaw.connectors.place import LOST, LostPlaceError, Place, placed
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.inventory.importing.badrow import name_of

VERSION = "v62.0"
BASE = f"/services/data/{VERSION}"
_SESSION_S = 600.0
"""A token is used so long; Salesforce does not say how long one lives, and the shortest session is 15 minutes."""

_NOT_HERE = frozenset({"INVALID_TYPE", "INVALID_FIELD", "FUNCTIONALITY_NOT_ENABLED", "API_DISABLED_FOR_ORG"})


class NotHereError(Exception):
    """The organisation has no such object or field, or this user may not see it; the text is Salesforce's word."""


class SalesforceToken:
    """An access token of the integration's own user, renewed every ten minutes."""

    def __init__(self, login: OauthLogin, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._login = login
        self._client = client
        self._clock = clock
        self._token, self._ends_at = "", 0.0

    def headers(self) -> Mapping[str, str]:
        """The header that carries it.

        Raises:
            UnavailableError: Salesforce gives none (WL-INV-010).
        """
        if self._clock() >= self._ends_at:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._login.client_id,
                "client_secret": self._login.client_secret,
            }
            answer = self._client.post_form("/services/oauth2/token", form, bucket="token")
            token = answer.body.get("access_token") if isinstance(answer.body, dict) else None
            if answer.status != 200 or not isinstance(token, str) or not token.isascii() or not token.isprintable():
                raise not_read("Salesforce", f"it gives no token for the client (status {answer.status})")
            self._token, self._ends_at = token, self._clock() + _SESSION_S
        return {"authorization": f"Bearer {self._token}"}


class SalesforceQuery:
    """SOQL of one organisation.

    Attributes:
        digest: Of the bytes of the last answer, SHA-256 in hexadecimal.
    """

    def __init__(self, client: VendorClient) -> None:
        self._client = client
        self.digest = ""

    def pages(self, soql: str, what: str) -> Iterator[list[Any]]:
        """The rows of a query, page by page; all of them, or an error.

        Raises:
            NotHereError: There is nothing of the kind here.
            UnavailableError: The rest could not be read (WL-INV-010).
        """
        return (rows for rows, _ in self._listed(soql, what, None))

    def pages_from(self, soql: str, what: str, place: Place | None) -> Iterator[tuple[list[Any], Place]]:
        """The rows of a query with their places; those after a place, where one is given. As ``pages``.

        Raises:
            LostPlaceError: Salesforce does not know the place any more: it forgets the rest of a query after two days.
        """
        return placed(self._listed(soql, what, place), place)

    def _listed(self, soql: str, what: str, place: Place | None) -> Iterator[tuple[list[Any], str]]:
        """Pages with the address of each; from that of a place on, where one is given."""
        at = place.cursor if place else ""
        if at and not at.startswith(f"{BASE}/query/"):
            raise LostPlaceError
        told = self._client.get(at, bucket="query") if at else self._client.get(*_query(soql), bucket="query")
        if place is not None and told.status in LOST:
            raise LostPlaceError
        answer = self._asked(told, what)
        total, visited = answer["totalSize"], {at}
        # What the pages up to this one had; of this one that count is known already.
        seen = place.count - len(answer["records"]) if place else 0
        while True:
            seen += len(answer["records"])
            if answer["done"] and seen != total:
                raise not_read(f"Salesforce {what}", f"{seen} rows came where {total} were promised")
            yield answer["records"], at
            if answer["done"]:
                return
            onward = answer.get("nextRecordsUrl")
            # Where the rest stands is taken from the answer, but only within this interface.
            if not isinstance(onward, str) or not onward.startswith(f"{BASE}/query/") or onward in visited:
                raise not_read(f"Salesforce {what}", "a page leads nowhere")
            at = onward
            visited.add(at)
            answer = self._asked(self._client.get(at, bucket="query"), what)

    def rows(self, soql: str, what: str) -> list[Any]:
        """All rows of a query; as ``pages``."""
        return [row for page in self.pages(soql, what) for row in page]

    def count(self, of: str, what: str) -> int:
        """How many rows there are: ``SELECT COUNT() FROM`` with what follows; as ``pages``."""
        answer = self._asked(
            self._client.get(f"{BASE}/query", {"q": f"SELECT COUNT() FROM {of}"}, bucket="query"), what
        )
        total: int = answer["totalSize"]
        return total

    def log_file(self, file_id: str) -> str:
        """The CSV of one event log file.

        Raises:
            UnavailableError: It could not be read whole (WL-INV-010).
        """
        answer = self._client.get_text(f"{BASE}/sobjects/EventLogFile/{file_id}/LogFile", bucket="query")
        if answer.status != 200:
            raise not_read(f"Salesforce log file {file_id}", f"it answers {answer.status}")
        text: str = answer.body
        return text

    def _asked(self, answer: VendorAnswer, what: str) -> dict[str, Any]:
        self.digest = answer.digest
        body = answer.body
        if answer.status != 200:
            errors = body if isinstance(body, list) else []
            codes = [name_of(one.get("errorCode"))[:64] for one in errors if isinstance(one, dict)]
            if any(code in _NOT_HERE for code in codes):
                raise NotHereError(codes[0])
            raise not_read(f"Salesforce {what}", " ".join([f"it answers {answer.status}", *codes]))
        is_page = isinstance(body, dict) and isinstance(body.get("records"), list)
        if not is_page or not isinstance(body.get("totalSize"), int) or not isinstance(body.get("done"), bool):
            raise not_read(f"Salesforce {what}", "the answer is none of Salesforce's")
        return dict(body)


def _query(soql: str) -> tuple[str, dict[str, str | int]]:
    return f"{BASE}/query", {"q": soql}


def quoted(text: str) -> str:
    """A text as SOQL writes it, so that nothing in it ends the text or the query."""
    cleaned = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{cleaned}'"


def moment(at: float) -> str:
    """A time as SOQL writes it."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
