"""Slack's Web API: methods by name, errors inside answers of status 200, and lists over cursors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.place import LostPlaceError, Place, placed
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.inventory.importing.badrow import name_of

NOT_HERE = frozenset({"feature_not_enabled", "not_an_enterprise", "unknown_method", "team_not_eligible"})
"""Errors that say that this plan of Slack's has no such method; the rest says that something is wrong."""

_LOG_PAGE, _MOST_PAGES = 1_000, 1_000
_PAGE = 200  # Slack recommends no more than 200 (docs.slack.dev, "Pagination")


class SlackRefusedError(Exception):
    """Slack answers a call with an error; its text is Slack's word for it."""


class SlackWeb:
    """The methods of one workspace or enterprise, with one token.

    Attributes:
        digest: Of the bytes of the last answer, SHA-256 in hexadecimal.
    """

    def __init__(self, client: VendorClient) -> None:
        self._client = client
        self.digest = ""

    def call(self, method: str, arguments: Mapping[str, str | int]) -> VendorAnswer:
        """Call a method; ``body`` has ``ok`` true.

        Raises:
            SlackRefusedError: It answers an error of its own.
            UnavailableError: It answers nothing that is Slack's (WL-INV-010).
        """
        # Every method takes a form by POST, also those that are documented with GET. Each has a quota of its own.
        form = {name: str(value) for name, value in arguments.items()}
        answer = self._client.post_form(f"/api/{method}", form, bucket=method)
        self.digest = answer.digest
        if not isinstance(answer.body, dict) or not isinstance(answer.body.get("ok"), bool):
            raise not_read(f"Slack {method}", f"it answers {answer.status}, and nothing that is Slack's")
        if not answer.body["ok"]:
            raise SlackRefusedError(name_of(answer.body.get("error"))[:64] or "an error without a name")
        if answer.status != 200:
            raise not_read(f"Slack {method}", f"it answers {answer.status}")
        return answer

    def lists(self, method: str, name: str, arguments: Mapping[str, str | int] | None = None) -> Iterator[list[Any]]:
        """The pages of a list.

        Args:
            name: Of the list in the answer.

        Raises:
            SlackRefusedError: As ``call``.
            UnavailableError: As ``call``, or a page leads back to itself (WL-INV-010).
        """
        return (entries for entries, _ in self._listed(method, name, arguments or {}, ""))

    def lists_from(
        self, method: str, name: str, arguments: Mapping[str, str | int], place: Place | None
    ) -> Iterator[tuple[list[Any], Place]]:
        """The pages of a list with their places; those after a place, where one is given. As ``lists``.

        Raises:
            LostPlaceError: Slack does not know the place any more.
        """
        try:
            yield from placed(self._listed(method, name, arguments, place.cursor if place else ""), place)
        except SlackRefusedError as error:
            if place is not None and str(error) == "invalid_cursor":
                raise LostPlaceError from error
            raise

    def _listed(
        self, method: str, name: str, arguments: Mapping[str, str | int], cursor: Any
    ) -> Iterator[tuple[list[Any], str]]:
        """Pages with the cursor that each was asked for with."""
        first: dict[str, str | int] = {"limit": _PAGE, **arguments}
        asked, seen = ({**first, "cursor": cursor}, {cursor}) if cursor else (first, set())
        at = cursor
        while True:
            entries, cursor = self._page(method, name, asked)
            if seen and not entries and not cursor:
                # More was promised, and so a list ends for somebody whose rights were taken away while they read. The end
                # is believed when the page says so twice, and the first page, which had entries, still has some.
                entries, cursor = self._page(method, name, asked)
                if not entries and not self._page(method, name, first)[0]:
                    raise not_read(f"Slack {method}", "a list that had entries is empty")
            yield entries, at
            if not cursor:
                return
            if not isinstance(cursor, str) or cursor in seen:
                raise not_read(f"Slack {method}", "a page leads back to itself")
            seen.add(cursor)
            asked, at = {**first, "cursor": cursor}, cursor

    def _page(self, method: str, name: str, arguments: Mapping[str, str | int]) -> tuple[list[Any], Any]:
        body = self.call(method, arguments).body
        entries, told = body.get(name), body.get("response_metadata")
        if not isinstance(entries, list):
            raise not_read(f"Slack {method}", "the answer has no list")
        return entries, told.get("next_cursor", "") if isinstance(told, dict) else ""

    def integration_log(self, arguments: Mapping[str, str | int]) -> list[Any]:
        """The whole integration log: Slack says nothing of its order, and it has no filter by time.

        Raises:
            SlackRefusedError: As ``call``.
            UnavailableError: As ``call``, or the log does not end (WL-INV-010).
        """
        entries: list[Any] = []
        total = 0
        for number in range(1, _MOST_PAGES + 1):
            body = self.call("team.integrationLogs", {"count": _LOG_PAGE, "page": number, **arguments}).body
            found, paging = body.get("logs"), body.get("paging")
            if not isinstance(found, list) or not isinstance(paging, dict) or not isinstance(paging.get("pages"), int):
                raise not_read("Slack team.integrationLogs", "the answer has no list")
            entries += found
            total = max(total, paging["total"] if isinstance(paging.get("total"), int) else 0)
            if number >= paging["pages"]:
                if len(entries) < total:
                    raise not_read("Slack team.integrationLogs", f"{len(entries)} entries came of {total}")
                return entries
        raise not_read("Slack team.integrationLogs", "the log does not end")
