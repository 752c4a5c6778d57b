"""Reading connected organisations, feed by feed, into the inventory."""

from __future__ import annotations

from typing import Any

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.inventorying import RunUpload
from wardlaw.connectors.feed import Connector, Feed
from wardlaw.facts.errors import UnavailableError


def sync_feed(connector: Connector, feed: Feed, directory: str, client: ManagementClient) -> dict[str, Any]:
    """Read one feed as one run; answers the run. A page that cannot be read ends it incomplete, with the reason."""
    upload = RunUpload(client, (directory, connector.platform, feed.name, feed.kind))
    gaps: list[str] = []
    notes: list[str] = []
    watermark, covered_until = "", 0.0
    try:
        for page in connector.read(feed, upload.watermark):
            upload.add(page.sightings, page.activities)
            gaps += page.gaps
            notes += page.notes
            watermark, covered_until = page.watermark or watermark, max(covered_until, page.covered_until)
    except UnavailableError as error:
        if not error.code.startswith("WL-INV-"):  # ours, and not the platform's: the run stays open, as cut off
            raise
        gaps.append(error.message)
    if gaps:  # what was missed must be read again, so the next run begins where this one began
        watermark, covered_until = "", 0.0
    return upload.end(complete=not gaps, gaps=[*gaps, *notes], watermark=watermark, covered_until=covered_until)


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
