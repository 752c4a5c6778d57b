from __future__ import annotations

import pytest

from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.operations import OPERATIONS
from wardlaw.governance.stepup import ENROLMENT_S, EVERYDAY, LastProof, Standing, is_proven, is_strong, needs_proof

PASSKEY, PASSWORD, TOKEN, PROVIDER = (
    SignInMethod.PASSKEY,
    SignInMethod.PASSWORD,
    SignInMethod.ONE_TIME_TOKEN,
    SignInMethod.IDENTITY_PROVIDER,
)
APPROVE = OPERATIONS["approvals.answer"]


def proven(operation: str, method: SignInMethod, standing: Standing, *, passed: float = 1.0) -> bool:
    return is_proven(OPERATIONS[operation], LastProof(method, 100.0), standing, now=100.0 + passed, within_s=300.0)


@pytest.mark.parametrize(
    "operation",
    [
        "approvals.answer", "gates.answer", "gates.sign", "gates.revoke", "policy.approve", "policy.enforce",
        "policy.emergency", "policy.reload", "waivers.answer", "glass.open", "glass.close", "quarantines.place",
        "quarantines.release", "incidents.release", "revocations.plan", "revocations.confirm", "keys.create", "keys.rotate",
        "keys.revoke", "persons.create", "persons.change", "persons.disable", "persons.reset", "tokens.create",
        "tokens.create_own", "tokens.revoke", "credentials.set", "detectors.loosen", "holds.lift", "erasures.confirm",
        "prunings.confirm", "session.end", "passwords.set", "passkeys.add", "passkeys.remove", "attestations.give",
        "frameworks.apply", "tools.approve", "grants.approve", "grants.link",
    ],
)  # fmt: skip
def test_what_counts_for_others_needs_a_fresh_proof(operation: str) -> None:
    assert needs_proof(OPERATIONS[operation])


@pytest.mark.parametrize(
    ("kept", "then"),
    [
        ("classification.keep_draft", "classification.hand_in"),
        ("classification.drop_draft", "classification.hand_in"),
        ("revocations.draft", "revocations.confirm"),
        ("revocations.draft", "revocations.add"),
    ],
)
def test_a_draft_is_kept_without_a_proof_and_used_with_one(kept: str, then: str) -> None:
    assert not needs_proof(OPERATIONS[kept])
    assert needs_proof(OPERATIONS[then])


def test_saved_views_are_everyday() -> None:
    assert not any(needs_proof(OPERATIONS[name]) for name in ("views.save", "views.remove"))


def test_the_exceptions_are_operations_and_an_unknown_one_asks() -> None:
    assert set(OPERATIONS) >= EVERYDAY
    assert all(OPERATIONS[name].changes for name in EVERYDAY)
    asked = {name for name, one in OPERATIONS.items() if one.changes} - EVERYDAY
    assert all(needs_proof(OPERATIONS[name]) for name in asked)
    assert not any(needs_proof(one) for one in OPERATIONS.values() if not one.changes)


@pytest.mark.parametrize(
    ("method", "standing", "strong"),
    [
        (PASSKEY, Standing(passkeys=1), True),
        (PROVIDER, Standing(provider=True), True),
        (PASSWORD, Standing(password=True), True),
        (PASSWORD, Standing(password=True, passkeys=1), False),
        (PASSWORD, Standing(password=True, provider=True), False),
        (TOKEN, Standing(), False),
        (TOKEN, Standing(password=True), False),
    ],
)
def test_a_password_suffices_only_where_there_is_nothing_better(method, standing, strong) -> None:
    assert is_strong(method, standing) is strong
    assert proven("approvals.answer", method, standing) is strong


@pytest.mark.parametrize(("passed", "fresh"), [(0.0, True), (300.0, True), (300.1, False), (-0.1, False)])
def test_a_proof_is_fresh_for_a_while_and_never_from_the_future(passed: float, fresh: bool) -> None:
    assert proven("approvals.answer", PASSKEY, Standing(passkeys=1), passed=passed) is fresh


def test_a_one_time_token_sets_what_one_signs_in_with_and_nothing_else() -> None:
    nothing, has_key = Standing(), Standing(passkeys=1)
    assert proven("passwords.set", TOKEN, nothing, passed=ENROLMENT_S)
    assert not proven("passwords.set", TOKEN, nothing, passed=ENROLMENT_S + 1)
    assert proven("passkeys.add", TOKEN, nothing)
    assert not proven("passkeys.add", TOKEN, has_key)
    assert not proven("passkeys.remove", TOKEN, has_key)
    assert not proven("tokens.create_own", TOKEN, nothing)


def test_nothing_yet_is_told_apart() -> None:
    assert Standing().is_empty
    assert not any(one.is_empty for one in (Standing(password=True), Standing(passkeys=1), Standing(provider=True)))


@pytest.mark.parametrize("name", ["systems.change", "classification.hand_in", "habits.accept"])
def test_what_may_open_a_gate_or_let_a_caller_on_asks_for_a_proof(name: str) -> None:
    assert needs_proof(OPERATIONS[name])
