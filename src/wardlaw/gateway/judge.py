"""One judgement: remember, decide, record. What is released afterwards is already proved.

Order matters and is the same for every surface: the state is reserved, the decision made on it, what
it changes in the state is applied, and the record with all of that is durable before the caller of
``judge()`` may act.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

import msgspec

from wardlaw.decision.context import SYSTEM_PROMPT
from wardlaw.decision.decide import SAW_TOOL_RESULT, decide, quarantine_reaches_caller
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.action import Action
from wardlaw.facts.approval import CallPass, HeldNotice
from wardlaw.facts.decision import Decision, ObligationKind, ReasonCode
from wardlaw.facts.effect import Effect, RouteMode
from wardlaw.facts.exchange import Channel, Measures, Segment, ToolCall
from wardlaw.facts.exemption import Exemption
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.facts.gate import ClosedGate
from wardlaw.facts.origin import CallJudgement
from wardlaw.facts.principal import Principal
from wardlaw.facts.record import Inputs
from wardlaw.facts.request import RequestFacts, Snapshot
from wardlaw.facts.resource import Resource, ToolEffect
from wardlaw.gateway.canaries import CanaryReader, Marked
from wardlaw.gateway.holding import HeldMatter, Holding, pass_for
from wardlaw.gateway.ids import make_id
from wardlaw.gateway.recorder import Recorder
from wardlaw.security.asking.places import copy_labels, touches_copy
from wardlaw.state.authority import Ask, StateAuthority, Ticket
from wardlaw.state.deltas import join
from wardlaw.state.habits import Deed, Habits, Noted

_RELEASING = frozenset((Effect.ALLOW, Effect.TRANSFORM))
_ATTACKS = frozenset(
    (FindingKind.INJECTION, FindingKind.SECRET, FindingKind.FINGERPRINT, FindingKind.TRIPWIRE, FindingKind.LEAK)
)
_FOREIGN = frozenset((Channel.TOOL_RESULT.value, Channel.TOOL_DEFINITION.value))
_OUTWARD = frozenset((ToolEffect.EGRESS, ToolEffect.SHARE, ToolEffect.PAYMENT))
_MINUTE_S = 60.0
_UNTOLD = Noted(0, ())


class Case(msgspec.Struct, frozen=True):
    """What all decisions of one exchange share.

    Attributes:
        marked: What may mark it as a canary; nobody looks before a decision stands. ``None`` for what no caller sent.
    """

    exchange: str
    principal: Principal
    session: str
    route: str
    mode: RouteMode
    principal_key: bytes
    person_key: bytes
    session_key: bytes
    marked: Marked | None = None

    @property
    def canary(self) -> str:
        """Id of the canary it turned out to be; ``""`` for ordinary traffic."""
        return self.marked.canary if self.marked is not None else ""


class Matter(msgspec.Struct, frozen=True):
    """What one judgement is about.

    Attributes:
        labels: Taint that this very request brings along.
        calls: 1 for a request that arrives, 0 for whatever follows within it.
        counted: False when an earlier judgement of the same matter has counted it and was released: a
            masked request, or the next upstream. Then ``measures`` carry what that judgement saw.
        before: What earlier parts of the same answer have moved; part of the measures, counted already.
        release: Tool calls, id and digest, to be remembered as ours when they are released.
        targets: Where a tool call copies rows to.
        delta: What admission changed in the state.
        call: Where the arguments of a tool call came from.
        parks: What is held may wait for a person: its caller can make it again unchanged.
        pin: Digest of the called tool's definition; ``""`` for what has none.
        first_reply: An answer before which nothing was answered in its conversation.
        passes: Approvals this very exchange has used up already, for what is judged once more in it.
    """

    action: Action
    resource: Resource
    measures: Measures
    findings: tuple[Finding, ...] = ()
    segments: tuple[Segment, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    subjects: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    calls: int = 0
    tokens: int = 0
    body_sha256: str = ""
    rewritten: bool = False
    counted: bool = True
    before: Measures | None = None
    release: tuple[tuple[str, bytes], ...] = ()
    targets: tuple[str, ...] = ()
    delta: bytes = b""
    call: CallJudgement | None = None
    parks: bool = False
    pin: str = ""
    first_reply: bool = False
    passes: tuple[CallPass, ...] = ()


class Judgement(msgspec.Struct, frozen=True):
    """A decision whose record is durable, with the measures it was made on.

    Attributes:
        held: What the caller is told when it is held and may wait; ``None`` where nothing waits.
        used: The approval that let it go.
        canary: The canary it is about; ``""`` for ordinary traffic.
    """

    decision: Decision
    receipt: str
    measures: Measures
    held: HeldNotice | None = None
    used: CallPass | None = None
    canary: str = ""

    @property
    def released(self) -> bool:
        """Whether what was judged may go on (perhaps after masking)."""
        return self.decision.effect in _RELEASING


class _Decided(NamedTuple):
    request: RequestFacts
    decision: Decision
    state: Snapshot
    held: HeldNotice | None = None
    used: CallPass | None = None


class Notice(msgspec.Struct, frozen=True):
    """Something people must look at.

    Attributes:
        reason: Ground of a quarantine.
        locked: Kind and key of what was quarantined.
        until: When the quarantine ends, Unix seconds; 0 until released.
        payload: SHA-256 of what was found in, in one form for all its spellings; ``b""`` when nothing was.
    """

    inputs: Inputs
    reason: str = ""
    locked: tuple[tuple[str, bytes], ...] = ()
    until: float = 0.0
    payload: bytes = b""


class PolicyHolder:
    """The set in force; swapped as a whole."""

    def __init__(self, policies: PolicySet) -> None:
        self.current = policies


class Judge:
    """Judges matters of exchanges.

    Args:
        policies: The set in force.
        state: The state authority.
        recorder: Where records go.
        clock: Unix seconds.
        random: Gives random bytes.
        zone: Time zone that clauses on hours and weekdays mean.
        notice: Told about cuts and quarantines, after their record is durable.
    """

    def __init__(
        self,
        policies: PolicyHolder,
        state: StateAuthority,
        recorder: Recorder,
        *,
        clock: Callable[[], float],
        random: Callable[[int], bytes],
        zone: tzinfo,
        notice: Callable[[Case, Notice], None] = lambda _case, _notice: None,
    ) -> None:
        self.policies = policies
        self.state = state
        self.recorder = recorder
        self.clock = clock
        self.random = random
        self._zone = zone
        self._notice = notice
        self.habits: Habits | None = None
        """Profiles the anomaly score comes from; without them it is 0."""
        self.inspected = ""
        """Mark of the detectors in force, for the records."""
        self.exemptions: Callable[[], tuple[Exemption, ...]] = tuple
        """Waivers and broken glass in force; none where nobody knows any."""
        self.gates: Callable[[RequestFacts], tuple[ClosedGate, ...]] = lambda _request: ()
        """Systems without a live verdict that a request belongs to; none where nobody knows any."""
        self.systems: Callable[[RequestFacts], tuple[str, ...]] = lambda _request: ()
        """Systems of the register that a request belongs to; none where nobody knows any."""
        self.holding: Holding | None = None
        """Where held calls wait; without it they are refused."""
        self.canaries: CanaryReader | None = None
        """Tells canaries; without it there are none."""
        self.forged: Callable[[Case, Inputs, str], None] = lambda _case, _inputs, _why: None
        """Told of a mark that is not believed, after its record is durable."""
        self._minute = -1  # the one whose hour and weekday are known
        self._local = (0, 1)

    def new_id(self, prefix: str) -> str:
        """A fresh id."""
        return make_id(prefix, at=self.clock(), random=self.random(10))

    async def judge(self, case: Case, matter: Matter) -> Judgement:
        """Judge one matter.

        Raises:
            UnavailableError: The record could not be made durable; nothing may be released.
        """
        at = self.clock()
        ask = _ask(case, matter, at)
        ticket = await self.state.reserve(ask)
        state = _with_labels(ticket.snapshot, matter.labels)
        measures = _measured(matter, ticket)
        request = self._facts(case, matter, measures, at)
        noted = self._note(case, matter, measures, at)
        if noted.score:
            state = msgspec.structs.replace(state, anomaly_score=noted.score)
        state = self._with_standing(state, request)
        decided = await self._decide(case, matter, request, state)
        decision, state = decided.decision, decided.state
        if case.canary:
            return await self._end_canary(case, matter, ticket, noted, decided)
        released = decision.effect in _RELEASING
        if self.habits is not None:
            self.habits.settle(noted, released=released)
        deltas = [ticket.delta, await self.state.settle(ticket, released=released)]
        if matter.delta:
            deltas.insert(0, matter.delta)
        deltas += await self._remember(matter, measures, ticket, released=released)
        inputs = Inputs(
            request=request,
            findings=matter.findings,
            state=state,
            decision=decision,
            unusual=noted.unusual,
            inspected=self.inspected,
        )
        notice, signals = await self._punish(case, ask, inputs, deltas)
        if notice is not None:
            notice = msgspec.structs.replace(notice, payload=_payload(matter))
        receipt = await self.recorder.decision(
            inputs,
            segments=matter.segments,
            calls=matter.tool_calls,
            delta=join(deltas),
            signals=signals,
            told={
                "approval": decided.held.approval if decided.held is not None else state.approval,
                "canary_forgery": _forgery(case),
                "gates": ",".join(f"{one.system}:{one.mode.value}" for one in state.gates),
            },
        )
        if notice is not None:
            self._notice(case, notice)
        if forgery := _forgery(case):
            self.forged(case, inputs, forgery)
        if decided.used is not None and decided.used not in matter.passes:
            self.recorder.control(self.new_id("ctl"), "approvals.used", decided.used.approval)
        return Judgement(decision, receipt, measures, decided.held, decided.used)

    def _with_standing(self, state: Snapshot, request: RequestFacts) -> Snapshot:
        """The state with what people have lifted for this request, its systems, and the gates that are closed to it."""
        state = _with_exemptions(state, self.exemptions(), request)
        systems, gates = self.systems(request), self.gates(request)
        return msgspec.structs.replace(state, gates=gates, systems=systems) if gates or systems else state

    async def _decide(self, case: Case, matter: Matter, request: RequestFacts, state: Snapshot) -> _Decided:
        """Decide; what is held goes when people have approved exactly this, and else they are asked."""
        policies = self.policies.current  # one and the same for both decisions, whatever is published meanwhile
        decision = decide(request, matter.findings, policies, state)
        # INVARIANT: the verdict stands before anybody asks whether this is a canary.
        if case.marked is not None and self.canaries is not None:
            await case.marked.read(self.canaries, case.principal, request.at)
        if case.canary:
            return _Decided(request, decision, state)
        if decision.effect is not Effect.HOLD or not matter.parks or self.holding is None:
            return _Decided(request, decision, state)
        held = HeldMatter(
            request,
            state,
            decision,
            policies,
            matter.tool_calls[0].arguments if matter.tool_calls else None,
            matter.pin,
            matter.call,
            matter.segments,
            matter.findings,
        )
        used = pass_for(held, matter.passes, rewritten=matter.rewritten) or await self.holding.use(held)
        if used is not None:
            state = msgspec.structs.replace(state, approved=used.clauses, approval=used.approval)
            decision = decide(request, matter.findings, policies, state)
        if decision.effect is not Effect.HOLD:
            return _Decided(request, decision, state, used=used)
        return _Decided(request, decision, state, await self.holding.park(held), used)

    async def _remember(self, matter: Matter, measures: Measures, ticket: Ticket, *, released: bool) -> list[bytes]:
        """Keep for what follows: taint, where rows were copied to, and which tool calls are ours."""
        labels, known = matter.labels, ticket.snapshot.taint
        if released and measures.copies_rows:
            labels += copy_labels(measures, matter.targets, known)
        deltas = []
        fresh_labels = [label for label in labels if label not in known]
        if fresh_labels:
            deltas.append(await self.state.taint(ticket.ask, fresh_labels))
        if released and matter.release:
            deltas.append(await self.state.released_calls(ticket.ask, dict(matter.release)))
        return deltas

    async def _end_canary(
        self, case: Case, matter: Matter, ticket: Ticket, noted: Noted, decided: _Decided
    ) -> Judgement:
        """Take back what a canary counted, and record it: nobody is taught, asked, warned or set apart by one.

        A step of several leaves to the next what a caller's request would: with a caller that is made for it alone.
        """
        if self.habits is not None:
            for caller in {case.principal_key, case.person_key} - {b""}:
                self.habits.forget(caller)
        request, decision = decided.request, decided.decision
        stays = case.marked is not None and case.marked.is_step
        released = stays and decision.effect in _RELEASING
        deltas = [ticket.delta, await self.state.settle(ticket, released=released), _spent(case)]
        if matter.delta:
            deltas.insert(0, matter.delta)
        if stays:
            deltas += await self._remember(matter, request.measures, ticket, released=released)
            if _is_probe(decision, matter.findings, decided.state.taint):
                deltas.append(await self.state.probe(ticket.ask))
        inputs = Inputs(request, matter.findings, decided.state, decision, noted.unusual, self.inspected)
        receipt = await self.recorder.decision(
            inputs, segments=matter.segments, calls=matter.tool_calls, delta=join(deltas), told={"canary": case.canary}
        )
        return Judgement(decision, receipt, request.measures, canary=case.canary)

    def _note(self, case: Case, matter: Matter, measures: Measures, at: float) -> Noted:
        """Tell the callers' profiles what is judged; what another judgement counted counts for nothing more."""
        if self.habits is None:
            return _UNTOLD
        callers = [case.principal_key]
        if case.person_key and case.person_key != case.principal_key:
            callers.append(case.person_key)
        resource, counted, before = matter.resource, matter.counted, matter.before
        outward = resource.effect in _OUTWARD
        deed = Deed(
            at,
            matter.action,
            "" if matter.action is Action.MODEL_ANSWER else resource.id,
            resource.id if outward else resource.upstream,
            matter.tokens if counted else 0,
            measures.data_subjects - (before.data_subjects if before else 0) if counted else 0,
            matter.measures.result_bytes if counted else 0,
            case.session_key,
            # An answer follows within a call; a tool call is one more.
            1 if counted and (matter.calls or matter.action is Action.TOOL_CALL) else 0,
        )
        return self.habits.arrive(callers, deed, case.principal)

    def facts(self, case: Case, action: Action, resource: Resource, measures: Measures, *, at: float) -> RequestFacts:
        """What a decision about this would see, for asking ahead what may be shown; nothing is counted or recorded."""
        return self._facts(case, Matter(action=action, resource=resource, measures=measures), measures, at)

    def _facts(self, case: Case, matter: Matter, measures: Measures, at: float) -> RequestFacts:
        minute = int(at // 60)  # the offset of a time zone changes at whole minutes only
        if minute != self._minute:
            local = datetime.fromtimestamp(at, self._zone)
            self._minute, self._local = minute, (local.hour, local.isoweekday())
        hour, weekday = self._local
        return RequestFacts(
            id=make_id("dec", at=at, random=self.random(10)),
            exchange=case.exchange,
            at=at,
            hour=hour,
            weekday=weekday,
            principal=case.principal,
            action=matter.action,
            resource=matter.resource,
            route=case.route,
            route_mode=case.mode,
            session=case.session,
            measures=measures,
            body_sha256=matter.body_sha256,
            rewritten=matter.rewritten,
            call=matter.call,
            first_reply=matter.first_reply,
        )

    async def _punish(
        self, case: Case, ask: Ask, inputs: Inputs, deltas: list[bytes]
    ) -> tuple[Notice | None, tuple[str, ...]]:
        """Count probing and set a quarantine where the decision demands it; what to tell, and the grounds."""
        decision = inputs.decision
        if _is_probe(decision, inputs.findings, inputs.state.taint):
            deltas.append(await self.state.probe(ask))
        signals = tuple(
            name for duty in decision.obligations if duty.kind is ObligationKind.QUARANTINE for name in duty.classes
        )
        if inputs.state.quarantined and not inputs.findings:
            # Set apart already, and this request shows nothing new: a quarantine made anew with each of them would
            # outlive its release by people.
            signals = ()
        if not signals:
            return (Notice(inputs) if decision.effect is Effect.CUT else None), ()
        locked = [("session", case.session_key)]
        if quarantine_reaches_caller(inputs.findings, inputs.state):
            named = (("principal", case.principal_key), ("person", case.person_key))
            locked += [(kind, key) for kind, key in named if key]
        reason = f"clause {', '.join(signals)}, decision {decision.request}"
        until = self._ends(signals, ask.at)
        deltas.append(await self.state.quarantine([key for _, key in locked], reason, until=until, at=ask.at))
        return Notice(inputs, reason, tuple(locked), until), signals

    def _ends(self, signals: Sequence[str], at: float) -> float:
        """When a quarantine ends: the latest its clauses ask for; one that names no time stands until released."""
        policies = self.policies.current.policies.values()
        minutes = [policy.quarantine_minutes for policy in policies if policy.quarantine and policy.clause in signals]
        return at + max(minutes) * _MINUTE_S if minutes and all(minutes) else 0.0


def _spent(case: Case) -> bytes:
    """What the reading of the mark changed in the state, once for the exchange."""
    return case.marked.take_delta() if case.marked is not None else b""


def _forgery(case: Case) -> str:
    marked = case.marked
    return marked.forgery.value if marked is not None and marked.forgery is not None else ""


def _ask(case: Case, matter: Matter, at: float) -> Ask:
    counted = matter.counted
    return Ask(
        principal=case.principal_key,
        person=case.person_key,
        session=case.session_key,
        at=at,
        calls=matter.calls if counted else 0,
        tokens=matter.tokens if counted else 0,
        subjects=frozenset(matter.subjects) if counted else frozenset(),
        result_bytes=matter.measures.result_bytes if counted else 0,
    )


def _measured(matter: Matter, ticket: Ticket) -> Measures:
    """The measures with what the state knows: who is new today, what earlier parts moved, what was copied where."""
    measures = matter.measures
    if matter.counted and matter.subjects:
        # Distinct persons whose data has not moved today: what a conversation repeats is not moved again.
        measures = msgspec.structs.replace(measures, data_subjects=len(ticket.fresh))
    if matter.before is not None:
        measures = msgspec.structs.replace(
            measures,
            data_subjects=measures.data_subjects + matter.before.data_subjects,
            result_bytes=measures.result_bytes + matter.before.result_bytes,
        )
    if matter.tool_calls and touches_copy([one.arguments for one in matter.tool_calls], ticket.snapshot.taint):
        measures = msgspec.structs.replace(measures, touches_copy=True)
    return measures


def _payload(matter: Matter) -> bytes:
    """By what a replay is known again: the texts something grave was found in, whatever their case and spacing."""
    places = {finding.segment for finding in matter.findings if finding.kind in _ATTACKS}
    texts = sorted({" ".join(one.text.casefold().split()) for one in matter.segments if one.index in places})
    if not texts:
        return b""
    return hashlib.sha256("\x00".join(texts).encode("utf-8", "surrogatepass")).digest()


def _is_probe(decision: Decision, findings: Sequence[Finding], taint: Sequence[str]) -> bool:
    """Stopped by security for what the caller wrote itself; a document it fetched is not its probing."""
    if decision.effect not in (Effect.DENY, Effect.CUT):
        return False
    if not any(reason.code is ReasonCode.CLAUSE and not reason.public for reason in decision.reasons):
        return False
    return any(_is_own(finding, taint) for finding in findings)


def _is_own(finding: Finding, taint: Sequence[str]) -> bool:
    """Whether the caller brought it about. Links and passages may be a document's doing, and so may be a recital."""
    match finding.kind:
        case FindingKind.LEAK if finding.label != SYSTEM_PROMPT or SAW_TOOL_RESULT in taint:
            return False
        case FindingKind.INJECTION if finding.channel == Channel.ANSWER.value:
            return False  # a link, by its address alone
        case _:
            pass
    return finding.kind in _ATTACKS and finding.channel not in _FOREIGN


def _with_exemptions(snapshot: Snapshot, exemptions: Sequence[Exemption], request: RequestFacts) -> Snapshot:
    """The state with what is for this caller and this resource now; the rest is none of the record's business."""
    mine = tuple(one for one in exemptions if one.covers(request.principal, request.resource.id, at=request.at))
    return msgspec.structs.replace(snapshot, exemptions=mine) if mine else snapshot


def _with_labels(snapshot: Snapshot, labels: Sequence[str]) -> Snapshot:
    if not labels or set(labels) <= set(snapshot.taint):
        return snapshot
    return msgspec.structs.replace(snapshot, taint=tuple(sorted({*snapshot.taint, *labels})))
