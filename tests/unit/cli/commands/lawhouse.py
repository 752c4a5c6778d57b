"""A house for the commands about systems, coverage and the law: the API itself behind them."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from tests.console_fakes import Api
from tests.unit.cli.worldrevoker import ApiClient

from wardlaw.cli.commands import attest, coverage, evidence, frameworks, outcomes, report, system
from wardlaw.facts.person import Role


@pytest.fixture
def lawhouse(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Who calls is legal, until a test lets another person call."""
    (tmp_path / "api").mkdir()
    api = Api(tmp_path / "api")
    people = {role: api.person(role.value, role) for role in (Role.LEGAL, Role.OWNER, Role.AUDITOR)}
    made = SimpleNamespace(api=api, clients={role: ApiClient(api, uid) for role, uid in people.items()}, who=Role.LEGAL)
    (tmp_path / "wardlaw.yaml").write_text("version: 1\n")
    for module in (attest, coverage, evidence, frameworks, outcomes, report, system):
        monkeypatch.setattr(module, "connect", lambda _options: made.clients[made.who])
    monkeypatch.setattr(attest.time, "time", api.made.clock)
    yield made
    api.close()


def crm(house: SimpleNamespace, command: Any, *more: str) -> None:
    """Register a system as its owner would."""
    before, house.who = house.who, Role.OWNER
    words = ("system", "add", "crm-bot", "--title", "CRM", "--owner", "owner", "--purpose", "answers", *more)
    done = command(*words)
    assert done.code == 0, done.err
    house.who = before
