from __future__ import annotations

import msgspec

from wardlaw.governance.clauses import read_clauses
from wardlaw.governance.frameworks.control import Control, broken_links, carried_out_by, controls_for
from wardlaw.governance.shipped import shipped_controls, shipped_frameworks, starter_sources

CONTROLS = shipped_controls().controls
CLAUSES = tuple(
    placed.clause for name, text in starter_sources().items() for placed in read_clauses(text, source=name)[0]
)


def of(name: str) -> Control:
    return next(one for one in CONTROLS if one.id == name)


def test_every_link_resolves() -> None:
    assert len(CONTROLS) == 34
    assert sum(len(one.links) for one in CONTROLS) == 185
    assert broken_links(CONTROLS, shipped_frameworks()) == ()
    bad = Control("X", "x", "gate", "risk", ("eu-ai-act:art-999", "eu-ai-act:annex-iii-4a"))
    assert len(broken_links((bad,), shipped_frameworks())) == 2  # an annex point asks for nothing itself


def test_the_starter_pack_carries_out_what_it_is_said_to() -> None:
    for control in CONTROLS:
        assert {one.id for one in carried_out_by(control, CLAUSES)} == set(control.clauses)


def test_a_clause_that_was_given_another_meaning_carries_nothing_out() -> None:
    sec_01 = next(one for one in CLAUSES if one.id == "SEC-01")
    inject = of("WL-SEC-INJECT")
    assert carried_out_by(inject, (sec_01,)) == (sec_01,)
    other = msgspec.structs.replace(sec_01, refs=("gdpr:30",))
    assert carried_out_by(inject, (other,)) == ()


def test_a_clause_of_the_house_names_the_control_it_carries_out() -> None:
    own = msgspec.structs.replace(CLAUSES[0], id="ACME-01", refs=("wardlaw:WL-TRN-LITERACY",))
    assert carried_out_by(of("WL-TRN-LITERACY"), (own,)) == (own,)


def test_controls_of_a_provision() -> None:
    assert [one.id for one in controls_for("eu-ai-act:art-50-1", CONTROLS)] == ["WL-OUT-DISCLOSE"]
    assert controls_for("eu-ai-act:art-999", CONTROLS) == ()
