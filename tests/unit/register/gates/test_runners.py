from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest

from wardlaw.register.checks import CheckKind, CheckOutcome
from wardlaw.register.gates.gate import CheckSpec
from wardlaw.register.gates.runner import GivenFile, Subject, SystemFacts
from wardlaw.register.gates.runners import RUNNERS, run_check
from wardlaw.register.system import System

CV = System("cv", "CV", "person:ann", "ranks", principals=("agent:cv-*",))
KNOWN = SystemFacts(
    "approved", 1, 0.0, ("owner",), ("gdpr:35",), frozenset({"gdpr:35"}), frozenset({"A", "B"}), frozenset({"A", "B"})
)


def ended(
    kind: CheckKind, known: SystemFacts | None = KNOWN, system: System = CV, **require: Any
) -> tuple[CheckOutcome, str]:
    result = run_check(CheckSpec("it", kind, require=require), Subject(system, 1, 86_400.0 * 10, known), {})
    return result.outcome, result.why


def but(**changes: Any) -> SystemFacts:
    return msgspec.structs.replace(KNOWN, **changes)


def test_what_the_installation_alone_knows_is_not_guessed_elsewhere() -> None:
    for kind in (CheckKind.CLASSIFICATION, CheckKind.SIGN_OFFS, CheckKind.LIVE):
        assert ended(kind, None)[0] is CheckOutcome.REVIEW
    for kind in set(CheckKind) - set(RUNNERS):
        assert ended(kind)[0] is CheckOutcome.REVIEW
    for kind in CheckKind:
        assert ended(kind, SystemFacts(), msgspec.structs.replace(CV, principals=()))[0] is not CheckOutcome.PASS or (
            kind is CheckKind.SIGN_OFFS
        )


def test_a_classification_must_stand_be_young_and_assessed() -> None:
    kind = CheckKind.CLASSIFICATION
    assert ended(kind)[0] is CheckOutcome.PASS
    assert ended(kind, but(classified="reopened: purpose"))[0] is CheckOutcome.REVIEW
    assert ended(kind, but(classified="prohibited: by a"))[0] is CheckOutcome.FAIL
    assert ended(kind, max_age_days=9)[0] is CheckOutcome.REVIEW
    assert ended(kind, max_age_days=11)[0] is CheckOutcome.PASS
    assert ended(kind, said_by=("legal",))[0] is CheckOutcome.REVIEW
    assert ended(kind, but(classified_as=("legal",)), said_by=("legal",))[0] is CheckOutcome.PASS
    assert ended(kind, but(attested=frozenset()))[0] is CheckOutcome.REVIEW
    assert ended(kind, but(attested=frozenset()), assessments=False)[0] is CheckOutcome.PASS


def test_sign_offs_and_live_clauses() -> None:
    assert ended(CheckKind.SIGN_OFFS, attested=("gdpr:35",))[0] is CheckOutcome.PASS
    assert "art-14" in ended(CheckKind.SIGN_OFFS, attested=("eu-ai-act:art-14",))[1]
    assert ended(CheckKind.LIVE)[0] is CheckOutcome.PASS
    assert ended(CheckKind.LIVE, clauses=("C",))[0] is CheckOutcome.FAIL
    assert ended(CheckKind.LIVE, but(failed=frozenset({"A"})))[0] is CheckOutcome.FAIL
    assert ended(CheckKind.LIVE, but(failed=frozenset({"A"})), clauses=("B",))[0] is CheckOutcome.PASS
    assert ended(CheckKind.LIVE, but(proven=frozenset()))[0] is CheckOutcome.REVIEW
    assert ended(CheckKind.LIVE, but(proven=frozenset()), canaries=False)[0] is CheckOutcome.PASS
    assert ended(CheckKind.LIVE, KNOWN, msgspec.structs.replace(CV, principals=()))[0] is CheckOutcome.REVIEW


def scanned(text: str, **require: Any) -> CheckOutcome:
    raw = text.encode()
    spec = CheckSpec("scanned", CheckKind.SCAN, require=require, files=("report",))
    given = {"report": GivenFile("report.sarif", "a" * 64, len(raw), io.BytesIO(raw))}
    result = run_check(spec, Subject(CV, 1, 1.0), given)
    assert result.outcome is CheckOutcome.REVIEW or result.grounds[0].digest == "a" * 64
    return result.outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('{"version": "2.1.0", "runs": [{"results": []}]}', CheckOutcome.PASS),
        ('{"version": "2.1.0", "runs": [{"results": [{"level": "warning"}]}]}', CheckOutcome.PASS),
        ('{"version": "2.1.0", "runs": [{"results": [{"level": "error"}]}]}', CheckOutcome.FAIL),
        ('{"version": "2.1.0", "runs": [{}]}', CheckOutcome.REVIEW),
        ('{"version": "2.1.0", "runs": []}', CheckOutcome.REVIEW),
        ("nothing", CheckOutcome.REVIEW),
    ],
)
def test_a_report_of_a_scan(text: str, outcome: CheckOutcome) -> None:
    assert scanned(text) is outcome


def test_the_limits_of_a_scan() -> None:
    found = '{"version": "2.1.0", "runs": [{"results": [{"level": "error"}, {}]}]}'
    assert scanned(found, max_errors=1) is CheckOutcome.PASS
    assert scanned(found, max_errors=1, max_warnings=0) is CheckOutcome.FAIL
    assert run_check(CheckSpec("s", CheckKind.SCAN), Subject(CV, 1, 1.0), {}).outcome is CheckOutcome.REVIEW
