from __future__ import annotations

import json

import pytest

from wardlaw.security.pii import subject_digest
from wardlaw.security.subjects import MAX_DEPTH, SubjectCounter, normal_key

KEY = b"subject-key-of-a-test"
COUNTER = SubjectCounter(KEY)
PEOPLE = [{"name": f"Person {number}", "email": f"p{number}@example.org", "plan": "pro"} for number in range(5)]


def count(text: str, **rest) -> int:
    subjects = COUNTER.distinct_subjects(text, **rest)
    assert not subjects.unparsed
    return len(subjects.digests)


def table(separator: str) -> str:
    return "\n".join(
        separator.join(row)
        for row in [["id", "name", "email"], *([str(at), one["name"], one["email"]] for at, one in enumerate(PEOPLE))]
    )


def nested(value: object, times: int) -> object:
    for _ in range(times):
        value = {"result": json.dumps(value)}
    return value


SHAPES = {
    "array": json.dumps(PEOPLE),
    "wrapped": json.dumps({"rows": PEOPLE, "total": 5}),
    "columns and rows": json.dumps(
        {"columns": ["name", "email"], "rows": [[one["name"], one["email"]] for one in PEOPLE]}
    ),
    "one row of json_agg": json.dumps([{"json_agg": json.dumps(PEOPLE)}]),
    "string in string": json.dumps(nested(PEOPLE, 3)),
    "lines": "\n".join(map(json.dumps, PEOPLE)),
    "fenced": f"```json\n{json.dumps(PEOPLE)}\n```",
    "csv": table(","),
    "semicolons": table(";"),
    "tabs": table("\t"),
    "markdown": "| id | name | email |\n|---|---|---|\n"
    + "\n".join(f"| {at} | {one['name']} | {one['email']} |" for at, one in enumerate(PEOPLE)),
    "psql": " id | name | email \n----+------+-------\n"
    + "\n".join(f" {at} | {one['name']} | {one['email']}" for at, one in enumerate(PEOPLE)),
    "yaml list": "\n".join(f"- name: {one['name']}\n  email: {one['email']}" for one in PEOPLE),
    "table in json": json.dumps({"content": table(",")}),
    "mcp text part": json.dumps({"content": [{"type": "text", "text": json.dumps(PEOPLE)}]}),
    "prose": "We have " + " and ".join(one["email"] for one in PEOPLE) + ".",
    "addresses under a key": json.dumps({"result": {"emails": [one["email"] for one in PEOPLE]}}),
    "columns": json.dumps({"name": [one["name"] for one in PEOPLE]}),
    "by address": json.dumps({one["email"]: {"plan": "pro"} for one in PEOPLE}),
    "string_agg": json.dumps([{"email": ", ".join(one["email"] for one in PEOPLE)}]),
    "string_agg of names": json.dumps([{"customer_name": "; ".join(one["name"] for one in PEOPLE)}]),
    "bare addresses": json.dumps([one["email"] for one in PEOPLE]),
    "concatenated": "".join(map(json.dumps, PEOPLE)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_five_people_are_five_in_any_shape(shape):
    assert count(SHAPES[shape]) == 5


def test_the_same_person_counts_once():
    assert count(json.dumps([{"email": "A@example.org"}, {"email": "a@example.org ", "name": "x"}])) == 1


def test_one_person_with_many_data_is_one():
    person = {"name": "Ann", "email": "a@example.org", "phone": "+49 30 901820", "iban": "DE89370400440532013000"}
    assert count(json.dumps(person)) == 1


@pytest.mark.parametrize(
    "record",
    [
        {"customerId": 7},
        {"Customer-ID": "c7"},
        {"first_name": "Ann", "last_name": "Lee"},
        {"ssn": "536-22-6145"},
        {"x": "a@example.org"},
        {"name": "Ann", "birth_date": "2001-01-01"},
    ],
)
def test_a_record_with_a_key_or_datum_of_a_person_is_one(record):
    assert count(json.dumps([record])) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "[]",
        "{}",
        '{"name": "lodash", "version": "1.0"}',
        '[{"sku": 12, "price": 3}]',
        "42",
        "hello",
        "id,price\n1,2\n3,4",
        "[INFO] started",
        "[1] a footnote",
        '["a", "b"]',
    ],
)
def test_things_are_not_persons(text):
    assert count(text) == 0


@pytest.mark.parametrize("text", ['[{"email": "a@example.org"}', '{"a": }', "[" * 500 + "]" * 500, '{"rows": [1, 2'])
def test_what_presents_itself_as_structured_and_cannot_be_read_says_so(text):
    assert COUNTER.distinct_subjects(text).unparsed


def test_a_declared_type_must_be_kept():
    assert COUNTER.distinct_subjects("not json", structured=True).unparsed
    assert count(table(","), structured=True) == 5
    assert count(json.dumps(PEOPLE), structured=True) == 5


def test_persons_of_an_unreadable_result_are_counted_still():
    subjects = COUNTER.distinct_subjects('[{"email": "a@example.org"}, {"email": "b@example.org"')
    assert subjects.unparsed
    assert len(subjects.digests) == 2


def test_depth_is_bounded():
    value: object = {"email": "a@example.org"}
    for _ in range(MAX_DEPTH + 2):
        value = [value]
    assert COUNTER.distinct_subjects(json.dumps(value)).unparsed


def test_digests_are_keyed_and_shared_with_the_findings():
    subjects = COUNTER.distinct_subjects(json.dumps({"email": "Ann@Example.org"}))
    assert subjects.digests == {subject_digest("ann@example.org", KEY)}
    assert subjects.digests == COUNTER.distinct_subjects("mail ann@example.org").digests


def test_keys_have_one_spelling():
    assert {normal_key(key) for key in ("customerId", "Customer-ID", "customer id", " CUSTOMER_ID ")} == {"customer_id"}


def test_rows_as_python_prints_them_are_counted():
    assert COUNTER.distinct_subjects(repr(PEOPLE)) == COUNTER.distinct_subjects(json.dumps(PEOPLE))
    assert count(repr([tuple(one.values()) for one in PEOPLE])) == len(PEOPLE)
    assert not COUNTER.distinct_subjects("[{'name': 'city', 'share': 1e-07, 'none': None}]").unparsed


@pytest.mark.parametrize(
    "row",
    ["[" * 90 + "]" * 90, "'a', " * 60_000, "'a'", "lambda: 1"],
    ids=["deep", "long", "cut", "code"],
)
def test_what_python_would_not_print_so_stays_unreadable(row):
    end = "" if row == "'a'" else "}]"
    assert COUNTER.distinct_subjects(f"[{{'name': 'a', 'city': {row}{end}").unparsed
