from __future__ import annotations

from datetime import UTC, datetime

from wardlaw.config.channelforms import FindingLevel
from wardlaw.config.parse import parse_config
from wardlaw.console.desks.grants import GrantDesk, weights_from
from wardlaw.decision.policyset import PolicySet
from wardlaw.inventory.granted import GrantMoment
from wardlaw.inventory.rules import Weight
from wardlaw.inventory.ruling import RevokingMode
from wardlaw.state.callers import CALLER, state_key

CONFIG = """version: 1
installation: {name: test, timezone: Asia/Tokyo}
upstreams:
  - {name: main, url: "https://api.openai.com/v1", region: us, trust: partner}
  - {name: near, url: "http://127.0.0.1:9", region: eu, trust: internal}
models:
  - {name: gpt, upstreams: [main]}
notify:
  webhooks:
    - {name: ops, url: "env:HOOK"}
inventory: {revoke_automatically: on, protected_apps: [app-9], revoke_per_hour: 3, confirm_above: 5, door_keys: ["openai:key_1"]}
"""


def desk() -> GrantDesk:
    policies = PolicySet.build("")
    return GrantDesk(parse_config(CONFIG, source="wardlaw.yaml"), lambda: policies, secret=b"s" * 32)


def test_settings_are_read() -> None:
    made = desk()
    assert (made.limits.mode, set(made.limits.protected), made.limits.per_hour) == (RevokingMode.ON, {"app-9"}, 3)
    assert (made.confirm_above, made.channels, dict(made.vendors)) == (5, ("ops",), {"main": "openai"})
    assert made.policies().text == ""
    assert made.tells == {Weight.CRITICAL}
    assert made.door_keys == {("openai", "key_1")}


def test_findings_are_told_from_a_weight_on() -> None:
    assert weights_from(FindingLevel.OFF) == frozenset()
    assert weights_from(FindingLevel.HIGH) == {Weight.CRITICAL, Weight.HIGH}
    assert weights_from(FindingLevel.LOW) == frozenset(Weight)


def test_hours_are_those_of_the_installation() -> None:
    at = datetime(2026, 11, 22, 20, 0, tzinfo=UTC).timestamp()  # a Sunday; Monday in Tokyo
    assert desk().moment(at) == GrantMoment(at, 5, 1)


def test_a_principal_is_known_under_the_key_that_gateways_use() -> None:
    assert desk().door_key("agent:bot") == state_key(b"s" * 32, CALLER, "agent:bot").hex()
