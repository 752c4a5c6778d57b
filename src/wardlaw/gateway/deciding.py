"""``POST /v1/decide``: a framework asks before it runs a tool, and hands in what the tool gave before a model reads it.

The call is judged and recorded as one that a model behind the gateway makes: the same clauses, the same provenance, the
same ceilings. What the client says of the conversation counts for what it counts for on ``/v1/chat/completions``: a
tool's answer is one only where its call was released to this caller, and a person's words are a person's only where the
operator registered the application for it. Whoever leaves texts out gains nothing: what the session has seen is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from wardlaw.decision.decide import SAW_TOOL_RESULT
from wardlaw.facts.action import Action
from wardlaw.facts.approval import CallPass
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Measures, Segment, ToolCall
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.facts.origin import CallJudgement
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.facts.routes import DECIDE
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.aside import meter_aside
from wardlaw.gateway.asking import read_asking
from wardlaw.gateway.history import attributed, call_digest, genuine_calls
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.local import JSON, LocalExchange
from wardlaw.gateway.metering import Moved
from wardlaw.gateway.port import Call
from wardlaw.gateway.request import UNVERIFIED, redacted_classes
from wardlaw.gateway.services import Services
from wardlaw.gateway.tracing import CallTracer, add_tool_answer, is_suspicious, read_told, trace_call, trace_tool_call
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.asking import RESULT_POINTER, CallAsked, ResultAsked, read_call, read_result
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.headers import check_request_headers
from wardlaw.gateway.wire.heldwords import held_members
from wardlaw.gateway.wire.leaves import NAME_MARK
from wardlaw.gateway.wire.rewrite import rewrite
from wardlaw.gateway.wire.session import SESSION_HEADER, session_id
from wardlaw.security.redact import redact
from wardlaw.security.tooldefinition import definition_pin
from wardlaw.state.callers import state_key

AGENT = Resource(ResourceKind.MODEL, "model:wardlaw-agent", True, "agent", True)
"""Where results go when the client names no model: nowhere that clauses would trust."""

REDACTED = "redaction_required"
_TICKET = re.compile(r"(ses_[0-9a-f]{32})\.([0-9a-f]{32})")
_MAC_BYTES = 16


class _AskingExchange(LocalExchange):
    """What both questions have in common."""

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        super().__init__(services, call, admitted, route=DECIDE)

    async def _serve(self, raw: bytes) -> None:
        check_request_headers(self._call.headers)
        limits = self._services.limits
        bounds = BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)
        await self._answer(read_json(raw, limits=bounds), bounds)

    @abstractmethod
    async def _answer(self, doc: dict[str, Any], bounds: BodyLimits) -> None:
        """Judge what a body asks, and answer."""

    def _case_of(self, session: str | None, talk: Asked | None) -> Case:
        """The exchange in its session: the header's, the body's, or the one its conversation opens.

        Raises:
            InputError: WL-GW-125 header and body name different ones, or one that was given to somebody else; WL-GW-112
                it is none.
        """
        header = self._call.headers.get(SESSION_HEADER)
        if header is not None and session is not None and header != session:
            raise InputError(
                "WL-GW-125", "The header and the body name different sessions.", f"Leave {SESSION_HEADER} out."
            )
        case = self._case()
        if header is not None:
            return case
        services, principal = self._services, self._admitted.principal
        given = _TICKET.fullmatch(session or "")
        if given is not None and not hmac.compare_digest(given[2], self._mac(given[1])):
            raise InputError("WL-GW-125", "This session was not given to this caller.", "Ask about the call anew.")
        name = given[1] if given is not None else session_id(principal.id, session, talk, key=services.session_key)
        key = state_key(services.state_secret, "session", principal.id, name)
        return msgspec.structs.replace(case, session=name, session_key=key)

    def _ticket(self, case: Case) -> str:
        """The session as a name that the caller can give back, and nobody else."""
        return f"{case.session}.{self._mac(case.session)}"

    def _mac(self, session: str) -> str:
        principal = self._admitted.principal
        text = f"decide-session\x00{principal.id}\x00{principal.acting_for}\x00{session}"
        return hmac.digest(self._services.session_key, text.encode(), "sha256")[:_MAC_BYTES].hex()

    async def _judge(self, case: Case, matter: Matter) -> Judgement:
        judgement = await self._services.judge.judge(case, matter)
        self._services.decided(judgement, matter.action.value)
        return judgement

    def _tell(self, judgement: Judgement, resource: Resource, **more: Any) -> None:
        """The verdict; status 200 says that it was judged, whatever it is."""
        decision, services = judgement.decision, self._services
        told: dict[str, Any] = {
            "effect": decision.effect.value,
            "code": "",
            "message": "",
            "decision": decision.request,
            "receipt": judgement.receipt if services.receipts else "",
            "reasons": [],
            "advice": "",
        }
        if not judgement.released:
            refusal = self._refusal(judgement, resource)
            error = orjson.loads(refusal.body).get("error", {})
            told |= {"code": refusal.code, "message": error.get("message", ""), "advice": error.get("advice") or ""}
            told["reasons"] = _public_reasons(judgement)
            if judgement.held is not None:
                told["approval"] = held_members(judgement.held)
        self._result = "complete" if judgement.released else "refused"
        closing = (("connection", "close"),) if decision.effect is Effect.CUT else ()
        self._reply(200, (JSON, *self._own(judgement), *closing), orjson.dumps(told | more))


class DecideExchange(_AskingExchange):
    """Serves one question about a tool call."""

    async def _answer(self, doc: dict[str, Any], bounds: BodyLimits) -> None:
        asked = read_call(doc, limits=bounds)
        self._check_scope("decisions on tool calls")
        case = self._case_of(asked.session, asked.talk)
        call_id = asked.call or self._services.judge.new_id("call")
        names = {"call": call_id, "session": self._ticket(case)}
        resource = self._services.registry.tool(asked.tool)
        labels, faults, traced = await self._conversation(case, asked)
        matter = await self._matter(asked, call_id, resource)
        matter = msgspec.structs.replace(
            matter,
            findings=faults + matter.findings,
            labels=tuple(sorted({*labels, *(traced.taint if traced is not None else ())})),
            call=traced,
            calls=1,
            delta=self._admitted.delta,
        )
        judgement = await self._judge(case, matter)
        if judgement.decision.effect is not Effect.TRANSFORM:
            self._tell(judgement, resource, **names)
            return
        masked = _masked_call(asked, matter, redacted_classes(judgement))
        again = await self._matter(masked, call_id, resource)
        judgement = await self._judge(
            case,
            msgspec.structs.replace(
                again,
                findings=faults + again.findings,
                labels=matter.labels,
                call=traced,
                rewritten=True,
                counted=False,
            ),
        )
        if not judgement.released:
            self._tell(judgement, resource, **names)
            return
        # The decision on the masked call allows it; what was asked for is allowed only so.
        changed = {"effect": Effect.TRANSFORM.value, "code": REDACTED, "arguments": masked.arguments}
        self._tell(judgement, resource, **names, **changed)

    async def _matter(self, asked: CallAsked, call_id: str, resource: Resource) -> Matter:
        text, segments = asked.text, asked.segments()
        made = ToolCall(call_id, asked.tool, text)
        asking = await read_asking(self._services.registry, self._services.meter, made, definition=asked.definition)
        digest = call_digest(asked.tool, text)
        return Matter(
            action=Action.TOOL_CALL,
            resource=resource,
            measures=asking.measures,
            targets=asking.targets,
            findings=await self._inspect(segments),
            segments=segments,
            tool_calls=(made,),
            body_sha256=digest.hex(),
            release=((call_id, digest),),
            parks=True,
            pin=definition_pin(asked.tool, asked.definition),
        )

    async def _conversation(
        self, case: Case, asked: CallAsked
    ) -> tuple[tuple[str, ...], tuple[Finding, ...], CallJudgement | None]:
        """What the conversation brings along: labels, detectors that failed on it, and where the arguments came from."""
        services, registry = self._services, self._services.registry
        tool = registry.tool_class(asked.tool, asked.definition)
        labels: tuple[str, ...] = ()
        faults: tuple[Finding, ...] = ()
        if asked.talk is not None:
            labels, faults = await self._read_talk(case, asked, asked.talk)
        # By all that the session has seen: the conversation as just read, and what tools gave that was handed in.
        traced, untraced = await trace_tool_call(
            services.traces, case.session_key, tool, asked.arguments, chars=len(asked.text)
        )
        return labels, faults + untraced, traced

    async def _read_talk(
        self, case: Case, asked: CallAsked, talk: Asked
    ) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
        genuine: frozenset[str] = frozenset()
        if talk.call_ids:
            released = await self._services.judge.state.was_released(case.principal_key, *talk.call_ids)
            genuine = genuine_calls(asked.history, released)
        found = attributed(await self._inspect(talk.segments), talk.segments, genuine)
        if talk.joined:
            joined = attributed(await self._inspect(talk.joined), talk.joined, genuine)
            found += tuple(msgspec.structs.replace(one, segment=_part_of(talk, one)) for one in joined)
        definition = asked.definition
        tracer = CallTracer(
            self._services.traces,
            self._services.registry,
            session=case.session_key,
            told=lambda: read_told(talk.segments, found, {one.id: one for one in asked.history}, genuine),
            definitions=lambda: {} if definition is None else {asked.tool: definition},
            user_known=case.principal.app_user_channel,
        )
        try:
            _, faults = await trace_call(tracer, ToolCall("", asked.tool, asked.text))
        finally:
            tracer.close()
        broken = tuple(msgspec.structs.replace(one, segment=-1) for one in found if one.kind is FindingKind.FAULT)
        return _labels(talk, found, genuine), broken + faults


class ResultExchange(_AskingExchange):
    """Serves one question about what a tool gave."""

    async def _answer(self, doc: dict[str, Any], bounds: BodyLimits) -> None:
        asked = read_result(doc)
        self._check_scope(
            f"decisions on results{' for the model ' + asked.model[:200] if asked.model else ''}", model=asked.model
        )
        services, case = self._services, self._case_of(asked.session, None)
        resource = services.registry.first(asked.model) if asked.model else AGENT
        arguments = orjson.dumps(asked.arguments).decode()
        released = await services.judge.state.was_released(case.principal_key, asked.call)
        genuine = genuine_calls((ToolCall(asked.call, asked.tool, arguments),), released)
        matter, moved = await self._matter(case, asked, resource, genuine)
        judgement = await self._judge(
            case, msgspec.structs.replace(matter, calls=0 if genuine else 1, delta=self._admitted.delta)
        )
        changed: dict[str, Any] = {}
        if judgement.decision.effect is Effect.TRANSFORM:
            asked = msgspec.structs.replace(
                asked, text=_masked(asked.text, matter.findings, redacted_classes(judgement))
            )
            again, moved = await self._matter(case, asked, resource, genuine)
            measures = judgement.measures
            judgement = await self._judge(
                case,
                msgspec.structs.replace(
                    again, measures=measures, rewritten=True, counted=False, passes=_passes(judgement)
                ),
            )
            changed = {"effect": Effect.TRANSFORM.value, "code": REDACTED, "result": asked.text}
        if not judgement.released:
            self._tell(judgement, resource)
            return
        await self._remember(case, asked, matter.findings)
        services.meter.settle(moved)  # what the model is sent next, where that passes here, is the same text
        self._tell(judgement, resource, **changed)

    async def _matter(
        self, case: Case, asked: ResultAsked, resource: Resource, genuine: frozenset[str]
    ) -> tuple[Matter, Moved]:
        segments = asked.segments(genuine=bool(genuine))
        found = attributed(await self._inspect(segments), segments, genuine)
        size = len(asked.text.encode("utf-8", "surrogatepass"))
        measures, meter = Measures(body_bytes=size), self._services.meter
        moved = await meter_aside(segments, measures, lambda: meter.results(case.session_key, segments, measures))
        labels = {SAW_TOOL_RESULT if genuine else UNVERIFIED}
        labels |= {"saw:pii" for one in found if one.kind is FindingKind.PII}
        matter = Matter(
            action=Action.MODEL_CALL,
            resource=resource,
            measures=moved.measures,
            findings=found,
            segments=segments,
            subjects=moved.subjects,
            labels=tuple(sorted(labels)),
            body_sha256=hashlib.sha256(asked.text.encode("utf-8", "surrogatepass")).hexdigest(),
            parks=True,
        )
        return matter, moved

    async def _remember(self, case: Case, asked: ResultAsked, findings: Sequence[Finding]) -> None:
        """Let later calls of the session be traced to what this one gave."""
        tool = self._services.registry.tool_class(asked.tool, None)
        suspicious = is_suspicious(findings)
        await add_tool_answer(
            self._services.traces, case.session_key, tool, asked.arguments, [asked.text], suspicious=suspicious
        )


def _passes(judgement: Judgement) -> tuple[CallPass, ...]:
    """The approval that was used up for the same matter before it was masked."""
    return () if judgement.used is None else (judgement.used,)


def _public_reasons(judgement: Judgement) -> list[dict[str, str]]:
    """Reasons that may be told; none beside one that may not, lest it be guessed from what stands around it."""
    reasons = judgement.decision.reasons
    if not reasons or not reasons[0].public:
        return []
    return [
        {"clause": one.clause, "effect": one.effect.value, "message": one.message, "advice": one.advice}
        for one in reasons
        if one.public
    ]


def _labels(talk: Asked, findings: Sequence[Finding], genuine: frozenset[str]) -> tuple[str, ...]:
    """Taint that a conversation brings along."""
    results = {one.call_id for one in talk.segments if one.channel is Channel.TOOL_RESULT}
    labels = {SAW_TOOL_RESULT} if results & genuine else set()
    if results - genuine:
        labels.add(UNVERIFIED)
    labels |= {"saw:pii" for one in findings if one.kind is FindingKind.PII}
    return tuple(sorted(labels))


def _part_of(talk: Asked, finding: Finding) -> int:
    """The first part of what a model reads as one, so that what was found only there marks it."""
    if finding.kind is FindingKind.FAULT or not 0 <= finding.segment < len(talk.joined):
        return -1
    pointer = talk.joined[finding.segment].pointer + "/"
    return next((one.index for one in talk.segments if one.pointer.startswith(pointer)), -1)


def _masked_call(asked: CallAsked, matter: Matter, classes: Sequence[str]) -> CallAsked:
    """The call with the named data classes masked in its arguments."""
    replaced = {}
    for segment in matter.segments:
        if segment.channel is Channel.TOOL_ARGUMENTS and not segment.pointer.startswith(NAME_MARK):
            masked = _masked_segment(segment, matter.findings, classes)
            if masked != segment.text:
                replaced[segment.pointer] = masked
    arguments: dict[str, Any] = orjson.loads(rewrite({"arguments": asked.arguments}, replaced))["arguments"]
    return msgspec.structs.replace(asked, arguments=arguments)


def _masked_segment(segment: Segment, findings: Sequence[Finding], classes: Sequence[str]) -> str:
    own = [one for one in findings if one.segment == segment.index]
    return redact(segment.text, own, classes) if own else segment.text


def _masked(text: str, findings: Sequence[Finding], classes: Sequence[str]) -> str:
    return _masked_segment(Segment(0, Channel.TOOL_RESULT, RESULT_POINTER, text), findings, classes)
