"""The state of a provision of a framework for a system: through its controls and the clauses that carry them out.

A chain is as strong as its weakest link: a provision is proven when each of its controls is, attested when a person
vouches for those that are not, and a gap while one of them has nothing behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from wardlaw.evidence.attestation import Attestation, Says, standing
from wardlaw.evidence.coverage import Line, State, by_time, when
from wardlaw.evidence.observed import APPLIES, Applicability

_WORST_FIRST = (State.BYPASSED, State.DRIFTED, State.STALE)


class Link(msgspec.Struct, frozen=True):
    """One control that answers a provision.

    Attributes:
        control: Id; ``""`` for the clauses that refer to the provision by themselves.
        lines: How the clauses that carry it out stand for the system.
        attestations: What people vouch for of the control.
    """

    control: str
    lines: tuple[Line, ...] = ()
    attestations: tuple[Attestation, ...] = ()


class Chain(msgspec.Struct, frozen=True):
    """Everything the state of a provision for a system rests on.

    Attributes:
        ref: ``<framework>:<id>``.
        reopened: What changed in the law, while nobody has looked at it again for this system.
    """

    ref: str
    system: str
    links: tuple[Link, ...] = ()
    applicability: Applicability = APPLIES
    attestations: tuple[Attestation, ...] = ()
    reopened: str = ""


def link_state(link: Link, *, now: float) -> tuple[State, str]:
    """How one control stands: by its clauses that act, else by those that only look, else by a person."""
    name = link.control or "the clauses that refer to it"
    asked = [one for one in link.lines if one.state not in (State.NOT_APPLICABLE, State.NOT_YET, State.GAP)]
    acting = [one for one in asked if one.state is not State.SHADOW]
    found = State.GAP, f"{name} has no clause behind it"
    if acting:
        worst = next((one for state in _WORST_FIRST for one in acting if one.state is state), None)
        if worst is not None:
            found = worst.state, f"{worst.clause} ({name}) is {worst.state.value}: {worst.why}"
        elif all(one.state is State.PROVEN for one in acting):
            found = State.PROVEN, f"{name} by {', '.join(one.clause for one in acting)}"
        else:
            found = State.ATTESTED, f"{name} by {', '.join(one.clause for one in acting)}"
    elif asked:
        found = State.SHADOW, f"{name} only looks: {', '.join(one.clause for one in asked)}"
    vouched = standing(link.attestations, Says.MET, now=now)
    if vouched is not None and found[0] in (State.GAP, State.STALE):
        found = State.ATTESTED, f"{name}: {vouched.text} (says {vouched.attested_by}, until {when(vouched.until)})"
    return found


def provision_line(chain: Chain, *, now: float, day: date) -> Line:
    """The state of a provision for a system.

    Args:
        now: Unix seconds.
        day: The day on which the law is asked.
    """
    early = by_time(chain.applicability, chain.attestations, now=now, day=day)
    state, why = early or _state(chain, now)
    return Line(chain.ref, chain.system, state, why)


def _state(chain: Chain, now: float) -> tuple[State, str]:
    states = [link_state(one, now=now) for one in chain.links if not _is_idle(one, chain.links)]
    for broken in (State.BYPASSED, State.DRIFTED):
        for state, why in states:
            if state is broken:
                return broken, why
    if chain.reopened:
        return State.STALE, f"the law changed and nobody has looked at it again for this system: {chain.reopened}"
    if states and all(state is State.PROVEN for state, _ in states):
        return State.PROVEN, "; ".join(why for _, why in states)
    vouched = standing(chain.attestations, Says.MET, now=now)
    if vouched is not None:
        return State.ATTESTED, f"{vouched.text} (says {vouched.attested_by}, until {when(vouched.until)})"
    return _weakest(states)


def _weakest(states: Sequence[tuple[State, str]]) -> tuple[State, str]:
    """The weakest of several, none of which is bypassed or drifted and not all of which are proven."""
    if not states:
        return State.GAP, "no control and no clause answers it"
    count = sum(state in (State.PROVEN, State.ATTESTED) for state, _ in states)
    head = f"{count} of {len(states)} controls stand; " if count else ""
    for weak in (State.GAP, State.SHADOW, State.STALE):
        named = [why for state, why in states if state is weak]
        if named:
            return weak, head + "; ".join(named)
    return State.ATTESTED, "; ".join(why for _, why in states)


def _is_idle(link: Link, links: tuple[Link, ...]) -> bool:
    """Clauses that merely refer to a provision count beside its controls only while one of them acts."""
    acts = any(one.state not in (State.NOT_APPLICABLE, State.NOT_YET, State.GAP, State.SHADOW) for one in link.lines)
    return not link.control and not acts and len(links) > 1
