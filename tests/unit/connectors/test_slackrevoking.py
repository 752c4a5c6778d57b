from __future__ import annotations

import pytest

from tests.unit.connectors.slackworld import NOW, revoker_at, slack_world
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Consent, Credential, Grant
from wardlaw.inventory.revocation import Presence, StepKind
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.server import serve
from wardlaw.testing.saas.slack import SlackPlatform

GRANT = Grant("U1/A1", "U1", "A1", Consent.USER)


def test_an_app_is_uninstalled_restricted_and_shown_to_be_gone() -> None:
    world = slack_world()
    with serve(SlackPlatform(world)) as served:
        revoker = revoker_at(served.url)
        steps = revoker.plan((GRANT, Grant("approved/A1", "", "A1", Consent.ADMIN)), app="A1")
        assert [one.kind for one in steps] == [StepKind.APP, StepKind.APP]
        assert not served.asked
        assert [revoker.verify(step).presence for step in steps] == [Presence.THERE, Presence.THERE]
        assert [revoker.carry_out(step).done for step in steps] == [True, True]
        assert [one.form().get("enterprise_id") for one in served.asked[-2:]] == ["E1", "E1"]
        assert [one.account for one in world.grants_of(app="A1")] == []
        proofs = [revoker.verify(step) for step in steps]
        assert [(one.presence, one.at, len(one.digest)) for one in proofs] == [(Presence.GONE, NOW, 64)] * 2
        again = revoker.carry_out(steps[0])
        assert (again.done, again.detail) == (True, "Slack answers app_not_installed.")


def test_an_approval_and_a_request() -> None:
    with serve(SlackPlatform(slack_world())) as served:
        revoker = revoker_at(served.url, "T1")
        steps = revoker.plan((Grant("approved/A1", "", "A1"), Grant("request/Ar9", "U2", "A3", Consent.REQUESTED)))
        for step in steps:
            assert revoker.verify(step).presence is Presence.THERE
            assert revoker.carry_out(step).done
            assert revoker.verify(step).presence is Presence.GONE
        assert revoker.carry_out(steps[1]).detail == "Slack answers request_not_found."


def test_what_slack_has_no_call_for_and_what_it_does_not_answer() -> None:
    with serve(SlackPlatform(slack_world())) as served:
        revoker = revoker_at(served.url)
        for thing in (GRANT, Credential("c", "U1", "token")):
            with pytest.raises(InputError, match="WL-INV-020"):
                revoker.plan((thing,))
        steps = revoker.plan((), app="A1")
        unknown = revoker.plan((), app="A7")
        assert revoker.verify(unknown[0]).presence is Presence.UNKNOWN
        served.faults = FaultPlan(SaasFault(FaultKind.STATUS, times=0, status=403))
        assert [revoker.carry_out(step).done for step in steps] == [False, False]
        assert [revoker.verify(step).presence for step in steps] == [Presence.UNKNOWN, Presence.UNKNOWN]
