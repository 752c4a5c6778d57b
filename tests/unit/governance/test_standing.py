from __future__ import annotations

import msgspec

from tests.unit.governance.lives import AT, GOV, OPS, RULES, checked, version
from wardlaw.facts.clauselife import LifeState
from wardlaw.governance.bundle import bundle_payload, decode_bundle
from wardlaw.governance.check import Checked
from wardlaw.governance.clausetext import clause_texts
from wardlaw.governance.renewal import published_set
from wardlaw.governance.standing import Beside, ClauseStanding, standings

S = LifeState
ENFORCED = {"GOV-20": (version(state=S.ENFORCE),)}


def published(*forms: str) -> Checked:
    return published_set(decode_bundle(bundle_payload(checked(*forms))))


def one(book=None, *, disk: str = GOV, out_there: str = GOV, expected: Checked | None = None) -> ClauseStanding:
    files = clause_texts(checked(disk)) if disk else {}
    beside = Beside(files, published(out_there), expected or checked(GOV))
    (found,) = standings(ENFORCED if book is None else book, beside, rules=RULES, at=AT)
    return found


def test_where_everything_agrees_there_is_nothing_to_say() -> None:
    found = one()
    assert (found.state, found.version, found.enforced, found.on_disk, found.drifted) == ("enforce", 1, 1, "same", ())


def test_a_file_that_was_edited_or_is_gone() -> None:
    assert one(disk=GOV.replace("1000", "9999")).drifted == ("the file was edited, and nobody handed it in",)
    gone = one(disk="")
    assert (gone.on_disk, gone.drifted) == ("gone", ("the file is gone, and the clause stays as it was approved",))


def test_what_is_in_force_without_approval_is_told() -> None:
    assert one(out_there=GOV.replace("1000", "9999")).drifted == ("what is in force is not what was approved",)
    assert one({}, expected=checked(OPS)).drifted == ("it is in force and has no history",)


def test_a_draft_is_no_drift() -> None:
    beside = Beside(clause_texts(checked(GOV, OPS)), published(GOV), checked(GOV))
    found = standings(ENFORCED, beside, rules=RULES, at=AT)
    assert [(each.clause, each.state, each.drifted) for each in found] == [
        ("GOV-20", "enforce", ()),
        ("OPS-30", "draft", ()),
    ]


def test_rows_changed_by_hand_and_reviews_that_are_late() -> None:
    late = msgspec.structs.replace(version(state=S.ENFORCE), is_intact=False, review_until=AT - 1)
    assert one({"GOV-20": (late,)}).drifted == (
        "rows of version 1 were changed by hand",
        "the emergency of version 1 was not reviewed in time",
    )
