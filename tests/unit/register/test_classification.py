from __future__ import annotations

from typing import Any

import msgspec

from tests.unit.register.answered import QUESTIONNAIRE, answered
from wardlaw.facts.person import Role
from wardlaw.facts.tier import Tier
from wardlaw.register.classification import (
    APPROVED,
    Classification,
    SaidAnswer,
    changed_since,
    found_by,
    lowers,
    merged,
    parts_of,
    stands,
)
from wardlaw.register.system import MadeOf, System

CV = System("cv", "CV ranker", "person:ann", "ranks", tools=("search",), made_of=MadeOf(model="a" * 64))


def classified(system: System = CV, version: int = 1, **answers: Any) -> Classification:
    said = {name: SaidAnswer(value) for name, value in answered(**answers).items()}
    given = merged(None, said, by="person:ann", at=1.0)
    found = found_by(QUESTIONNAIRE, given)
    return Classification(
        system.id, version, QUESTIONNAIRE.version, given, found, parts_of(system), "person:ann", (Role.OWNER,), 1.0
    )


def test_it_speaks_for_what_was_classified_and_for_nothing_else() -> None:
    one = classified()
    assert stands(one, CV, QUESTIONNAIRE) == APPROVED
    for change, told in (
        ({"purpose": "sells"}, "purpose"),
        ({"tools": ("mail",)}, "tools"),
        ({"made_of": MadeOf(model="b" * 64)}, "model digest"),
        ({"made_of": MadeOf(model="a" * 64, prompt="b" * 64)}, "prompt digest"),
        ({"made_of": MadeOf(model="a" * 64, data="b" * 64)}, "data digest"),
        ({"datasets": ("cvs",)}, "datasets"),
    ):
        changed = msgspec.structs.replace(CV, **change)
        assert changed_since(one, changed) == (told,)
        assert stands(one, changed, QUESTIONNAIRE).startswith("reopened")
    assert stands(one, msgspec.structs.replace(CV, title="Other"), QUESTIONNAIRE) == APPROVED


def test_what_is_not_decided_does_not_stand() -> None:
    assert stands(None, CV, QUESTIONNAIRE).startswith("never")
    assert stands(classified(p_manip="yes"), CV, QUESTIONNAIRE).startswith("prohibited")
    assert stands(classified(profiling="unknown", annex_iii=["annex-iii-4a"]), CV, QUESTIONNAIRE).startswith(
        "undetermined"
    )
    newer = msgspec.structs.replace(QUESTIONNAIRE, version="2027")
    assert stands(classified(), CV, newer).startswith("reopened")


def test_who_said_what_first_stays() -> None:
    first = classified()
    said = {"is_ai": SaidAnswer("yes"), "p_manip": SaidAnswer("no", "looked at again")}
    both = merged(first, said, by="person:ben", at=9.0)
    assert (both["is_ai"].by, both["p_manip"].by, both["p_manip"].at) == ("person:ann", "person:ben", 9.0)
    assert len(both) == 41


def test_a_detour_over_unknown_makes_nothing_milder() -> None:
    high = classified(annex_iii=["annex-iii-4a"], profiling="yes")
    unknown = classified(annex_iii="unknown", version=2)
    milder = classified(version=3).found
    assert unknown.found.tier is Tier.UNDETERMINED
    assert lowers(milder, (high, unknown), CV)
    assert not lowers(unknown.found, (high,), CV)
    assert not lowers(milder, (), CV)
    assert lowers(milder, (), msgspec.structs.replace(CV, tier=Tier.LIMITED))
