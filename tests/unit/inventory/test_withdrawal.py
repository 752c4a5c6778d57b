from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, FeedKind, Grant, Item, RunState, SyncRun, Thing, Use
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind
from wardlaw.inventory.withdrawal import (
    PLAN_LIVES_S,
    SETTLING_S,
    Aftermath,
    Revocation,
    StepProgress,
    WithdrawalState,
    aftermath,
    concerns,
    confirmed,
    extended,
    reported,
    withdrawal_state,
)

NOW = 1_000_000.0
STEPS = tuple(
    RevocationStep(str(n), StepKind.GRANT, f"g{n}", account, "app-1", "DELETE")
    for n, account in ((1, "ada"), (2, "bob"))
)
GONE, THERE = RevocationProof(Presence.GONE, "re-read", 404), RevocationProof(Presence.THERE, "re-read", 200)
DONE = CallOutcome(done=True, status=204)


def planned(**more) -> Revocation:
    fields = {
        "app": "",
        "steps": tuple(map(StepProgress, STEPS)),
        "reason": "x",
        "planned_by": "person:a",
        "planned_at": NOW,
    }
    return Revocation(**({"id": "rev_1", "directory": "acme", "platform": "google"} | fields | more))


def gone(at: float = NOW + 10, tokens_until: float = 0.0, **more) -> Revocation:
    import msgspec

    one = confirmed(planned(**more), by="person:a", at=NOW)
    for step in STEPS:
        proof = msgspec.structs.replace(GONE, tokens_until=tokens_until)
        one = reported(one, step.id, outcome=DONE, proof=proof, at=at)
    return one


def state(one: Revocation, at: float = NOW + 20, **after) -> str:
    return withdrawal_state(one, Aftermath(**after), at=at).value


def test_the_states_in_their_order() -> None:
    one = planned()
    assert (state(one), state(one, NOW + PLAN_LIVES_S)) == ("planned", "lapsed")
    one = confirmed(one, by="person:a", at=NOW)
    assert state(one, NOW + 10 * PLAN_LIVES_S) == "confirmed"
    one = reported(one, "1", outcome=DONE, proof=GONE, at=NOW + 5)
    assert state(one) == "running"
    one = reported(one, "2", outcome=DONE, proof=THERE, at=NOW + 6)
    assert state(one) == "running"  # the platform says it has done it; a look says otherwise
    one = reported(one, "2", outcome=None, proof=GONE, at=NOW + 7)
    assert (state(one), one.gone_at) == ("revoked", NOW + 7)


def test_tokens_that_live_on_and_silence_that_is_long_enough() -> None:
    one = gone(tokens_until=NOW + 3_600)
    assert state(one) == "residual"
    assert state(one, NOW + 3_600) == "revoked"
    assert state(one, NOW + 9_999, covered_until=NOW + 3_600 + SETTLING_S - 1) == "revoked"
    assert state(one, NOW + 9_999, covered_until=NOW + 3_600 + SETTLING_S) == "quiet"
    assert state(one, NOW + 9_999, last_at=NOW + 3_000) == "revoked"  # while tokens live, use is no wonder
    assert state(one, NOW + 9_999, last_at=NOW + 3_601, covered_until=9e9) == "active-again"


def test_a_later_look_that_finds_it_again_is_believed() -> None:
    one = reported(gone(), "1", outcome=None, proof=THERE, at=NOW + 50)
    assert (state(one), one.gone_at) == ("running", 0.0)


def test_a_report_cannot_date_a_proof() -> None:
    one = confirmed(planned(), by="person:a", at=NOW)
    one = reported(one, "1", outcome=None, proof=RevocationProof(Presence.GONE, "re-read", at=1.0), at=NOW + 3)
    assert one.steps[0].proof is not None
    assert one.steps[0].proof.at == NOW + 3


@pytest.mark.parametrize(("work", "code"), [
    (lambda: reported(planned(), "1", outcome=None, proof=GONE, at=NOW), "WL-INV-074"),
    (lambda: reported(gone(), "9", outcome=None, proof=GONE, at=NOW), "WL-INV-075"),
    (lambda: confirmed(gone(), by="person:b", at=NOW), "WL-INV-072"),
    (lambda: confirmed(planned(), by="person:b", at=NOW + PLAN_LIVES_S), "WL-INV-072"),
    (lambda: confirmed(planned(persons=2), by="person:a", at=NOW), "WL-INV-073"),
    (lambda: confirmed(planned(persons=2), by="person:a2", at=NOW, selves=frozenset({"person:a"})), "WL-INV-073"),
    (lambda: extended(planned(), STEPS[:1], by="person:a", at=NOW, most=9), "WL-INV-083"),
    (lambda: extended(planned(steps=()), STEPS, by="person:a", at=NOW, most=1), "WL-INV-083"),
    (lambda: extended(planned(steps=()), STEPS, by="person:b", at=NOW, most=9), "WL-INV-083"),
    (lambda: extended(gone(), STEPS, by="person:a", at=NOW, most=9), "WL-INV-072"),
])  # fmt: skip
def test_what_is_refused(work, code: str) -> None:
    with pytest.raises(InputError) as caught:
        work()
    assert caught.value.code == code


def test_each_change_raises_the_version() -> None:
    assert [one.version for one in (planned(), confirmed(planned(persons=2), by="person:b", at=NOW), gone())] == [
        1,
        2,
        4,
    ]
    assert extended(planned(steps=()), STEPS, by="person:a", at=NOW, most=9).version == 2


def item(thing: Thing, seen: float, gone_at: float = 0.0, directory: str = "acme") -> Item:
    return Item(directory, "f", thing, 1.0, 1.0, seen, gone_at)


def run(
    kind: FeedKind = FeedKind.EVENTS, covered: float = NOW + 99, state: RunState = RunState.COMPLETE, directory="acme"
):
    return SyncRun("r", directory, "google", "f", kind, NOW, "p", state, covered_until=covered)


def test_what_later_readings_say() -> None:
    one, late = gone(), NOW + 60
    assert aftermath(planned(), [item(Grant("g1", "ada", "app-1"), late)], [run()]) == Aftermath()
    assert aftermath(one, [], [run()]).covered_until == NOW + 99
    for other in (run(FeedKind.LISTING), run(state=RunState.INCOMPLETE), run(directory="beta")):
        assert aftermath(one, [], [other]).covered_until == 0.0
    for shows in (
        item(Grant("g1", "ada", "app-1"), late),  # listed again
        item(Grant("new", "ada", "app-1"), late),  # granted anew under another id
        item(Use("u", "bob", "app-1", last_used_at=late), late),
        item(Grant("g2", "bob", "app-1", last_used_at=late), NOW, gone_at=NOW),
    ):
        assert aftermath(one, [shows], []).last_at == late, shows
    for silent in (
        item(Grant("g1", "ada", "app-1"), NOW, gone_at=NOW),
        item(Grant("g1", "ada", "app-1"), late, directory="beta"),
        item(Use("u", "eve", "app-1", last_used_at=late), late),  # somebody whose grant was not taken
        item(Use("u", "ada", "app-2", last_used_at=late), late),
        item(Use("u", "ada", "app-1", last_used_at=NOW), late),
    ):
        assert aftermath(one, [silent], []).last_at == 0.0, silent


def test_what_belongs_to_a_revocation() -> None:
    whole = planned(app="app-1")
    assert concerns(whole, item(Use("u", "eve", "app-1"), NOW))
    assert not concerns(planned(), item(Use("u", "eve", "app-1"), NOW))
    key = planned(steps=(StepProgress(RevocationStep("1", StepKind.CREDENTIAL, "c1", "ada", "", "DELETE")),))
    assert concerns(key, item(Credential("c1", "ada", "key"), NOW))
    assert not concerns(key, item(Grant("g", "ada", ""), NOW))
    assert WithdrawalState("quiet") is WithdrawalState.QUIET
