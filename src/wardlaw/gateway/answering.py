"""The answer half of an exchange that is not a stream: read whole, inspect, judge, release or refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.approval import CallPass, HeldNotice
from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Channel, Measures, Segment, ToolCall
from wardlaw.facts.finding import Finding
from wardlaw.gateway.aside import compare_aside, inspect_aside, meter_aside
from wardlaw.gateway.asking import read_asking
from wardlaw.gateway.disclosing import disclosed, is_first_reply
from wardlaw.gateway.gists import Conversation
from wardlaw.gateway.history import call_digest
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.request import Accepted, redacted_classes, uninspected_findings
from wardlaw.gateway.services import Services
from wardlaw.gateway.tracing import CallTracer, Told, read_told, trace_call
from wardlaw.gateway.wire.answer import Answer, Usage, read_refusal
from wardlaw.gateway.wire.definitions import read_definitions
from wardlaw.gateway.wire.surface import Surface
from wardlaw.security.redact import redact


class Released(msgspec.Struct, frozen=True):
    """An answer that may go to the caller."""

    body: bytes
    judgement: Judgement
    usage: Usage | None = None


class Withheld(msgspec.Struct, frozen=True):
    """An answer that may not."""

    judgement: Judgement
    usage: Usage | None = None


class AnswerHalf:
    """Judges complete answers and tool calls.

    Args:
        parks: A held call may wait for a person. Not where one answer holds the calls of many requests.
    """

    def __init__(self, services: Services, surface: Surface, *, parks: bool = True) -> None:
        self._services = services
        self._parks = parks
        self.surface = surface
        self.passes: tuple[CallPass, ...] = ()
        """Approvals that calls of this answer have used up."""
        self.waiting: list[HeldNotice] = []
        """What calls of this answer wait for."""

    async def judge(self, case: Case, accepted: Accepted, raw: bytes) -> Released | Withheld:
        """Judge a complete answer of status 2xx, its tool calls included.

        Raises:
            BadUpstreamError: The answer cannot be read, so nothing of it can be judged.
            UnavailableError: A record could not be made durable.
        """
        answer = self.surface.read_answer(raw)
        conversation = self.conversation(accepted)
        findings = await self._inspect(case, answer, conversation)
        judgement = await self._text(case, accepted, answer, findings, raw)
        body = raw
        if judgement.decision.effect is Effect.TRANSFORM:
            # What is released, and so what its tool calls are judged on, is the masked answer.
            masked = await self._mask(case, accepted, answer, findings, judgement)
            judgement, body, answer, findings = masked
        if not judgement.released:
            return Withheld(judgement, answer.usage)
        tracer, held = self.tracer(case, accepted), None
        try:
            for call in answer.tool_calls:
                arguments = _of_call(findings, answer.segments, call)
                one = await self.tool_call(case, call, arguments, tracer)
                if one.held is not None and one.held.approval:
                    held = held or one  # people are asked about the others at the same time
                elif not one.released or one.decision.effect is Effect.TRANSFORM:
                    self.waiting.clear()
                    return Withheld(one, answer.usage)
        finally:
            tracer.close()
        if held is not None:
            return Withheld(held, answer.usage)
        return Released(disclosed(self.surface, answer, body, judgement.decision), judgement, answer.usage)

    def tracer(self, case: Case, accepted: Accepted) -> CallTracer:
        """What traces the tool calls of an answer; to be closed by whoever asked for it."""
        prepared = accepted.prepared

        def told() -> tuple[Told, ...]:
            history = {call.id: call for call in self.surface.history(prepared.doc)}
            return read_told(prepared.segments, prepared.findings, history, prepared.genuine)

        return CallTracer(
            self._services.traces,
            self._services.registry,
            session=case.session_key,
            told=told,
            definitions=lambda: read_definitions(prepared.doc),
            user_known=case.principal.app_user_channel,
        )

    def conversation(self, accepted: Accepted) -> Conversation:
        """What an answer is compared with."""
        leaks = self._services.leaks
        return Conversation(leaks.gists, accepted.prepared.segments, passage_words=leaks.passage_words)

    async def _inspect(self, case: Case, answer: Answer, conversation: Conversation) -> tuple[Finding, ...]:
        findings = await inspect_aside(self._services.inspection, answer.segments, caller=case.principal.id)
        findings = await compare_aside(conversation, answer.segments, findings)
        if answer.joined:
            joined = await inspect_aside(self._services.inspection, answer.joined, caller=case.principal.id)
            # Their places are none of the segments': masking there would mask the wrong text.
            findings += tuple(msgspec.structs.replace(finding, segment=-1) for finding in joined)
        return findings + uninspected_findings(answer.uninspected)

    async def refusal(self, case: Case, accepted: Accepted, raw: bytes, status: int) -> Released | Withheld:
        """Judge an upstream's own error like any answer before it is passed on."""
        segments = read_refusal(raw, status=status).segments
        findings = await inspect_aside(self._services.inspection, segments, caller=case.principal.id)
        matter = _answer_matter(accepted, segments, findings, raw, Measures(result_bytes=len(raw)))
        judgement = await self._judge(case, matter)
        if not segments or not judgement.released or judgement.decision.effect is Effect.TRANSFORM:
            return Withheld(judgement)
        return Released(raw, judgement)

    async def tool_call(
        self, case: Case, call: ToolCall, findings: tuple[Finding, ...], tracer: CallTracer
    ) -> Judgement:
        """Judge one complete tool call; a released one is remembered, so that its result can be believed."""
        traced, faults = await trace_call(tracer, call)
        resource = self._services.registry.tool(call.name)
        definition = tracer.definition(call.name)
        asking = await read_asking(self._services.registry, self._services.meter, call, definition=definition)
        digest = call_digest(call.name, call.arguments)
        matter = Matter(
            action=Action.TOOL_CALL,
            resource=resource,
            measures=asking.measures,
            targets=asking.targets,
            findings=findings + faults,
            tool_calls=(call,),
            labels=traced.taint if traced is not None else (),
            body_sha256=digest.hex(),
            release=((call.id, digest),),
            call=traced,
            parks=self._parks,
            passes=self.passes,
        )
        judgement = await self._judge(case, matter)
        if judgement.used is not None and judgement.used not in self.passes:
            self.passes += (judgement.used,)
        if judgement.held is not None and judgement.held.approval:
            self.waiting.append(judgement.held)
        return judgement

    async def _text(
        self, case: Case, accepted: Accepted, answer: Answer, findings: tuple[Finding, ...], raw: bytes
    ) -> Judgement:
        texts = [segment.text for segment in answer.segments if segment.channel is Channel.ANSWER]
        meter, measures = self._services.meter, Measures(result_bytes=len(raw))
        moved = await meter_aside(answer.segments, measures, lambda: meter.answer(texts, len(raw)))
        matter = _answer_matter(accepted, answer.segments, findings, raw, moved.measures)
        return await self._judge(case, msgspec.structs.replace(matter, subjects=moved.subjects))

    async def _mask(
        self,
        case: Case,
        accepted: Accepted,
        answer: Answer,
        findings: Sequence[Finding],
        judgement: Judgement,
    ) -> tuple[Judgement, bytes, Answer, tuple[Finding, ...]]:
        classes = redacted_classes(judgement)
        replacements: dict[str, str] = {}
        for segment in answer.segments:
            own = [finding for finding in findings if finding.segment == segment.index]
            masked = redact(segment.text, own, classes) if own else segment.text
            if masked != segment.text:
                replacements[segment.pointer] = masked
        body = self.surface.rewrite_answer(answer, replacements)
        again = self.surface.read_answer(body)
        found = await self._inspect(case, again, self.conversation(accepted))
        matter = _answer_matter(accepted, again.segments, found, body, judgement.measures)
        second = await self._judge(case, msgspec.structs.replace(matter, rewritten=True, counted=False))
        return second, body, again, found

    async def _judge(self, case: Case, matter: Matter) -> Judgement:
        judgement = await self._services.judge.judge(case, matter)
        self._services.decided(judgement, matter.action.value)
        return judgement


def _answer_matter(
    accepted: Accepted, segments: Sequence[Segment], findings: tuple[Finding, ...], raw: bytes, measures: Measures
) -> Matter:
    return Matter(
        action=Action.MODEL_ANSWER,
        resource=accepted.candidate.resource,
        measures=msgspec.structs.replace(measures, body_bytes=len(raw)),
        findings=findings,
        segments=tuple(segments),
        body_sha256=hashlib.sha256(raw).hexdigest(),
        first_reply=is_first_reply(accepted.prepared.segments),
    )


def _of_call(findings: Sequence[Finding], segments: Sequence[Segment], call: ToolCall) -> tuple[Finding, ...]:
    """Findings that stand in the texts of one tool call."""
    own = {segment.index for segment in segments if segment.call_id == call.id}
    return tuple(finding for finding in findings if finding.segment in own)
