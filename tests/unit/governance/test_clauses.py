from __future__ import annotations

import pytest

from tests.unit.governance.cases import BULK, WRITTEN_EXAMPLES
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Example, Risk, Wing
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect, Mode
from wardlaw.governance import clauses
from wardlaw.governance.clauses import parse_clauses, read_clauses, read_examples


def one(text: str) -> tuple[str, int, str, str]:
    found, problems = parse_clauses(text, source="x.yaml")
    assert found == ()
    assert len(problems) == 1, problems
    return problems[0].code, problems[0].line, problems[0].message, problems[0].hint


def test_a_clause_is_read_whole() -> None:
    (clause,), problems = parse_clauses(BULK, source="x.yaml")
    assert problems == ()
    assert clause == Clause(
        id="GOV-20",
        title="No bulk",
        text="Nobody moves the data of many.",
        owner="legal",
        wing=Wing.GOVERNANCE,
        risk=Risk.HIGH,
        refs=("gdpr:32",),
        mode=Mode.ENFORCE,
        effect=Effect.DENY,
        actions=(Action.TOOL_CALL,),
        when=Condition(all=(Term("requestedRows", over=100),)),
        examples=(
            Example("many rows", Effect.DENY, Action.TOOL_CALL, context={"requestedRows": 101}),
            Example("few rows", Effect.ALLOW, Action.TOOL_CALL, context={"requestedRows": 100}),
        ),
    )


def test_a_list_holds_several_and_a_bad_one_is_left_out_alone() -> None:
    good = BULK.replace("\n", "\n  ").strip()
    bad = good.replace("GOV-20", "GOV-21").replace("effect: deny\n  actions", "effect: denied\n  actions")
    found, problems = parse_clauses(f"- {good}\n- {bad}\n", source="x.yaml")
    assert [clause.id for clause in found] == ["GOV-20"]
    assert [(problem.code, problem.hint) for problem in problems] == [("WL-POL-006", 'Did you mean "deny"?')]


@pytest.mark.parametrize(
    ("change", "to", "code", "line"),
    [
        ("owner: legal", "ownr: legal", "WL-POL-004", 4),
        ("id: GOV-20", "id: gov-20", "WL-POL-007", 1),
        ("id: GOV-20", "id: GOV-20.1", "WL-POL-007", 1),
        ("wing: governance", "wing: legal", "WL-POL-006", 5),
        ("effect: deny\nactions", "effect: allow\nactions", "WL-POL-006", 8),
        ("actions: [ToolCall]", "actions: []", "WL-POL-006", 9),
        ("actions: [ToolCall]", "actions: [ToolCal]", "WL-POL-006", 9),
        ("over: 100", "over: a hundred", "WL-POL-006", 12),
        ("over: 100", "over: 100, under: 3", "WL-POL-009", 12),
        (", over: 100", "", "WL-POL-009", 12),
        ("over: 100", "one_of: []", "WL-POL-009", 12),
        ("    action: ToolCall", "    action: Tool", "WL-POL-006", 16),
        ("title: No bulk", "title: ''", "WL-POL-006", 2),
        ("title: No bulk", 'title: "a\\nb"', "WL-POL-006", 2),
        ('refs: ["gdpr:32"]', "quarantine: maybe", "WL-POL-006", 7),
        ("  all:", "  every:", "WL-POL-004", 11),
    ],
)
def test_each_problem_has_its_line(change: str, to: str, code: str, line: int) -> None:
    text = BULK.replace(change, to, 1)
    assert text != BULK
    found, problems = parse_clauses(text, source="x.yaml")
    assert found == ()
    assert (code, line) in [(problem.code, problem.line) for problem in problems]


def test_a_missing_key_is_named() -> None:
    assert one(BULK.replace("risk: high\n", ""))[0::2] == ("WL-POL-005", 'The key "risk" is missing.')


def test_words_that_yaml_turns_into_claims_stay_words() -> None:
    text = BULK.replace("requestedRows, over: 100", "team, one_of: [no, on, yes]")
    (clause,), _ = parse_clauses(text, source="x.yaml")
    assert clause.when.all[0].one_of == ("no", "on", "yes")


def test_equals_keeps_the_kind_it_was_written_with() -> None:
    for written, value in (("true", True), ("7", 7), ("seven", "seven"), ("'7'", "7")):
        (clause,), _ = parse_clauses(BULK.replace("over: 100", f"equals: {written}"), source="x.yaml")
        assert clause.when.all[0].equals == value
        assert type(clause.when.all[0].equals) is type(value)


def test_places_of_parts_are_kept() -> None:
    (placed,), _ = read_clauses(BULK, source="x.yaml")
    assert placed.located.at("when.all.0.attribute")[0] == 12
    assert placed.located.at("examples.1.context.requestedRows")[0] == 21
    assert placed.located.at("refs.0")[0] == 7


def test_a_root_that_is_no_clause_is_a_problem() -> None:
    assert one("just words")[0] == "WL-POL-006"
    assert one("- just words")[0] == "WL-POL-006"


def test_the_tables_hold_exactly_the_fields_of_the_nouns() -> None:
    assert set(clauses.CLAUSE_KEYS) == set(Clause.__struct_fields__) == set(clauses._FIELDS)
    assert set(clauses.TEST_KEYS) == set(Term.__struct_fields__) == set(clauses._TEST_FIELDS)
    assert set(clauses.EXAMPLE_KEYS) == set(Example.__struct_fields__)


def test_examples_of_hand_written_clauses_are_read_by_clause() -> None:
    found, located, problems = read_examples(WRITTEN_EXAMPLES, source="x.examples.yaml")
    assert problems == ()
    assert [example.name for example in found["GOV-30"]] == [
        "an agent that writes at night",
        "an agent that reads at night",
    ]
    assert located.at("GOV-30.1.effect")[0] == 8
    assert read_examples("- a", source="x")[2][0].code == "WL-POL-006"
    assert read_examples("GOV-30:\n  - name: x", source="x")[2][0].code == "WL-POL-005"
