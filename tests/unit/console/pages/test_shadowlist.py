from __future__ import annotations

import pytest

from tests.unit.console.pages.inventoryhouse import InventoryHouse
from wardlaw.evidence.tally import Unclaimed
from wardlaw.facts.person import Role

CALLER = "agent:<reports>"
FORM = {"caller": CALLER, "system": "reports", "title": "Reports", "owner": "filler", "purpose": "Weekly reports"}


@pytest.fixture
def seen(house: InventoryHouse, monkeypatch: pytest.MonkeyPatch) -> InventoryHouse:
    counted = house.api.made.deps.coverage.unclaimed
    lines = (Unclaimed(CALLER, "Agent", "mcp", "tool:mail", 5, 1_789_999_000.0, "dec_1"),)
    monkeypatch.setattr(house.api.made.deps.coverage, "unclaimed", lambda connection: (lines, counted(connection)[1]))
    return house


def test_callers_and_vendors_with_their_evidence(seen: InventoryHouse) -> None:
    text = seen.browser("sec", Role.CISO).get("/shadow-ai").text
    assert "1 caller and 1 app that nobody registered; 1 AI vendor not wholly approved" in text
    assert "agent:&lt;reports&gt;" in text
    assert 'href="/decisions/dec_1"' in text
    assert "openai" in text
    assert "Not approved" in text


def test_one_step_blocks_it(seen: InventoryHouse) -> None:
    sec = seen.browser("sec", Role.SECOPS)
    shown = sec.get("/shadow-ai/caller?id=agent%3A%3Creports%3E").text
    assert "/shadow-ai/block" in shown
    form = sec.form_of(shown)
    assert sec.post("/shadow-ai/block", form=form, caller="agent:reports", reason="nobody's").status == 303
    (told,) = seen.api.made.recorder.of("quarantines.place")
    assert told["key"] == "principal:agent:reports"
    assert sec.post("/shadow-ai/block", form="x", caller="agent:reports", reason="nobody's").status == 403
    assert "blocked" not in sec.get("/shadow-ai").text
    assert sec.post("/shadow-ai/block", form=form, caller="agent:<reports>", reason="nobody's").status == 303
    assert "blocked" in sec.get("/shadow-ai").text
    shown = sec.get("/shadow-ai/caller?id=agent%3A%3Creports%3E").text
    assert ("The gateway refuses it since" in shown, "/shadow-ai/block" in shown) == (True, False)


def test_one_step_registers_it(seen: InventoryHouse) -> None:
    own = seen.browser("own", Role.OWNER)
    shown = own.get("/shadow-ai/caller?id=agent%3A%3Creports%3E").text
    form = own.form_of(shown)
    assert 'value="reports"' in shown
    refused = own.post("/shadow-ai/register", form=form, **FORM)
    assert refused.status == 400  # no caller of a system may be called so
    assert 'value="Reports"' in refused.text
    assert own.post("/shadow-ai/register", form=form, **(FORM | {"caller": "agent:reports"})).status == 303
    assert seen.api.made.recorder.of("systems.add")


def test_a_caller_nobody_has_seen_leads_back(seen: InventoryHouse) -> None:
    assert seen.browser("sec", Role.CISO).get("/shadow-ai/caller?id=agent:none").header("location") == "/shadow-ai"


def test_files_of_both_lists(seen: InventoryHouse) -> None:
    sec = seen.browser("sec", Role.CISO)
    assert "shadow-systems.csv" in sec.get("/shadow-ai?format=csv").header("content-disposition")
    assert "shadow-vendors.csv" in sec.get("/shadow-ai?table=shadow-vendors&as=csv").header("content-disposition")
