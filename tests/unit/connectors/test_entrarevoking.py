from __future__ import annotations

import msgspec
import pytest

from tests.organisations import (
    ADA,
    BOB,
    CERTIFICATE,
    HELD,
    LEDGER,
    LEDGER_SP,
    NOTES,
    NOW,
    SECRET,
    entra_connector,
    pages,
    tenant,
    things,
    vendor_client,
)
from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.entrarevoking import TOKEN_LIFE_S, EntraRevoker
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Consent, Credential, Grant
from wardlaw.inventory.revocation import Presence, StepKind
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.server import ServedPlatform, serve


@pytest.fixture
def world():
    return tenant()


@pytest.fixture
def served(world):
    with serve(EntraPlatform(world)) as made:
        yield made


def revoker(served: ServedPlatform) -> EntraRevoker:
    return EntraRevoker(vendor_client(served.url), clock=lambda: NOW)


def known(served: ServedPlatform, *feeds: str) -> list:
    connector = entra_connector(served.url)
    return [one for feed in feeds for one in things(pages(connector, feed)) if isinstance(one, Grant | Credential)]


def test_a_grant_goes_with_all_its_parts_and_nothing_else(world, served) -> None:
    grants = {one.id: one for one in known(served, "grants")}
    of_ada = next(one for one in grants.values() if one.account == ADA)
    asked = len(served.asked)
    made = revoker(served)
    steps = made.plan((of_ada,))
    assert len(served.asked) == asked  # a plan asks nothing
    assert [step.kind for step in steps] == [StepKind.GRANT, StepKind.SESSIONS]
    assert made.verify(steps[0]).presence is Presence.THERE
    outcomes = [made.carry_out(step) for step in steps]
    assert [one.done for one in outcomes] == [True, True]
    assert outcomes[0].detail == "2 parts were taken away."
    proof = made.verify(steps[0])
    assert (proof.presence, proof.at, proof.tokens_until) == (Presence.GONE, NOW, NOW + TOKEN_LIFE_S)
    assert len(proof.digest) == 64
    assert made.verify(steps[1]).presence is Presence.GONE
    assert set(world.grants) == {"of-bob", "for-all", "itself", "of-helper"}
    assert made.carry_out(steps[0]).done  # what is gone is done


def test_rights_of_an_app_and_its_switch(world, served) -> None:
    (own,) = [one for one in known(served, "app-grants") if one.account == LEDGER_SP]
    made = revoker(served)
    steps = made.plan((own,), app=LEDGER)
    assert [step.kind for step in steps] == [StepKind.APP, StepKind.GRANT]
    assert [made.verify(step).presence for step in steps] == [Presence.THERE, Presence.THERE]
    assert all(made.carry_out(step).done for step in steps)
    assert [made.verify(step).presence for step in steps] == [Presence.GONE, Presence.GONE]
    assert "itself" not in world.grants
    assert world.extra("app", LEDGER)["disabled"] is True


@pytest.mark.parametrize("key", [SECRET, CERTIFICATE, HELD])
def test_a_credential_goes_and_the_others_stay(world, served, key) -> None:
    (own,) = [one for one in known(served, "credentials", "principal-credentials") if one.id == key]
    made = revoker(served)
    (step,) = made.plan((own,))
    assert made.verify(step).presence is Presence.THERE
    assert made.carry_out(step).done
    assert made.verify(step).presence is Presence.GONE
    assert set(world.credentials) == {SECRET, CERTIFICATE, HELD} - {key}
    assert made.carry_out(step).done


def test_for_all_is_not_for_one(world, served) -> None:
    (for_all,) = [one for one in known(served, "grants") if not one.account]
    made = revoker(served)
    (step,) = made.plan((for_all,))
    assert made.carry_out(step).done
    assert "for-all" not in world.grants
    assert {"on-mail", "of-bob"} <= set(world.grants)


@pytest.mark.parametrize(
    "thing",
    [
        Grant("delegated/x' or true/all", "", NOTES, Consent.ADMIN),
        Grant("delegated/sp/../all", "", NOTES),
        Grant("user/00u/0oa", "u", NOTES),
        Credential("k", "", "client secret"),
    ],
)
def test_what_no_call_takes_away(served, thing) -> None:
    with pytest.raises(InputError) as caught:
        revoker(served).plan((thing,))
    assert caught.value.code == "WL-INV-020"
    assert served.asked == []


def test_a_part_that_stays_is_told(world, served) -> None:
    grants = known(served, "grants")
    of_bob = next(one for one in grants if one.account == BOB)
    made = revoker(served)
    step = made.plan((of_bob,))[0]
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, status=403, method="DELETE"))
    outcome = made.carry_out(step)
    assert (outcome.done, outcome.status, outcome.detail) == (False, 403, "1 of 1 parts were not taken away.")
    assert made.verify(step).presence is Presence.THERE


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_cannot_be_read_is_not_proven(world, served, status) -> None:
    things_ = known(served, "grants", "app-grants", "credentials")
    made = revoker(served)
    steps = made.plan(tuple(things_), app=NOTES)
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, times=0, status=status))
    assert {made.verify(step).presence for step in steps} == {Presence.UNKNOWN}
    outcomes = [made.carry_out(step) for step in steps]
    assert not any(one.done for one in outcomes)
    assert all(one.detail for one in outcomes)
    assert len(world.grants) == 6
    assert msgspec.json.encode(outcomes)


@pytest.mark.parametrize("id_", ["", "..", "a/b", None])
def test_a_part_whose_id_leads_elsewhere_is_not_deleted(platform: Platform, id_: str | None) -> None:
    platform.on("/v1.0/servicePrincipals/sp/appRoleAssignments", Answer({"value": [{"id": "good"}, {"id": id_}]}))
    made = EntraRevoker(platform.client(), clock=lambda: NOW)
    (step,) = made.plan((Grant("application/sp", "sp", "c"),))
    assert not made.carry_out(step).done
    assert {method for method, _, _ in platform.asked} == {"GET"}
    assert made.verify(step).presence is Presence.UNKNOWN
