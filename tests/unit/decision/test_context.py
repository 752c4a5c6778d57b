"""The context holds exactly the attributes of the table, with their types."""

from __future__ import annotations

from tests.unit.decision.cases import finding, request
from wardlaw.decision.context import MAX_LONG, PATHS, Facts, build_context
from wardlaw.facts.attributes import ATTRIBUTES, BY_NAME, AttributeType
from wardlaw.facts.exchange import Measures
from wardlaw.facts.finding import FindingKind, Level
from wardlaw.facts.request import Snapshot

_PYTHON = {AttributeType.LONG: int, AttributeType.STRING: str, AttributeType.BOOL: bool, AttributeType.SET: list}


def test_every_attribute_is_produced_and_nothing_else() -> None:
    assert set(PATHS) == set(BY_NAME)


def test_every_attribute_has_the_type_the_table_promises() -> None:
    found = (finding(FindingKind.PII, label="iban"), finding(FindingKind.INJECTION))
    context = build_context(Facts(request(), found, Snapshot(taint=("x",))), [a.name for a in ATTRIBUTES])
    assert {name for name, value in context.items() if not _is_of(value, _PYTHON[BY_NAME[name].type])} == set()


def _is_of(value: object, kind: type) -> bool:
    """A StrEnum counts as text; a bool is not a number here."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def test_findings_become_classes_and_the_highest_score() -> None:
    found = (finding(FindingKind.FINGERPRINT, label="secret:pay"), finding(FindingKind.INJECTION, score=700))
    context = build_context(Facts(request(), found, Snapshot()), ["dataClasses", "findings", "injectionScore"])
    assert context["dataClasses"] == ["registered-secret", "secret", "secret:pay"]
    assert "injection:block" in context["findings"]
    assert context["injectionScore"] == 700


def test_a_secret_that_is_only_noted_is_no_data_class() -> None:
    noted = finding(FindingKind.SECRET, label="generic", level=Level.NOTE)
    assert Facts(request(), (noted,), Snapshot()).classes == ()


def test_a_call_without_limit_asks_for_more_than_any_ceiling() -> None:
    facts = Facts(request(measures=Measures(requested_rows=-1)), (), Snapshot())
    assert build_context(facts, ["requestedRows"]) == {"requestedRows": MAX_LONG}
