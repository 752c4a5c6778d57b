"""Labels of copies, and calls that speak of where they went."""

from __future__ import annotations

import json

import pytest

from wardlaw.facts.exchange import Measures
from wardlaw.security.asking.places import BULK_COPIED, COPIED_TO, ROWS_COPIED, copy_labels, place_label, touches_copy


def copied(rows: int, *targets: str) -> tuple[str, ...]:
    return copy_labels(Measures(requested_rows=rows), targets, ())


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        (-1, {BULK_COPIED, ROWS_COPIED}),
        (1_001, {BULK_COPIED, ROWS_COPIED}),
        (1_000, {ROWS_COPIED}),
        (0, set()),
        (1, set()),
    ],
)
def test_how_much_was_copied(rows: int, labels: set[str]) -> None:
    assert set(copied(rows, "x")) - {place_label("x")} == labels


def test_persons_written_to_a_file_are_a_copy() -> None:
    assert ROWS_COPIED in copy_labels(Measures(carried_subjects=30), ("x.csv",), ())
    assert BULK_COPIED in copy_labels(Measures(carried_subjects=101), ("x.csv",), ())


def test_labels_hold_no_names() -> None:
    (label,) = (one for one in copied(5, "Kurt-Quist.csv") if one.startswith(COPIED_TO))
    assert "quist" not in label


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("/tmp/out.csv", {"path": "/tmp/out.csv"}),
        ("/tmp/out.csv", {"attachments": ["file:///srv/OUT.CSV"]}),
        ("out.csv", {"body": "see out.csv, please"}),
        ("backup_customers", {"sql": "select * from main.backup_customers limit 5"}),
        ("backup_customers", {"sql": 'select * from "dbo"."Backup_Customers"'}),
        ("backup_customers", {"table": "main.backup_customers"}),
        ("s3://bucket/dump.parquet", {"deep": {"er": [{"key": "dump.parquet"}]}}),
    ],
)
def test_a_call_that_names_the_place_touches_the_copy(target: str, arguments: object) -> None:
    assert touches_copy([json.dumps(arguments)], copied(500, target))


@pytest.mark.parametrize("arguments", [{"path": "/tmp/other.csv"}, {"to": "ann@example.com"}, {}, "backup"])
def test_another_place_does_not(arguments: object) -> None:
    assert not touches_copy([json.dumps(arguments)], copied(500, "/tmp/out.csv"))
    assert not touches_copy([json.dumps(arguments)], ())


def test_where_nobody_can_tell_the_place_every_call_touches_it() -> None:
    assert touches_copy(["{}"], copied(500))
    many = copied(5, *(f"t{number}" for number in range(20)))
    assert touches_copy(["{}"], many)
    assert len(many) < 5


def test_unreadable_arguments_are_looked_through_as_text() -> None:
    assert touches_copy(["{oops out.csv"], copied(500, "out.csv"))


def test_more_than_is_looked_through_counts_as_naming_the_place() -> None:
    long = json.dumps({"body": "word " * 50_000})
    assert touches_copy([long], copied(500, "out.csv"))
    assert not touches_copy([long], ())
