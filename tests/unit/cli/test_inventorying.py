from __future__ import annotations

import msgspec
import pytest

from tests.unit.cli.conftest import RecordingClient
from wardlaw.cli.inventorying import FEWEST_TOLD, LARGEST_BYTES, MOST_TOLD, PAGE_BYTES, RunUpload
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


def test_a_page_grows_while_it_is_taken_in_quickly_and_shrinks_when_it_is_not(client) -> None:
    moments = iter([0.0, 0.1, 1.0, 1.1, 2.0, 2.1, 3.0, 3.1, 4.0, 4.1, 5.0, 9.0, 10.0, 10.5, 11.0, 11.1, 12.0, 12.1])
    upload = RunUpload(client, FEED, clock=lambda: next(moments))
    upload.add(Sighting(Grant(f"g{number}", "", "a")) for number in range(47_000))
    upload.end(complete=True)
    sizes = [len(body["sightings"]) for _, path, body in client.calls if path.endswith("/page")]
    assert sizes == [1_000, 2_000, 4_000, 8_000, MOST_TOLD, MOST_TOLD, 5_000, 5_000, 2_000]


def test_however_slow_a_page_stays_worth_sending(client) -> None:
    moments = iter(float(9 * number) for number in range(100))
    upload = RunUpload(client, FEED, clock=lambda: next(moments))
    upload.add(Sighting(Grant(f"g{number}", "", "a")) for number in range(3_000))
    upload.end(complete=True)
    sizes = [len(body["sightings"]) for _, path, body in client.calls if path.endswith("/page")]
    assert sizes[:3] == [1_000, 500, 250]
    assert set(sizes[2:]) == {FEWEST_TOLD}


def test_a_page_has_its_most_bytes(client) -> None:
    upload = RunUpload(client, FEED)
    upload.add(Sighting(Grant(f"g{number}", "u", "a", scopes=("s" * 40_000,))) for number in range(200))
    upload.end(complete=True)
    pages = [body["sightings"] for _, path, body in client.calls if path.endswith("/page")]
    assert sum(map(len, pages)) == 200
    assert len(pages) == 3


def test_what_fits_on_no_page_is_refused(client) -> None:
    with pytest.raises(InputError) as caught:
        RunUpload(client, FEED).add([Sighting(Grant("g", "u", "a", scopes=("s" * LARGEST_BYTES,)))])
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
        upload.add((), [Activity("e", 5.0, Deed.USE, object="o" * LARGEST_BYTES)])


def test_an_account_stays_on_one_page_and_an_app_is_told_once(client) -> None:
    upload = RunUpload(client, FEED)
    for person in range(600):
        grants = [Sighting(Grant(f"{person}/{n}", f"u{person}", "a", scopes=("s" * 100,))) for n in range(10)]
        upload.add(one for grant in grants for one in (Sighting(App("a", "Notes")), grant))
    upload.end(complete=True)
    pages = [body["sightings"] for _, path, body in client.calls if path.endswith("/page")]
    told = [one["thing"] for page in pages for one in page]
    assert len([one for one in told if one["kind"] == "app"]) == 1
    assert [one["id"] for one in told if one["kind"] == "grant"] == [f"{p}/{n}" for p in range(600) for n in range(10)]
    assert len(pages) >= 3
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


def test_a_place_goes_with_the_page_that_has_all_before_it(client) -> None:
    client.answers["/inventory/runs"] = {"run": {"id": "run_1", "place": "from here"}, "watermark": ""}
    upload = RunUpload(client, FEED, resume=True)
    assert (upload.place, client.calls[0][2]["resume"]) == ("from here", True)
    for number in range(3):
        upload.add(Sighting(Grant(f"g{number}-{one}", "", "a")) for one in range(600))
        upload.mark(f"after {number}")
    upload.end(complete=False, gaps=["broke off"], keeps_place=True)
    told = [(len(body.get("sightings", [])), body.get("place")) for _, _, body in client.calls[1:]]
    assert told == [(1_000, "after 0"), (800, "after 2"), (0, "after 2")]


def test_a_run_that_is_whole_keeps_no_place(client) -> None:
    upload = RunUpload(client, FEED)
    upload.mark("after nothing")
    upload.end(complete=True)
    assert "place" not in client.calls[-1][2]
    assert "resume" not in client.calls[0][2]
