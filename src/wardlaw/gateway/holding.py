"""Held calls between the gateway and the people who may let them go.

A call that a clause holds is parked: what it is bound to goes by digest into the tables, what the person who is asked
must see is sealed. When exactly the same call is made again its approval is used up, once, and the call is decided anew
with it. Whatever fails here leaves the call held, and says so.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Sequence
from typing import Protocol

import msgspec
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.approval import (
    ApprovalState,
    CallApproval,
    CallPass,
    HeldCall,
    HeldDetail,
    HeldNotice,
    arguments_digest,
)
from wardlaw.facts.decision import Decision, Reason
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding
from wardlaw.facts.origin import CallJudgement
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.gateway.heldview import Inspect, view_of_call, view_of_request
from wardlaw.gateway.recorder import month_of
from wardlaw.gateway.tablework import AWAY, TableWork
from wardlaw.store.approvals import HELD, SealedDetail, find_live, next_id, park_call, refuse_flood, use_approval
from wardlaw.store.database import reading, writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.notifications import enqueue_held

_WHY_CHARS = 2_000
_MINUTE_S = 60.0
_log = logging.getLogger("wardlaw.gateway")


class HeldMatter(msgspec.Struct, frozen=True):
    """A decision that holds, and what it was made on.

    Attributes:
        arguments: Of a tool call its arguments as JSON; ``None`` for a request to a model, which counts as its body does.
        pin: Digest of the tool's definition; ``""`` for what has none.
        traced: Where the arguments came from; ``None`` where nobody traced them.
    """

    request: RequestFacts
    state: Snapshot
    decision: Decision
    policies: PolicySet
    arguments: str | None = None
    pin: str = ""
    traced: CallJudgement | None = None
    segments: tuple[Segment, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons that hold."""
        return tuple(one for one in self.decision.reasons if one.effect is Effect.HOLD and one.clause)

    def call(self) -> HeldCall:
        """What an approval is bound to."""
        request = self.request
        return HeldCall(
            principal=request.principal.id,
            acting_for=request.principal.acting_for,
            action=request.action.value,
            resource=request.resource.id,
            arguments=request.body_sha256 if self.arguments is None else arguments_digest(self.arguments),
            pin=self.pin,
            upstream=request.resource.upstream,
            policy=self.decision.policies,
            clauses=tuple(sorted({reason.clause for reason in self.reasons})),
            taint=tuple(sorted(self.state.taint)),
        )


class Holding(Protocol):
    """Where held calls wait."""

    async def use(self, matter: HeldMatter) -> CallPass | None:
        """Use up an approval of exactly this call; None where there is none, or nobody can tell."""

    async def park(self, matter: HeldMatter) -> HeldNotice:
        """Have people asked about a call; what its caller is told. Never raises."""


class TableHolding:
    """Held calls in the installation's tables, which all workers share.

    Args:
        engine: The open database.
        keyring: Seals what people must see.
        secret: Key of the digests by which calls are known again.
        inspect: Findings of one text, by which secrets are masked for them.
        channels: Over which of the configured channels people are told.
        work: Where the work on the tables is done.
    """

    def __init__(
        self,
        engine: Engine,
        keyring: Keyring,
        *,
        secret: bytes,
        inspect: Inspect,
        channels: Sequence[str] = (),
        work: TableWork | None = None,
    ) -> None:
        self._engine = engine
        self._keyring = keyring
        self._secret = secret
        self._inspect = inspect
        self._channels = tuple(channels)
        self._work = work or TableWork()

    async def use(self, matter: HeldMatter) -> CallPass | None:
        """As ``Holding``."""
        if not matter.reasons:
            return None
        plain, at = matter.call().digest(), matter.request.at
        digest = self._keyed(plain)

        def work() -> CallPass | None:
            with reading(self._engine) as connection:
                found = find_live(connection, digest, now=at)
            if found is None or found.state is not ApprovalState.APPROVED:
                return None
            with writing(self._engine) as connection:
                if not use_approval(connection, found.id, digest, by=matter.request.id, now=at):
                    return None
            return CallPass(found.id, plain, found.clauses)

        try:
            return await self._work.do(work)
        except AWAY as error:
            _log.warning("an approval could not be looked up, so the call stays held: %s", type(error).__name__)
            return None

    async def park(self, matter: HeldMatter) -> HeldNotice:
        """As ``Holding``."""
        if not matter.reasons:
            return HeldNotice()
        try:
            approval = await self._work.do(lambda: self._find_or_park(matter))
        except InputError as error:
            return HeldNotice(message=f"{error.message} {error.hint}")
        except AWAY as error:
            _log.error("a held call could not be kept, so nobody was asked: %s", type(error).__name__)
            return HeldNotice(message="Nobody could be asked: held calls cannot be kept now. Try again shortly.")
        if approval.state is ApprovalState.REFUSED:
            return HeldNotice(message="Exactly this call was refused by a person. Do something else, or ask them why.")
        return HeldNotice(approval.id, approval.expires_at)

    def _find_or_park(self, matter: HeldMatter) -> CallApproval:
        call, at = matter.call(), matter.request.at
        digest = self._keyed(call.digest())
        with reading(self._engine) as connection:
            found = find_live(connection, digest, now=at)
            if found is None:
                # Before anything is sealed or locked: a flood costs a look and no more.
                refuse_flood(connection, call.principal, call.acting_for, now=at)
        if found is not None:
            return found
        detail = self._seal(matter)
        try:
            with writing(self._engine) as connection:
                # INVARIANT: the id first. A row that comes between the two is found; one that comes later has this id.
                identity = next_id(connection, digest)
                found = find_live(connection, digest, now=at)
                if found is not None:
                    return found
                approval = _approval(matter, call, digest, identity)
                park_call(connection, approval, detail)
                enqueue_held(connection, approval, channels=self._channels)
                return approval
        except IntegrityError:
            # Another worker parked the very same call at this moment.
            with reading(self._engine) as connection:
                found = find_live(connection, digest, now=at)
            if found is None:
                raise
            return found

    def _keyed(self, digest: str) -> str:
        return hmac.digest(self._secret, f"held call {digest}".encode(), "sha256").hex()

    def _seal(self, matter: HeldMatter) -> SealedDetail:
        request = matter.request
        subject, month = request.principal.acting_for or request.principal.id, month_of(request.at)
        sealed = self._keyring.seal_parts(subject, month, ((HELD, msgspec.json.encode(self._detail(matter))),))
        return SealedDetail(sealed.pseudonym, sealed.parts[0].part, sealed.parts[0].blob)

    def _detail(self, matter: HeldMatter) -> HeldDetail:
        resource = matter.request.resource
        if matter.arguments is None:
            return view_of_request(matter.segments, matter.findings, resource)
        return view_of_call(matter.arguments, resource, matter.traced, inspect=self._inspect)


def pass_for(matter: HeldMatter, passes: Sequence[CallPass], *, rewritten: bool) -> CallPass | None:
    """The approval that was used up for exactly this call a moment ago, when it is judged once more.

    Args:
        passes: Used up in the same exchange, or for the same kept answer.
        rewritten: What is judged is what the gateway itself made, by masking, of what was approved.
    """
    digest = matter.call().digest()
    return next((one for one in passes if rewritten or one.digest == digest), None)


def _approval(matter: HeldMatter, call: HeldCall, digest: str, identity: str) -> CallApproval:
    request = matter.request
    policies = [one for one in matter.policies.policies.values() if one.clause in call.clauses]
    minutes = min((one.expires_minutes for one in policies), default=0)
    return CallApproval(
        id=identity,
        digest=digest,
        principal=call.principal,
        acting_for=call.acting_for,
        action=call.action,
        resource=call.resource,
        clauses=call.clauses,
        why=" ".join(f"{one.clause}: {one.message.rstrip('.')}." for one in matter.reasons)[:_WHY_CHARS],
        approvers=max((one.approvers for one in policies), default=1),
        exchange=request.exchange,
        decision=request.id,
        asked_at=request.at,
        expires_at=request.at + minutes * _MINUTE_S,
    )
