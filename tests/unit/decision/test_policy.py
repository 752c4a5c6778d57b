"""Reading a policy's annotations and what its condition asks about."""

from __future__ import annotations

import json

import cedarpy
import pytest

from wardlaw.decision.policy import Policy, may_concern, read_policy


def _read(text: str) -> Policy:
    return read_policy(next(iter(json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values())))


def test_numbers_compared_with_literals_become_boundaries() -> None:
    policy = _read('@id("A") forbid(principal, action, resource) when { context.hour < 7 || 20 <= context.hour };')
    assert policy.boundaries == {"hour": (7, 20)}
    assert policy.opaque == frozenset()


def test_an_attribute_used_otherwise_is_opaque() -> None:
    policy = _read('@id("A") forbid(principal, action, resource) when { context.hour + 1 > context.weekday };')
    assert policy.opaque == {"hour", "weekday"}


def test_text_literals_are_collected() -> None:
    policy = _read('@id("A") forbid(principal, action, resource) when { context.taint.containsAny(["a", "b"]) };')
    assert policy.literals == {"a", "b"}


def test_a_scope_that_names_one_principal_is_seen() -> None:
    assert _read('@id("A") forbid(principal == Wardlaw::User::"u", action, resource);').names_principal
    assert not _read('@id("A") forbid(principal is Wardlaw::User, action, resource);').names_principal


def test_a_policy_for_other_actions_does_not_concern() -> None:
    source = _read('@id("A") forbid(principal, action in [Wardlaw::Action::"ToolCall"], resource);').source
    assert may_concern(source, action="ToolCall", principal_type="Wardlaw::User")
    assert not may_concern(source, action="ModelCall", principal_type="Wardlaw::User")


@pytest.mark.parametrize(
    ("notes", "approvers", "minutes"),
    [
        ("", 1, 60),
        ('@approvers("1") @expires_minutes("5")', 1, 5),
        ('@approvers("2")', 2, 60),
        ('@approvers("many") @expires_minutes("soon")', 2, 60),
        ('@approvers("0") @expires_minutes("99999")', 2, 1440),
    ],
)
def test_what_is_no_number_means_the_stricter_reading(notes: str, approvers: int, minutes: int) -> None:
    policy = _read(f'@id("A") @effect("hold") {notes} forbid(principal, action, resource);')
    assert (policy.approvers, policy.expires_minutes) == (approvers, minutes)
