from __future__ import annotations

from datetime import date

from wardlaw.facts.person import Person, Role
from wardlaw.register.redteam.report import Attacked, BoundReport, KeptReport, RedTeamReport
from wardlaw.store.database import reading, writing
from wardlaw.store.people import add_person
from wardlaw.store.redteamreports import keep_report, list_reports, reports_for

A, B = "a" * 64, "b" * 64


def kept(number: int, model: str, target: str) -> KeptReport:
    report = RedTeamReport("garak", "1", target, date(2026, 11, number), (Attacked("dan", "x", 10, 1),))
    return KeptReport(f"rtr_{number}", BoundReport(report, str(number) * 64, model), "person:own", float(number))


def test_a_report_is_kept_once_for_its_model_and_found_by_model_and_target(database) -> None:
    first, second, third = kept(1, A, "m"), kept(2, B, "m"), kept(3, B, "other")
    with writing(database) as connection:
        add_person(connection, Person("person:own", "own", (Role.OWNER,)), by="init", now=1.0)
        for one in (first, second, third):
            assert keep_report(connection, one) == one
        again = KeptReport("rtr_9", first.bound, "person:x", 9.0)
        assert keep_report(connection, again) == first
    with reading(database) as connection:
        assert list_reports(connection) == (third, second, first)
        assert list_reports(connection, model=A) == (first,)
        assert reports_for(connection, A, ()) == (first.bound,)
        assert reports_for(connection, A, ("m",)) == (second.bound, first.bound)
