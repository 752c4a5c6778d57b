"""The one vocabulary of states on all pages: how a clause stands for a system, and how far its newest version has come.

Source: docs/governance.md (nine states of coverage), docs/clause-life.md (six of a version).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from wardlaw.console.pages.messages import mark
from wardlaw.evidence.coverage import State
from wardlaw.facts.clauselife import LifeState


class StateWord(msgspec.Struct, frozen=True):
    """How a state is shown: a word with a style, and what to do about it. ``rank`` 0 wants somebody most."""

    word: str
    style: str
    advice: str
    rank: int


COVERAGE: Mapping[str, StateWord] = {
    State.BYPASSED.value: StateWord(mark("bypassed"), "worst", mark("It was got round, or can be. Look at once."), 0),
    State.DRIFTED.value: StateWord(mark("drifted"), "bad", mark("Publish what was approved."), 1),
    State.GAP.value: StateWord(mark("gap"), "bad", mark("Write a clause, or vouch for what people do."), 2),
    State.STALE.value: StateWord(mark("stale"), "wait", mark("Have it signed off and tried out."), 3),
    State.SHADOW.value: StateWord(mark("shadow"), "wait", mark("It looks and stops nothing yet. Put it in force."), 4),
    State.ATTESTED.value: StateWord(mark("attested"), "gov", mark("A person vouches for it. Renew it in time."), 5),
    State.PROVEN.value: StateWord(mark("proven"), "good", mark("Nothing to do."), 6),
    State.NOT_YET.value: StateWord(mark("not yet"), "", mark("It applies from a later day. Prepare."), 7),
    State.NOT_APPLICABLE.value: StateWord(mark("not applicable"), "", mark("Check the reason."), 8),
}

LIFE: Mapping[str, StateWord] = {
    LifeState.IN_REVIEW.value: StateWord(mark("in review"), "wait", mark("It waits for approval."), 0),
    LifeState.APPROVED.value: StateWord(mark("approved"), "gov", mark("Publishing puts it into shadow."), 1),
    LifeState.SHADOW.value: StateWord(mark("shadow"), "gov", mark("It is recorded and stops nothing."), 2),
    LifeState.DRAFT.value: StateWord(mark("draft"), "", mark("Nobody has handed it in."), 3),
    LifeState.ENFORCE.value: StateWord(mark("enforced"), "good", mark("It is in force."), 4),
    LifeState.RETIRED.value: StateWord(mark("retired"), "", mark("It has ended."), 5),
}


def coverage_word(state: str) -> StateWord:
    """How a state of coverage is shown; one nobody knows stands as it is."""
    return COVERAGE.get(state, StateWord(state, "", "", 9))


def life_word(state: str) -> StateWord:
    """How a state of a version is shown; one nobody knows stands as it is."""
    return LIFE.get(state, StateWord(state, "", "", 9))


def worst_of(states: Iterable[str]) -> str:
    """Of several states the one that wants somebody most; empty for none."""
    return min(states, key=lambda one: coverage_word(one).rank, default="")
