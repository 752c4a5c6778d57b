"""A call that waits for a person: what it is bound to, who answered, and whether it was used."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Any

import msgspec

_DOMAIN = b"wardlaw/held-call/1\0"


class ApprovalState(StrEnum):
    """Where an approval stands; what ran out stays in its state and is worth nothing."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    USED = "used"


class HeldCall(msgspec.Struct, frozen=True):
    """Everything an approval is bound to; another value in any of it is another call.

    Attributes:
        principal: Who calls.
        acting_for: Whom it acts for; ``""`` for itself.
        action: Id of the action.
        resource: Id of the tool, model or destination.
        arguments: SHA-256 of the arguments as they will be sent, hex.
        pin: Digest of the tool's definition; ``""`` for what has none.
        upstream: Where it will be sent.
        policy: Digest of the policy set that held it.
        clauses: Clauses that demand the hold, sorted.
        taint: What the arguments and the session are tainted with, sorted.
    """

    principal: str
    acting_for: str
    action: str
    resource: str
    arguments: str
    pin: str
    upstream: str
    policy: str
    clauses: tuple[str, ...]
    taint: tuple[str, ...]

    def digest(self) -> str:
        """SHA-256 over all of it, hex; values are told apart by their lengths, not by signs between them."""
        total = hashlib.sha256(_DOMAIN)
        for value in msgspec.structs.astuple(self):
            parts = value if isinstance(value, tuple) else (value,)
            total.update(len(parts).to_bytes(4, "big"))
            for part in parts:
                raw = str(part).encode("utf-8", "surrogatepass")
                total.update(len(raw).to_bytes(8, "big") + raw)
        return total.hexdigest()


class _Number(str):
    """A number as it was written: two numbers that a parser may round to one must not pass for one call."""

    __slots__ = ()


def arguments_digest(text: str) -> str:
    """SHA-256 of a call's arguments in one exact form, hex.

    Order of members and white space do not matter, anything else does. What is no JSON, names a member twice or nests
    too deep counts as it stands: readers would disagree on it.

    Args:
        text: The arguments as JSON.
    """
    try:
        value = json.loads(
            text or "{}",
            object_pairs_hook=_members,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_no_constant,
        )
        exact = "json:" + _exact(value)
    except (ValueError, RecursionError):
        exact = "text:" + text
    return hashlib.sha256(exact.encode("utf-8", "surrogatepass")).hexdigest()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is named twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _exact(value: Any) -> str:
    match value:
        case _Number():
            return str(value)
        case dict():
            return "{" + ",".join(f"{json.dumps(name)}:{_exact(value[name])}" for name in sorted(value)) + "}"
        case list():
            return "[" + ",".join(map(_exact, value)) + "]"
        case _:
            return json.dumps(value)


class CallAnswer(msgspec.Struct, frozen=True):
    """What one person said; ``at`` is Unix seconds."""

    by: str
    at: float
    approves: bool
    reason: str


class ValueOrigin(msgspec.Struct, frozen=True):
    """Where one value of the arguments came from, for the person who is asked.

    Attributes:
        path: Place in the arguments, such as ``recipient`` or ``items[0].url``.
        origin: Kind of the place it came from.
        source: Which one: a tool, a document; ``""`` when nobody knows.
    """

    path: str
    origin: str
    source: str = ""


class HeldDetail(msgspec.Struct, frozen=True):
    """What the person who is asked must see of a held call; sealed wherever it lies.

    Attributes:
        arguments: As they will be sent, JSON; of a request to a model its last words. Secrets are masked.
        effect: What the tool does; ``""`` for models.
        upstream: Where it goes.
        values: Where the values of the arguments came from.
        findings: What is wrong with the call, in sentences.
        is_whole: False where there is more than is shown.
    """

    arguments: str
    effect: str = ""
    upstream: str = ""
    values: tuple[ValueOrigin, ...] = ()
    findings: tuple[str, ...] = ()
    is_whole: bool = True


class CallPass(msgspec.Struct, frozen=True):
    """One approval used up: it lets one call go, and no other.

    Attributes:
        approval: Its id.
        digest: Of the held call.
        clauses: Clauses whose hold it lifts.
    """

    approval: str
    digest: str
    clauses: tuple[str, ...]


class HeldNotice(msgspec.Struct, frozen=True):
    """What the caller of a held call is told.

    Attributes:
        approval: Id to look for; ``""`` when nobody was asked.
        expires_at: Until when it can be approved and used, Unix seconds; 0 when nobody was asked.
        message: In plain words, with what to do; ``""`` where the clause says it all.
        retry: Token under which a kept answer can be had once it is approved; ``""`` when none is kept.
        beside: Ids of further approvals that the same answer waits for.
    """

    approval: str = ""
    expires_at: float = 0.0
    message: str = ""
    retry: str = ""
    beside: tuple[str, ...] = ()


class CallApproval(msgspec.Struct, frozen=True):
    """One call that a clause holds until a person has answered.

    Attributes:
        id: ``apr_…``.
        digest: Of the held call, keyed, so that nobody who reads it can try out arguments.
        principal: Who calls, by the id that approving is judged by.
        acting_for: Whom it acts for; ``""`` for itself.
        action: Id of the action.
        resource: Id of the tool, model or destination.
        clauses: Clauses that demand the hold.
        why: In plain words, without personal data.
        approvers: How many different persons must approve: 1, or 2 for four eyes.
        exchange: Exchange it was held in.
        decision: The decision that held it.
        asked_at: Unix seconds, like all times here.
        expires_at: From then on it is worth nothing, approved or not.
        state: See ``ApprovalState``.
        answers: In the order they came.
        used_at: 0 until it is used.
        used_by: Decision that used it.
        version: Counts changes; a change made on an older version is refused.
    """

    id: str
    digest: str
    principal: str
    acting_for: str
    action: str
    resource: str
    clauses: tuple[str, ...]
    why: str
    approvers: int
    exchange: str
    decision: str
    asked_at: float
    expires_at: float
    state: ApprovalState = ApprovalState.WAITING
    answers: tuple[CallAnswer, ...] = ()
    used_at: float = 0.0
    used_by: str = ""
    version: int = 0
