from __future__ import annotations

import msgspec
import pytest
from tests.console_fakes import Api
from tests.reporting import GAP, days, with_log
from tests.unit.evidence.reports import report

from wardlaw.console.desks import reports
from wardlaw.evidence.report import NamedRecord


def test_a_record_without_a_proof_is_named_with_the_reason(api: Api) -> None:
    with_log(api)
    named = (NamedRecord("dec_gone", "why"), NamedRecord("dec_far", "why", leaf_index=4_000))
    files = api.made.deps.reports.seal(msgspec.structs.replace(report(()), records=named))
    told = msgspec.json.decode(files["report.json"])["records"]
    assert [one["is_proven"] for one in told] == [False, False]
    assert "do not hold it" in told[0]["note"]
    assert "WL-AUD-017" in told[1]["note"]
    assert GAP not in "".join(files)


def test_more_records_than_fit_are_refused(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = with_log(api)
    monkeypatch.setattr(reports, "MOST_PROOFS", 0)
    assert api.error("POST", "/reports", days(api), uid=auditor) == (400, "WL-RPT-003")
