"""The benchmark as it is run, in its shortest form. Nothing here looks at how long anything took."""

from __future__ import annotations

import json

import pytest
from bench.__main__ import main
from bench.deciding import cases, policy_text

from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.effect import Effect


def test_the_quick_decision_part_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--quick", "--only", "decision", "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["clauses"] for one in found["results"]["decisions"]] == [12, 200]
    assert found["command"] == "./wardlaw bench --quick --only decision"
    assert found["machine"]["cores"] >= 1
    measured = [one["what"] for one in found["promises"] if one["measured"] is not None]
    assert len(measured) == 4


def test_unknown_parts_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "speed"]) == 69
    assert "no part speed" in capsys.readouterr().err


@pytest.mark.parametrize("size", [12, 200])
def test_ordinary_requests_are_allowed_at_every_size(size: int) -> None:
    policies = PolicySet.build(policy_text(size))
    assert len({policy.clause for policy in policies.policies.values()} - {"BASE"}) == size
    effects = {decide(*case[:2], policies, case[2]).effect for case in cases(64, seed=1)}
    assert effects == {Effect.ALLOW}
