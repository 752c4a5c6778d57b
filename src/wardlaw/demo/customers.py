"""A generated customer database: 5,000 rows that look like people and are nobody."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

ROWS = 5_000
_GIVEN = (
    "Ada",
    "Bo",
    "Cem",
    "Dana",
    "Elif",
    "Finn",
    "Gita",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaja",
    "Lars",
    "Mira",
    "Nils",
    "Olga",
    "Pia",
    "Rafa",
    "Sami",
    "Tess",
    "Uma",
)
_FAMILY = (
    "Abel",
    "Berg",
    "Costa",
    "Dunn",
    "Eder",
    "Falk",
    "Greco",
    "Holm",
    "Ivers",
    "Jensen",
    "Kohl",
    "Lund",
    "Moser",
    "Noor",
    "Ortega",
    "Petri",
    "Roth",
    "Silva",
)
_CITIES = ("Graz", "Porto", "Lille", "Turku", "Ghent")


def generate(path: Path, *, rows: int = ROWS) -> None:
    """Write a fresh SQLite database of customers, the same each time.

    The mail domain is reserved for examples (RFC 2606), the phone numbers for drama (Ofcom, 07700 900xxx).
    """
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute(
            "create table customers (id integer primary key, name text, email text, phone text, city text, balance real)"
        )
        database.executemany("insert into customers values (?, ?, ?, ?, ?, ?)", map(_customer, range(1, rows + 1)))
        database.commit()


def _customer(number: int) -> tuple[int, str, str, str, str, float]:
    # Steps without a common divisor with the lists' lengths, so that every combination turns up.
    name = f"{_GIVEN[number * 7 % len(_GIVEN)]} {_FAMILY[number * 5 % len(_FAMILY)]}"
    phone = f"+44 7700 900{number * 617 % 1000:03d}"
    return number, name, f"customer{number}@example.com", phone, _CITIES[number % len(_CITIES)], number * 37 % 9000 / 4


def query(path: Path, *, offset: int = 0, limit: int = -1) -> str:
    """Run the assistant's tool: rows as JSON; a negative limit means all."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("select * from customers order by id limit ? offset ?", (limit, offset))
        return json.dumps([dict(row) for row in rows])
