from __future__ import annotations

import pytest

from tests.unit.connectors.salesforceworld import ADA, BOB, CHAT, NOW, connector_at, revoker_at, salesforce_world
from wardlaw.connectors.salesforce import TOKENS
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.salesforce import SalesforcePlatform
from wardlaw.testing.saas.server import serve

GRANT = Grant("g", ADA[:15], "name:Chat helper")


@pytest.fixture
def world():
    return salesforce_world()


def test_the_tokens_of_one_user_and_app_go_and_nobody_elses(world) -> None:
    with serve(SalesforcePlatform(world)) as served:
        revoker = revoker_at(served.url)
        (step,) = revoker.plan((GRANT,))
        assert revoker.verify(step).presence is Presence.THERE
        outcome = revoker.carry_out(step)
        assert outcome.done
        assert "1 of 1 tokens revoked" in outcome.detail
        assert "Block" in outcome.detail
        proof = revoker.verify(step)
        assert (proof.presence, proof.at, len(proof.digest)) == (Presence.GONE, NOW, 64)
        assert [one.account for one in world.grants_of(app=CHAT)] == [BOB]
        assert revoker.carry_out(step).done


def test_an_app_that_is_known_by_its_label_alone(world) -> None:
    with serve(SalesforcePlatform(world)) as served:
        revoker = revoker_at(served.url)
        told = [one.thing for page in connector_at(served.url).read(TOKENS, "") for one in page.sightings]
        (step,) = revoker.plan(tuple(one for one in told if isinstance(one, Grant) and "Portal" in one.app))
        assert step.app == "name:My Ticket's \\ Portal%E2%80%AE"  # fit to print, and still the label
        assert revoker.verify(step).presence is Presence.THERE
        assert revoker.carry_out(step).detail.startswith("1 of 1")
        (lost,) = revoker.plan((Grant("g", ADA[:15], "0H4000000000777"),))
        assert "by its label" in revoker.carry_out(lost).detail
        assert revoker.verify(lost).presence is Presence.UNKNOWN


def test_what_salesforce_does_not_do(world) -> None:
    revoker = revoker_at("http://127.0.0.1:1")
    for things, app in (((), "0H4"), ((Credential("c", ADA, "key"),), ""), ((Grant("approved/x", "", "x"),), "")):
        with pytest.raises(InputError, match="Block"):
            revoker.plan(things, app=app)
    with serve(SalesforcePlatform(world)) as served:
        revoker = revoker_at(served.url)
        (step,) = revoker.plan((GRANT,))
        served.faults = FaultPlan(SaasFault(FaultKind.STATUS, times=0, status=403, path="/revoke"))
        assert (revoker.carry_out(step).done, revoker.carry_out(step).status) == (False, 403)
        served.faults = FaultPlan(SaasFault(FaultKind.STATUS, times=0, status=403))
        assert (revoker.carry_out(step).done, revoker.verify(step).presence) == (False, Presence.UNKNOWN)
        world.extras["missing OauthToken"] = {"code": "INVALID_TYPE"}
        served.faults = FaultPlan()
        assert revoker.carry_out(step).detail == "Salesforce answers INVALID_TYPE."
        assert revoker.verify(step).detail == "Salesforce answers INVALID_TYPE."


def test_who_sees_nobodys_tokens_proves_nothing(world) -> None:
    with serve(SalesforcePlatform(world)) as served:
        (step,) = revoker_at(served.url).plan((GRANT,))
        world.grants.clear()
        proof = revoker_at(served.url).verify(step)
        assert (proof.presence, proof.detail) == (Presence.UNKNOWN, "No token of anybody is shown.")
