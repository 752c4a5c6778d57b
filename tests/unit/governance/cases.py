"""Clauses the tests of this room share."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.clause import Clause, Condition, Example, Risk, Wing
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect
from wardlaw.governance.check import Checked, check

TODAY = date(2026, 11, 22)

BULK = """\
id: GOV-20
title: No bulk
text: Nobody moves the data of many.
owner: legal
wing: governance
risk: high
refs: ["gdpr:32"]
effect: deny
actions: [ToolCall]
when:
  all:
    - {attribute: requestedRows, over: 100}
examples:
  - name: many rows
    effect: deny
    action: ToolCall
    context: {requestedRows: 101}
  - name: few rows
    effect: allow
    action: ToolCall
    context: {requestedRows: 100}
"""

WRITTEN = """\
// why this is written by hand
@id("GOV-30")
@clause("GOV-30")
@title("No night work for agents")
@effect("deny")
@owner("legal")
@mode("enforce")
@wing("governance")
forbid (principal is Wardlaw::Agent, action == Wardlaw::Action::"ToolCall", resource)
when { context.hour < 6 && context.toolEffect != "read" };
"""

WRITTEN_EXAMPLES = """\
GOV-30:
  - name: an agent that writes at night
    effect: deny
    action: ToolCall
    principal: Agent
    context: {hour: 3, toolEffect: write}
  - name: an agent that reads at night
    effect: allow
    action: ToolCall
    principal: Agent
    context: {hour: 3}
"""


def make(*tests: Term, **fields: Any) -> Clause:
    """A clause with these conditions in ``all``."""
    clause = Clause(
        id="GOV-20",
        title="No bulk",
        text="Nobody moves the data of many.",
        owner="legal",
        wing=Wing.GOVERNANCE,
        risk=Risk.HIGH,
        effect=Effect.DENY,
        actions=(Action.TOOL_CALL,),
        when=Condition(all=tests),
        examples=(
            Example(name="stop", effect=Effect.DENY, action=Action.TOOL_CALL),
            Example(name="pass", effect=Effect.ALLOW, action=Action.TOOL_CALL),
        ),
    )
    return msgspec.structs.replace(clause, **fields)


def checked(*texts: str, **files: str) -> Checked:
    """Check YAML texts, and files named with ``_`` for the dot of their ending."""
    sources = {f"{place}.yaml": text for place, text in enumerate(texts)}
    sources |= {name.replace("_", "."): text for name, text in files.items()}
    return check(sources, today=TODAY)


def codes(result: Checked) -> list[str]:
    """Codes of the problems, in order."""
    return [problem.code for problem in result.problems]
