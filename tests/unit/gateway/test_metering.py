from __future__ import annotations

import json

import pytest

from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.gateway.metering import Meter

SESSION, OTHER = b"s" * 16, b"o" * 16


def result(text: str) -> Segment:
    return Segment(0, Channel.TOOL_RESULT, "/messages/2/content", text, "call_1")


def rows(count: int) -> str:
    return json.dumps([{"id": n, "email": f"customer{n}@example.com"} for n in range(count)])


def test_a_result_moves_its_people_and_bytes() -> None:
    moved = Meter(b"k" * 32).results(SESSION, [result(rows(3))], Measures(body_bytes=7))
    assert (moved.measures.data_subjects, moved.measures.result_bytes) == (3, len(rows(3)))
    assert moved.measures.body_bytes == 7
    assert len(moved.subjects) == 3


def test_only_results_are_metered() -> None:
    moved = Meter(b"k" * 32).results(SESSION, [Segment(0, Channel.USER, "", rows(3))], Measures())
    assert moved.measures == Measures()
    assert moved.subjects == frozenset()


def test_a_result_under_a_role_nobody_knows_is_metered_all_the_same() -> None:
    disguised = Segment(0, Channel.OTHER, "/messages/3/content", rows(120))
    assert Meter(b"k" * 32).results(b"s", [disguised], Measures()).measures.data_subjects == 120
    elsewhere = Segment(0, Channel.OTHER, "/metadata/note", rows(120))
    assert Meter(b"k" * 32).results(b"s", [elsewhere], Measures()).measures.data_subjects == 0


def test_history_is_not_counted_again_once_it_was_released() -> None:
    meter = Meter(b"k" * 32)
    first = meter.results(SESSION, [result(rows(3))], Measures())
    again = meter.results(SESSION, [result(rows(3))], Measures())
    assert again.measures == first.measures  # not released yet: a retry is the same
    meter.settle(first)
    later = meter.results(SESSION, [result(rows(3)), result(rows(5))], Measures())
    assert later.measures.result_bytes == len(rows(5))
    assert len(later.subjects) == 5  # whom the state has counted already it will not count again
    assert meter.results(SESSION, [result(rows(3))], Measures()).measures == Measures()


def test_what_one_session_has_released_counts_in_another() -> None:
    meter = Meter(b"k" * 32)
    meter.settle(meter.results(SESSION, [result(rows(3))], Measures()))
    assert meter.results(OTHER, [result(rows(3))], Measures()).measures.data_subjects == 3


def test_a_structured_result_that_cannot_be_read_says_so() -> None:
    moved = Meter(b"k" * 32).results(SESSION, [result('[{"id": 1, "email": "a@example.com"}, {"id')], Measures())
    assert moved.measures.result_unparsed


def test_one_row_of_an_aggregate_is_not_one_record() -> None:
    packed = json.dumps([{"json_agg": json.loads(rows(40))}])
    assert Meter(b"k" * 32).results(SESSION, [result(packed)], Measures()).measures.data_subjects == 40


def test_an_answer_is_metered_like_a_result() -> None:
    moved = Meter(b"k" * 32).answer(["Ask ada.quist@example.com", "or bo.berg@example.com"], 44)
    assert (moved.measures.data_subjects, moved.measures.result_bytes) == (2, 44)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.gateway.metering._REMEMBERED", 8)
    meter = Meter(b"k" * 32)
    for number in range(30):
        meter.settle(meter.results(SESSION, [result(f"row {number}")], Measures()))
    assert len(meter._released) <= 8
    assert len(meter._counted) <= 8
