from __future__ import annotations

from datetime import date

from tests.console_fakes import START, Api
from tests.reporting import GAP, with_log
from tests.unit.console.conftest import api
from wardlaw.evidence.report import Period
from wardlaw.store.database import reading
from wardlaw.store.period import MOST, counts_in, full, gaps_in

__all__ = ["api"]
INSIDE = Period(date(2020, 1, 1), date(2031, 1, 1))
BEFORE = Period(date(2020, 1, 1), date(2021, 1, 1))


def test_records_and_gaps_of_the_period_alone_are_told(api: Api) -> None:
    with_log(api)
    with reading(api.made.engine) as connection:
        assert counts_in(connection, INSIDE) == ({"gap": 1}, {})
        assert counts_in(connection, BEFORE) == ({}, {})
        (gap,) = gaps_in(connection, INSIDE)
        assert (gap.record, gap.at, gap.facts) == (GAP, START, {"n": 2})
        assert gaps_in(connection, BEFORE) == ()


def test_a_list_that_is_cut_is_said_to_be() -> None:
    one = BEFORE
    assert full({"waivers": (one,)}) == ()
    assert "waivers" in full({"waivers": (one,) * MOST})[0]
