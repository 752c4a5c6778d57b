from __future__ import annotations

from datetime import date

import pytest

from wardlaw.evidence.attestation import Attestation, Says
from wardlaw.evidence.coverage import Line, State
from wardlaw.evidence.observed import Applicability
from wardlaw.evidence.provisions import Chain, Link, link_state, provision_line

NOW, DAY = 1_795_000_000.0, date(2026, 11, 28)
VOUCHED = (Attestation("att_1", "x", "crm", Says.MET, "on file", NOW - 9, NOW + 9, "person:ann", NOW),)
P, S, G, B, D, T, A, N = (
    State.PROVEN, State.SHADOW, State.GAP, State.BYPASSED, State.DRIFTED, State.STALE, State.ATTESTED,
    State.NOT_APPLICABLE,
)  # fmt: skip


def link(*states: State, control: str = "C", attested: bool = False) -> Link:
    lines = tuple(Line(f"GOV-0{place}", "crm", one, "why") for place, one in enumerate(states))
    return Link(control, lines, VOUCHED if attested else ())


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), G), ((G,), G), ((N,), G), ((S,), S), ((P,), P), ((P, S), P), ((P, G), P), ((P, N), P), ((P, T), T),
        ((P, B), B), ((D, B), B), ((P, A), A), ((S, T), T),
    ],
)  # fmt: skip
def test_a_control_stands_as_its_clauses_that_act(states: tuple[State, ...], expected: State) -> None:
    assert link_state(link(*states), now=NOW)[0] is expected
    lifted = A if expected in (G, T) else expected
    assert link_state(link(*states, attested=True), now=NOW)[0] is lifted


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ((), G),
        ((link(P), link(P)), P),
        ((link(P), link()), G),
        ((link(P), link(attested=True)), A),
        ((link(P), link(S)), S),
        ((link(P), link(T)), T),
        ((link(P), link(B), link(D)), B),
        ((link(P), link(D), link()), D),
        ((link(P), link(S, control="")), P),
        ((link(P), link(G, control="")), P),
        ((link(P), link(T, control="")), T),
        ((link(P, control=""),), P),
        ((link(S, control=""),), S),
    ],
)
def test_a_provision_stands_as_its_weakest_control(links: tuple[Link, ...], expected: State) -> None:
    line = provision_line(Chain("eu-ai-act:art-14", "crm", links), now=NOW, day=DAY)
    assert line.state is expected
    assert line.why
    vouched = provision_line(Chain("eu-ai-act:art-14", "crm", links, attestations=VOUCHED), now=NOW, day=DAY)
    assert vouched.state is (expected if expected in (P, B, D) else A)
    again = provision_line(
        Chain("eu-ai-act:art-14", "crm", links, attestations=VOUCHED, reopened="moved"), now=NOW, day=DAY
    )
    assert again.state is (expected if expected in (B, D) else T)


def test_what_binds_later_or_not_is_said_before_all_else() -> None:
    later = Chain("x:y", "crm", (link(P),), Applicability(True, date(2027, 12, 2), "", "person:ann", "secondary"))
    line = provision_line(later, now=NOW, day=DAY)
    assert (line.state, "secondary" in line.why) == (State.NOT_YET, True)
    assert provision_line(later, now=NOW, day=date(2027, 12, 2)).state is P
    never = Chain("x:y", "crm", (link(P),), Applicability(False, None, "it binds others", "person:ann"))
    assert provision_line(never, now=NOW, day=DAY).state is N


def test_what_stands_is_counted_for_whoever_must_close_the_rest() -> None:
    line = provision_line(Chain("x:y", "crm", (link(P), link(control="D"))), now=NOW, day=DAY)
    assert line.why == "1 of 2 controls stand; D has no clause behind it"
