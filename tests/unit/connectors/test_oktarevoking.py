from __future__ import annotations

import pytest

from tests.organisations import NOW, okta_connector, organisation, pages, things, vendor_client
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.oktarevoking import TOKEN_LIFE_S, OktaRevoker
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import Presence, StepKind
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.okta import OktaPlatform
from wardlaw.testing.saas.server import ServedPlatform, serve


@pytest.fixture
def world():
    return organisation()


@pytest.fixture
def served(world):
    with serve(OktaPlatform(world)) as made:
        yield made


def revoker(served: ServedPlatform) -> OktaRevoker:
    return OktaRevoker(vendor_client(served.url), clock=lambda: NOW)


def known(served: ServedPlatform, feed: str) -> list:
    return [one for one in things(pages(okta_connector(served.url), feed)) if isinstance(one, Grant | Credential)]


def test_a_persons_grant_goes_with_its_tokens_and_sessions(world, served) -> None:
    (of_ada,) = [one for one in known(served, "grants") if one.account == "00uAda"]
    asked = len(served.asked)
    made = revoker(served)
    steps = made.plan((of_ada,))
    assert len(served.asked) == asked
    assert [step.kind for step in steps] == [StepKind.GRANT, StepKind.SESSIONS]
    assert made.verify(steps[0]).presence is Presence.THERE
    assert [made.carry_out(step).done for step in steps] == [True, True]
    proof = made.verify(steps[0])
    assert (proof.presence, proof.tokens_until, len(proof.digest)) == (Presence.GONE, NOW + TOKEN_LIFE_S, 64)
    assert made.verify(steps[1]).presence is Presence.UNKNOWN
    assert (set(world.grants), set(world.credentials)) == ({"of-bob", "itself", "across", "of-agent"}, {"at1"})
    assert {"oauthTokens": "true"} in [one.query for one in served.asked[-4:]]
    assert made.carry_out(steps[0]).done  # what is gone is done


@pytest.mark.parametrize(
    ("feed", "gone"), [("app-grants", "itself"), ("connections", "across"), ("tokens", "rt1"), ("api-tokens", "at1")]
)
def test_each_other_thing_goes_alone(world, served, feed, gone) -> None:
    (thing,) = known(served, feed)
    before = {*world.grants, *world.credentials}
    made = revoker(served)
    (step,) = made.plan((thing,))
    assert made.verify(step).presence is Presence.THERE
    assert made.carry_out(step).done
    assert made.verify(step).presence is Presence.GONE
    assert {*world.grants, *world.credentials} == before - {gone}
    assert made.carry_out(step).done


def test_an_app_is_switched_off_as_a_whole(world, served) -> None:
    made = revoker(served)
    (step,) = made.plan((), app="0oaNotes")
    assert made.verify(step).presence is Presence.THERE
    assert made.carry_out(step).done
    assert made.verify(step).presence is Presence.GONE
    assert len(world.grants) == 5  # they are there still, and give nothing


@pytest.mark.parametrize(
    "thing",
    [
        Grant("user/a", "a", "c"),
        Grant("delegated/sp/all", "", "c"),
        Grant("user/../c", "..", "c"),
        Grant("app/c/.", "", "c"),
        Credential("..", "a", "API token"),
        Credential("x", "a", "refresh token", "", ".."),
        Grant("agent/wlp/mcn", "", "wlp"),
        Credential("x", "a", "refresh token"),
        Credential("y", "", "key"),
    ],
)
def test_what_no_call_takes_away(served, thing) -> None:
    with pytest.raises(InputError) as caught:
        revoker(served).plan((thing,))
    assert caught.value.code == "WL-INV-020"


def test_an_id_cannot_lead_a_call_elsewhere(served) -> None:
    made = revoker(served)
    (step,) = made.plan((Credential("../users/00uAda", "", "API token"),))
    made.carry_out(step)
    assert served.asked[-1].path == "/api/v1/api-tokens/..%2Fusers%2F00uAda"


def test_a_scope_that_stays_is_told(world, served) -> None:
    (own,) = known(served, "app-grants")
    made = revoker(served)
    (step,) = made.plan((own,))
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, at=1, status=403, method="DELETE"))
    outcome = made.carry_out(step)
    assert (outcome.done, outcome.detail) == (False, "1 of 2 scopes were not taken away.")
    assert made.verify(step).presence is Presence.THERE


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_cannot_be_read_is_not_proven(world, served, status) -> None:
    found = [thing for feed in ("grants", "app-grants", "connections", "tokens") for thing in known(served, feed)]
    made = revoker(served)
    steps = made.plan(tuple(found), app="0oaNotes")
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, times=0, status=status))
    assert {made.verify(step).presence for step in steps} == {Presence.UNKNOWN}
    assert not any(made.carry_out(step).done for step in steps)
    assert len(world.grants) == 5


@pytest.mark.parametrize("body", [{"a": 1}, None, [{"id": ".."}], [{}], [3]])
def test_scopes_that_cannot_be_read_are_not_said_to_be_gone(platform: Platform, body: object) -> None:
    platform.on("/api/v1/apps/c/grants", Answer(body))
    made = OktaRevoker(platform.client(), clock=lambda: NOW)
    (step,) = made.plan((Grant("app/c/c", "", "c"),))
    assert not made.carry_out(step).done
    assert {method for method, _, _ in platform.asked} == {"GET"}
    assert made.verify(step).presence is not Presence.GONE
