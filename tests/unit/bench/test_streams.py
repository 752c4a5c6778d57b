from __future__ import annotations

import math

from bench.mock import CHUNKS, read_spelled, spell
from bench.streams import Stream, summarise


def stream(*, delay: int, held: int, start: int = 1_000_000) -> Stream:
    """A stream whose words arrive ``delay`` after the chunk that released them, ``held`` chunks late."""
    sent = [start + place * 10_000 for place in range(CHUNKS)]
    got = [(sent[min(place + held, CHUNKS - 1)] + delay, [sent[place]]) for place in range(CHUNKS)]
    return Stream(200, start - 500, sent, got)


def test_times_survive_spelling() -> None:
    times = [1, 4_100_000_000, 987_654_321_012]
    text = " ".join(["begin", *map(spell, times), "abcdefgh"])
    assert read_spelled(text) == times


def test_work_is_counted_from_the_chunk_that_caused_it() -> None:
    one = stream(delay=300, held=1)
    assert set(one.work_us()) == {300}
    assert sorted(set(one.age_us())) == [300, 10_300]
    assert one.first_us == 500 + 10_000 + 300


def test_figures_are_what_is_added_to_direct() -> None:
    direct = summarise([stream(delay=100, held=0)], None)
    assert (direct.work_p50_us, direct.age_p50_us) == (100, 100)
    gateway = summarise([stream(delay=450, held=1), stream(delay=450, held=1)], direct)
    assert (gateway.work_p50_us, gateway.age_p50_us, gateway.streams, gateway.errors) == (350, 10_350, 2, 0)


def test_broken_streams_are_errors_and_in_no_figure() -> None:
    whole, cut = stream(delay=100, held=0), Stream(200, 0, [1], [(2, [1])])
    assert summarise([whole, cut], None).errors == 1
    none = summarise([cut], None)
    assert (none.streams, none.errors) == (0, 1)
    assert math.isnan(none.work_p50_us)
