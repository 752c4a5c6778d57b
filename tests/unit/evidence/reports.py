"""A small report for the tests of what is made of one."""

from __future__ import annotations

from datetime import date

from wardlaw.evidence.coverage import Line
from wardlaw.evidence.report import FrameworkSaid, Gap, Happened, NamedRecord, Period, Report

LAW = FrameworkSaid("law", "The <law>", "1", date(2026, 1, 1), "a source", "free", "", "", (), ())


def report(lines: tuple[Line, ...], gaps: tuple[Gap, ...] = ()) -> Report:
    """One with these lines."""
    told = Happened({"decision": 3}, {"permit": 3}, gaps, (), (), (), (), (), ())
    period = Period(date(2026, 10, 1), date(2026, 11, 1))
    counts = {one.state.value: 1 for one in lines}
    return Report(
        1_790_000_000.0, "wardlaw/test", "wardlaw", period, date(2026, 11, 1), 3, LAW, (), 2, 1, 0, 50.0, counts, lines,
        (), (), told, (NamedRecord("dec_1", "why"),),
    )  # fmt: skip
