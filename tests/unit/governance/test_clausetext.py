from __future__ import annotations

import msgspec

from tests.unit.governance.lives import BY_HAND, GOV, OPS, TODAY, checked, text
from wardlaw.facts.clause import Risk
from wardlaw.facts.clauselife import TextKind
from wardlaw.governance.check import check
from wardlaw.governance.clausetext import BASE, clause_of, clause_texts, is_its_digest, retirement_of, written_of


def test_layout_and_comments_have_no_part_in_a_digest_and_everything_enforced_has() -> None:
    assert (
        text("# why\n" + GOV.replace("effect: deny\nactions", "actions").replace("when:", "effect: deny\nwhen:"))
        == text()
    )
    for old, new in (("1000", "1001"), ("effect: deny\n", "effect: deny\nmode: warn\n"), ("name: all", "name: every")):
        assert text(GOV.replace(old, new)).digest != text().digest
    assert clause_of(text()).id == "GOV-20"


def test_what_is_written_by_hand_is_a_clause_and_permits_are_one_together() -> None:
    found = clause_texts(check({"o.yaml": OPS, **BY_HAND}, today=TODAY))
    assert {name: (one.kind, one.risk) for name, one in found.items()} == {
        "OPS-30": (TextKind.FORM, Risk.LOW),
        "GOV-40": (TextKind.CEDAR, Risk.HIGH),  # nobody said how risky it is
        BASE: (TextKind.PERMITS, Risk.CRITICAL),
    }
    assert len(written_of(found["GOV-40"]).examples) == 2
    low = check(
        {
            "h.cedar": BY_HAND["hand.cedar"].replace("@wing", '@risk("low")\n@wing'),
            "h.examples.yaml": BY_HAND["hand.examples.yaml"],
        },
        today=TODAY,
    )
    assert clause_texts(low)["GOV-40"].risk is Risk.LOW


def test_the_end_of_a_clause_is_a_text_of_its_own() -> None:
    end = retirement_of(text())
    assert (end.kind, end.risk, end.clause) == (TextKind.RETIREMENT, Risk.HIGH, "GOV-20")
    assert retirement_of(text(GOV.replace("1000", "9"))).digest != end.digest


def test_a_text_that_was_changed_is_not_its_digest() -> None:
    assert is_its_digest(text())
    assert not is_its_digest(msgspec.structs.replace(text(), text=text().text.replace("1000", "9999")))
    assert set(clause_texts(checked(GOV, OPS))) == {"GOV-20", "OPS-30"}
