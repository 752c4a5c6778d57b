from __future__ import annotations

import msgspec
import pytest

from tests.unit.register.gates.test_verdict import CV, GATE, RUN
from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Ground
from wardlaw.register.gates.gate import Approvers, CheckSpec
from wardlaw.register.gates.run import (
    GateAnswer,
    RunState,
    answered_run,
    clauses_of,
    is_same_artefact,
    missing_roles,
    rests_on,
    results_of,
    says_the_same,
    state_of,
)
from wardlaw.register.gates.runner import Subject, SystemFacts

COVERS = ("statement",)
TWO = msgspec.structs.replace(GATE, approvals=Approvers((Role.CISO, Role.LEGAL)))
REVIEW = msgspec.structs.replace(RUN, results=(CheckResult("scanned", CheckKind.SCAN, CheckOutcome.REVIEW, "?"),))
FAIL = msgspec.structs.replace(RUN, results=(CheckResult("scanned", CheckKind.SCAN, CheckOutcome.FAIL, "!"),))


def yes(by: str) -> GateAnswer:
    return GateAnswer(by, Role.OWNER, True, "looked", 1.0)


def test_each_role_is_another_persons() -> None:
    assert state_of(RUN, GATE) is RunState.APPROVED
    assert state_of(RUN, TWO) is RunState.WAITING
    one = answered_run(RUN, TWO, yes("person:a"), (Role.LEGAL, Role.CISO))
    assert missing_roles(one, TWO) == (Role.LEGAL,)
    for person, roles in (("person:a", (Role.LEGAL,)), ("person:b", (Role.CISO,)), ("person:b", ())):
        with pytest.raises(InputError) as caught:
            answered_run(one, TWO, yes(person), roles)
        assert caught.value.code == "WL-GAT-007"
    assert state_of(answered_run(one, TWO, yes("person:b"), (Role.LEGAL,)), TWO) is RunState.APPROVED


def test_what_was_not_measured_needs_somebody_and_what_failed_is_over() -> None:
    assert state_of(REVIEW, GATE) is RunState.WAITING
    assert state_of(answered_run(REVIEW, GATE, yes("person:a"), (Role.RISK,)), GATE) is RunState.APPROVED
    assert state_of(FAIL, TWO) is RunState.FAILED
    no = msgspec.structs.replace(yes("person:a"), approves=False)
    assert state_of(answered_run(RUN, TWO, no, (Role.CISO,)), TWO) is RunState.REFUSED
    with pytest.raises(InputError) as caught:
        answered_run(FAIL, TWO, yes("person:a"), (Role.CISO,))
    assert caught.value.code == "WL-GAT-006"


def test_an_artefact_is_told_by_its_digests_and_what_was_said_of_it_by_how_it_came_out() -> None:
    ground = Ground("report", "scan.sarif", "e" * 64)
    check = msgspec.structs.replace(RUN.results[0], grounds=(ground,))
    run = msgspec.structs.replace(RUN, results=(check,))
    worded = msgspec.structs.replace(check, why="clean since yesterday", notes=("one day old",))
    later = msgspec.structs.replace(run, id="grn_2", at=9.0, system_version=4, results=(worded,))
    assert is_same_artefact(run, later) and says_the_same(run, later)
    for made_of in (
        msgspec.structs.replace(RUN.made_of, data="c" * 64),
        msgspec.structs.replace(RUN.made_of, model=""),
    ):
        assert not is_same_artefact(run, msgspec.structs.replace(run, made_of=made_of))
    moved = msgspec.structs.replace(check, grounds=(msgspec.structs.replace(ground, digest="f" * 64),))
    assert not is_same_artefact(run, msgspec.structs.replace(run, results=(moved,)))
    for field, value in (
        ("gate_digest", "0" * 64), ("policies", "q" * 64), ("classification", 3), ("authors", ("person:ben",)),
        ("clauses", ("GOV-1",)), ("rests_on", ()), ("results", FAIL.results),
    ):  # fmt: skip
        assert not says_the_same(run, msgspec.structs.replace(run, **{field: value})), field


def test_one_run_of_an_artefact_waits() -> None:
    assert state_of(RUN, TWO, is_newest=False) is RunState.SUPERSEDED
    assert state_of(RUN, GATE, is_newest=False) is RunState.APPROVED
    with pytest.raises(InputError) as caught:
        answered_run(RUN, TWO, yes("person:a"), (Role.LEGAL,), is_newest=False)
    assert caught.value.code == "WL-GAT-014"


def test_results_are_the_gates_own_and_nobody_hands_in_what_is_run_here() -> None:
    gate = msgspec.structs.replace(GATE, checks=(*GATE.checks, CheckSpec("live", CheckKind.LIVE)))
    subject = Subject(CV, 1, 1.0, SystemFacts())
    passed = RUN.results[0]
    assert [one.outcome for one in results_of(gate, subject, (passed,))] == [CheckOutcome.PASS, CheckOutcome.REVIEW]
    assert [one.outcome for one in results_of(gate, subject, ())] == [CheckOutcome.REVIEW, CheckOutcome.REVIEW]
    live = CheckResult("live", CheckKind.LIVE, CheckOutcome.PASS, "trust me")
    for wrong in ((live,), (passed, passed), (msgspec.structs.replace(passed, id="x"),)):
        with pytest.raises(InputError) as caught:
            results_of(gate, subject, wrong)
        assert caught.value.code == "WL-GAT-005"


def test_what_a_verdict_rests_on() -> None:
    checks = (
        CheckSpec("c", CheckKind.CLASSIFICATION),
        CheckSpec("s", CheckKind.SIGN_OFFS, ("eu-ai-act:art-14",), {"attested": ("eu-ai-act:art-9",)}),
        CheckSpec("l", CheckKind.LIVE),
    )
    gate = msgspec.structs.replace(GATE, checks=checks)
    known = SystemFacts(duties=("gdpr:35", "eu-ai-act:art-4"), in_force=frozenset({"B", "A"}))
    assert rests_on(gate, known) == ("gdpr:35", "eu-ai-act:art-14", "eu-ai-act:art-9")
    assert clauses_of(gate, known) == ("A", "B")
