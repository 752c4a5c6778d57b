from __future__ import annotations

from typing import Any

from tests.console_fakes import Api
from tests.unit.console.api.test_gates import MODEL, House
from wardlaw.facts.person import Role

OTHER = "b" * 64
GATE = """
gate: attacked
title: Attacked
checks:
  - {id: rt, kind: red-team, require: {target: openai/m}}
approvals: {roles: [ciso]}
"""


def report(model: str = MODEL, **more: Any) -> dict[str, Any]:
    attacked = [{"probe": "dan", "judge": "refusal", "attempts": 400, "successes": 0}]
    return {
        "tool": "garak", "version": "0.17", "target": "openai/m", "made": "2026-09-20", "digest": "c" * 64,
        "model_digest": model, "attacked": attacked, **more,
    }  # fmt: skip


def test_a_kept_report_is_used_by_a_gate_of_its_model_and_of_no_other(api: Api) -> None:
    house = House(api)
    digest = house.ok(Role.OWNER, "POST", "/gates", {"text": GATE})["digest"]
    house.ok(Role.RISK, "POST", "/gates/attacked/sign", {"digest": digest})

    def run() -> tuple[str, str]:
        view = house.ok(Role.OWNER, "POST", "/gate-runs", {"gate": "attacked", "system": "cv"})
        (result,) = view["run"]["results"]
        return result["outcome"], result["why"]

    assert run()[0] == "review"
    assert house.error(Role.OWNER, "POST", "/red-team", report(OTHER)) == (400, "WL-SYS-015")
    kept = house.ok(Role.OWNER, "POST", "/red-team", report())
    assert (kept["of"], kept["kept_by"]) == (["system:cv"], "person:owner")
    assert (kept["attacked"][0]["low"], 0.009 < kept["attacked"][0]["high"] < 0.01) == (0.0, True)
    assert house.ok(Role.LEGAL, "GET", "/red-team") == [kept]
    assert house.ok(Role.LEGAL, "GET", f"/red-team?model={OTHER}") == []
    # The clock of the house is in September 2026.
    assert run()[0] == "pass"
    house.ok(Role.OWNER, "PATCH", "/systems/cv", {"made_of": {"model": OTHER}})
    outcome, why = run()
    assert (outcome, "another model" in why) == ("fail", True)
    assert api.made.recorder.of("redteam.keep")[-1]["model"] == MODEL


def test_figures_that_cannot_be_and_people_without_the_right_are_refused(api: Api) -> None:
    house = House(api)
    wrong = [{"probe": "dan", "judge": "refusal", "attempts": 1, "successes": 2}]
    assert house.error(Role.OWNER, "POST", "/red-team", report(attacked=wrong)) == (400, "WL-RED-002")
    assert house.error(Role.LEGAL, "POST", "/red-team", report()) == (403, "WL-RGT-010")
    first = house.ok(Role.OWNER, "POST", "/red-team", report())
    api.made.clock.now += 60
    assert house.ok(Role.OWNER, "POST", "/red-team", report())["id"] == first["id"]
