from __future__ import annotations

import pytest

from wardlaw.decision.context import classes_of
from wardlaw.facts.attributes import ATTRIBUTES, BY_NAME, AttributeType
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.governance.domains import domain, is_deterministic_class, why_unknown


def test_every_ordinary_value_lies_in_its_domain() -> None:
    for attribute in ATTRIBUTES:
        values = domain(attribute.name)
        match attribute.ordinary:
            case bool():
                continue
            case int(number):
                assert values.low <= number <= values.high, attribute.name
            case str(word):
                assert not values.unknown(word), attribute.name
            case tuple(words):
                assert not any(map(values.unknown, words)), attribute.name


def test_what_findings_produce_is_known() -> None:
    for kind in FindingKind:
        for level in Level:
            finding = Finding(
                kind, "d", "1", "r", level, 500, label="secret:x" if kind is FindingKind.FINGERPRINT else "x"
            )
            assert not domain("findings").unknown(f"{kind.value}:{level.value}")
            for word in classes_of(finding):
                if kind is not FindingKind.TRIPWIRE:  # its label is the operator's own
                    assert not domain("dataClasses").unknown(word), word


@pytest.mark.parametrize(
    ("attribute", "word", "hint"),
    [
        ("dataClasses", "secrets", 'Did you mean "secret"?'),
        ("dataClasses", "pii:", 'Did you mean "pii"?'),
        ("findings", "injection:blok", 'Did you mean "injection:block"?'),
        ("destinationTrust", "external", 'Did you mean "internal"?'),
        ("toolEffect", "*", "Known: credential, destructive, egress, payment, read, share, unknown, write."),
    ],
)
def test_values_nothing_produces_are_told(attribute: str, word: str, hint: str) -> None:
    assert why_unknown(attribute, word) == hint


@pytest.mark.parametrize(
    ("attribute", "word"),
    [("dataClasses", "pii:iban"), ("dataClasses", "*"), ("team", "anything"), ("region", "mars"), ("groups", "*")],
)
def test_open_values_and_prefixes_are_known(attribute: str, word: str) -> None:
    assert why_unknown(attribute, word) == ""


def test_domains_belong_to_attributes_of_the_table() -> None:
    for name in ("hour", "weekday", "injectionScore", "anomalyScore"):
        assert BY_NAME[name].type is AttributeType.LONG
        assert domain(name).high < 10_000


def test_only_exact_matches_are_deterministic() -> None:
    assert is_deterministic_class("registered-secret")
    assert is_deterministic_class("tripwire:x")
    assert not is_deterministic_class("secret")
    assert not is_deterministic_class("secret:aws")
    assert not is_deterministic_class("pii")
