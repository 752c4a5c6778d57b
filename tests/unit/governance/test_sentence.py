from __future__ import annotations

from tests.unit.governance.cases import make
from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.clause import Condition
from wardlaw.facts.clause import Test as Term
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.sentence import PHRASES, phrase, render_sentence


def test_every_attribute_has_a_phrase() -> None:
    assert set(PHRASES) == set(BY_NAME)
    assert len(set(PHRASES.values())) >= len(PHRASES) - 1  # "the upstream" is a name and a claim's subject


def test_a_clause_reads_as_one_sentence() -> None:
    clause = make(
        when=Condition(
            all=(Term("dataClasses", contains_any=("pii",)),), any=(Term("hour", under=6), Term("hour", over=21))
        ),
        unless=Condition(all=(Term("region", one_of=("eu", "local")),)),
        actions=(Action.MODEL_CALL, Action.TOOL_CALL),
        principals=(PrincipalKind.AGENT,),
        effect=Effect.CUT,
        quarantine=True,
        valid_from="2026-01-01",
    )
    assert render_sentence(clause) == (
        "A request to a model or a tool call by an agent is stopped and the connection closed and the caller set apart "
        'when the classes of data found include "pii" and either the hour of the day is under 6 or the hour of the day '
        'is over 21, unless the region of the upstream is "eu" or "local"; from 2026-01-01 on.'
    )


def test_modes_effects_and_bounds_are_said() -> None:
    assert "is let through and noted (shadow; in force it is refused) always." in render_sentence(
        make(mode=Mode.SHADOW)
    )
    masked = render_sentence(make(effect=Effect.TRANSFORM, redact=("pii", "secret")))
    assert "goes on only with pii and secret masked" in masked
    assert "waits for a person to agree" in render_sentence(make(effect=Effect.HOLD))
    both = render_sentence(make(effect=Effect.HOLD, approvers=2, expires_minutes=15))
    assert "waits for two persons to agree within 15 minutes" in both
    assert 'for "tool:*x" ("*" stands for any characters) is refused.' in render_sentence(make(resources=("tool:*x",)))
    assert "up to and including 2026-01-01." in render_sentence(make(valid_to="2026-01-01"))
    assert "from 2025-01-01 to 2026-01-01, both" in render_sentence(
        make(valid_from="2025-01-01", valid_to="2026-01-01")
    )
    assert "unless anything at all" in render_sentence(make(unless=Condition()))


def test_each_comparison_has_its_words() -> None:
    assert phrase(Term("requestedRows", over=1_000)) == "the number of rows asked for is over 1,000"
    assert phrase(Term("probes", at_least=5)).endswith("lately is 5 or more")
    assert phrase(Term("hour", equals=5)) == "the hour of the day is 5"
    assert phrase(Term("team", equals="x")) == 'the caller\'s team is "x"'
    assert phrase(Term("principalRegistered", equals=False)) == "the caller is not registered"
    assert phrase(Term("resultUnparsed", equals=True)) == "a result cannot be read"
    assert phrase(Term("resultUnparsed", equals=False)) == "it is not so that a result cannot be read"
    assert phrase(Term("groups", contains_any=("*",))) == "there is anything in the caller's groups"
