"""Who may let a held call go, and what an approval is good for: pure rules over frozen values.

An approval is single use, bound to the digest of one call, and runs out. Nobody approves twice, the caller never
approves its own call, and where a clause wants four eyes neither does the person it acts for. One refusal ends it.
"""

from __future__ import annotations

import unicodedata

import msgspec

from wardlaw.facts.approval import ApprovalState, CallAnswer, CallApproval
from wardlaw.facts.errors import InputError

MOST_APPROVERS = 2
LONGEST_MINUTES = 24 * 60
"""Longest life of a held call: what a person has not answered in a day is asked anew, with today's facts."""
USUAL_MINUTES = 60
"""Life of a held call where its clauses do not say: long enough for somebody who is told, too short for tomorrow."""
_SAME_PERSON = ("user", "person")


def answered(approval: CallApproval, answer: CallAnswer, *, selves: frozenset[str] = frozenset()) -> CallApproval:
    """The approval after one more answer.

    Args:
        selves: What else the human who answers is called: the other accounts, and the identity behind them.

    Raises:
        InputError: It has run out (WL-APR-002), is no longer waiting (WL-APR-003), or this person may not answer it
            (WL-APR-004, WL-APR-005).
    """
    if answer.at >= approval.expires_at:
        raise InputError(
            "WL-APR-002", f"{approval.id} has run out.", "The call is asked for anew when it is made again."
        )
    if approval.state is not ApprovalState.WAITING:
        raise InputError("WL-APR-003", f"{approval.id} is {approval.state} already.", "Nothing is left to do.")
    names = {short_name(name) for name in (answer.by, *selves)}
    if names & {short_name(one.by) for one in approval.answers}:
        raise InputError("WL-APR-004", f"{answer.by} has answered {approval.id} before.", "Ask a second person.")
    if answer.approves and names & kept_out(approval):
        raise InputError(
            "WL-APR-005",
            f"{approval.id} is a call of {answer.by}, who may refuse it and not approve it.",
            "Ask somebody else with the right approve_runtime_action.",
        )
    answers = (*approval.answers, answer)
    if not answer.approves:
        state = ApprovalState.REFUSED
    elif sum(one.approves for one in answers) >= approval.approvers:
        state = ApprovalState.APPROVED
    else:
        state = ApprovalState.WAITING
    return msgspec.structs.replace(approval, answers=answers, state=state, version=approval.version + 1)


def kept_out(approval: CallApproval) -> frozenset[str]:
    """Persons who must not approve this call, by their short names: the caller, with four eyes whom it acts for too."""
    names = (approval.principal, approval.acting_for if approval.approvers > 1 else "")
    return frozenset(short_name(name) for name in names if name)


def short_name(name: str) -> str:
    """``ana`` of ``user:ana`` (who calls) and ``person:ana`` (who answers); other ids as they are.

    Names that differ only in letters' case or width, or in what follows an ``@``, are taken for one: rather one
    approver too few than the caller among them.
    """
    kind, colon, rest = name.partition(":")
    if not colon or kind not in _SAME_PERSON:
        return name
    return unicodedata.normalize("NFKC", rest).casefold().partition("@")[0]


def standing(approval: CallApproval, *, now: float) -> str:
    """How an approval stands: its state, or ``expired`` for what ran out without being refused or used."""
    open_ = approval.state in (ApprovalState.WAITING, ApprovalState.APPROVED)
    return "expired" if open_ and now >= approval.expires_at else approval.state.value


def is_usable(approval: CallApproval, digest: str, *, now: float) -> bool:
    """Whether this approval lets the call with this digest go at this moment."""
    return approval.state is ApprovalState.APPROVED and approval.digest == digest and now < approval.expires_at


def used(approval: CallApproval, digest: str, *, by: str, now: float) -> CallApproval | None:
    """The approval once it has let its call go; None where it does not let it go."""
    if not is_usable(approval, digest, now=now):
        return None
    return msgspec.structs.replace(
        approval, state=ApprovalState.USED, used_at=now, used_by=by, version=approval.version + 1
    )
