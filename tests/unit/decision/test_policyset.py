"""Slices and the memo answer as the engine would."""

from __future__ import annotations

import msgspec
import pytest

from tests.unit.decision.cases import BULK, PERMIT, policies, request
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.request import Snapshot


def test_a_slice_holds_only_what_can_concern_it() -> None:
    only_agents = BULK.replace("forbid(principal,", "forbid(principal is Wardlaw::Agent,")
    only_tools = BULK.replace('"GOV-07")', '"GOV-08")', 1).replace("action,", 'action == Wardlaw::Action::"ToolCall",')
    held = policies(only_agents, only_tools)
    ids = {policy.id for policy in held.slice(Action.MODEL_CALL, PrincipalKind.USER).policies}
    assert ids == {"base"}
    assert len(held.slice(Action.TOOL_CALL, PrincipalKind.AGENT).policies) == 3


def test_numbers_on_either_side_of_a_ceiling_are_never_confused() -> None:
    held = policies(BULK)
    effects = [decide(request(data_subjects=n), (), held, Snapshot()).effect for n in (99, 100, 101, 100, 5_000, 99)]
    assert effects == [Effect.ALLOW, Effect.ALLOW, Effect.DENY, Effect.ALLOW, Effect.DENY, Effect.ALLOW]


def test_a_policy_about_one_resource_is_not_repeated_for_another() -> None:
    text = '@id("R") @effect("deny") forbid(principal, action, resource == Wardlaw::Model::"model:gpt");'
    held = policies(text)
    assert decide(request(), (), held, Snapshot()).effect is Effect.DENY
    other = request()
    other = msgspec.structs.replace(other, resource=msgspec.structs.replace(other.resource, id="model:other"))
    assert decide(other, (), held, Snapshot()).effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("permit(", "WL-DEC-001"),
        ("permit(principal, action, resource);", "WL-DEC-002"),
        (PERMIT + PERMIT, "WL-DEC-003"),
        (BULK.replace('"deny"', '"explode"'), "WL-DEC-002"),
        (BULK.replace('"deny"', '"allow"'), "WL-DEC-002"),
    ],
)
def test_a_set_that_cannot_be_trusted_is_refused(text: str, code: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PolicySet.build(text)
    assert caught.value.code == code


def test_the_digest_changes_with_the_text() -> None:
    assert policies(BULK).digest != policies(BULK.replace("100", "200")).digest
