"""No fault at any request of a look makes what is there look gone: Google, GitHub, Entra and Okta, each with each kind of fault.
The others stand in ``test_slack_salesforce_faults``."""

from __future__ import annotations

import msgspec
import pytest
from tests.fault.test_resumed_listings import ALL
from tests.fault.test_slack_salesforce_faults import FAULTS
from tests.wire.test_every_connector import OWN

from wardlaw.inventory.model import Credential, FeedKind, Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.testing.saas.faults import FaultPlan
from wardlaw.testing.saas.server import serve


@pytest.mark.parametrize("name", OWN)
def test_no_fault_makes_what_is_there_look_gone(name: str) -> None:
    tried = 0
    with serve(ALL[name].make()) as served:
        connector = ALL[name].connect(served.url)
        listed = [
            one.thing
            for feed in connector.feeds()
            if feed.kind is FeedKind.LISTING
            for page in connector.read(feed, "")
            for one in page.sightings
            if isinstance(one.thing, Grant | Credential)
        ]
        thing = next(one for one in listed if OWN[name].is_it(one))
        revoker = OWN[name].revoker(served.url)
        for step in revoker.plan((thing,)):
            served.faults, served.asked[:] = FaultPlan(), []
            if revoker.verify(step).presence is not Presence.THERE:  # sessions are listed nowhere
                continue
            for at in range(1, len(served.asked) + 3):  # and of what is asked only because something was not found
                for kind, fault in FAULTS.items():
                    for times in (1, 0):
                        served.faults = FaultPlan(msgspec.structs.replace(fault, at=at, times=times))
                        proof = OWN[name].revoker(served.url).verify(step)
                        assert proof.presence is not Presence.GONE, (step.id, at, kind, times, proof)
                        tried += 1
    assert tried >= 2 * len(FAULTS)
