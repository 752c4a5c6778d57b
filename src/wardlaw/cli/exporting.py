"""The inventory as events for a SIEM, page by page from the management API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

import msgspec

import wardlaw
from wardlaw.cli.client import ManagementClient
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.model import Item
from wardlaw.inventory.ocsf import activity_event, change_events, finding_event
from wardlaw.inventory.rules import GrantFinding

_PAGE = 1_000
_MOST_FINDINGS = 10_000
_KINDS = ("grant", "credential")


def write_events(
    client: ManagementClient, out: IO[bytes], *, directory: str, begin: float, now: float
) -> tuple[int, int, int]:
    """Write changes since ``begin``, events of logs since then, and findings; answers how many of each.

    Args:
        begin: Unix seconds; 0 for all.
        now: Unix seconds.
    """
    changes, found = 0, 0
    place = {"directory": directory} if directory else {}
    for kind in _KINDS:
        for item in _items(client, kind, place):
            for event in change_events(item, version=wardlaw.__version__):
                if event["time"] >= begin * 1_000:
                    out.write(msgspec.json.encode(event) + b"\n")
                    changes += 1
    events = 0
    for told in _events(client, place, begin):
        activity = msgspec.convert(told["activity"], Activity)
        event = activity_event(
            activity, directory=told["directory"], platform=told["platform"], version=wardlaw.__version__
        )
        out.write(msgspec.json.encode(event) + b"\n")
        events += 1
    answer = client.get("/inventory/findings", limit=_MOST_FINDINGS, **place)
    for one in msgspec.convert(answer["findings"], tuple[GrantFinding, ...]):
        event = finding_event(one, at=now, version=wardlaw.__version__)
        out.write(msgspec.json.encode(event) + b"\n")
        found += 1
    return changes, events, found


def _events(client: ManagementClient, place: dict[str, str], begin: float) -> Iterator[dict[str, Any]]:
    after: dict[str, Any] = {}
    while True:
        answer = client.get("/inventory/events", since=str(begin), limit=_PAGE, **place, **after)
        yield from answer["events"]
        if not answer["next"]:
            return
        after = {"after": answer["next"]}


def _items(client: ManagementClient, kind: str, place: dict[str, str]) -> Iterator[Item]:
    after: dict[str, Any] = {}
    while True:
        answer = client.get("/inventory/items", kind=kind, gone="true", limit=_PAGE, **place, **after)
        yield from msgspec.convert(answer["items"], tuple[Item, ...])
        if not answer["next"]:
            return
        after = {"after": answer["next"]}
