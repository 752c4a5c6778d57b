"""Versions of clauses for the tests of their life."""

from __future__ import annotations

from datetime import date

from tests.console_fakes import TWO_CLAUSES
from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.clauselife import Backtest, ClauseText, ClauseVersion, LifeState, SignOff, TeamEffect
from wardlaw.governance.check import Checked, check
from wardlaw.governance.clausetext import clause_texts
from wardlaw.governance.life import LifeRules

TODAY = date(2026, 11, 22)
AT = 1_790_000_000.0
BOOK = load_role_book()
RULES = LifeRules(BOOK)
GOV, OPS = TWO_CLAUSES["one.yaml"], TWO_CLAUSES["two.yaml"]
WRITTEN = """@id("GOV-40.a")
@clause("GOV-40")
@title("No payments")
@effect("deny")
@owner("legal")
@mode("enforce")
@wing("governance")
forbid (principal, action == Wardlaw::Action::"ToolCall", resource)
when { context.toolEffects.contains("payment") };
"""
EXAMPLES = """GOV-40:
  - {name: pays, effect: deny, action: ToolCall, context: {toolEffects: [payment]}}
  - {name: reads, effect: allow, action: ToolCall, context: {toolEffects: [read]}}
"""
PERMIT = """@id("own-permit")
@base("true")
@owner("risk")
permit (principal, action == Wardlaw::Action::"ToolCall", resource is Wardlaw::Tool)
when { context.principalRegistered && context.resourceRegistered && context.team == "x" };
"""
BY_HAND = {"hand.cedar": WRITTEN, "hand.examples.yaml": EXAMPLES, "permit.cedar": PERMIT}


def checked(*forms: str, **files: str) -> Checked:
    """A set of these forms, and of files named with an underscore for the dot."""
    sources = {f"{place}.yaml": text for place, text in enumerate(forms)}
    found = check(sources | {name.replace("_", "."): text for name, text in files.items()}, today=TODAY)
    assert found.ok, found.problems
    return found


def text(form: str = GOV) -> ClauseText:
    (found,) = clause_texts(checked(form)).values()
    return found


def version(
    content: ClauseText | None = None, state: LifeState = LifeState.IN_REVIEW, *, number: int = 1, **more
) -> ClauseVersion:
    return ClauseVersion(content or text(), number, "person:ann", "ann@x", AT, state, AT, **more)


def sign_off(of: ClauseVersion, who: str, *roles: str, at: float = AT, days: float = 365, **more) -> SignOff:
    fields = {"approves": True, "reason": "", "seconds": 60.0, "human": f"{who}@x"} | more
    return SignOff(
        f"sgn_{who}_{at}", of.digest, f"person:{who}", roles=roles, at=at, expires_at=at + days * 86_400, **fields
    )


def backtest(of: ClauseVersion, *, at: float = AT) -> Backtest:
    return Backtest(of.digest, 0, 1, at, "person:ci", 10, 0, 0, {"": TeamEffect(stopped=1, stopped_people=1)})
