from __future__ import annotations

import csv
import io

import msgspec
import pytest

from wardlaw.cli.companyfill import checked
from wardlaw.demo.candidates import DECISIONS, TRAINED, TRUSTED, decisions, trained_on, trusted
from wardlaw.demo.settled import GATE
from wardlaw.register.gates.gate import read_gate


def test_the_same_seed_draws_the_same_people() -> None:
    for made, rows in ((decisions, DECISIONS), (trained_on, TRAINED), (trusted, TRUSTED)):
        assert made(3) == made(3) != made(4)
        assert len(list(csv.DictReader(io.StringIO(made(3))))) == rows
    assert trained_on(3)[:2_000] != trusted(3)[:2_000]


@pytest.mark.parametrize("seed", [1, 7])
def test_a_gate_has_something_to_draw_and_nothing_that_ends_it(seed: int) -> None:
    gate = msgspec.to_builtins(read_gate(GATE))
    kept = {"system": {"id": "cv", "title": "CV", "owner": "person:o", "purpose": "ranks"}, "version": 1}
    fair, data = checked(seed, gate, kept)
    assert (fair["id"], fair["outcome"], data["id"], data["outcome"]) == ("fair", "review", "data", "pass")
    assert fair["plots"]
    assert data["plots"]
