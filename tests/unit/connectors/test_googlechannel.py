"""Channels are opened with the token that messages carry, and stopped."""

from __future__ import annotations

import pytest

from tests.worlds import NOW, google_world
from wardlaw.connectors.googlechannel import LONGEST_S, GoogleChannels
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import serve


@pytest.fixture
def sent() -> list[dict[str, str]]:
    return []


@pytest.fixture
def served(sent):
    platform = GooglePlatform(google_world(), send=lambda _address, headers, _body: sent.append(headers))
    with serve(platform) as made:
        yield made


def channels(served) -> GoogleChannels:
    return GoogleChannels(VendorClient(served.url, authorise=dict, clock=lambda: NOW, sleep=lambda _: None))


def test_a_channel_tells_of_what_happens_until_it_is_stopped(served, sent) -> None:
    own = channels(served)
    opened = own.open("activity", id_="one", address="https://d.example", token="t", until=NOW + LONGEST_S)
    assert (opened.feed, opened.expires_at) == ("activity", NOW + LONGEST_S)
    served.platform.world.consent(Grant("101/x", "101", "x", Consent.USER))
    served.platform.channels.notify()
    assert [(one["X-Goog-Channel-Token"], one["X-Goog-Resource-State"]) for one in sent] == [
        ("t", "sync"),
        ("t", "authorize"),
    ]
    assert (own.stop("one", opened.resource), own.stop("one", opened.resource)) == (True, False)


def test_a_log_that_cannot_be_watched_and_a_refusal_are_told(served) -> None:
    own = channels(served)
    with pytest.raises(InputError, match="activity, admin-log"):
        own.open("users", id_="one", address="https://d.example", token="t", until=NOW)
    with pytest.raises(UnavailableError):
        own.open("activity", id_="x" * 65, address="https://d.example", token="t", until=NOW)
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, status=403, times=0))
    with pytest.raises(UnavailableError):
        own.stop("one", "r")
    served.faults = FaultPlan(SaasFault(FaultKind.EMPTY, times=0))
    with pytest.raises(UnavailableError):
        own.open("activity", id_="two", address="https://d.example", token="t", until=NOW)
