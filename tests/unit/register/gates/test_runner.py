from __future__ import annotations

from wardlaw.register.checks import CheckKind, CheckOutcome
from wardlaw.register.gates.gate import CheckSpec
from wardlaw.register.gates.runner import unmeasured


def test_what_could_not_be_measured_is_no_pass() -> None:
    result = unmeasured(CheckSpec("bias", CheckKind.BIAS), "No file was handed in.", "Hand it in.")
    assert (result.id, result.kind, result.outcome) == ("bias", CheckKind.BIAS, CheckOutcome.REVIEW)
