from __future__ import annotations

from wardlaw.console.pages.lawtables import table_of_frameworks, table_of_provisions
from wardlaw.console.pages.tables import as_csv

ACT = {
    "id": "act",
    "title": "The Act",
    "version": "2024",
    "origin": "shipped",
    "provisions": 3,
    "applying": 2,
    "as_of": "2026-11-01",
}
LINE = {
    "provision": {"id": "art-5", "title": "Practices", "dates": [{"day": "2025-02-02"}]},
    "applies": True,
    "clauses": ["GOV-07"],
    "controls": ["WL-1", "WL-2"],
}


def test_frameworks_lead_to_their_provisions() -> None:
    table = table_of_frameworks([ACT])
    assert table.cell(table.rows[0], table.columns[0]).href == "/frameworks/act"
    assert as_csv(table).splitlines()[1] == "The Act,2024,3,2,2026-11-01"


def test_a_provision_says_how_it_stands_and_what_answers_it() -> None:
    later = {**LINE, "provision": {"id": "art-6", "title": "Rules"}, "applies": False, "clauses": [], "controls": []}
    shown = as_csv(table_of_provisions("act", [LINE, later], {"art-5": "proven"})).splitlines()
    assert shown[1] == 'act:art-5,Practices,proven,today,2025-02-02,GOV-07,"WL-1, WL-2"'
    assert shown[2] == "act:art-6,Rules,,later,,,"
