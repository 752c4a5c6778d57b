from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.unit.cli.commands.lawhouse import crm, lawhouse
from tests.unit.governance.frameworks.test_pack import PACK

from wardlaw.governance.frameworks.pack import digest_of

__all__ = ["lawhouse"]


def test_frameworks_are_listed_and_shown_by_day(command: Any, lawhouse: SimpleNamespace) -> None:
    listed = json.loads(command("frameworks", "list", "--as-of", "2026-12-02", "--json").out)["frameworks"]
    assert [one["applying"] for one in listed if one["id"] == "eu-ai-act"] == [23]
    assert "ships with this version" in command("frameworks", "list").out
    shown = command("frameworks", "show", "eu-ai-act", "--as-of", "2026-12-02").out
    assert "Official Journal itself was not read" in shown
    assert "from 2027-12-02" in shown
    assert "General application" in shown
    one = command("frameworks", "show", "eu-ai-act:art-49").out
    assert "also read as 2027-12-02" in one
    assert "secondary" in one
    assert "WL-FWK-007" in command("frameworks", "show", "eu-ai-act:art-999").err


def test_a_change_of_the_law_is_looked_at_and_applied(command: Any, lawhouse: SimpleNamespace, tmp_path: Path) -> None:
    crm(lawhouse, command)
    (tmp_path / "pack.json").write_bytes(PACK)
    looked = command("frameworks", "diff", "pack.json")
    assert "art-14 (annex-iii): 2027-12-02 → 2028-12-02" in looked.out
    assert "5 provisions for crm-bot" in looked.out
    assert f"frameworks apply pack.json --digest {digest_of(PACK)}" in looked.err
    assert command("frameworks", "apply", "pack.json", "--digest", "0" * 64).code == 2
    assert command("frameworks", "apply", "pack.json", "--digest", digest_of(PACK)).code == 0
    assert "pack eu-2027-01" in command("frameworks", "list").out
    assert "nothing that anybody owes changes" in command("frameworks", "diff", "pack.json").out
    assert "WL-FWK-008" in command("frameworks", "diff", "none.json").err
