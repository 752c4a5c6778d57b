"""Revoking in an organisation of GitHub: what has a call, and how it is looked at again."""

from __future__ import annotations

import pytest

from tests.worlds import NOW, github_world
from wardlaw.connectors.githubrevoking import GithubRevoker
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Consent, Credential, Grant
from wardlaw.inventory.revocation import Presence, RevocationStep, StepKind
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.github import GithubPlatform
from wardlaw.testing.saas.server import ServedPlatform, serve

THINGS = ("token/2", "token-request/3", "credential/10", "deploy-key/acme/web/5")


@pytest.fixture
def served():
    with serve(GithubPlatform(github_world(), page_most=1)) as made:
        yield made


def revoker(served: ServedPlatform) -> GithubRevoker:
    client = VendorClient(served.url, authorise=dict, clock=lambda: NOW, sleep=lambda _: None)
    return GithubRevoker(client, "acme", clock=lambda: NOW)


def thing(served: ServedPlatform, id_: str) -> Grant | Credential:
    world = served.platform.world
    return world.grants.get(id_) or world.credentials[id_]


@pytest.mark.parametrize("id_", THINGS)
def test_what_was_taken_away_is_gone_when_its_listing_is_read_again(served: ServedPlatform, id_: str) -> None:
    made = revoker(served)
    (step,) = made.plan((thing(served, id_),))
    assert step.kind is (StepKind.GRANT if id_.startswith("token-request") else StepKind.CREDENTIAL)
    assert made.verify(step).presence is Presence.THERE
    assert made.carry_out(step).done
    proof = made.verify(step)
    assert (proof.presence, proof.status, len(proof.digest)) == (Presence.GONE, 200, 64)
    assert made.carry_out(step).done
    world = served.platform.world
    assert id_ not in {**world.grants, **world.credentials}
    assert len(world.grants) + len(world.credentials) == 13


def test_a_plan_says_each_call_in_words(served: ServedPlatform) -> None:
    steps = revoker(served).plan(tuple(thing(served, one) for one in (*THINGS, THINGS[0])))
    assert [one.call for one in steps] == [
        'POST /orgs/acme/personal-access-tokens/2 {"action": "revoke"}',
        'POST /orgs/acme/personal-access-token-requests/3 {"action": "deny"}',
        "DELETE /orgs/acme/credential-authorizations/10",
        "DELETE /repos/acme/web/keys/5",
    ]
    assert all(one.undo for one in steps)
    assert served.asked == []


@pytest.mark.parametrize(
    "id_",
    ["token/../1", "token/1?x", "token/", "credential/x", "deploy-key/../web/1", "deploy-key/acme/../1", "deploy-key/acme/web/x",
     "deploy-key/acme/web/1/2", "deploy-key/a b/web/1", "token/1\n", "token/\u0661"],
)  # fmt: skip
def test_ids_that_would_lead_elsewhere_are_refused(served: ServedPlatform, id_: str) -> None:
    made = revoker(served)
    with pytest.raises(InputError):
        made.plan((Credential(id_, "ada", "x"),))
    step = RevocationStep("x", StepKind.CREDENTIAL, id_, "ada", "", "")
    for ask in (made.carry_out, made.verify):
        with pytest.raises(InputError):
            ask(step)
    assert served.asked == []


def test_an_installed_app_is_for_a_person_to_suspend(served: ServedPlatform) -> None:
    for one in (thing(served, "installation/25"), Credential("x", "a", "b"), Grant("other/1", "a", "b", Consent.USER)):
        with pytest.raises(InputError) as caught:
            revoker(served).plan((one,))
        assert caught.value.code == "WL-INV-020"
    with pytest.raises(InputError, match="GitHub Apps"):
        revoker(served).plan((thing(served, "installation/25"),))


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("id_", THINGS)
def test_a_refusal_is_not_taken_for_done_nor_for_gone(served: ServedPlatform, id_: str, status: int) -> None:
    made = revoker(served)
    (step,) = made.plan((thing(served, id_),))
    served.faults = FaultPlan(SaasFault(FaultKind.STATUS, status=status, times=0))
    outcome, proof = made.carry_out(step), made.verify(step)
    assert (outcome.done, bool(outcome.detail)) == (False, True)
    assert (proof.presence, bool(proof.detail)) == (Presence.UNKNOWN, True)


def test_a_listing_with_another_shape_proves_nothing(served: ServedPlatform) -> None:
    made = revoker(served)
    (step,) = made.plan((thing(served, "token/2"),))
    served.faults = FaultPlan(SaasFault(FaultKind.GARBAGE, times=0))
    assert made.verify(step).presence is Presence.UNKNOWN
