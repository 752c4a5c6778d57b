from __future__ import annotations

import pytest

from tests.unit.governance.cases import BULK, WRITTEN, WRITTEN_EXAMPLES, checked
from wardlaw.governance.differ import Direction, diff

T, L, C, W = Direction.TIGHTENED, Direction.LOOSENED, Direction.CHANGED, Direction.WORDING
PERMIT = """\
@id("base-x") @base("true") @owner("ciso")
permit (principal, action, resource) when { context.principalRegistered && context.resourceRegistered };
"""


def changes(old: str, new: str) -> list[tuple[Direction, str]]:
    before, after = checked(old), checked(new)
    assert before.ok, before.problems
    assert after.ok, after.problems
    return [(change.direction, change.words) for change in diff(before, after)]


def test_the_same_set_has_no_difference() -> None:
    assert diff(checked(BULK), checked(BULK)) == ()


def test_clauses_come_and_go() -> None:
    empty = checked()
    (change,) = diff(empty, checked(BULK))
    assert (change.clause, change.direction, change.words) == ("GOV-20", T, "New: No bulk (enforce, deny).")
    (change,) = diff(checked(BULK), empty)
    assert (change.direction, change.words) == (L, "Removed: No bulk (enforce, deny).")
    (change,) = diff(empty, checked(BULK.replace("effect: deny\nactions", "mode: shadow\neffect: deny\nactions")))
    assert change.direction is C


@pytest.mark.parametrize(
    ("change", "to", "direction", "words"),
    [
        ("over: 100}", "over: 200}", L, "The number of rows asked for (when, all of): over 100 → over 200."),
        ("over: 100}", "over: 50}", T, "The number of rows asked for (when, all of): over 100 → over 50."),
        ("effect: deny\nactions", "mode: shadow\neffect: deny\nactions", L, "Mode: enforce → shadow."),
        ("actions: [ToolCall]", "actions: [ToolCall, ModelCall]", T, "It now also looks at actions: ModelCall."),
        (
            "actions: [ToolCall]",
            "actions: [ToolCall]\nprincipals: [User, Agent]",
            L,
            "It no longer looks at principals: ServiceAccount.",
        ),
        (
            "actions: [ToolCall]",
            'actions: [ToolCall]\nresources: ["tool:a"]',
            L,
            "It now looks only at tool:a, no longer at every resource.",
        ),
        ("wing: governance", "wing: governance\nvalid_from: 2026-01-01", L, "First day: always → 2026-01-01."),
        ("wing: governance", "wing: governance\nvalid_to: 2027-01-01", L, "Last day: for ever → 2027-01-01."),
        (
            "examples:",
            "unless:\n  all:\n    - {attribute: team, equals: a}\nexamples:",
            L,
            'New exception: the caller\'s team is "a".',
        ),
        (
            "over: 100}",
            "over: 100}\n    - {attribute: hour, over: 3}",
            L,
            "New condition (when, all of): the hour of the day is over 3.",
        ),
        ("title: No bulk", "title: No mass", W, 'Title: "No bulk" → "No mass".'),
        ("owner: legal", "owner: dpo", W, 'Owner: "legal" → "dpo".'),
        ("risk: high", "risk: low", W, 'Risk: "high" → "low".'),
        ("name: few rows", "name: some rows", W, "Examples: 2 → 2, or changed."),
    ],
)
def test_each_change_is_said_with_its_direction(change: str, to: str, direction: Direction, words: str) -> None:
    new = BULK.replace(change, to, 1)
    assert changes(BULK, new) == [(direction, words)]
    opposite = {T: L, L: T, C: C, W: W}[direction]
    assert [found for found, _ in changes(new, BULK)] == [opposite]


def with_any(*tests: str) -> str:
    lines = "\n".join(f"    - {{attribute: {test}}}" for test in tests)
    return BULK.replace("  all:\n    - {attribute: requestedRows, over: 100}", f"  any:\n{lines}")


def test_alternatives_widen_and_their_loss_narrows() -> None:
    one, two = with_any("requestedRows, over: 100"), with_any("requestedRows, over: 100", "hour, over: 3")
    assert changes(one, two) == [(T, "New condition (when, any of): the hour of the day is over 3.")]
    assert changes(two, one) == [(L, "Condition gone (when, any of): the hour of the day is over 3.")]


def test_moving_the_only_test_between_the_groups_is_told_both_ways() -> None:
    found = changes(BULK, with_any("requestedRows, over: 100"))
    assert [direction for direction, _ in found] == [T, L]


def test_changes_inside_an_exception_turn_round() -> None:
    def unless(test: str) -> str:
        return BULK.replace("examples:", f"unless:\n  all:\n    - {{attribute: {test}}}\nexamples:")

    assert changes(unless("team, one_of: [a]"), unless("team, one_of: [a, b]")) == [
        (L, "The caller's team (unless, all of): one of a → one of a, b.")
    ]
    assert [d for d, _ in changes(unless("hour, over: 20"), unless("hour, over: 21"))] == [T]


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        ("groups, contains_any: [a]", "groups, contains_any: [a, b]", T),
        ("groups, contains_any: [a]", 'groups, contains_any: ["*"]', T),
        ("groups, contains_any: [a]", "groups, contains_any: [b]", C),
        ("hour, under: 6", "hour, under: 8", T),
        ("hour, at_least: 6", "hour, at_least: 8", L),
        ("team, equals: a", "team, equals: b", C),
    ],
)
def test_values_know_their_direction(old: str, new: str, direction: Direction) -> None:
    def using(test: str) -> str:
        return BULK.replace("requestedRows, over: 100}", test + "}")

    assert [found for found, _ in changes(using(old), using(new))] == [direction]


def test_effect_and_quarantine() -> None:
    old = BULK.replace("requestedRows, over: 100}", "probes, over: 9}").replace("governance", "security")
    new = old.replace("effect: deny", "effect: cut").replace("when:", "quarantine: true\nwhen:", 1)
    assert changes(old, new)[:2] == [(T, "Effect: deny → cut."), (T, "It now sets the caller apart.")]


def test_hand_written_text_and_permits() -> None:
    old = checked(w_cedar=WRITTEN, w_examples_yaml=WRITTEN_EXAMPLES)
    new = checked(w_cedar=WRITTEN.replace("< 6", "< 7"), w_examples_yaml=WRITTEN_EXAMPLES, p_cedar=PERMIT)
    assert [(change.clause, change.direction) for change in diff(old, new)] == [("GOV-30", C), ("BASE", L)]
    assert [change.direction for change in diff(new, old)] == [C, T]


def test_what_clauses_say_of_approvals_and_quarantines() -> None:
    held = BULK.replace("effect: deny", "effect: hold")

    def said(words: str) -> str:
        return held.replace("when:", f"{words}\nwhen:", 1)

    assert changes(held, said("approvers: 2")) == [(T, "Persons who must approve: 1 → 2.")]
    assert changes(held, said("approvers: 1")) == []
    assert changes(said("approvers: 2"), held) == [(L, "Persons who must approve: 2 → 1.")]
    assert changes(held, said("expires_minutes: 90")) == [(L, "Minutes an approval stands: 60 → 90.")]
    assert changes(said("expires_minutes: 90"), said("expires_minutes: 5")) == [
        (T, "Minutes an approval stands: 90 → 5.")
    ]
    probing = BULK.replace("requestedRows, over: 100}", "probes, over: 9}").replace("governance", "security")
    probing = probing.replace("effect: deny", "effect: cut").replace("when:", "quarantine: true\nwhen:", 1)
    timed = probing.replace("quarantine: true", "quarantine: true\nquarantine_minutes: 5")
    assert changes(probing, timed) == [(C, "Minutes of a quarantine: until released → 5.")]
