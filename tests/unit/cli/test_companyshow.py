from __future__ import annotations

import json
from typing import Any

import pytest

from wardlaw.cli import companyshow
from wardlaw.cli.companyfill import Filled
from wardlaw.demo.company import CompanyLife, IncidentFound, live, replay


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companyshow, "live", lambda say, *, seed: live(say, seed=seed, people=60, days=8))
    monkeypatch.setattr(
        companyshow, "fill_company", lambda folder, _output, *, seed: Filled({"counsel": f"{folder} {seed}"}, {})
    )


def test_the_company_and_its_incidents_are_shown(command: Any, tmp_path: Any) -> None:
    done = command("demo", "--company", "--keep", str(tmp_path / "kept"))
    assert done.code == 0, done.err
    assert "app-days" in done.out
    assert done.out.count("noticed at its first event") == 8
    assert "then new-user-agent" in done.out
    assert f"{tmp_path / 'kept' / 'installation'} 7" in done.err
    assert (tmp_path / "kept" / "company" / "events.jsonl").exists()
    assert (tmp_path / "kept" / "drift-2025" / "directory.json").exists()
    told = json.loads(command("demo", "--company", "--json").out)
    assert [one["first"]["event"] for one in told["incidents"]] == ["x1"] * 8


def test_what_is_not_noticed_is_said(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def missed(name: str) -> tuple[Any, IncidentFound]:
        world, found = replay(name)
        return world, IncidentFound(found.id, found.platform, found.steps, None, 0.0, ())

    monkeypatch.setattr(companyshow, "replay", missed)
    done = command("demo", "--company")
    assert (done.code, done.out.count("not noticed")) == (1, 8)


def test_false_alarms_are_counted_by_app_days() -> None:
    life = CompanyLife(1, 1, 1, 1, 0, (), {"owner-gone": 2})
    assert "0.00 in 1,000" in companyshow._company(life)[1].plain
