"""The same persons in every form a result can have: counted each once."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from wardlaw.security.subjects import SubjectCounter, Subjects

COUNTER = SubjectCounter(b"subject-key-of-a-test")
GIVEN = "Ada Bo Cem Dana Elif Finn Gita Hugo Ines Jonas".split()
FAMILY = "Abel Berg Costa Dunn Eder".split()
PEOPLE = [
    {"id": n, "name": f"{GIVEN[n % 10]} {FAMILY[n // 10]}", "email": f"p{n}@example.com", "city": "Graz"}
    for n in range(50)
]
CSV = "id,name,email,city\n" + "\n".join(",".join(str(cell) for cell in row.values()) for row in PEOPLE)
ADDRESSES = ",".join(str(row["email"]) for row in PEOPLE)
NAMES = ",".join(str(row["name"]) for row in PEOPLE)


@pytest.mark.parametrize(
    "result",
    [
        json.dumps(PEOPLE),
        repr(PEOPLE),
        repr([tuple(row.values()) for row in PEOPLE]),
        CSV,
        json.dumps({"result": CSV}),
        repr([{"csv": CSV}]),
        json.dumps({"result": json.dumps(PEOPLE)}),
        base64.b64encode(CSV.encode()).decode(),
        json.dumps({"data": base64.encodebytes(CSV.encode()).decode()}),
        CSV.encode().hex(),
        base64.b64encode(gzip.compress(CSV.encode())).decode(),
        repr([{"x": base64.b64encode(gzip.compress(json.dumps(PEOPLE).encode())).decode()}]),
        base64.b64encode(base64.b64encode(CSV.encode())).decode(),
        "| id | email |\n|---|---|\n" + "\n".join(f"| {row['id']} | {row['email']} |" for row in PEOPLE),
        json.dumps([{"group_concat(email)": ADDRESSES}]),
        repr([{"x": ADDRESSES}]),
        json.dumps([{"group_concat(name)": NAMES}]),
        json.dumps([{"x": NAMES}]),
        json.dumps([{"customer_ids": ",".join(str(row["id"]) for row in PEOPLE)}]),
        json.dumps({"columns": ["id", "name", "email"], "rows": [[r["id"], r["name"], r["email"]] for r in PEOPLE]}),
        json.dumps(
            {"fields": [{"name": "customer_id"}, {"name": "city"}], "data": [[r["id"], "Graz"] for r in PEOPLE]}
        ),
        repr([(row["id"], row["name"], "Graz") for row in PEOPLE]),
        json.dumps([{"x": row["name"]} for row in PEOPLE]),
        json.dumps([{f"e{k}": PEOPLE[at + k]["email"] for k in range(10)} for at in range(0, 50, 10)]),
        " ".join(str(row["email"]).replace("@", "%40") for row in PEOPLE),
    ],
)
def test_the_same_fifty_people_in_every_form(result: str) -> None:
    assert COUNTER.distinct_subjects(result).digests
    found = COUNTER.distinct_subjects(result)
    assert (len(found.digests), found.unparsed) == (50, False)


def test_one_person_in_every_form_is_the_same_person() -> None:
    row = PEOPLE[7]
    forms = [json.dumps(row), repr([row]), base64.b64encode(CSV.splitlines()[8].encode() * 4).decode(), row["email"]]
    assert len({digest for form in forms for digest in COUNTER.distinct_subjects(str(form)).digests}) == 1


@pytest.mark.parametrize(
    "result",
    ["[]", repr([{"country": "AT", "n": 80_000}]), json.dumps([{"x": city} for city in ("New York", "Los Angeles")])],
)
def test_totals_and_places_are_nobody(result: str) -> None:
    assert COUNTER.distinct_subjects(result) == Subjects(frozenset())


def test_compressed_data_that_cannot_be_read_counts_as_unparsed() -> None:
    bomb = base64.b64encode(gzip.compress(b"0" * 40_000_000)).decode()
    assert COUNTER.distinct_subjects(bomb).unparsed
