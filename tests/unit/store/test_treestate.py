"""Rows and tree move together, behind the fence, on both databases."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from wardlaw.audit.envelope import decode
from wardlaw.audit.merkle import EMPTY_ROOT, Accumulator, leaf_hash
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store.database import reading
from wardlaw.store.tables import RECORD, SEALED_PART
from wardlaw.store.treestate import (
    NewRecord,
    append_records,
    assert_durable,
    newest_positions,
    read_entries,
    read_tree_state,
    store_published,
    take_over,
)
from wardlaw.testing.memorylog import make_entry


@pytest.fixture
def engine(database):
    return database


def grow(state, entries):
    tree = Accumulator.restore(state.size, state.right_edge)
    for entry in entries:
        tree.append(leaf_hash(entry))
    return [NewRecord(entry, decode(entry), ()) for entry in entries], tree


def stored(engine):
    with reading(engine) as connection:
        return read_tree_state(connection)


def test_a_fresh_database_begins_empty_and_each_start_raises_the_fence(engine):
    assert stored(engine) is None
    first = take_over(engine)
    assert (first.size, first.root, first.fence) == (0, EMPTY_ROOT, 1)
    assert take_over(engine).fence == 2 and stored(engine).fence == 2


def test_append_moves_rows_and_tree_together(engine):
    state = take_over(engine)
    entries = [make_entry(seq, note="ünï \\ \t\n\x00 'quoted'") for seq in range(5)]
    records, tree = grow(state, entries)
    state = append_records(engine, state, records, tree)
    assert stored(engine) == state and (state.size, state.root) == (5, tree.root())
    assert [e for chunk in read_entries(engine, 0, 5, step=2) for e in chunk] == entries
    assert [len(chunk) for chunk in read_entries(engine, 0, 5, step=2)] == [2, 2, 1]
    assert newest_positions(engine) == {"gw-1": (1, 4)}


def test_the_order_of_values_is_the_order_of_columns():
    names = [column.name for column in RECORD.columns]
    assert names == [
        "leaf_index",
        "id",
        "kind",
        "exchange",
        "at_ms",
        "gateway",
        "epoch",
        "seq",
        "subject",
        "effect",
        "demanded",
        "action",
        "route",
        "policies",
        "code",
        "envelope",
    ]
    assert [c.name for c in SEALED_PART.columns] == ["leaf_index", "klass", "subject", "month", "ciphertext"]


def test_a_lower_fence_or_another_size_writes_nothing(engine):
    old = take_over(engine)
    new = take_over(engine)
    records, tree = grow(old, [make_entry(0)])
    with pytest.raises(UnavailableError, match="WL-AUD-020"):
        append_records(engine, old, records, tree)
    with pytest.raises(UnavailableError, match="WL-AUD-020"):
        store_published(engine, old, checkpoint=b"x", witnessed_size=0, witnessed_at_ms=0)
    with pytest.raises(UnavailableError, match="WL-AUD-020"):
        append_records(engine, msgspec.structs.replace(new, size=7), records, tree)
    assert stored(engine) == new
    with reading(engine) as connection:
        assert connection.execute(select(RECORD)).all() == []


def test_a_doubled_position_rolls_everything_back(engine):
    state = take_over(engine)
    records, tree = grow(state, [make_entry(0), make_entry(1)])
    state = append_records(engine, state, records, tree)
    records, tree = grow(state, [make_entry(2), make_entry(1, note="other")])
    with pytest.raises(EvidenceError, match="WL-AUD-026"):
        append_records(engine, state, records, tree)
    assert stored(engine) == state
    with pytest.raises(EvidenceError, match="WL-AUD-024"):
        list(read_entries(engine, 0, 3))


def test_published_state_is_kept(engine):
    state = take_over(engine)
    changed = store_published(engine, state, checkpoint=b"note", witnessed_size=0, witnessed_at_ms=5)
    assert stored(engine) == changed and changed.checkpoint == b"note" and changed.witnessed_at_ms == 5


def test_records_without_a_tree_are_refused(engine):
    state = take_over(engine)
    records, tree = grow(state, [make_entry(0)])
    append_records(engine, state, records, tree)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM tree_state")
    with pytest.raises(EvidenceError, match="WL-AUD-024"):
        take_over(engine)


def test_newest_positions_looks_at_the_newest_epoch(engine):
    state = take_over(engine)
    entries = [make_entry(0), make_entry(1), make_entry(0, epoch=2), make_entry(0, gateway="b", epoch=9)]
    records, tree = grow(state, entries)
    append_records(engine, state, records, tree)
    assert newest_positions(engine) == {"gw-1": (2, 0), "b": (9, 0)}


def test_both_databases_are_durable(engine):
    assert_durable(engine)
