from __future__ import annotations

import base64
import json

import pytest

from tests.unit.connectors.oauthworld import NOW, named, oauth_world, revoker_at
from wardlaw.connectors.oauthrevoking import _written_end
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import Presence
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.oauth import OauthPlatform
from wardlaw.testing.saas.server import serve


def token_at(url: str, text: str = "tok-crm", app: str = "crm") -> Credential:
    return Credential(named(url).id_of(text), "crm", "Bearer", "crm", app)


def test_revoke_then_introspect() -> None:
    world = oauth_world()
    with serve(OauthPlatform(world)) as served:
        revoker = revoker_at(served.url)
        (step,) = revoker.plan((token_at(served.url),))
        assert "tok-crm" not in repr(step)
        assert not served.asked
        assert revoker.verify(step).presence is Presence.THERE
        assert revoker.carry_out(step).done
        assert "env:CRM" not in world.credentials
        proof = revoker.verify(step)
        assert (proof.presence, proof.tokens_until, proof.at, proof.status) == (Presence.GONE, NOW + 600, NOW, 200)
        assert len(proof.digest) == 64
        again = revoker.carry_out(step)
        assert again.done
        assert again.detail
        # Another process does not know the end of an opaque token.
        assert revoker_at(served.url).verify(step).tokens_until == 0


def test_what_the_server_does_not_do_or_say() -> None:
    with serve(OauthPlatform(oauth_world())) as served:
        revoker = revoker_at(served.url)
        (step,) = revoker.plan((token_at(served.url),))
        served.faults = FaultPlan(SaasFault(FaultKind.STATUS, times=0, status=400, path="/revoke"))
        assert (revoker.carry_out(step).done, revoker.carry_out(step).status) == (False, 400)
        served.faults = FaultPlan(SaasFault(FaultKind.STATUS, times=0, status=403))
        outcome, proof = revoker.carry_out(step), revoker.verify(step)
        assert (outcome.done, outcome.status) == (False, 0)
        assert (proof.presence, proof.digest) == (Presence.UNKNOWN, "")


def test_what_cannot_be_planned_or_found() -> None:
    revoker = revoker_at("http://127.0.0.1:1")
    with pytest.raises(InputError, match="WL-INV-020"):
        revoker.plan((Grant("g", "ada", "crm"),))
    for lost in (token_at("http://other.example"), token_at("http://127.0.0.1:1", app="unknown")):
        with pytest.raises(InputError, match="WL-INV-052"):
            revoker.plan((lost,))


def test_a_token_that_left_the_file_meanwhile_is_said_and_stops_nothing() -> None:
    with serve(OauthPlatform(oauth_world())) as served:
        (step,) = revoker_at(served.url).plan((token_at(served.url),))
        elsewhere = revoker_at("http://127.0.0.1:1")
        assert "no reference" in elsewhere.carry_out(step).detail
        assert elsewhere.verify(step).presence is Presence.UNKNOWN


def test_a_token_that_carries_its_end() -> None:
    def jwt(claims: object) -> str:
        middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        return f"e30.{middle}.x"

    assert _written_end(jwt({"exp": NOW})) == NOW
    assert [_written_end(text) for text in (jwt([]), jwt({"exp": "x"}), "opaque", "a.%.c")] == [0, 0, 0, 0]
