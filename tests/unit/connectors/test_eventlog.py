from __future__ import annotations

import pytest

from wardlaw.connectors.eventlog import LogEntry, begin_of, event_pages, mark_of
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError


def _read(entry: object) -> LogEntry:
    if entry == "bad":
        raise UnreadableError("it is bad")
    return LogEntry(Activity(str(entry), float(entry), Deed.USE))  # type: ignore[arg-type]


def test_a_log_goes_on_from_its_latest_event_whatever_its_order() -> None:
    pages = list(event_pages([[30, "bad"], [None, 10]], _read, "20.0"))
    assert [len(page.gaps) for page in pages] == [1, 1, 0]
    assert [one.id for page in pages for one in page.activities] == ["30", "10"]
    assert (pages[-1].watermark, pages[-1].covered_until) == ("30.0", 30.0)
    assert list(event_pages([], _read, "20.0"))[-1].watermark == "20.0"
    assert list(event_pages([], _read, ""))[-1].watermark == ""


@pytest.mark.parametrize("mark", ["", "m", "nan", "inf", "-5"])
def test_a_watermark_of_somebody_else_is_the_beginning(mark: str) -> None:
    assert (mark_of(mark), begin_of(mark)) == (0, 0)


def test_a_run_begins_an_hour_before_the_last_one_ended() -> None:
    assert (begin_of("7200.0"), begin_of("60"), begin_of("60", 20.0)) == (3_600, 0, 40)
