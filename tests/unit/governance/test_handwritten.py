from __future__ import annotations

import cedarpy
import pytest

from tests.unit.governance.cases import WRITTEN
from wardlaw.facts.clause import Wing
from wardlaw.facts.effect import Effect, Mode
from wardlaw.governance.handwritten import Written, compile_written, read_cedar
from wardlaw.governance.schema import cedar_schema
from wardlaw.governance.shipped import known

SCHEMA = cedarpy.Schema.from_str(cedar_schema())
PERMIT = """\
@id("base-night") @base("true") @owner("ciso")
permit (principal, action, resource)
when { context.principalRegistered && context.resourceRegistered };
"""
QUARANTINE = (
    WRITTEN.replace('"deny"', '"cut"')
    .replace('"governance"', '"security"')
    .replace("@wing", '@quarantine("true")\n@wing')
)


def read(text: str) -> Written:
    return read_cedar(text, source="x.cedar", schema=SCHEMA, known=known())


def test_a_sound_policy_is_read_with_its_annotations() -> None:
    written = read(WRITTEN)
    assert written.problems == ()
    (policy,) = written.policies
    assert (policy.id, policy.line, policy.permit) == ("GOV-30", 2, False)
    (clause,), problems = compile_written(written.policies)
    assert problems == ()
    assert (clause.id, clause.effect, clause.mode, clause.wing, clause.quarantine) == (
        "GOV-30",
        Effect.DENY,
        Mode.ENFORCE,
        Wing.GOVERNANCE,
        False,
    )


def test_windows_line_ends_are_fine() -> None:
    assert read(WRITTEN.replace("\n", "\r\n")).problems == ()


@pytest.mark.parametrize(
    ("change", "to", "code", "line"),
    [
        ('@owner("legal")\n', "", "WL-POL-025", 2),
        ('@wing("governance")\n', "", "WL-POL-025", 2),
        ('@mode("enforce")\n', "", "WL-POL-025", 2),
        ('@clause("GOV-30")\n', "", "WL-POL-025", 2),
        ('@id("GOV-30")\n', "", "WL-POL-025", 2),
        ('@title("No night work for agents")\n', "", "WL-POL-025", 2),
        ('@mode("enforce")', '@mode("on")', "WL-POL-025", 7),
        ('@effect("deny")', '@effect("allow")', "WL-POL-025", 5),
        ('@effect("deny")', '@effect("deny")\n@quarentine("true")', "WL-POL-025", 6),
        ('@effect("deny")', '@effect("deny")\n@quarantine("yes")', "WL-POL-025", 6),
        ('@effect("deny")', '@effect("deny")\n@base("true")', "WL-POL-025", 6),
        ('@id("GOV-30")', '@id("a b")', "WL-POL-007", 2),
        ('@clause("GOV-30")', '@clause("night")', "WL-POL-007", 3),
        ('@owner("legal")', '@owner("lawyer")', "WL-POL-017", 6),
        ('@owner("legal")', '@owner("legal")\n@refs("gdpr:32, gdpr:77")', "WL-POL-018", 7),
        ('@effect("deny")', '@effect("transform")', "WL-POL-020", 5),
        ('@owner("legal")', '@owner("legal")\n@redact("pii")', "WL-POL-020", 5),
        ("context.hour", "context.hours", "WL-POL-008", 10),
        ("context.hour <", 'context.hour == "a" && 3 <', "WL-POL-024", 2),
        ("context.hour", "principal.hour", "WL-POL-024", 10),
        ('"ToolCall"', '"ToolCal"', "WL-POL-024", 9),
        ("when {", "when ((", "WL-POL-023", 2),
        ("< 6", "< }", "WL-POL-023", 10),
        ('read" };', 'read" }', "WL-POL-023", 2),
        ("principal is Wardlaw::Agent", "principal == ?principal", "WL-POL-027", 2),
        ("No night", "No \u202enight", "WL-POL-029", 2),
    ],
)
def test_each_problem_has_its_line(change: str, to: str, code: str, line: int) -> None:
    text = WRITTEN.replace(change, to, 1)
    assert text != WRITTEN
    written = read(text)
    assert written.policies == ()
    assert (code, line) in [(problem.code, problem.line) for problem in written.problems]


def test_a_bad_policy_does_not_take_the_others_with_it() -> None:
    written = read(WRITTEN + "forbid (;\n" + WRITTEN.replace("GOV-30", "GOV-31"))
    assert [policy.id for policy in written.policies] == ["GOV-30", "GOV-31"]
    assert [(problem.code, problem.line) for problem in written.problems] == [("WL-POL-023", 11)]


def test_a_base_permit_is_read() -> None:
    written = read(PERMIT)
    assert written.problems == ()
    assert written.policies[0].permit
    assert compile_written(written.policies) == ((), ())


@pytest.mark.parametrize(
    ("change", "to", "code"),
    [
        ('@base("true") ', "", "WL-POL-026"),
        ('@base("true")', '@base("yes")', "WL-POL-026"),
        ('@owner("ciso")', "", "WL-POL-025"),
        ('@owner("ciso")', '@owner("ciso") @mode("shadow")', "WL-POL-025"),
        (" && context.resourceRegistered", "", "WL-POL-028"),
        ("context.principalRegistered && ", "", "WL-POL-028"),
        ("principal, action, resource", "principal, action, resource is Wardlaw::Model", ""),
        ("context.principalRegistered && context.resourceRegistered", "true", "WL-POL-028"),
    ],
)
def test_permits_are_held_to_what_is_registered(change: str, to: str, code: str) -> None:
    written = read(PERMIT.replace(change, to))
    assert [problem.code for problem in written.problems] == ([code] if code else [])


def test_a_permit_that_names_whom_it_is_for_needs_no_register() -> None:
    text = PERMIT.replace("principal, action, resource)", 'principal == Wardlaw::User::"user:x", action, resource)')
    assert read(text.replace("context.principalRegistered && ", "")).problems == ()


@pytest.mark.parametrize("condition", ['context.dataClasses.contains("tripwire")', "context.probes >= 5"])
def test_quarantine_by_hand_may_rest_on_facts(condition: str) -> None:
    text = QUARANTINE.replace('context.hour < 6 && context.toolEffect != "read"', condition)
    assert read(text).problems == ()


@pytest.mark.parametrize(
    "condition",
    [
        "context.hour < 6",
        'context.dataClasses.contains("secret")',
        'context.dataClasses.containsAny(["tripwire", "pii:iban"])',
        'context.findings.contains("injection:block") && context.dataClasses.contains("tripwire")',
        "context.injectionScore > 900 || context.probes > 5",
    ],
)
def test_quarantine_by_hand_never_rests_on_a_guess(condition: str) -> None:
    text = QUARANTINE.replace('context.hour < 6 && context.toolEffect != "read"', condition)
    assert [problem.code for problem in read(text).problems] == ["WL-POL-019"]


def test_quarantine_by_hand_is_for_security() -> None:
    text = QUARANTINE.replace('"security"', '"governance"').replace("context.hour < 6", "context.probes > 5")
    assert [problem.code for problem in read(text).problems] == ["WL-POL-019"]


def test_policies_of_one_clause_are_joined_and_must_agree() -> None:
    second = WRITTEN.replace('@id("GOV-30")', '@id("GOV-30.2")')
    (clause,), problems = compile_written(read(WRITTEN + second).policies)
    assert problems == ()
    assert clause.text.count("forbid (") == 2
    (clause,), (problem,) = compile_written(read(WRITTEN + second.replace('"deny"', '"cut"')).policies)
    assert clause.text.count("forbid (") == 1
    assert (problem.code, problem.line) == ("WL-POL-025", 12)


def test_statistics_alone_never_cut_by_hand() -> None:
    text = QUARANTINE.replace('context.hour < 6 && context.toolEffect != "read"', "context.anomalyScore > 900")
    assert "WL-POL-034" in [problem.code for problem in read(text).problems]


@pytest.mark.parametrize(("minutes", "codes"), [("60", []), ("-1", ["WL-POL-025"]), ("9999999999", ["WL-POL-025"])])
def test_minutes_by_hand(minutes: str, codes: list[str]) -> None:
    text = QUARANTINE.replace('context.hour < 6 && context.toolEffect != "read"', "context.probes > 5")
    text = text.replace('@quarantine("true")', f'@quarantine("true")\n@quarantine_minutes("{minutes}")')
    assert "quarantine_minutes" in text
    assert [problem.code for problem in read(text).problems] == codes


@pytest.mark.parametrize(
    ("notes", "codes"),
    [
        ('@effect("hold")\n@approvers("2")\n@expires_minutes("30")', []),
        ('@effect("hold")\n@approvers("3")', ["WL-POL-025"]),
        ('@effect("hold")\n@approvers("two")', ["WL-POL-025"]),
        ('@effect("hold")\n@expires_minutes("9999999999")', ["WL-POL-025"]),
        ('@effect("deny")\n@approvers("2")', ["WL-POL-025"]),
    ],
)
def test_approvals_by_hand(notes: str, codes: list[str]) -> None:
    text = WRITTEN.replace('@effect("deny")', notes)
    assert notes in text
    assert [problem.code for problem in read(text).problems] == codes
