"""What the operator says of tools."""

from __future__ import annotations

import pytest

from wardlaw.config.parse import parse_config
from wardlaw.config.problem import ConfigProblemsError
from wardlaw.config.tools import OutputWord, RegisteredTool
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole

FULL = """
version: 1
tools:
  - {name: find, effect: read}
  - name: post
    effects: [write, share]
    arguments: {channel: destination, text: content}
    output: own
    trusted: true
    data: [customer-pii, secret]
    reversible: false
    rows_argument: max
    sql_argument: code
    confirmed_by: ann@example.com
    definition_sha256: "%s"
""" % ("a" * 64)


def test_everything_that_can_be_said_of_a_tool_is_read() -> None:
    find, post = parse_config(FULL, source="wardlaw.yaml").tools
    assert find.said_effects == {ToolEffect.READ}
    assert (find.reversible, find.output) == (None, OutputWord.INFERRED)
    assert post.said_effects == {ToolEffect.WRITE, ToolEffect.SHARE}
    assert post.arguments == {"channel": ArgumentRole.DESTINATION, "text": ArgumentRole.CONTENT}
    assert (post.output, post.trusted, post.reversible) == (OutputWord.OWN, True, False)
    assert (post.data, post.rows_argument, post.sql_argument) == (("customer-pii", "secret"), "max", "code")


@pytest.mark.parametrize(
    ("entry", "code", "word"),
    [
        ("{name: x}", "WL-CFG-003", "effect"),
        ("{name: x, effects: [read, unknown]}", "WL-CFG-003", "effect"),
        ("{name: x, effect: unknown}", "WL-CFG-003", "effect"),
        ("{name: x, effect: share, effects: [read]}", "WL-CFG-010", "effects"),
        ("{name: x, effect: read, trusted: true}", "WL-CFG-005", "confirmed_by"),
        (f"{{name: x, effect: read, definition_sha256: '{'b' * 64}'}}", "WL-CFG-005", "confirmed_by"),
        ("{name: x, effect: read, definition_sha256: zz}", "WL-CFG-003", "definition_sha256"),
        ("{name: x, effect: read, arguments: {to: nowhere}}", "WL-CFG-003", "arguments"),
        ("{name: x, effect: read, output: mine}", "WL-CFG-003", "output"),
        ("{name: x, effect: read, reversible: maybe}", "WL-CFG-003", "reversible"),
    ],
)
def test_what_contradicts_itself_is_refused(entry: str, code: str, word: str) -> None:
    with pytest.raises(ConfigProblemsError) as told:
        parse_config(f"version: 1\ntools:\n  - {entry}\n", source="wardlaw.yaml")
    assert any(problem.code == code and word in problem.path for problem in told.value.problems)


def test_one_effect_or_several_say_the_same() -> None:
    assert RegisteredTool("x", ToolEffect.PAYMENT).said_effects == {ToolEffect.PAYMENT}
    assert RegisteredTool("x", effects=(ToolEffect.PAYMENT,)).said_effects == {ToolEffect.PAYMENT}
