"""Laws of governed grants: what is approved was agreed to, what is due was allowed to be, what is gone was seen gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.inventory.granting import ApprovalBook, GrantApproval, GrantApprovalState
from wardlaw.inventory.model import App, Grant, Tristate
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind
from wardlaw.inventory.ruling import Breaker, Fate, RevokingLimits, RevokingMode
from wardlaw.inventory.withdrawal import (
    Aftermath,
    Revocation,
    StepProgress,
    WithdrawalState,
    confirmed,
    reported,
    withdrawal_state,
)

NOW = 1_000.0
WORDS = st.sampled_from(["", "a", "b", "A", "*", "a*", "*b"])
SCOPES = st.lists(st.sampled_from(["s1", "s2", "s3", "*"]), max_size=3).map(lambda found: tuple(sorted(set(found))))
APPROVALS = st.builds(
    GrantApproval, id=st.uuids().map(str), app=st.sampled_from(["", "app-1", "app-2"]), publisher=st.sampled_from(["", "Contoso"]),
    directory=st.sampled_from(["", "acme", "beta"]), scopes=SCOPES, accounts=st.lists(WORDS.filter(bool), max_size=2).map(tuple),
    clause=st.just("GRT-03"), owner=st.just("o"), approver=st.just("p"), approved_at=st.just(0.0),
    expires_at=st.sampled_from([NOW - 1, NOW, NOW + 1]), reason=st.just("r"), ended_at=st.sampled_from([0.0, 5.0]),
)  # fmt: skip
GRANTS = st.builds(
    Grant, id=st.just("g"), account=st.sampled_from(["", "a", "ab", "xb"]), app=st.sampled_from(["app-1", "app-3", ""]),
    scopes=SCOPES,
)  # fmt: skip
APPS = st.builds(
    App, id=st.just("app-1"), publisher=st.sampled_from(["", "contoso"]), verified=st.sampled_from(list(Tristate))
)


@given(st.lists(APPROVALS, max_size=4), GRANTS, APPS)
def test_what_is_approved_was_agreed_to_whole(approvals: list[GrantApproval], grant: Grant, app: App) -> None:
    found = ApprovalBook(approvals).standing("acme", grant, app, at=NOW)
    own = next((one for one in approvals if one.id == found.approval), None)
    if found.state is GrantApprovalState.UNAPPROVED:
        assert own is None
        return
    assert own is not None
    assert not own.ended_at
    assert own.directory in ("", "acme")
    assert own.app in ("", app.id, grant.id)
    assert own.app or (own.publisher and app.verified is Tristate.YES)
    assert own.stands(NOW) is (found.state is not GrantApprovalState.EXPIRED)
    assert not own.accounts or grant.account
    if found.state is GrantApprovalState.APPROVED:
        assert "*" in own.scopes or set(grant.scopes) <= set(own.scopes)


@given(st.lists(APPROVALS, max_size=3), GRANTS, APPS)
def test_taking_an_approval_back_never_approves_anything(
    approvals: list[GrantApproval], grant: Grant, app: App
) -> None:
    order = [
        GrantApprovalState.APPROVED, GrantApprovalState.EXCEEDS, GrantApprovalState.EXPIRED, GrantApprovalState.UNAPPROVED,
    ]  # fmt: skip
    before = order.index(ApprovalBook(approvals).standing("acme", grant, app, at=NOW).state)
    after = order.index(ApprovalBook(approvals[1:]).standing("acme", grant, app, at=NOW).state)
    assert after >= before


@given(
    st.lists(st.tuples(st.sampled_from(list(Effect)), st.sampled_from(["app-1", "app-9"])), max_size=30),
    st.sampled_from(list(RevokingMode)), st.integers(1, 5), st.integers(0, 9),
)  # fmt: skip
def test_no_more_is_due_than_was_allowed(asked: list, mode: RevokingMode, per_hour: int, lately: int) -> None:
    breaker = Breaker(RevokingLimits(mode, ("app-9",), per_hour), lately)
    fates = [(breaker.fate(effect, app), effect, app) for effect, app in asked]
    due = [one for one in fates if one[0] is Fate.DUE]
    assert len(due) <= max(0, per_hour - lately)
    assert not due or mode is RevokingMode.ON
    assert all(app != "app-9" and effect in (Effect.DENY, Effect.CUT) for _, effect, app in due)


STEPS = tuple(RevocationStep(str(n), StepKind.GRANT, f"g{n}", "u", "a", "DELETE") for n in range(3))
REPORTS = st.tuples(st.sampled_from(["0", "1", "2", "9"]), st.sampled_from([None, *Presence]), st.booleans())


@given(st.booleans(), st.lists(REPORTS, max_size=12))
def test_gone_is_what_the_last_look_at_each_thing_found_gone(is_agreed: bool, reports: list) -> None:
    one = Revocation("r", "acme", "google", "", tuple(map(StepProgress, STEPS)), "x", "person:a", NOW)
    one = confirmed(one, by="person:b", at=NOW) if is_agreed else one
    last: dict[str, Presence] = {}
    for step, presence, done in reports:
        proof = RevocationProof(presence, "re-read") if presence else None
        try:
            one = reported(one, step, outcome=CallOutcome(done=done), proof=proof, at=NOW + 1)
        except InputError:
            assert not is_agreed or step == "9"
            continue
        if presence:
            last[step] = presence
    is_over = withdrawal_state(one, Aftermath(), at=NOW + 2) is WithdrawalState.REVOKED
    assert is_over is (is_agreed and all(last.get(step.id) is Presence.GONE for step in STEPS))
