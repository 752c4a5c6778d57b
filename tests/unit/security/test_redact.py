from __future__ import annotations

import pytest

from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.redact import data_classes, redact, redact_part


def finding(kind: FindingKind, start: int, end: int, label: str = "") -> Finding:
    return Finding(kind, "d", "1", "r", Level.NOTE, 500, label=label, start=start, end=end)


TEXT = "mail ann@example.org, pay DE89370400440532013000"
EMAIL = finding(FindingKind.PII, 5, 20, "email")
IBAN = finding(FindingKind.PII, 26, 48, "iban")


@pytest.mark.parametrize(
    ("classes", "text"),
    [
        (["pii"], "mail [redacted:email], pay [redacted:iban]"),
        (["pii:iban"], "mail ann@example.org, pay [redacted:iban]"),
        (["secret"], TEXT),
        ([], TEXT),
    ],
)
def test_only_the_named_classes_are_masked(classes, text):
    assert redact(TEXT, (IBAN, EMAIL), classes) == text


def test_overlapping_spans_leave_nothing_between():
    first, second = finding(FindingKind.SECRET, 2, 6, "aws"), finding(FindingKind.FINGERPRINT, 4, 9, "secret:x")
    assert redact("0123456789", (first, second), ["secret", "registered-secret"]) == "01[redacted:secret]9"


def test_kinds_have_their_classes():
    assert data_classes(EMAIL) == ("pii", "pii:email")
    assert data_classes(finding(FindingKind.SECRET, 0, 1, "aws")) == ("secret", "secret:aws")
    assert data_classes(finding(FindingKind.FINGERPRINT, 0, 1)) == ("registered-secret",)
    assert data_classes(finding(FindingKind.TRIPWIRE, 0, 1)) == ("tripwire",)
    assert data_classes(finding(FindingKind.INJECTION, 0, 1)) == ()


def test_findings_of_the_whole_exchange_mask_nothing():
    assert redact("abc", (finding(FindingKind.PII, 0, 0, "email"),), ["pii"]) == "abc"


def test_what_reaches_over_the_borders_of_parts_gets_one_mark():
    over = finding(FindingKind.PII, 2, 8, "email")
    assert redact_part("0123", (over,), ["pii"], begun=False) == ("01[redacted:email]", True)
    rest = finding(FindingKind.PII, -2, 4, "email")
    assert redact_part("456789", (rest,), ["pii"], begun=True) == ("89", False)
    assert redact_part("45", (rest,), ["pii"], begun=True) == ("", True)


def test_what_was_not_known_in_the_part_before_is_marked_in_this_one():
    rest = finding(FindingKind.PII, -2, 4, "email")
    assert redact_part("456789", (rest,), ["pii"], begun=False) == ("[redacted:email]89", False)


def test_what_lies_before_or_behind_a_part_changes_nothing_in_it():
    away = (finding(FindingKind.PII, -9, 0, "email"), finding(FindingKind.PII, 4, 9, "email"))
    assert redact_part("0123", away, ["pii"], begun=True) == ("0123", False)
