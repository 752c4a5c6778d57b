from __future__ import annotations

from sqlalchemy import JSON, DateTime
from sqlalchemy.dialects import postgresql, sqlite

import wardlaw.store.coveragetables
import wardlaw.store.dutytables
import wardlaw.store.evidencetables
import wardlaw.store.inventorytables
import wardlaw.store.lifetables  # noqa: F401 (as those)
from wardlaw.facts.credential import KeyEntry, RegisteredSecret
from wardlaw.facts.habit import HabitOrder
from wardlaw.facts.incident import Incident, Quarantine
from wardlaw.store.erasures import Erasure
from wardlaw.store.holds import LegalHold
from wardlaw.store.records import RecordRow, StoredPart
from wardlaw.store.tables import API_KEY, METADATA, RECORD, REGISTERED_SECRET


def test_only_types_that_mean_the_same_on_both_databases() -> None:
    for table in METADATA.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, JSON | DateTime), column
            assert column.type.compile(dialect=sqlite.dialect())
            assert column.type.compile(dialect=postgresql.dialect())


def test_every_column_has_a_field_and_every_field_a_column() -> None:
    pairs = [
        ("record", RecordRow), ("sealed_part", StoredPart), ("incident", Incident), ("quarantine", Quarantine),
        ("erasure", Erasure), ("hold", LegalHold), ("habit_order", HabitOrder),
    ]  # fmt: skip
    for name, struct in pairs:
        assert set(METADATA.tables[name].columns.keys()) == set(struct.__struct_fields__), name
    assert set(KeyEntry.__struct_fields__) <= set(API_KEY.columns.keys())
    assert set(RegisteredSecret.__struct_fields__) <= set(REGISTERED_SECRET.columns.keys())


def test_a_place_in_a_gateways_count_exists_once() -> None:
    unique = [tuple(c.columns.keys()) for c in RECORD.constraints if c.__visit_name__ == "unique_constraint"]
    assert unique == [("gateway", "epoch", "seq")]
