from __future__ import annotations

import pytest

from tests.console_fakes import TWO_CLAUSES
from wardlaw.facts.errors import InputError
from wardlaw.governance.clauses import parse_clauses
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.placing import with_clause
from wardlaw.governance.shipped import starter_sources

ONE, TWO = TWO_CLAUSES["one.yaml"], TWO_CLAUSES["two.yaml"]


def test_a_clause_alone_in_its_file_is_replaced_whole() -> None:
    name, text = with_clause(TWO_CLAUSES, "GOV-20", ONE.replace("1000", "2000"))
    assert name == "one.yaml"
    assert parse_clauses(text, source=name)[0][0].when.all[0].over == 2000


def test_a_new_clause_gets_a_file_of_its_own() -> None:
    name, text = with_clause(TWO_CLAUSES, "GOV-99", ONE.replace("GOV-20", "GOV-99"))
    assert name == "gov-99.yaml"
    assert parse_clauses(text, source=name)[0][0].id == "GOV-99"
    with pytest.raises(InputError) as caught:
        with_clause({"gov-99.yaml": TWO}, "GOV-99", ONE)
    assert caught.value.code == "WL-LIF-022"


def test_every_clause_that_ships_can_be_replaced_and_its_neighbours_stay_to_the_letter() -> None:
    sources = starter_sources()
    seen = 0
    for name, text in sources.items():
        if not name.endswith(".yaml") or name.endswith(".examples.yaml"):
            continue
        clauses, problems = parse_clauses(text, source=name)
        assert not problems
        for clause in clauses:
            seen += 1
            other = write_clause(clause).replace("title: ", "title: Other words for ", 1)
            found, whole = with_clause(sources, clause.id, other)
            after, problems = parse_clauses(whole, source=found)
            assert (found, problems) == (name, ())
            kept = {one.id: one for one in clauses if one.id != clause.id}
            assert {one.id: one for one in after if one.id != clause.id} == kept
            assert next(one for one in after if one.id == clause.id).title != clause.title
    assert seen > 20


def test_what_is_laid_out_otherwise_is_refused() -> None:
    flow = "[{id: GOV-20, title: x}]"
    with pytest.raises(InputError) as caught:
        with_clause({"flow.yaml": flow}, "GOV-20", ONE)
    assert caught.value.code == "WL-LIF-022"
