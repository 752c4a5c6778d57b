from __future__ import annotations

import msgspec
import pytest

from tests.unit.governance.cases import BULK, TODAY, WRITTEN, WRITTEN_EXAMPLES, checked, codes
from wardlaw.decision.policyset import PolicySet
from wardlaw.governance.check import check
from wardlaw.governance.compile import base_permits
from wardlaw.governance.examples import run_examples
from wardlaw.governance.problems import Severity
from wardlaw.governance.shipped import shipped_frameworks

OTHER = BULK.replace("GOV-20", "GOV-21")
PERMIT = """\
@id("base-x") @base("true") @owner("ciso")
permit (principal, action, resource) when { context.principalRegistered && context.resourceRegistered };
"""


def test_a_sound_set_gives_one_text_the_door_accepts() -> None:
    result = checked(BULK, w_cedar=WRITTEN, w_examples_yaml=WRITTEN_EXAMPLES)
    assert result.ok
    assert result.problems == ()
    assert result.text.startswith(base_permits())
    assert [item.id for item in result.compiled] == ["GOV-20", "GOV-30"]
    assert [clause.id for clause in result.clauses] == ["GOV-20"]
    assert set(PolicySet.build(result.text).policies) == {"base-model", "base-tool", "base-grant", "GOV-20", "GOV-30"}
    assert all(item.passed for item in run_examples(result.compiled))


def test_nothing_at_all_still_denies_what_is_not_registered() -> None:
    assert check({}, today=TODAY).text == base_permits()


def test_one_error_leaves_no_text_to_publish() -> None:
    result = checked(BULK, "id: [")
    assert not result.ok
    assert result.text == ""
    assert [item.id for item in result.compiled] == ["GOV-20"]


def test_the_text_does_not_depend_on_how_clauses_are_spread_over_files() -> None:
    third = BULK.replace("GOV-20", "GOV-22").replace("requestedRows", "resultBytes").replace("over: 100}", "over: 7}")
    third = third.replace("resultBytes: 100", "resultBytes: 7")
    one = check({"a.yaml": BULK, "b.yaml": third}, today=TODAY)
    other = check({"z.yaml": third, "zz.yaml": BULK}, today=TODAY)
    assert one.ok
    assert one.text == other.text


def test_hand_written_base_permits_are_kept() -> None:
    result = checked(p_cedar=PERMIT)
    assert result.ok
    assert "base-x" in PolicySet.build(result.text).policies
    assert len(result.permits) == 1


@pytest.mark.parametrize(
    ("files", "code", "source"),
    [
        ({"a.yaml": BULK, "b.yaml": BULK}, "WL-POL-011", "b.yaml"),
        ({"a.yaml": BULK, "b.cedar": WRITTEN.replace("GOV-30", "GOV-20")}, "WL-POL-011", "b.cedar"),
        ({"a.cedar": WRITTEN, "b.cedar": WRITTEN}, "WL-POL-011", "b.cedar"),
        ({"a.cedar": PERMIT.replace("base-x", "base-tool")}, "WL-POL-011", "a.cedar"),
        ({"a.cedar": WRITTEN}, "WL-POL-015", "a.cedar"),
        ({"a.examples.yaml": WRITTEN_EXAMPLES}, "WL-POL-016", "a.examples.yaml"),
        (
            {"a.yaml": BULK, "b.examples.yaml": WRITTEN_EXAMPLES.replace("GOV-30", "GOV-20")},
            "WL-POL-016",
            "b.examples.yaml",
        ),
        ({"notes.txt": "x"}, "WL-POL-031", "notes.txt"),
    ],
)
def test_problems_of_the_whole_set(files: dict[str, str], code: str, source: str) -> None:
    result = check(files, today=TODAY)
    assert not result.ok
    assert (code, source) in [(problem.code, problem.source) for problem in result.problems]


def test_a_duplicate_in_other_words_is_found() -> None:
    same = OTHER.replace("over: 100}", "at_least: 101}")
    result = checked(BULK, same)
    assert result.ok
    assert codes(result) == ["WL-POL-012"]
    assert result.problems[0].severity is Severity.WARNING
    assert result.problems[0].message == "GOV-21 says the same as GOV-20."


def test_a_shadowed_clause_is_found_and_a_wider_one_is_not() -> None:
    narrower = OTHER.replace("over: 100}", "over: 500}").replace("requestedRows: 101", "requestedRows: 501")
    result = checked(BULK, narrower)
    assert codes(result) == ["WL-POL-013"]
    assert result.problems[0].message == "GOV-21 stops nothing that GOV-20 does not stop already."
    assert codes(checked(BULK, narrower.replace("effect: deny", "effect: cut"))) == []
    elsewhere = narrower.replace("ToolCall", "ModelCall")
    assert codes(checked(BULK, elsewhere)) == []


def test_a_hand_written_clause_is_compared_by_its_examples() -> None:
    night = BULK.replace("GOV-20", "GOV-40").replace(
        "{attribute: requestedRows, over: 100}", "{attribute: hour, under: 8}"
    )
    night = night.replace("requestedRows: 101", "hour: 3").replace("requestedRows: 100", "hour: 9")
    result = checked(night, w_cedar=WRITTEN, w_examples_yaml=WRITTEN_EXAMPLES)
    assert result.ok
    assert [(p.code, p.source) for p in result.problems] == [("WL-POL-013", "w.cedar")]
    assert codes(checked(BULK, w_cedar=WRITTEN, w_examples_yaml=WRITTEN_EXAMPLES)) == []


def test_two_policies_of_a_structured_clause_do_not_collide_with_hand_written_ids() -> None:
    two = BULK.replace("actions: [ToolCall]", "actions: [ToolCall]\nprincipals: [User, Agent]")
    assert checked(two).ok
    clash = WRITTEN.replace('@id("GOV-30")', '@id("GOV-20.2")')
    result = checked(two, w_cedar=clash, w_examples_yaml=WRITTEN_EXAMPLES)
    assert codes(result) == ["WL-POL-011"]


def test_faulty_examples_of_hand_written_clauses_are_told_and_do_no_harm() -> None:
    bad = WRITTEN_EXAMPLES.replace("hour: 3, toolEffect: write", "hour: three")
    result = checked(BULK, w_cedar=WRITTEN, w_examples_yaml=bad)
    assert "WL-POL-016" in codes(result)
    assert result.problems[0].line == 6


def test_no_text_at_all_makes_the_check_fail() -> None:
    for text in ("", "\ufeff", "{}", "[]", "- []", "- 1", "?", "'", "\x00", "a: b: c", "- id:\n- id:"):
        check({"x.yaml": text, "x.cedar": text, "x.examples.yaml": text}, today=TODAY)


def test_clauses_that_contradict_are_found_and_those_that_have_reasons_of_their_own_are_not() -> None:
    # More than a thousand rows is cut, a hundred passes (says the one); more than fifty is held (says the other).
    strong = BULK.replace("effect: deny", "effect: cut").replace("wing: governance", "wing: security")
    strong = strong.replace("effect: cut", "mode: enforce\neffect: cut", 1)
    held = OTHER.replace("over: 100}", "over: 50}").replace("requestedRows: 100}", "requestedRows: 50}")
    held = held.replace("effect: deny", "effect: hold").replace("effect: hold", "mode: enforce\neffect: hold", 1)
    result = checked(strong, held)
    assert result.ok
    (found,) = [one for one in result.problems if one.code == "WL-POL-037"]
    assert found.message.startswith("GOV-20 says that ")
    assert found.message.endswith(" passes, and GOV-21 stops it (hold).")
    another = held.replace("over: 50}", "over: 50}\n    - {attribute: copiesRows, equals: false}")
    assert "WL-POL-037" not in codes(checked(strong, another))
    assert "WL-POL-037" not in codes(checked(strong, held.replace("mode: enforce", "mode: shadow")))


def test_a_reference_that_only_a_pack_has_brought_is_known_where_it_counts() -> None:
    shipped = shipped_frameworks()
    law = shipped["gdpr"]
    new = msgspec.structs.replace(law.provisions[0], id="99")
    moved = msgspec.structs.replace(law, provisions=(*law.provisions, new))
    clause = BULK.replace('["gdpr:32"]', '["gdpr:32", "gdpr:99"]')
    assert clause != BULK
    wrong = checked(clause).problems
    assert [one.code for one in wrong] == ["WL-POL-018"]
    assert wrong[0].hint
    assert check({"a.yaml": clause}, today=TODAY, frameworks={**shipped, "gdpr": moved}).ok
