"""Every form that can be filled gives a clause that passes every check and whose examples pass."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wardlaw.facts.clause import Clause
from wardlaw.facts.errors import InputError
from wardlaw.governance.check import check
from wardlaw.governance.examples import run_examples
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.forms import clause_from_form, form_of
from wardlaw.governance.shipped import templates
from wardlaw.governance.template import Field, FieldKind, Template

TEMPLATES = templates()
TODAY = date(2026, 11, 22)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")), min_size=1, max_size=30)
NAMES = st.text("abcdefghijklmnopqrstuvwxyzÄß0123456789_.-'\"\\{}()", min_size=1, max_size=12)
DAYS = st.dates(date(2027, 1, 1), date(2060, 1, 1)).map(date.isoformat)


def answers(field: Field) -> st.SearchStrategy[Any]:
    match field.kind:
        case FieldKind.NUMBER:
            return st.integers(field.least, field.most or 10**9)
        case FieldKind.CHOICE:
            return st.sampled_from(list(field.choices))
        case FieldKind.CHOICES:
            return st.lists(st.sampled_from(list(field.choices)), min_size=1, unique=True)
        case FieldKind.DATE:
            return DAYS
        case FieldKind.WORDS if field.name == "references":
            return st.lists(st.sampled_from(["gdpr:32", "eu-ai-act:art-26", "gdpr:6"]), min_size=1, unique=True)
        case FieldKind.WORDS:
            return st.lists(NAMES, min_size=1, max_size=4, unique=True)
        case _:
            return st.sampled_from(["legal", "dpo", "ciso"]) if field.name == "owner" else LINES.filter(str.strip)


def forms(template: Template) -> st.SearchStrategy[dict[str, Any]]:
    asked = [field for field in template.questions if field.name != "id"]
    must = {field.name: answers(field) for field in asked if field.required and field.default is None}
    may = {field.name: answers(field) for field in asked if field.name not in must}
    return st.fixed_dictionaries(must, optional=may)


FILLED = st.sampled_from(list(TEMPLATES)).flatmap(lambda name: st.tuples(st.just(name), forms(TEMPLATES[name])))


def made(name: str, form: dict[str, Any]) -> Clause | str:
    try:
        return clause_from_form(TEMPLATES[name], form, identity="ABC-01")
    except InputError as error:
        return error.code


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FILLED)
def test_a_form_that_can_be_filled_makes_a_clause_that_stands(filled: tuple[str, dict[str, Any]]) -> None:
    name, form = filled
    clause = made(name, form)
    if isinstance(clause, str):
        assert clause == "WL-TPL-005"  # two answers that exclude each other, and nothing else
        return
    checked = check({"a.yaml": write_clause(clause)}, today=TODAY)
    assert [str(one) for one in checked.problems] == []
    assert checked.clauses == (clause,)
    assert all(result.passed for result in run_examples(checked.compiled))
    assert clause_from_form(TEMPLATES[name], form_of(clause), identity="ABC-01") == clause
