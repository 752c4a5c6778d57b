from __future__ import annotations

import msgspec
import pytest

from tests.unit.governance.lives import BY_HAND, GOV, OPS, TODAY, checked, text, version
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.clauselife import LifeState
from wardlaw.facts.errors import ConfigError, EvidenceError
from wardlaw.governance.bundle import bundle_payload, decode_bundle
from wardlaw.governance.check import check
from wardlaw.governance.clausetext import clause_texts, retirement_of
from wardlaw.governance.renewal import is_of_this_version
from wardlaw.governance.running import Running, running, running_set

S = LifeState


def test_the_set_of_all_texts_is_the_set_of_the_files() -> None:
    whole = check({"g.yaml": GOV, "o.yaml": OPS, **BY_HAND}, today=TODAY)
    texts = clause_texts(whole)
    again = running_set(map(Running, texts.values()), today=TODAY)
    assert (again.text, again.clauses, again.permits) == (whole.text, whole.clauses, whole.permits)
    assert {name: one.digest for name, one in clause_texts(again).items()} == {n: o.digest for n, o in texts.items()}


@pytest.mark.parametrize("name", ["GOV-20", "GOV-40"])
def test_a_new_version_runs_in_shadow_beside_the_one_in_force(name: str) -> None:
    texts = clause_texts(check({"g.yaml": GOV, **BY_HAND}, today=TODAY))
    items = [*map(Running, texts.values()), Running(texts[name], in_shadow=True, beside=True)]
    found = running_set(items, today=TODAY)
    modes = {one.clause: one.mode.value for one in PolicySet.build(found.text).policies.values() if one.forbid}
    assert modes == {"GOV-20": "enforce", "GOV-40": "enforce", f"{name}~next": "shadow"}
    assert is_of_this_version(decode_bundle(bundle_payload(found)))


def test_what_runs_of_each_clause() -> None:
    two = text(GOV.replace("1000", "5000"))
    book = {
        "GOV-20": (version(state=S.ENFORCE), version(two, S.SHADOW, number=2)),
        "OPS-30": (version(text(OPS), S.SHADOW),),
        "OLD-10": (version(state=S.RETIRED), version(state=S.APPROVED, number=2)),
        "END-10": (version(state=S.ENFORCE), version(retirement_of(text()), S.SHADOW, number=2)),
    }
    assert running(book) == (
        Running(text()),
        Running(two, in_shadow=True, beside=True),
        Running(text(OPS), in_shadow=True),
        Running(text()),
    )


@pytest.mark.parametrize("change", [{"is_intact": False}, {"content": msgspec.structs.replace(text(), text="{}")}])
def test_nothing_runs_that_was_changed_by_hand(change: dict) -> None:
    with pytest.raises(EvidenceError) as caught:
        running({"GOV-20": (msgspec.structs.replace(version(state=S.ENFORCE), **change),)})
    assert caught.value.code == "WL-LIF-009"


def test_a_text_that_no_longer_passes_is_told() -> None:
    broken = msgspec.structs.replace(text(), text=text().text.replace("requestedRows", "formerAttribute"))
    with pytest.raises(ConfigError) as caught:
        running_set([Running(broken)], today=TODAY)
    assert caught.value.code == "WL-LIF-010"
    assert checked(GOV).ok
