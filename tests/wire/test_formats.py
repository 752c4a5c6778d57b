"""OSCAL and OCSF as the checkers of others read them: a report's assessment results, and every event that is exported."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.console_fakes import Api
from tests.formats import ocsf_says, trestle_says
from tests.reporting import days, with_log
from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.audit.siem import Exported, Item, MissingLeaves, ocsf_lines

AT = 1_790_000_000_000
EFFECTS = ("allow", "transform", "hold", "deny", "cut")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    (tmp_path / "api").mkdir()
    api = Api(tmp_path / "api")
    yield api
    api.close()


def test_trestle_accepts_the_assessment_results_of_a_report_without_a_warning(api: Api, tmp_path: Path) -> None:
    auditor = with_log(api)
    document = api.ok("POST", "/reports", days(api), uid=auditor)["files"]["oscal-assessment-results.json"]
    code, said = trestle_says(tmp_path / "trestle", document.encode())
    assert code == 0, said
    assert said.startswith("VALID")
    assert "WARNING" not in said
    broken = document.replace('"not-satisfied"', '"perhaps"').encode()
    assert trestle_says(tmp_path / "again", broken)[0] != 0


def envelope(kind: RecordKind, number: int, **more: object) -> Exported:
    base = {"at": AT + number, "epoch": 1, "gateway": "gateway-1", "id": f"rec_{number}", "seq": number}
    return Exported(number, Envelope(kind=kind, **base | more))


def events() -> list[Item]:
    """Every kind of record, empty and full, and a decision for each pair of effects."""
    full = {
        "action": "ToolCall", "route": "mcp", "subject": "ab" * 16, "policies": "cd" * 32, "code": "bulk",
        "exchange": "exc_1", "clauses": ("GOV-01", "SEC-02"), "facts": {"canary": "can_1", "bytes": 3, "result": "cut"},
    }  # fmt: skip
    items: list[Item] = [envelope(kind, number) for number, kind in enumerate(RecordKind)]
    items += [envelope(kind, 50 + number, **full) for number, kind in enumerate(RecordKind)]
    items += [
        envelope(RecordKind.DECISION, 100 + number, **full | {"effect": effect, "demanded": demanded})
        for number, (effect, demanded) in enumerate(product(EFFECTS, EFFECTS))
    ]
    items.append(envelope(RecordKind.CONTROL, 200, facts={"operation": "keys.create", "refused": "ROLE"}))
    items.append(MissingLeaves(4, 9, AT))
    return items


def test_ocsfs_own_schema_accepts_every_event_and_refuses_what_is_wrong() -> None:
    lines = ocsf_lines(events(), log="wardlaw/test", version="1")
    told = ocsf_says(lines)
    assert told == {"classes": ["api_activity", "application_lifecycle"], "wrong": []}
    broken = lines.replace(b'"severity_id":1', b'"severity_id":7').replace(b'"uid":"abab', b'"iud":"abab')
    assert {one.partition(": ")[2].partition(":")[0] for one in ocsf_says(broken)["wrong"]} == {
        "$.severity_id",
        "$.actor.user",
    }
