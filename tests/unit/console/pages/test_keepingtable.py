from __future__ import annotations

from wardlaw.console.pages.keepingtable import table_of_kept
from wardlaw.console.pages.tables import as_csv

CLASS = {
    "id": "decision",
    "title": "Decisions",
    "days": 365,
    "until": "",
    "records": 7,
    "oldest_ms": 86_400_000,
    "refs": ["art-19"],
}


def test_a_class_stays_for_days_or_until_something_happens() -> None:
    secret = {**CLASS, "title": "Secrets", "days": 0, "until": "they are revoked", "oldest_ms": 0, "refs": []}
    assert as_csv(table_of_kept([CLASS, secret])).splitlines()[1:] == [
        "Decisions,365 days at least,7,1970-01-02T00:00:00.000Z,art-19",
        "Secrets,they are revoked,7,,",
    ]
