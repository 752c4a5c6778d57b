"""The answer half of an exchange that is a stream: judged piece by piece, cut at any byte.

The protocol lives in the sans-IO layer (``wire/stream.py``); here its commands are carried out. A
piece without findings falls under the judgement that opened the stream; a piece with findings, a
tool call, and every further ``_METER_BYTES`` of answer are judged and recorded before they go out.
"""

from __future__ import annotations

import functools
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import Fault, UnavailableError
from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.facts.finding import Finding
from wardlaw.gateway.answering import AnswerHalf
from wardlaw.gateway.aside import compare_aside, inspect_aside, weigh_aside
from wardlaw.gateway.disclosing import Notice, is_first_reply
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.port import Call, CallerGoneError
from wardlaw.gateway.request import Accepted, redacted_classes, uninspected_findings
from wardlaw.gateway.services import Services
from wardlaw.gateway.shelf import MOST_BYTES
from wardlaw.gateway.wire.answer import Usage
from wardlaw.gateway.wire.commands import (
    AbortUpstream,
    ClientGone,
    Command,
    Cut,
    Event,
    Finish,
    Judge,
    Judged,
    JudgeToolCall,
    JudgeUninspected,
    Refused,
    Send,
    UpstreamBytes,
    UpstreamEnded,
    UpstreamFailed,
)
from wardlaw.gateway.wire.refusal import cut_event
from wardlaw.security.redact import redact_part
from wardlaw.security.tripwire import HELD_CHARS
from wardlaw.security.window import ReleaseWindow

# So much answer goes out at most between two looks at the ceilings: some sixty rows of a table.
_METER_CHARS = 4_096


Keep = Callable[[Judgement, Sequence[bytes]], Awaitable[Judgement]]


class StreamEnd(msgspec.Struct, frozen=True):
    """How a stream ended: ``complete``, ``cut``, ``upstream-failed`` or ``client-gone``."""

    result: str
    usage: Usage | None = None


class StreamHalf:
    """Carries one stream from an upstream to the caller.

    Args:
        keep: Keeps the whole answer when a call in it is held; the judgement as its caller is then told.
    """

    def __init__(
        self,
        services: Services,
        answers: AnswerHalf,
        case: Case,
        accepted: Accepted,
        call: Call,
        *,
        keep: Keep | None = None,
    ) -> None:
        self._services = services
        self._answers = answers
        self._case = case
        self._accepted = accepted
        self._call = call
        self._findings: list[Finding] = []
        self._unmetered: list[str] = []
        self._unmetered_chars = 0
        self._moved: Measures | None = None  # by the pieces judged so far; ceilings hold for the whole answer
        self._conversation = answers.conversation(accepted)
        self._tracer = answers.tracer(case, accepted)
        self._surface = answers.surface
        if self._surface.stream is None:
            raise Fault("WL-GW-291", f"{self._surface.path} has no stream.", "Report this.")
        self._layer = self._surface.stream(self._window)
        self._masked_to_end: set[tuple[int, str]] = set()  # texts whose last piece ended within what was masked
        self._out: list[bytes] = []
        self._keep = keep
        self._came: list[bytes] = []  # the whole answer, where it may have to be kept
        self._came_bytes = 0
        self._pieces = accepted.answer.pieces()
        self._first = is_first_reply(accepted.prepared.segments)
        self._notice = Notice()
        self.end: StreamEnd | None = None
        """How it ended, once that is settled; a caller that leaves afterwards changes nothing in it."""

    def _window(self) -> ReleaseWindow:
        planted = HELD_CHARS if self._accepted.planted else 0
        return ReleaseWindow(phrase_chars=max(planted, self._services.phrase_chars))

    async def open(self) -> Judgement:
        """The judgement under which text without findings is released."""
        opening = await self._judge((), Measures(), "")
        self._notice = Notice.of(opening.decision)
        return opening

    async def run(self) -> None:
        """Carry the stream; the head has been sent. How it ended stands in ``end``."""
        answer = self._accepted.answer
        try:
            async for data in self._pieces:
                self._note(data)
                await self._handle(UpstreamBytes(data))
                if self.end is not None:
                    return
            await self._handle(UpstreamEnded())
            self.end = self.end or StreamEnd("upstream-failed")
        except UnavailableError as error:
            await self._handle(UpstreamFailed(error.code, error.message))
            self.end = self.end or StreamEnd("upstream-failed")
        except CallerGoneError:
            self._layer.handle(ClientGone())
            self.end = self.end or StreamEnd("client-gone")
        finally:
            self._tracer.close()
            await answer.close()

    async def _handle(self, event: Event) -> None:
        """Feed one event and carry out everything that follows from it."""
        waiting: deque[Command] = deque(self._layer.handle(event))
        end: StreamEnd | None = None
        while waiting:
            command = waiting.popleft()
            match command:
                case Send():
                    self._out.append(command.data)
                case Judge():
                    judged = self._notice.before(command, await self._piece(command))
                    waiting.extend(self._layer.handle(judged))
                case JudgeToolCall():
                    waiting.extend(self._layer.handle(await self._tool_call(command)))
                case JudgeUninspected():
                    waiting.extend(self._layer.handle(await self._uninspected(command)))
                case AbortUpstream():
                    await self._accepted.answer.close()
                case Cut():
                    # Settled here: a caller that leaves on reading the error was cut all the same.
                    self.end = StreamEnd("upstream-failed" if command.failed else "cut")
                    await self._flush()
                    await self._call.abort()
                case Finish():
                    refused = await self._meter_rest()
                    if refused is not None:
                        self._out = [self._cut_event(refused)]
                        self.end = StreamEnd("cut", command.usage)
                        await self._flush()
                        await self._call.abort()
                    end = StreamEnd("complete", command.usage)
        await self._flush()
        self.end = self.end or end

    async def _flush(self) -> None:
        if self._out:
            data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
            self._out.clear()
            await self._call.send(data)

    async def _piece(self, command: Judge) -> Event:
        piece = command.piece
        found = await self._inspect(piece.judged, after=len(piece.context))
        # What stands wholly in text that has gone out was judged then, what only follows will be; what has no place is
        # about all of it.
        first, last = len(piece.context), len(piece.context) + len(piece.text)
        fresh = tuple(one for one in found if not one.end or (one.end > first and one.start < last))
        place = (command.choice, command.pointer)
        begun = place in self._masked_to_end
        self._masked_to_end.discard(place)
        self._unmetered.append(piece.text)
        self._unmetered_chars += len(piece.text)
        if not fresh and self._unmetered_chars < _METER_CHARS:
            return Judged(command.ticket)
        self._findings.extend(finding for finding in fresh if finding not in self._findings)
        text = "".join(self._unmetered)
        judgement = await self._judge(tuple(self._findings), self._measures(), text)
        if judgement.decision.effect is Effect.TRANSFORM:
            return await self._mask(command, fresh, judgement, begun=begun)
        if not judgement.released:
            return self._refused(command.ticket, judgement)
        return Judged(command.ticket)

    async def _inspect(self, text: str, *, after: int = 0) -> tuple[Finding, ...]:
        """Findings of a piece, by the built-in detectors, the conversation, and the detectors of others."""
        inspection = self._services.inspection
        found = inspection.inspect_text(text, Channel.ANSWER)
        found = await self._compare(text, found, after)
        if not inspection.outside.detectors:
            return found
        return found + await inspection.outside.inspect((Segment(0, Channel.ANSWER, "/stream", text),))

    async def _compare(self, text: str, found: tuple[Finding, ...], after: int) -> tuple[Finding, ...]:
        """The findings of a piece, weighed by the conversation."""
        conversation = self._conversation
        work = functools.partial(conversation.piece, text, found, after=after, noted=self._findings)
        return await weigh_aside(conversation.unread(text), work, found)

    async def _mask(self, command: Judge, fresh: tuple[Finding, ...], judgement: Judgement, *, begun: bool) -> Event:
        piece = command.piece
        offset = len(piece.context)
        own = [msgspec.structs.replace(f, start=f.start - offset, end=f.end - offset) for f in fresh if f.end]
        masked, goes_on = redact_part(piece.text, own, redacted_classes(judgement), begun=begun)
        if goes_on:
            self._masked_to_end.add((command.choice, command.pointer))
        self._findings = [finding for finding in self._findings if finding not in fresh]
        again = await self._inspect(masked)
        matter = self._matter((*self._findings, *again), judgement.measures, masked)
        second = await self._services.judge.judge(
            self._case, msgspec.structs.replace(matter, rewritten=True, counted=False)
        )
        self._services.decided(second, Action.MODEL_ANSWER.value)
        if not second.released:
            return self._refused(command.ticket, second)
        return Judged(command.ticket, masked)

    async def _tool_call(self, command: JudgeToolCall) -> Event:
        findings = await inspect_aside(self._services.inspection, command.segments, caller=self._case.principal.id)
        findings = await compare_aside(self._conversation, command.segments, findings)
        judgement = await self._answers.tool_call(self._case, command.call, findings, self._tracer)
        if judgement.held is not None and judgement.held.approval:
            judgement = await self._kept(judgement)
        if not judgement.released or judgement.decision.effect is Effect.TRANSFORM:
            return self._refused(command.ticket, judgement)
        return Judged(command.ticket)

    def _note(self, data: bytes) -> None:
        """Remember what came, while it is little enough to be kept."""
        if self._keep is None:
            return
        self._came.append(data)
        self._came_bytes += len(data)
        if self._came_bytes > MOST_BYTES:
            self._keep = None
            self._came.clear()

    async def _kept(self, judgement: Judgement) -> Judgement:
        """Read the answer to its end and have it kept; the judgement as the caller is told of it."""
        try:
            async for data in self._pieces:
                self._note(data)
                if self._keep is None:
                    return judgement
        except UnavailableError:
            return judgement  # half an answer is none
        # Once: calls that came in the same piece are judged too, and only the first is told of.
        keep, self._keep = self._keep, None
        return judgement if keep is None else await keep(judgement, self._came)

    async def _uninspected(self, command: JudgeUninspected) -> Event:
        """What nobody can read is a finding of its own, in a stream as in a whole answer; it cannot be masked."""
        self._findings.extend(uninspected_findings((command.kind,)))
        judgement = await self._judge(tuple(self._findings), self._measures(), "".join(self._unmetered))
        if judgement.decision.effect is not Effect.ALLOW:
            return self._refused(command.ticket, judgement)
        return Judged(command.ticket)

    def _refused(self, ticket: int, judgement: Judgement) -> Refused:
        return Refused(ticket, judgement.decision.reasons[0].code.value, self._cut_event(judgement))

    def _cut_event(self, judgement: Judgement) -> bytes:
        return cut_event(judgement.decision, dialect=self._surface.dialect, held=judgement.held)

    async def _meter_rest(self) -> Judgement | None:
        """Count what came since the last look; the judgement when it must not end well."""
        if not self._unmetered_chars:
            return None
        judgement = await self._judge(tuple(self._findings), self._measures(), "".join(self._unmetered))
        return judgement if judgement.decision.effect is not Effect.ALLOW else None

    def _measures(self) -> Measures:
        return Measures(result_bytes=self._unmetered_chars)

    def _matter(self, findings: tuple[Finding, ...], measures: Measures, text: str) -> Matter:
        return Matter(
            action=Action.MODEL_ANSWER,
            resource=self._accepted.candidate.resource,
            measures=measures,
            findings=findings,
            segments=(Segment(0, Channel.ANSWER, "/stream", text),) if text else (),
            body_sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            first_reply=self._first,
        )

    async def _judge(self, findings: tuple[Finding, ...], measures: Measures, text: str) -> Judgement:
        matter = self._matter(findings, measures, text)
        if text:
            moved = self._services.meter.answer([text], len(text.encode("utf-8", "surrogatepass")))
            matter = msgspec.structs.replace(
                matter, subjects=moved.subjects, measures=moved.measures, before=self._moved
            )
            self._unmetered.clear()
            self._unmetered_chars = 0
        judgement = await self._services.judge.judge(self._case, matter)
        if text:
            self._moved = judgement.measures
        self._services.decided(judgement, Action.MODEL_ANSWER.value)
        return judgement
