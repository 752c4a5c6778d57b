from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.cli.where import MOST_CHARS, parse_where
from wardlaw.facts.errors import InputError

FIELDS = ("effect", "clause", "status", "principal", "resource")
RECORD = {
    "effect": "deny", "clause": ["SEC-05", "GOV-07"], "status": 403, "principal": "agent:mail for user:ada",
    "resource": "tool:send_mail",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("effect = deny", True),
        ("effect=deny", True),
        ("effect != deny", False),
        ("effect = allow or clause = SEC-*", True),
        ("effect = allow or clause = OPS-*", False),
        ("clause = GOV-07", True),
        ("clause != GOV-07", False),
        ("effect in (deny, cut) and not clause = SEC-01", True),
        ("status >= 400 and status < 500", True),
        ("status = 403.0", True),
        ("status > high", False),
        ("principal ~ ADA", True),
        ("principal = 'agent:mail for user:ada'", True),
        ('resource = "tool:*" and not (effect = allow or effect = hold)', True),
        ("NOT effect = deny", False),
        ("effect = allow and clause = SEC-05 or status = 403", True),  # and binds closer
        ("effect = allow and (clause = SEC-05 or status = 403)", False),
        ("resource = tool:send?mail", False),  # the asterisk alone is special
        ("resource = tool:[a-z]*", False),
    ],
)
def test_what_holds(text: str, expected: bool) -> None:
    assert parse_where(text, FIELDS)(RECORD) is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("efect = deny", "Did you mean effect"),
        ("effect", "comparison was expected"),
        ("effect = ", "a value was expected"),
        ("effect = deny clause = x", "was not expected"),
        ("(effect = deny", "not closed"),
        ("effect in deny", "parentheses"),
        ("effect in (deny", "not closed"),
        ("and", "a field was expected"),
        ("effect = 'deny", "cannot be read"),
        ("(" * 200 + "effect = deny" + ")" * 200, "too deeply"),
        ("not " * 200 + "effect = deny", "too deeply"),
        ("effect = " + "x" * MOST_CHARS, "characters"),
        ("__class__ = x", "no field"),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, said: str) -> None:
    with pytest.raises(InputError, match="WL-CLI-046") as caught:
        parse_where(text, FIELDS)
    assert said in f"{caught.value.message} {caught.value.hint}"


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        test = parse_where(text, FIELDS)
    except InputError:
        return
    assert test(RECORD) in (True, False)
    assert test({}) in (True, False)
