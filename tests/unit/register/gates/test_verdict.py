from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.gate import GateMode
from wardlaw.facts.tier import Tier
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult
from wardlaw.register.gates.gate import CheckSpec, Gate
from wardlaw.register.gates.run import GateRun
from wardlaw.register.gates.statement import MOST_AGE_S, Statement, believable, statement_message
from wardlaw.register.gates.verdict import SignedVerdict, speaks_for, verdict_message, verdict_of
from wardlaw.register.system import MadeOf, System

MADE = MadeOf(model="a" * 64)
CV = System("cv", "CV", "person:ann", "ranks", made_of=MADE)
GATE = Gate("cv", "CV", (CheckSpec("scanned", CheckKind.SCAN),), days=10)
RUN = GateRun(
    "grn_1", "cv", GATE.digest, "cv", 3, "production", MADE, "p" * 64, 2,
    (CheckResult("scanned", CheckKind.SCAN, CheckOutcome.PASS, "clean"),), "person:dev", (), 5.0,
    rests_on=("eu-ai-act:art-14",),
)  # fmt: skip
VERDICT = verdict_of(RUN, GATE, verdict_id="vdt_1", signed_at=1.0, now=10.0)


def why(
    system: System = CV, *, classification: int = 2, attested: tuple[str, ...] = ("eu-ai-act:art-14",), at: float = 20.0
) -> str:
    return speaks_for(VERDICT, system, classification=classification, attested=attested, at=at)


def test_it_speaks_for_one_system_made_of_these_parts_until_a_day() -> None:
    assert why() == ""
    assert why(msgspec.structs.replace(CV, id="other")) == "the verdict is cv's"
    for part in ("model", "prompt", "tools", "data"):
        made = msgspec.structs.replace(MADE, **{part: "b" * 64})
        assert why(msgspec.structs.replace(CV, made_of=made)) == f"the {part} digest changed"
    assert why(msgspec.structs.replace(CV, environment="test")) == "the verdict is for production"
    assert why(at=10.0 + 10 * 86_400) == "the verdict has expired"
    assert why(at=9.0) == "the verdict has expired"
    assert why(classification=3) == "it was classified anew"
    assert why(msgspec.structs.replace(CV, tier=Tier.PROHIBITED)) == "it is a prohibited practice"
    assert why(attested=()).startswith("nobody vouches")


def test_every_change_is_another_message() -> None:
    messages = {verdict_message(VERDICT)}
    for field, value in (
        ("gate_digest", "0" * 64),
        ("until", 99.0),
        ("made_of", MadeOf()),
        ("policies", ""),
        ("results", ""),
    ):
        messages.add(verdict_message(msgspec.structs.replace(VERDICT, **{field: value})))
    assert len(messages) == 6
    other = msgspec.structs.replace(RUN.results[0], why="other")
    again = verdict_of(
        msgspec.structs.replace(RUN, results=(other,)), GATE, verdict_id="vdt_1", signed_at=1.0, now=10.0
    )
    assert again.results != VERDICT.results


SAID = Statement("cv", GateMode.ENFORCE, True, "", 100.0, 1e9, MADE, SignedVerdict(VERDICT, "k", "s"))


@pytest.mark.parametrize(
    ("said", "at", "model", "told"),
    [
        (SAID, 100.0 + MOST_AGE_S, "a" * 64, ""),
        (SAID, 101.0 + MOST_AGE_S, "a" * 64, "older"),
        (SAID, 99.0, "a" * 64, "future"),
        (SAID, 101.0, "", "which it is"),
        (msgspec.structs.replace(SAID, made_of=MadeOf()), 101.0, "", ""),
        (msgspec.structs.replace(SAID, made_of=MadeOf()), 101.0, "a" * 64, "another model"),
        (SAID, 101.0, "b" * 64, "another model"),
        (SAID, 101.0, "a" * 64, ""),
        (msgspec.structs.replace(SAID, system="x"), 101.0, "a" * 64, "about x"),
        (msgspec.structs.replace(SAID, lives=False, why="revoked"), 101.0, "a" * 64, "revoked"),
        (msgspec.structs.replace(SAID, until=101.0), 101.0, "a" * 64, "expired"),
    ],
)
def test_a_statement_kept_from_before_lets_little_pass(said: Statement, at: float, model: str, told: str) -> None:
    found = believable(said, system="cv", model=model, at=at)
    assert (told in found) if told else found == ""
    assert statement_message(said) == statement_message(msgspec.json.decode(msgspec.json.encode(said), type=Statement))
