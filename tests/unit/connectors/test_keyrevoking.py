from __future__ import annotations

import pytest

from tests.unit.connectors.aiworlds import (
    NOW,
    anthropic_at,
    anthropic_revoker,
    anthropic_world,
    openai_at,
    openai_revoker,
    openai_world,
)
from wardlaw.connectors.anthropicadmin import KEYS as ANTHROPIC_KEYS
from wardlaw.connectors.openaiadmin import ADMIN_KEYS, KEYS
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.testing.saas.anthropic import AnthropicPlatform
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.openai import OpenaiPlatform
from wardlaw.testing.saas.server import serve


def keys(connector, *feeds) -> tuple[Credential, ...]:
    return tuple(one.thing for feed in feeds for page in connector.read(feed, "") for one in page.sightings)


def test_openai_deletes_keys_and_accounts_whose_keys_go_only_with_them() -> None:
    world = openai_world()
    with serve(OpenaiPlatform(world)) as served:
        revoker = openai_revoker(served.url)
        steps = revoker.plan(keys(openai_at(served.url), ADMIN_KEYS, KEYS))
        assert [step.call.rpartition("/organization/")[2] for step in steps] == [
            "admin_api_keys/key_admin", "projects/proj_a/api_keys/key_1", "projects/proj_a/api_keys/key_2",
            "projects/proj_b/service_accounts/svc_1",
        ]  # fmt: skip
        for step in steps:
            assert revoker.verify(step).presence is Presence.THERE
            assert revoker.carry_out(step).done
            proof = revoker.verify(step)
            assert (proof.presence, proof.status, proof.at, len(proof.digest)) == (Presence.GONE, 404, NOW, 64)
        assert (world.credentials, "svc_1" in world.accounts) == ({}, False)
        assert revoker.carry_out(steps[0]).detail == "It was not there any more."


def test_anthropic_makes_keys_inactive() -> None:
    world = anthropic_world()
    with serve(AnthropicPlatform(world)) as served:
        revoker = anthropic_revoker(served.url)
        (first, _) = steps = revoker.plan(keys(anthropic_at(served.url), ANTHROPIC_KEYS))
        assert revoker.verify(first).presence is Presence.THERE
        assert all(revoker.carry_out(step).done for step in steps)
        proof = revoker.verify(first)
        assert (proof.presence, proof.status) == (Presence.GONE, 200)
        assert world.extra("credential", "apikey_1") == {"status": "inactive"}
        assert keys(anthropic_at(served.url), ANTHROPIC_KEYS) == ()
        world.remove_credential("apikey_1")
        assert revoker.carry_out(first).status == revoker.verify(first).status == 404


def test_what_no_vendor_does_and_what_does_not_answer() -> None:
    for make, platform in (
        (openai_revoker, OpenaiPlatform(openai_world())),
        (anthropic_revoker, AnthropicPlatform(anthropic_world())),
    ):
        with serve(platform) as served:
            revoker = make(served.url)
            for things, app in (((Grant("g", "", "p"),), ""), ((), "p")):
                with pytest.raises(InputError, match="WL-INV-020"):
                    revoker.plan(things, app=app)
            (step,) = revoker.plan((Credential("key/../1", "u", "project key", app="a/b"),))
            assert "key%2F..%2F1" in step.call
            for fault, presence in (
                (SaasFault(FaultKind.STATUS, times=0, status=403), Presence.UNKNOWN),
                (SaasFault(FaultKind.STATUS, times=0), Presence.UNKNOWN),
            ):
                served.faults = FaultPlan(fault)
                assert not revoker.carry_out(step).done
                assert revoker.verify(step).presence is presence


@pytest.mark.parametrize("name", ["", ".", "..", "..."])
def test_no_id_leads_a_call_to_another_address(name: str) -> None:
    for revoker in (openai_revoker("http://127.0.0.1:1"), anthropic_revoker("http://127.0.0.1:1")):
        with pytest.raises(InputError, match="WL-INV-020"):
            revoker.plan((Credential(name, "u", "admin key", app="p"),))
    for thing in (Credential("k", "u", "project key", app=name), Credential("k", name, "service account key", app="p")):
        with pytest.raises(InputError, match="WL-INV-020"):
            openai_revoker("http://127.0.0.1:1").plan((thing,))
