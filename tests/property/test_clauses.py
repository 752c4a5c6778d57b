"""Clauses under hostile and random input: nothing injects, nothing is lost, nothing is wrongly implied."""

from __future__ import annotations

import json
from datetime import date

import cedarpy
import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardlaw.facts.action import Action
from wardlaw.facts.attributes import ATTRIBUTES, BY_NAME, AttributeType
from wardlaw.facts.clause import Clause, Condition, Example, Risk, Wing
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.cedartext import quote, split_statements
from wardlaw.governance.check import check
from wardlaw.governance.clauses import parse_clauses
from wardlaw.governance.compile import compile_clause
from wardlaw.governance.examples import matches
from wardlaw.governance.fmt import format_source
from wardlaw.governance.implication import covers, never_true
from wardlaw.governance.schema import cedar_schema
from wardlaw.governance.sentence import render_sentence

TODAY = date(2026, 11, 22)
SCHEMA = cedarpy.Schema.from_str(cedar_schema())
_BREAKERS = (
    '"',
    "\\",
    '");',
    '"); permit(principal, action, resource); //',
    "*/",
    "//",
    "\n",
    "\x00",
    "@id",
    "\u202e",
    "*",
)
HOSTILE = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from(_BREAKERS), max_size=5).map("".join),
)
LONG = st.integers(-(2**63), 2**63 - 1)
NAMES = {kind: [a.name for a in ATTRIBUTES if a.type is kind] for kind in AttributeType}


def _tests(words: st.SearchStrategy[str], numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Term]:
    sets = st.lists(words, min_size=1, max_size=3).map(tuple)
    long, text = st.sampled_from(NAMES[AttributeType.LONG]), st.sampled_from(NAMES[AttributeType.STRING])
    return st.one_of(
        st.builds(Term, long, over=numbers),
        st.builds(Term, long, at_least=numbers),
        st.builds(Term, long, under=numbers),
        st.builds(Term, long, equals=numbers),
        st.builds(Term, text, equals=words),
        st.builds(Term, text, one_of=sets),
        st.builds(Term, st.sampled_from(NAMES[AttributeType.BOOL]), equals=st.booleans()),
        st.builds(Term, st.sampled_from(NAMES[AttributeType.SET]), contains_any=sets),
    )


def _clauses(tests: st.SearchStrategy[Term], words: st.SearchStrategy[str]) -> st.SearchStrategy[Clause]:
    some = st.lists(tests, max_size=3).map(tuple)
    condition = st.builds(Condition, all=some, any=some)
    return st.builds(
        Clause,
        id=st.just("GOV-20"),
        title=words,
        text=words,
        owner=words,
        wing=st.sampled_from(Wing),
        risk=st.sampled_from(Risk),
        effect=st.sampled_from([effect for effect in Effect if effect is not Effect.ALLOW]),
        actions=st.lists(st.sampled_from(Action), min_size=1, unique=True).map(tuple),
        when=condition,
        refs=st.lists(words, max_size=2).map(tuple),
        mode=st.sampled_from(Mode),
        principals=st.lists(st.sampled_from(PrincipalKind), unique=True).map(tuple),
        resources=st.lists(words, max_size=2).map(tuple),
        unless=st.none() | condition,
        advice=words,
        redact=st.lists(words, max_size=2).map(tuple),
        quarantine=st.booleans(),
    )


@given(_clauses(_tests(HOSTILE, LONG), HOSTILE))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_no_text_of_a_clause_can_become_policy(clause: Clause) -> None:
    text = compile_clause(clause)
    assert text.isascii()
    result = cedarpy.validate_policies(text, SCHEMA)
    assert result.validation_passed, result.errors
    policies = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values()
    kinds = len(set(clause.principals))
    assert len(policies) == (1 if kinds in (0, len(PrincipalKind)) else kinds)
    assert len(split_statements(text)) == len(policies)
    for policy in policies:
        notes = {name: value or "" for name, value in policy["annotations"].items()}
        assert policy["effect"] == "forbid"
        assert notes["clause"] == "GOV-20"
        assert (notes["title"], notes["owner"], notes["advice"]) == (clause.title, clause.owner, clause.advice)
        assert notes["refs"] == ", ".join(clause.refs)
        written = set(_literals(policy["conditions"]))
        expected = {
            word
            for part in (clause.when, clause.unless or Condition())
            for test in (*part.all, *part.any)
            for word in _words(test)
        }
        assert expected <= written
        assert written <= expected | set(clause.resources)
    assert render_sentence(clause).endswith(".")


def _words(test: Term) -> set[str]:
    if test.contains_any is not None:
        return set() if "*" in test.contains_any else set(test.contains_any)
    return set(test.one_of or ()) | ({test.equals} if isinstance(test.equals, str) else set())


def _literals(node: object) -> list[str]:
    match node:
        case {"Value": str(text)}:
            return [text]
        case dict():
            return [text for value in node.values() for text in _literals(value)]
        case list():
            return [text for value in node for text in _literals(value)]
        case _:
            return []


@given(HOSTILE)
def test_a_quoted_text_reads_back_as_itself(text: str) -> None:
    policy = f"@id({quote(text)}) permit(principal, action, resource);"
    (parsed,) = json.loads(cedarpy.policies_to_json_str(policy))["staticPolicies"].values()
    assert (parsed["annotations"]["id"] or "") == text


SMALL = st.sampled_from(["a", "b", "*"])
NEAR = st.integers(-1, 4)
SMALL_TESTS = st.one_of(
    st.builds(Term, st.just("hour"), over=NEAR),
    st.builds(Term, st.just("hour"), at_least=NEAR),
    st.builds(Term, st.just("hour"), under=NEAR),
    st.builds(Term, st.just("hour"), equals=NEAR),
    st.builds(Term, st.just("team"), equals=st.sampled_from(["a", "b"])),
    st.builds(Term, st.just("team"), one_of=st.sets(st.sampled_from(["a", "b", "c"]), min_size=1).map(tuple)),
    st.builds(Term, st.just("resultUnparsed"), equals=st.booleans()),
    st.builds(Term, st.just("groups"), contains_any=st.sets(SMALL, min_size=1).map(tuple)),
)
SMALL_CONDITION = st.builds(
    Condition, all=st.lists(SMALL_TESTS, max_size=2).map(tuple), any=st.lists(SMALL_TESTS, max_size=2).map(tuple)
)
PLAIN = Clause(
    id="GOV-20",
    title="t",
    text="t",
    owner="legal",
    wing=Wing.GOVERNANCE,
    risk=Risk.LOW,
    effect=Effect.DENY,
    actions=(Action.TOOL_CALL,),
    when=Condition(),
)
SMALL_CLAUSES = st.builds(
    lambda when, unless, resources: msgspec.structs.replace(PLAIN, when=when, unless=unless, resources=resources),
    SMALL_CONDITION,
    st.none() | SMALL_CONDITION,
    st.lists(st.sampled_from(["tool:a", "tool:*", "tool:*a", "tool:b"]), max_size=2).map(tuple),
)
REQUESTS = st.builds(
    lambda hour, team, unparsed, groups, resource: Example(
        name="x",
        effect=Effect.DENY,
        action=Action.TOOL_CALL,
        resource=resource,
        context={"hour": hour, "team": team, "resultUnparsed": unparsed, "groups": sorted(groups)},
    ),
    st.integers(0, 5),
    st.sampled_from(["a", "b", "d"]),
    st.booleans(),
    st.sets(st.sampled_from(["a", "b", "c"])),
    st.sampled_from(["tool:a", "tool:b", "tool:aa"]),
)


@given(SMALL_CLAUSES, SMALL_CLAUSES, st.lists(REQUESTS, min_size=1, max_size=6))
@settings(max_examples=400, deadline=None)
def test_covering_and_never_matching_are_only_said_when_the_engine_agrees(
    general: Clause, special: Clause, requests: list[Example]
) -> None:
    covered, never = covers(general, special), never_true(special)
    for request in requests:
        stopped = matches(compile_clause(special), request)
        assert not (never and stopped)
        if covered and stopped:
            assert matches(compile_clause(general), request)


@given(SMALL_CLAUSES)
def test_every_clause_covers_itself(clause: Clause) -> None:
    assert covers(clause, clause)


VISIBLE = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=30).map(
    lambda text: text.strip()
)
WRITABLE = VISIBLE.filter(bool)
TYPED = {
    AttributeType.LONG: LONG,
    AttributeType.STRING: VISIBLE,
    AttributeType.BOOL: st.booleans(),
    AttributeType.SET: st.lists(WRITABLE, max_size=3),
}
CONTEXTS = st.lists(st.sampled_from(sorted(BY_NAME)), unique=True, max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: TYPED[BY_NAME[name].type] for name in names})
)
EXAMPLES = st.builds(
    Example,
    name=WRITABLE,
    effect=st.sampled_from(Effect),
    action=st.sampled_from(Action),
    principal=st.sampled_from(PrincipalKind),
    resource=st.just("") | WRITABLE,
    context=CONTEXTS,
)
WHOLE = st.builds(
    lambda clause, examples, advice: msgspec.structs.replace(
        clause, examples=tuple(examples), advice=advice, text=f"{clause.text}\n  {clause.title}"
    ),
    _clauses(_tests(WRITABLE, LONG), WRITABLE),
    st.lists(EXAMPLES, max_size=2),
    st.just("") | WRITABLE,
)


@given(st.lists(WHOLE, min_size=1, max_size=2))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_written_clause_survives_reading_and_formatting(clauses: list[Clause]) -> None:
    text = json.dumps(msgspec.to_builtins(clauses), ensure_ascii=False)  # such JSON is YAML
    read, problems = parse_clauses(text, source="x.yaml")
    assert problems == ()
    formatted, problems = format_source(text, source="x.yaml")
    assert problems == ()
    again, problems = parse_clauses(formatted, source="x.yaml")
    assert problems == ()
    assert again == read == tuple(clauses)
    assert format_source(formatted, source="x.yaml") == (formatted, ())


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_no_file_makes_the_check_or_the_formatter_fail(text: str) -> None:
    sources = {"a.yaml": text, "b.cedar": text, "c.examples.yaml": text}
    result = check(sources, today=TODAY)
    assert result.ok or result.text == ""
    for name, source in sources.items():
        format_source(source, source=name)
