from __future__ import annotations

import msgspec
import pytest

from tests.unit.cli.conftest import RecordingClient
from wardlaw.cli.inventorying import PAGE_BYTES, RunUpload
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import App, FeedKind, Grant, Sighting

FEED = ("acme", "google", "tokens", FeedKind.LISTING)


@pytest.fixture
def client() -> RecordingClient:
    made = RecordingClient()
    made.answers["/inventory/runs"] = {"run": {"id": "run_1"}, "watermark": "m"}
    return made


def test_pages_are_small_enough_and_nothing_is_lost(client) -> None:
    upload = RunUpload(client, FEED)
    upload.add(Sighting(Grant(f"g{number}", "u", "a", scopes=("s" * 200,))) for number in range(900))
    upload.end(complete=True, gaps=["x" * 999] * 150, watermark="n", covered_until=7.0)
    pages = [body["sightings"] for _, path, body in client.calls if path.endswith("/page")]
    assert [one["thing"]["id"] for page in pages for one in page] == [f"g{number}" for number in range(900)]
    assert all(len(msgspec.json.encode(page)) < PAGE_BYTES + 1_000 for page in pages)
    assert (upload.sent, upload.watermark) == (900, "m")
    _, path, body = client.calls[-1]
    assert (path, body["complete"], len(body["gaps"]), len(body["gaps"][0])) == (
        "/inventory/runs/run_1/end",
        True,
        100,
        256,
    )
    assert body["gaps"][-1] == "51 further gaps are not named."


def test_what_fits_on_no_page_is_refused(client) -> None:
    with pytest.raises(InputError) as caught:
        RunUpload(client, FEED).add([Sighting(Grant("g", "u", "a", scopes=("s" * PAGE_BYTES,)))])
    assert caught.value.code == "WL-INV-006"


def test_events_go_with_the_pages(client) -> None:
    upload = RunUpload(client, FEED)
    events = [Activity(f"e{number}", 5.0, Deed.USE, method="m" * 300) for number in range(300)]
    upload.add([Sighting(Grant("g", "u", "a"))], events)
    upload.end(complete=True)
    pages = [body for _, path, body in client.calls if path.endswith("/page")]
    assert [one["id"] for page in pages for one in page.get("activities", ())] == [
        f"e{number}" for number in range(300)
    ]
    assert [one["thing"]["id"] for page in pages for one in page["sightings"]] == ["g"]
    assert all(len(msgspec.json.encode(page)) < PAGE_BYTES + 1_000 for page in pages)
    with pytest.raises(InputError):
        upload.add((), [Activity("e", 5.0, Deed.USE, object="o" * PAGE_BYTES)])


def test_an_account_stays_on_one_page_and_an_app_is_told_once(client) -> None:
    upload = RunUpload(client, FEED)
    for person in range(120):
        grants = [Sighting(Grant(f"{person}/{n}", f"u{person}", "a", scopes=("s" * 100,))) for n in range(10)]
        upload.add(one for grant in grants for one in (Sighting(App("a", "Notes")), grant))
    upload.end(complete=True)
    pages = [body["sightings"] for _, path, body in client.calls if path.endswith("/page")]
    told = [one["thing"] for page in pages for one in page]
    assert len([one for one in told if one["kind"] == "app"]) == 1
    assert [one["id"] for one in told if one["kind"] == "grant"] == [f"{p}/{n}" for p in range(120) for n in range(10)]
    assert len(pages) > 3
    assert all(len(msgspec.json.encode(page)) < PAGE_BYTES + 1_000 for page in pages)
    on = [{one["thing"]["account"] for one in page if one["thing"]["kind"] == "grant"} for page in pages]
    assert all(not one & other for place, one in enumerate(on) for other in on[place + 1 :])


def test_an_app_told_otherwise_is_told_again(client) -> None:
    upload = RunUpload(client, FEED)
    upload.add(Sighting(App("a", name)) for name in ("x", "x", "y", "x"))
    upload.add([Sighting(App("a", "x"), at=5.0)])
    upload.end(complete=True)
    (page,) = [body["sightings"] for _, path, body in client.calls if path.endswith("/page")]
    assert [one["thing"]["name"] for one in page] == ["x", "y", "x", "x"]
