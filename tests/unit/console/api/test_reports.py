from __future__ import annotations

import msgspec
import pytest

from tests.console_fakes import Api
from tests.reporting import GAP, days, with_log
from wardlaw.cli.reportkeeping import files_of
from wardlaw.console.api.deps import Counted
from wardlaw.facts.person import Role
from wardlaw.store.reportverify import check


def test_a_report_is_made_signed_and_recorded(api: Api) -> None:
    auditor = with_log(api)
    answer = api.ok("POST", "/reports", days(api), uid=auditor)
    assert (answer["gaps"], answer["records"], answer["records_proven"]) == (1, 1, 1)
    files = files_of(answer)
    assert files["report.pdf"].startswith(b"%PDF-")
    wrong, good = check(files)
    assert (wrong, good[-1]) == ([], "1 records proven to be in the log")
    report = msgspec.json.decode(files["report.json"])
    assert report["happened"]["gaps"][0]["record"] == GAP
    assert report["applicable"] == answer["applicable"] > 0
    assert all(day["verified"] in ("primary", "secondary") for day in report["framework"]["provisions"][0]["dates"])
    (facts,) = api.made.recorder.of("reports.build")
    assert (facts["framework"], facts["records"]) == ("eu-ai-act", 1)


def test_what_cannot_be_asked_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = with_log(api)
    asked = days(api)
    assert api.error("POST", "/reports", asked | {"framework": "none"}, uid=auditor) == (404, "WL-FWK-003")
    assert api.error("POST", "/reports", asked | {"until": asked["since"]}, uid=auditor) == (400, "WL-RPT-001")
    ahead = {"since": "2199-01-01", "until": "2199-02-01"}
    assert api.error("POST", "/reports", asked | ahead, uid=auditor) == (400, "WL-RPT-001")
    assert api.error("POST", "/reports", asked, uid=api.person("dev", Role.OWNER)) == (403, "WL-RGT-010")
    desk = api.made.deps.coverage
    whole = desk.survey
    monkeypatch.setattr(desk, "survey", lambda *given: (whole(*given)[0], Counted(3, 4, 0.0)))
    assert api.error("POST", "/reports", asked, uid=auditor) == (503, "WL-RPT-002")
