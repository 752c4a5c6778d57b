"""A generated customer database: 5,000 rows that look like people and are nobody."""

from __future__ import annotations

import json
import random
import sqlite3
from pathlib import Path

ROWS = 5_000
_GIVEN = "Ada Bo Cem Dana Elif Finn Gita Hugo Ines Jonas Kaja Lars Mira Nils Olga Pia Rafa Sami Tess Uma".split()
_FAMILY = "Abel Berg Costa Dunn Eder Falk Greco Holm Ivers Jensen Kohl Lund Moser Noor Ortega Petri Roth Silva".split()


def generate(path: Path, *, rows: int = ROWS, seed: int = 7) -> None:
    """Write a fresh SQLite database of customers.

    The mail domain is reserved for examples (RFC 2606), the phone numbers for drama (Ofcom, 07700 900xxx).
    """
    path.unlink(missing_ok=True)
    dice = random.Random(seed)  # noqa: S311, TID251 - reproducible demo data, nothing secret
    with sqlite3.connect(path) as database:
        database.execute(
            "create table customers (id integer primary key, name text, email text, phone text, city text, balance real)"
        )
        database.executemany(
            "insert into customers values (?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}",
                    f"customer{number}@example.com",
                    f"+44 7700 900{dice.randrange(1000):03d}",
                    dice.choice(("Graz", "Porto", "Lille", "Turku", "Ghent")),
                    round(dice.uniform(0, 9000), 2),
                )
                for number in range(1, rows + 1)
            ),
        )


def query(path: Path, *, offset: int = 0, limit: int = -1) -> str:
    """Run the assistant's tool: rows as JSON; a negative limit means all."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute("select * from customers order by id limit ? offset ?", (limit, offset))
        return json.dumps([dict(row) for row in rows])
