"""A revocation from the plan to the proof.

planned → confirmed → running → revoked → residual (until issued tokens end) → quiet (a later reading shows nothing since).

INVARIANT: nothing is reported of a revocation that nobody has confirmed, and only a look that found a thing gone makes its
step done: what a platform answers to the call proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, Grant, Item, RunState, SyncRun, Use
from wardlaw.inventory.model import FeedKind as Kind
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep
from wardlaw.inventory.view import account_of, app_of

PLAN_LIVES_S = 86_400.0
"""A plan that nobody has confirmed within a day was made from what may not be so any more."""

SETTLING_S = 3_600.0
"""Logs of platforms lag; only what they say of an hour after the end counts as silence."""


class WithdrawalState(StrEnum):
    """How far a revocation has come."""

    PLANNED = "planned"
    LAPSED = "lapsed"  # planned, and never confirmed
    CONFIRMED = "confirmed"
    RUNNING = "running"  # some steps are done, or have failed and can be tried again
    REVOKED = "revoked"  # a look has found everything gone
    RESIDUAL = "residual"  # as above, but tokens that were given before may still work
    QUIET = "quiet"  # as revoked, and a later reading shows no use since
    ACTIVE = "active-again"  # something was used, or is there again, after everything was found gone


class StepProgress(msgspec.Struct, frozen=True):
    """One step with the last call and the last look; None where there was none."""

    step: RevocationStep
    outcome: CallOutcome | None = None
    proof: RevocationProof | None = None
    tries: int = 0

    @property
    def is_done(self) -> bool:
        """Whether a look has found it gone."""
        return self.proof is not None and self.proof.presence is Presence.GONE


class Revocation(msgspec.Struct, frozen=True):
    """What is to be taken away, who wants it, and how far it has come.

    Attributes:
        app: Client id, where everything of an app goes; empty for single grants and credentials.
        decisions: Ids of the decisions of clauses it carries out; empty where people decided.
        persons: How many must agree: 1, or 2 for four eyes.
        links: Principals of the gateway that were locked out with it.
        version: Rises with each change, so that two reports cannot overwrite each other.
    """

    id: str
    directory: str
    platform: str
    app: str
    steps: tuple[StepProgress, ...]
    reason: str
    planned_by: str
    planned_at: float
    persons: int = 1
    decisions: tuple[str, ...] = ()
    confirmed_by: str = ""
    confirmed_at: float = 0.0
    links: tuple[str, ...] = ()
    version: int = 1

    @property
    def is_gone(self) -> bool:
        """Whether everything was found gone."""
        return all(one.is_done for one in self.steps)

    @property
    def gone_at(self) -> float:
        """When the last thing was found gone; 0 while something is not."""
        return max((one.proof.at for one in self.steps if one.proof), default=0.0) if self.is_gone else 0.0

    @property
    def tokens_until(self) -> float:
        """Until when tokens given before may work, Unix seconds; 0 where none can, or nobody knows."""
        return max((one.proof.tokens_until for one in self.steps if one.proof), default=0.0)


class Aftermath(msgspec.Struct, frozen=True):
    """What later readings say.

    Attributes:
        covered_until: Logs of use were read up to here; 0 where the directory has none.
        last_at: Latest use, or sight of something that was found gone; 0 for none since.
    """

    covered_until: float = 0.0
    last_at: float = 0.0


def withdrawal_state(one: Revocation, after: Aftermath, *, at: float) -> WithdrawalState:
    """How far a revocation has come at a moment."""
    if not one.confirmed_at:
        return WithdrawalState.LAPSED if at >= one.planned_at + PLAN_LIVES_S else WithdrawalState.PLANNED
    if not one.is_gone:
        has_begun = any(step.tries for step in one.steps)
        return WithdrawalState.RUNNING if has_begun else WithdrawalState.CONFIRMED
    end = max(one.gone_at, one.tokens_until)
    if after.last_at > end:
        return WithdrawalState.ACTIVE
    if at < one.tokens_until:
        return WithdrawalState.RESIDUAL
    return WithdrawalState.QUIET if after.covered_until >= end + SETTLING_S else WithdrawalState.REVOKED


def extended(one: Revocation, steps: Sequence[RevocationStep], *, by: str, at: float, most: int) -> Revocation:
    """The plan with further steps.

    Raises:
        InputError: It waits for nobody (WL-INV-072), is another's, has such a step, or grows too long (WL-INV-083).
    """
    if withdrawal_state(one, Aftermath(), at=at) is not WithdrawalState.PLANNED:
        raise _waits_for_nobody()
    ids = {known.step.id for known in one.steps}
    if by != one.planned_by or any(step.id in ids for step in steps) or len(ids) + len(steps) > most:
        raise InputError(
            "WL-INV-083",
            f"This plan takes no such steps: it is another person's, has them already, or would have more than {most}.",
            "Plan a second revocation.",
        )
    more = tuple(StepProgress(step) for step in steps)
    return msgspec.structs.replace(one, steps=(*one.steps, *more), version=one.version + 1)


def confirmed(
    one: Revocation, *, by: str, at: float, links: tuple[str, ...] = (), selves: frozenset[str] = frozenset()
) -> Revocation:
    """The revocation after somebody agreed to it.

    Args:
        selves: What else the human who agrees is called: two accounts of one human are no four eyes.

    Raises:
        InputError: It is agreed to already or lapsed (WL-INV-072), or four eyes are needed and these are the first two
            again (WL-INV-073).
    """
    if withdrawal_state(one, Aftermath(), at=at) is not WithdrawalState.PLANNED:
        raise _waits_for_nobody()
    if one.persons > 1 and one.planned_by in {by, *selves}:
        raise InputError(
            "WL-INV-073",
            "This revocation needs four eyes: whoever planned it cannot confirm it.",
            f"Ask another person to run `wardlaw grants revoke --confirm {one.id}`.",
        )
    return msgspec.structs.replace(one, confirmed_by=by, confirmed_at=at, links=links, version=one.version + 1)


def _waits_for_nobody() -> InputError:
    return InputError(
        "WL-INV-072", "This revocation waits for nobody: it was confirmed, or it has lapsed.", "Plan a new one."
    )


def reported(
    one: Revocation, step: str, *, outcome: CallOutcome | None, proof: RevocationProof | None, at: float
) -> Revocation:
    """The revocation after a call or a look was reported. A later look that finds a thing there again is believed.

    Raises:
        InputError: Nobody has confirmed it (WL-INV-074), or it has no such step (WL-INV-075).
    """
    if not one.confirmed_at:
        raise InputError(
            "WL-INV-074", "Nobody has confirmed this revocation.", "Confirm it first; nothing was recorded."
        )
    if step not in {known.step.id for known in one.steps}:
        raise InputError("WL-INV-075", "This revocation has no such step.", "See `wardlaw grants proof`.")
    # The time is ours: a report cannot date a proof before the confirmation, or into the future.
    dated = msgspec.structs.replace(proof, at=at) if proof is not None else None
    steps = tuple(
        StepProgress(known.step, outcome or known.outcome, dated or known.proof, known.tries + 1)
        if known.step.id == step
        else known
        for known in one.steps
    )
    return msgspec.structs.replace(one, steps=steps, version=one.version + 1)


def aftermath(one: Revocation, items: Sequence[Item], runs: Sequence[SyncRun]) -> Aftermath:
    """What readings of its directory say after everything was found gone. Nothing is said before that."""
    if not one.is_gone:
        return Aftermath()
    after = one.gone_at
    covered = max(
        (
            run.covered_until
            for run in runs
            if run.directory == one.directory and run.kind is Kind.EVENTS and run.state is RunState.COMPLETE
        ),
        default=0.0,
    )
    seen = [_activity(item, after) for item in items if item.directory == one.directory and concerns(one, item)]
    return Aftermath(covered, max(seen, default=0.0))


def concerns(one: Revocation, item: Item) -> bool:
    """Whether a thing is what the revocation takes away, or a use of it."""
    thing = item.thing
    if one.app and app_of(thing) == one.app:
        return True
    for known in one.steps:
        step = known.step
        if isinstance(thing, Grant | Credential) and thing.id == step.subject:
            return True
        if (
            isinstance(thing, Grant | Use)
            and step.app
            and (step.app, step.account) == (app_of(thing), account_of(thing))
        ):
            return True
    return False


def _activity(item: Item, after: float) -> float:
    """When a thing last showed itself after a time: used, or listed by a reading that began later; else 0."""
    thing = item.thing
    used = thing.last_used_at if isinstance(thing, Grant | Credential | Use) else 0.0
    listed = item.last_seen_at if isinstance(thing, Grant | Credential) and item.is_there else 0.0
    latest = max(used, listed)
    return latest if latest > after else 0.0
