"""Revoking in a Workspace: planned without a request, one call a step, and looked at again."""

from __future__ import annotations

import pytest

from tests.worlds import NOW, google_world
from wardlaw.connectors.googlerevoking import GoogleRevoker
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Consent, Credential, Grant
from wardlaw.inventory.revocation import Presence, RevocationStep, StepKind
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import ServedPlatform, serve

TOKEN = Grant("100/notes.apps", "100", "notes.apps", Consent.USER)
PASSWORD = Credential("asp/100/7", "100", "app password")


@pytest.fixture
def served():
    with serve(GooglePlatform(google_world())) as made:
        yield made


def revoker(served: ServedPlatform) -> GoogleRevoker:
    return GoogleRevoker(
        VendorClient(served.url, authorise=dict, clock=lambda: NOW, sleep=lambda _: None), clock=lambda: NOW
    )


def test_a_plan_asks_for_nothing_and_counts_one_deletion_for_each_person_and_app(served: ServedPlatform) -> None:
    use = Grant("100/notes.apps#use", "100", "notes.apps")
    other = Grant("103/notes.apps", "103", "notes.apps")
    steps = revoker(served).plan((TOKEN, use, other, PASSWORD), app="notes.apps")
    assert [(one.kind, one.call) for one in steps] == [
        (StepKind.GRANT, "DELETE /admin/directory/v1/users/100/tokens/notes.apps"),
        (StepKind.GRANT, "DELETE /admin/directory/v1/users/103/tokens/notes.apps"),
        (StepKind.CREDENTIAL, "DELETE /admin/directory/v1/users/100/asps/7"),
        (StepKind.SESSIONS, "POST /admin/directory/v1/users/100/signOut"),
    ]
    assert all(one.undo for one in steps)
    assert served.asked == []


@pytest.mark.parametrize("thing", [TOKEN, PASSWORD])
def test_what_was_taken_away_is_gone_when_it_is_read_again(served: ServedPlatform, thing) -> None:
    made = revoker(served)
    step = made.plan((thing,))[0]
    before = made.verify(step)
    assert (before.presence, before.status, len(before.digest)) == (Presence.THERE, 200, 64)
    assert made.carry_out(step).done
    after = made.verify(step)
    assert (after.presence, after.status, after.method, after.at) == (Presence.GONE, 404, "re-read", NOW)
    again = made.carry_out(step)
    assert (again.done, again.status) == (True, 404)
    world = served.platform.world
    assert thing.id not in {**world.grants, **world.credentials}
    assert len(world.grants) + len(world.credentials) == 6


def test_sessions_end_and_google_does_not_tell(served: ServedPlatform) -> None:
    made = revoker(served)
    step = made.plan((PASSWORD,))[-1]
    assert made.carry_out(step).done
    assert served.platform.signed_out == ["100"]
    assert made.verify(step).presence is Presence.UNKNOWN


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal_is_not_taken_for_done_nor_for_gone(served: ServedPlatform, status: int) -> None:
    made = revoker(served)
    step = made.plan((TOKEN,))[0]
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, status=status, times=0))
    outcome, proof = made.carry_out(step), made.verify(step)
    assert (outcome.done, bool(outcome.detail)) == (False, True)
    assert (proof.presence, bool(proof.detail)) == (Presence.UNKNOWN, True)
    assert TOKEN.id in served.platform.world.grants


def test_an_answer_that_was_cut_off_is_asked_for_again_and_done(served: ServedPlatform) -> None:
    served.faults = FaultPlan(SaasFault(FaultKind.DROP, at=1), SaasFault(FaultKind.GARBAGE, at=2))
    made = revoker(served)
    assert made.carry_out(made.plan((TOKEN,))[0]).done


def test_what_has_no_call_is_refused_before_anything_is_done(served: ServedPlatform) -> None:
    delegation = Grant("delegation/1", "", "1", Consent.ADMIN)
    for thing in (delegation, Credential("key/1", "100", "service account key"), Credential("asp/101/7", "100", "x")):
        with pytest.raises(InputError) as caught:
            revoker(served).plan((TOKEN, thing))
        assert caught.value.code == "WL-INV-020"
    with pytest.raises(InputError, match="as a whole"):
        revoker(served).carry_out(RevocationStep("x", StepKind.APP, "notes.apps", "", "notes.apps", ""))
    assert served.asked == []


def test_ids_of_others_stay_one_part_of_the_address(served: ServedPlatform) -> None:
    made = revoker(served)
    made.carry_out(made.plan((Grant("x", "100", "a/../../b?c=d"),))[0])
    assert served.asked[0].path == "/admin/directory/v1/users/100/tokens/a%2F..%2F..%2Fb%3Fc%3Dd"


@pytest.mark.parametrize(("account", "app"), [("..", "c"), (".", "c"), ("100", ".."), ("100", "")])
def test_parts_that_lead_elsewhere_are_refused(served: ServedPlatform, account: str, app: str) -> None:
    made, step = revoker(served), RevocationStep("x", StepKind.GRANT, "x", account, app, "")
    for ask in (
        lambda: made.plan((Grant("x", account, app),)),
        lambda: made.carry_out(step),
        lambda: made.verify(step),
    ):
        with pytest.raises(InputError):
            ask()
    assert served.asked == []
