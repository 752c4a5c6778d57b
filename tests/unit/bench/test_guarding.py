from __future__ import annotations

import itertools
import json

from bench.guarding import GuardFigures, _doubts, _grown, _inspected, playful_prompts
from bench.latency import Added
from bench.promises import Results, promises
from bench.report import grids
from bench.watched import Sample

from wardlaw.adapters.encoder import load_encoder
from wardlaw.adapters.weights import load_weights

FIGURES = GuardFigures(
    140,
    400,
    600,
    900,
    2_500,
    14_000,
    0.02,
    40,
    2_000,
    9_000,
    700,
    800,
    55,
    400,
    1_000,
    Added(1_300, 2_600, 400, 0),
    240,
    0,
)


def test_the_share_of_doubts_is_counted_and_doubtful_prompts_are_found() -> None:
    weights = load_weights()
    asked, doubtful = _doubts(weights, load_encoder(weights), 100)
    assert 0 <= asked < 100
    assert len(doubtful) > 50
    assert set(doubtful) < set(itertools.islice(playful_prompts(12), 4_000))


def test_a_grown_history_differs_in_its_last_text_alone() -> None:
    first, second = (json.loads(one)["messages"] for one in itertools.islice(_grown(["a", "b"], 3), 2))
    assert first[:-1] == second[:-1]
    assert first[-1] != second[-1]
    assert _inspected([Sample("inspect", 5.0, 1_030), Sample("inspect", 1.0, 90), Sample("loop", 2.0, 0)], 1_000) == [
        5.0
    ]


def test_every_promise_of_the_detectors_stands_beside_its_figure() -> None:
    found = {
        one.what: (one.measured, one.is_met) for one in promises(Results(guard=FIGURES)) if one.measured is not None
    }
    assert len(found) == 10
    assert found["rules and linear model on 1 KB of ASCII, p50, in the server"] == (0.14, True)
    assert found["the same in other scripts"] == (0.6, False)
    assert found["requests a second per core, the mix, rules and linear model"] == (2_500, True)
    assert found["the same with the encoder at its share"] == (1_000, True)
    (grid,) = (one for one in grids(Results(guard=FIGURES)) if one.title == "The detectors")
    assert all(len(row) == len(grid.columns) for row in grid.rows)
    assert ("texts of the mix that ask for it", "40 of 2,000 (2.0%)") in grid.rows
