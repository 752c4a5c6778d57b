from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.audit.envelope import RecordKind
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.operations import OPERATIONS
from wardlaw.governance.retention import DOCUMENTS, INCIDENT, LEGAL_HOLD, LOG, KeepingTerms
from wardlaw.governance.shipped import shipped_frameworks, shipped_keeping

BOOK = shipped_keeping()
DAY_MS = 86_400_000


def test_the_classes_are_those_of_the_law_and_every_kind_of_record_is_of_one() -> None:
    assert [one.id for one in BOOK.classes] == [DOCUMENTS, LOG, INCIDENT, LEGAL_HOLD]
    provisions = {f"{one.id}:{item.id}" for one in shipped_frameworks().values() for item in one.provisions}
    assert {ref for one in BOOK.classes for ref in one.refs} <= provisions
    terms = KeepingTerms(BOOK, {}, 0)
    assert {terms.class_of(kind.value, "").id for kind in RecordKind} == {LOG}
    with pytest.raises(ConfigError, match="WL-RTN-002"):
        terms.class_of("song", "")


def test_every_prefix_of_an_operation_is_one_there_is() -> None:
    prefixes = [prefix for one in BOOK.classes for prefix in one.operations]
    assert [one for one in prefixes if not any(name.startswith(one) for name in OPERATIONS)] == []


@given(
    st.sampled_from(list(RecordKind)),
    st.sampled_from(["policy.reload", "keys.create", ""]),
    st.integers(0, 5_000 * DAY_MS),
    st.fixed_dictionaries({LOG: st.integers(-10, 5_000), DOCUMENTS: st.integers(-10, 5_000)}),
)
def test_no_setting_lets_a_record_go_before_its_floor(kind: RecordKind, operation: str, age_ms: int, days) -> None:
    now = 2_000_000_000_000
    terms = KeepingTerms(BOOK, days, now)
    one = terms.class_of(kind.value, operation)
    if age_ms <= max(one.floor_days, days[one.id]) * DAY_MS:
        assert terms.must_stay(kind.value, operation, now - age_ms)
    if now - age_ms >= terms.least_ms():
        assert terms.must_stay(kind.value, operation, now - age_ms)
