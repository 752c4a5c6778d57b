"""Reading connected organisations, feed by feed, into the inventory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.inventorying import RunUpload
from wardlaw.connectors.feed import Connector, Feed, FeedPage, GoesOn
from wardlaw.connectors.place import LostPlaceError
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import FeedKind

_LOST = "Where the last listing broke off is not known any more, so it begins anew."


def sync_feed(connector: Connector, feed: Feed, directory: str, client: ManagementClient) -> dict[str, Any]:
    """Read one feed as one run; answers the run. A page that cannot be read ends it incomplete, with the reason.

    A listing goes on where the last one broke off, where the platform still knows the place.
    """
    about = (directory, connector.platform, feed.name, feed.kind)
    if feed.kind is FeedKind.LISTING and isinstance(connector, GoesOn):
        upload = RunUpload(client, about, resume=True)
        if upload.place:
            try:
                return _read(upload, connector.read_on(feed, upload.place))
            except LostPlaceError:
                upload.end(complete=False, gaps=(_LOST,))
                upload = RunUpload(client, about)
    else:
        upload = RunUpload(client, about)
    return _read(upload, connector.read(feed, upload.watermark))


def _read(upload: RunUpload, pages: Iterator[FeedPage]) -> dict[str, Any]:
    gaps: list[str] = []
    notes: list[str] = []
    watermark, covered_until, broke_off = "", 0.0, ""
    try:
        for page in pages:
            upload.add(page.sightings, page.activities)
            gaps += page.gaps
            notes += page.notes
            watermark, covered_until = page.watermark or watermark, max(covered_until, page.covered_until)
            if page.place and not gaps:  # what was not understood is read again
                upload.mark(page.place)
    except UnavailableError as error:
        if not error.code.startswith("WL-INV-"):  # ours, and not the platform's: the run stays open, as cut off
            raise
        broke_off = error.message
    keeps_place = bool(broke_off) and not gaps
    gaps += [broke_off] if broke_off else []
    if gaps:  # what was missed must be read again, so the next run begins where this one began
        watermark, covered_until = "", 0.0
    return upload.end(
        complete=not gaps,
        gaps=[*gaps, *notes],
        watermark=watermark,
        covered_until=covered_until,
        keeps_place=keeps_place,
    )


def judge_grants(client: ManagementClient, *, again: bool = False) -> dict[str, Any]:
    """Ask the clauses part by part until none is left; answers how many were judged, and what does not simply stand."""
    judged = 0
    rulings: list[Any] = []
    body: dict[str, Any] = {"again": again}
    while True:
        answer = client.post("/grants/judge", body)
        judged += answer["judged"]
        rulings += answer["rulings"]
        if not answer["left"] or not answer["judged"]:
            return {"judged": judged, "rulings": rulings}
        body["after"] = answer["after"]
