from __future__ import annotations

import io
import json

from tests.unit.cli.commands.test_inventory import FINDING, GRANT, ITEM
from tests.unit.cli.conftest import RecordingClient
from wardlaw.cli.exporting import write_events


def test_every_page_is_written_and_findings_last() -> None:
    client = RecordingClient()
    pages = [{"items": [ITEM], "next": "b"}, {"items": [ITEM | {"thing": GRANT | {"id": "g2"}}], "next": ""}]
    asked: list[dict] = []
    events: list[dict] = []

    def get(path: str, **query):
        if path == "/inventory/findings":
            return {"findings": [FINDING]}
        if path == "/inventory/events":
            activity = {"id": f"e{len(events)}", "at": 4.0, "deed": "use"}
            events.append(query)
            told = {"directory": "acme", "platform": "google", "activity": activity}
            return {"events": [told], "next": "c" if len(events) == 1 else ""}
        asked.append(query)
        return pages[len(asked) - 1] if query["kind"] == "grant" else {"items": [], "next": ""}

    client.get = get
    out = io.BytesIO()
    assert write_events(client, out, directory="acme", begin=2.5, now=9.0) == (2, 2, 1)
    written = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(one["class_uid"], one["time"]) for one in written] == [
        (3004, 3_000), (3004, 3_000), (6003, 4_000), (6003, 4_000), (2004, 9_000),
    ]  # fmt: skip
    assert [(one["since"], one.get("after")) for one in events] == [("2.5", None), ("2.5", "c")]
    assert [one.get("after") for one in asked] == [None, "b", None]
    assert all(one["directory"] == "acme" and one["gone"] == "true" for one in asked)
