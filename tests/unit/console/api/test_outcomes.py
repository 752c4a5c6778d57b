"""Live decisions over the management API: counted, watched, and told when they leave the limit."""

from __future__ import annotations

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_laws import CRM
from wardlaw.facts.person import Role

RULE = {"rule": {"metric": "demographic_parity_ratio", "limit": 0.8}, "window_days": 7}


@pytest.fixture
def owner(api: Api) -> int:
    uid = api.person("own", Role.OWNER)
    api.ok("POST", "/systems", CRM, uid=uid)
    return uid


def tell(api: Api, uid: int, *, kept: int) -> dict:
    outcomes = [
        {"groups": {"sex": group}, "predicted": at < (150 if group == "M" else kept)}
        for group in "MF"
        for at in range(200)
    ]
    return api.ok("POST", "/systems/crm-bot/outcomes", {"outcomes": outcomes}, uid=uid)


def test_decisions_that_leave_the_limit_open_one_incident(api: Api, owner: int) -> None:
    legal = api.person("leg", Role.LEGAL)
    secops = api.person("sec", Role.SECOPS)
    assert api.error("POST", "/systems/crm-bot/outcomes/rule", RULE, uid=owner) == (403, "WL-RGT-010")
    watch = api.ok("POST", "/systems/crm-bot/outcomes/rule", RULE, uid=legal)
    assert (watch["set_by"], watch["outcome"]) == ("person:leg", None)
    assert tell(api, owner, kept=150)["result"]["outcome"] != "fail"
    assert api.ok("GET", "/incidents", uid=secops) == []
    for _ in range(2):
        assert tell(api, owner, kept=20)["result"]["outcome"] == "fail"
    (incident,) = api.ok("GET", "/incidents", uid=secops)
    assert (incident["kind"], incident["count"]) == ("LIVE-BIAS", 1)
    shown = api.ok("GET", "/systems/crm-bot/outcomes", uid=owner)
    assert (shown["attributes"], shown["watch"]["outcome"]) == (["sex"], "fail")
    assert shown["report"]["total"] == 1_200
    assert api.made.recorder.of("outcomes.add")[-1] == {"system": "crm-bot", "told": 400, "outcome": "fail"}


def test_without_a_rule_decisions_are_only_counted(api: Api, owner: int) -> None:
    assert tell(api, owner, kept=20)["result"] is None
    shown = api.ok("GET", "/systems/crm-bot/outcomes?days=1", uid=owner)
    assert (shown["watch"], shown["result"]["outcome"]) == (None, "fail")
    nobody = api.person("nobody")
    assert api.error("GET", "/systems/crm-bot/outcomes", uid=nobody)[0] == 403
    assert api.error("POST", "/systems/none/outcomes", {"outcomes": [{"groups": {"a": "b"}, "predicted": True}]}, uid=owner) == (
        404, "WL-SYS-001",
    )  # fmt: skip


def test_a_rule_over_an_attribute_nobody_tells_is_refused(api: Api, owner: int) -> None:
    tell(api, owner, kept=150)
    legal = api.person("leg", Role.LEGAL)
    wrong = {"rule": {"groups": ["age"]}, "window_days": 7}
    assert api.error("POST", "/systems/crm-bot/outcomes/rule", wrong, uid=legal) == (400, "WL-BIA-005")
