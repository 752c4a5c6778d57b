from __future__ import annotations

from bench.exporting import row_of
from sqlalchemy import delete, insert
from sqlalchemy.engine import Engine

from wardlaw.audit.siem import Exported, MissingLeaves
from wardlaw.store.database import writing
from wardlaw.store.exports import ExportCursor, keep_cursor, log_end, next_batch, read_cursor
from wardlaw.store.tables import RECORD


def test_a_target_begins_at_the_beginning_and_goes_on_where_it_stood(database: Engine) -> None:
    with writing(database) as connection:
        assert read_cursor(connection, "siem") == ExportCursor("siem")
        kept = ExportCursor("siem", 7, 6, 1, 2, 5.5, 3, "it answered 500")
        keep_cursor(connection, kept)
        keep_cursor(connection, kept)
        assert read_cursor(connection, "siem") == kept
        assert read_cursor(connection, "other") == ExportCursor("other")


def test_batches_follow_each_other_and_end_with_the_log(database: Engine) -> None:
    with writing(database) as connection:
        assert next_batch(connection, 0, limit=9, now=1.0).items == ()
        assert log_end(connection) == 0
        connection.execute(insert(RECORD), [row_of(leaf) for leaf in range(5)])
        first = next_batch(connection, 0, limit=3, now=1.0)
        second = next_batch(connection, first.next_leaf, limit=3, now=1.0)
        leaves = [one.leaf for one in (*first.items, *second.items) if isinstance(one, Exported)]
        assert leaves == [0, 1, 2, 3, 4]
        last = next_batch(connection, second.next_leaf, limit=3, now=1.0)
        assert (last.items, last.next_leaf) == ((), 5)
        assert log_end(connection) == 5


def test_what_is_gone_is_told_in_its_place(database: Engine) -> None:
    with writing(database) as connection:
        connection.execute(insert(RECORD), [row_of(leaf) for leaf in range(9)])
        connection.execute(delete(RECORD).where(RECORD.c.leaf_index.in_([0, 1, 5])))
        batch = next_batch(connection, 0, limit=100, now=2.0)
        assert [one.leaf if isinstance(one, Exported) else (one.first, one.last) for one in batch.items] == [
            (0, 1), 2, 3, 4, (5, 5), 6, 7, 8,
        ]  # fmt: skip
        assert (batch.missing, batch.next_leaf) == (3, 9)
        assert batch.items[0] == MissingLeaves(0, 1, 2_000)
