from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.cli.conftest import RecordingClient
from tests.worlds import NOW, google_world
from wardlaw.cli.channelling import RENEWED_S, ChannelledDirectory, tend_channels
from wardlaw.connectors.google import PUSHED
from wardlaw.connectors.googlechannel import LONGEST_S, GoogleChannels
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import ServedPlatform, serve


class Api(RecordingClient):
    """Keeps channels as the management API does."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, dict] = {}

    def call(self, method: str, path: str, body: dict | None = None):
        if path == "/inventory/channels":
            assert body is not None
            self.kept[body["feed"]] = body
        return {"channels": [*self.kept.values()]} if path == "/inventory/due" else {}


@pytest.fixture
def served() -> Iterator[ServedPlatform]:
    with serve(GooglePlatform(google_world())) as made:
        yield made


def tend(served: ServedPlatform, api: Api, now: float, address: str = "https://d.example/hooks/acme") -> list[str]:
    client = VendorClient(served.url, authorise=dict, clock=lambda: now, sleep=lambda _: None)
    said: list[str] = []
    tend_channels(
        [ChannelledDirectory("acme", address, lambda: "t", GoogleChannels(client))],
        api,
        clock=lambda: now,
        say=said.append,
    )
    return said


def stops(served: ServedPlatform) -> int:
    return sum(1 for one in served.asked if one.path.endswith("/stop"))


def test_channels_are_opened_once_and_anew_before_they_end(served: ServedPlatform) -> None:
    api = Api()
    assert tend(served, api, NOW) == []
    first = {one["id"] for one in api.kept.values()}
    assert len(first) == len(PUSHED)
    tend(served, api, NOW + LONGEST_S - RENEWED_S - 1)
    assert {one["id"] for one in api.kept.values()} == first
    tend(served, api, NOW + LONGEST_S - RENEWED_S + 1)
    assert not first & {one["id"] for one in api.kept.values()}
    assert stops(served) == len(PUSHED)


def test_another_address_needs_other_channels(served: ServedPlatform) -> None:
    api = Api()
    tend(served, api, NOW)
    tend(served, api, NOW, "https://e.example/hooks/acme")
    assert {one["address"] for one in api.kept.values()} == {"https://e.example/hooks/acme"}


def test_what_google_does_not_open_is_said_and_tried_the_next_time(served: ServedPlatform) -> None:
    api = Api()
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, path="/watch", status=403, times=0))
    assert len(tend(served, api, NOW)) == len(PUSHED)
    served.faults = FaultPlan()
    assert tend(served, api, NOW) == []
    assert len(api.kept) == len(PUSHED)
