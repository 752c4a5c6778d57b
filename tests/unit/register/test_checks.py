from __future__ import annotations

from itertools import permutations

from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, worst


def _ended(*outcomes: CheckOutcome) -> CheckOutcome:
    return worst(tuple(CheckResult(f"check-{one}", CheckKind.SCAN, one, "because") for one in outcomes))


def test_one_failure_fails_whatever_its_place() -> None:
    for order in permutations(CheckOutcome):
        assert _ended(*order) is CheckOutcome.FAIL


def test_a_review_is_never_a_pass() -> None:
    assert _ended(CheckOutcome.PASS, CheckOutcome.REVIEW) is CheckOutcome.REVIEW
    assert _ended(CheckOutcome.PASS, CheckOutcome.PASS) is CheckOutcome.PASS


def test_nothing_checked_asks_for_a_person() -> None:
    assert worst(()) is CheckOutcome.REVIEW
