"""Tool calls of an answer traced through the conversation they follow from.

Nothing is read before the first call of an exchange, and then only what no earlier exchange of the conversation has
read. What counts as what: a person's words only where the application keeps a channel of their own for them; a tool's
answer only where we released its call; everything else is prose that anybody may have written. What the model said
before counts for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.exchange import Channel, Segment, ToolCall
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.origin import CallJudgement, Provenance
from wardlaw.facts.toolclass import ToolClass
from wardlaw.gateway.aside import PATIENCE_S, aside, failed, too_slow
from wardlaw.gateway.registry import Registry
from wardlaw.gateway.traces import ConversationIndex, Traces
from wardlaw.security.provenance.judgement import judge_call
from wardlaw.security.provenance.session import Session
from wardlaw.security.provenance.tracing import call_origin

_SUSPICIOUS = frozenset((FindingKind.INJECTION, FindingKind.HIDDEN_TEXT, FindingKind.FAULT))
# Indexing takes about 0.4 µs a character, some eight times as long as inspection, whose bound ``aside`` knows.
_DEARER = 8
_SILENT = frozenset((Channel.ASSISTANT, Channel.TOOL_ARGUMENTS, Channel.TOOL_DEFINITION, Channel.ANSWER))


_TOLD_IN = ("/messages/", "/input/")
_NAMING = frozenset(("id", "call_id", "tool_call_id", "tool_use_id", "name", "type", "status"))


class Told(NamedTuple):
    """One text of a conversation, as it is read: what identifies it, and what it is.

    Attributes:
        call: For a tool's answer: the call that we released, as the model made it.
        suspicious: A detector takes something in it for an attack.
    """

    channel: Channel
    digest: bytes
    text: str
    call: ToolCall | None
    suspicious: bool

    @property
    def mark(self) -> Hashable:
        """What makes another reading of it."""
        call = self.call
        return (self.channel, self.digest, self.suspicious, None if call is None else (call.name, call.arguments))


def read_told(
    segments: Sequence[Segment],
    findings: Sequence[Finding],
    history: Mapping[str, ToolCall],
    genuine: frozenset[str],
) -> tuple[Told, ...]:
    """The texts of a conversation that matter, in order.

    Args:
        findings: What was found in the segments.
        history: The calls which the body says the model made, by their ids.
        genuine: Ids of the calls that we released.
    """
    suspected = {one.segment for one in findings if is_suspicious((one,))}
    return tuple(
        Told(
            one.channel,
            one.sha256,
            one.text,
            history.get(one.call_id) if one.channel is Channel.TOOL_RESULT and one.call_id in genuine else None,
            one.index in suspected,
        )
        for one in segments
        if _matters(one)
    )


def _matters(segment: Segment) -> bool:
    """Whether a text may hold what somebody wrote: not what the model said, and no setting, name or id of the request."""
    if segment.channel is not Channel.OTHER:
        return segment.channel not in _SILENT
    return segment.pointer.startswith(_TOLD_IN) and segment.pointer.rpartition("/")[2] not in _NAMING


def is_suspicious(findings: Sequence[Finding]) -> bool:
    """Whether a detector takes something for an attack."""
    return any(one.kind in _SUSPICIOUS and one.level is not Level.NOTE for one in findings)


class CallTracer:
    """Traces the calls of one exchange.

    Args:
        session: Key of the session.
        told: Gives the conversation; asked once, for the first call.
        definitions: Gives those of the tools that the request offers; the same.
        user_known: What the user channel carries is a person's own words.
    """

    def __init__(
        self,
        traces: Traces,
        registry: Registry,
        *,
        session: bytes,
        told: Callable[[], Sequence[Told]],
        definitions: Callable[[], Mapping[str, Mapping[str, Any]]],
        user_known: bool,
    ) -> None:
        self._traces, self._registry = traces, registry
        self._session, self._user_known = session, user_known
        self._read_told, self._read_definitions = told, definitions
        self._definitions: Mapping[str, Mapping[str, Any]] = {}
        self._index: ConversationIndex | None = None

    async def judge(self, call: ToolCall) -> CallJudgement:
        """Judge one call on what was seen before it.

        Raises:
            TimeoutError: The conversation is too long to be read in time.
        """
        index = self._index or await self._read()
        tool, arguments = self._tool(call.name), arguments_of(call)
        return await aside(len(call.arguments), lambda: judge_call(index.session, tool, arguments))

    def definition(self, name: str) -> Mapping[str, Any] | None:
        """The definition of a tool, once a call has been judged; None where the request gives none."""
        return self._definitions.get(name)

    def close(self) -> None:
        """Leave what was read for the next exchange."""
        index, self._index = self._index, None
        if index is not None:
            self._traces.give(self._session, index)

    async def _read(self) -> ConversationIndex:
        told, self._definitions = self._read_told(), self._read_definitions()
        marks = [one.mark for one in told]
        index = self._traces.take(self._session, marks, user_known=self._user_known)
        fresh = told[len(index.texts) :]
        # Only when all of it was read may it be used, and kept: the tracer holds it from here on.
        await aside(_DEARER * sum(len(one.text) for one in fresh), lambda: self._add(index.session, fresh))
        index.texts[:] = marks
        self._index = index
        return index

    def _add(self, session: Session, told: Sequence[Told]) -> None:
        for one in told:
            match one.channel:
                case Channel.SYSTEM:
                    session.add_trusted(one.text)
                case Channel.USER if self._user_known:
                    session.add_user(one.text)
                case Channel.USER:
                    session.add_prose(one.text, Provenance.UNKNOWN, suspicious=one.suspicious)
                case Channel.TOOL_RESULT if one.call is not None:
                    self._add_answer(session, one, one.call)
                case _:
                    session.add_prose(one.text, Provenance.TEXT, suspicious=one.suspicious)

    def _add_answer(self, session: Session, one: Told, call: ToolCall) -> None:
        tool = self._tool(call.name)
        asked = call_origin(session, tool, arguments_of(call))
        session.add_output(tool, one.text, asked=asked, suspicious=one.suspicious)

    def _tool(self, name: str) -> ToolClass:
        return self._registry.tool_class(name, self._definitions.get(name))


def untold_tracer(traces: Traces, registry: Registry, session: bytes) -> CallTracer:
    """For calls whose conversation is not at hand: whatever it was, others wrote in it. It keeps nothing."""
    untold = (Told(Channel.OTHER, b"", "", None, suspicious=False),)
    return CallTracer(traces, registry, session=session, told=lambda: untold, definitions=dict, user_known=False)


async def trace_call(tracer: CallTracer, call: ToolCall) -> tuple[CallJudgement | None, tuple[Finding, ...]]:
    """The judgement of a call by its provenance; that it took too long or failed is a finding, and denies."""
    try:
        return await tracer.judge(call), ()
    except TimeoutError:
        return None, (too_slow("provenance"),)
    except Exception as error:  # noqa: BLE001 (a tracing that fails is a finding, as a detector's failure is)
        return None, (failed("provenance", error),)


async def trace_tool_call(
    traces: Traces, session: bytes, tool: ToolClass, arguments: Any, *, chars: int
) -> tuple[CallJudgement | None, tuple[Finding, ...]]:
    """The same for a call that an agent makes itself: by its conversation, where that passes here too, with what a person
    said; else by what tools have given to the session and, where there is one, what the conversation holds.

    Args:
        chars: Size of the arguments.
    """
    line = traces.tools(session)
    try:
        async with asyncio.timeout(PATIENCE_S), line.lock:
            index = traces.borrow(session)
            try:
                seen = _seen(line.session, index.session if index is not None else None)
                judged = await aside(chars, lambda: [judge_call(one, tool, arguments) for one in seen])
            finally:
                if index is not None:
                    traces.give(session, index)
            return max(judged, key=lambda one: one.demand.strength), ()
    except TimeoutError:
        return None, (too_slow("provenance"),)
    except Exception as error:  # noqa: BLE001 (the same)
        return None, (failed("provenance", error),)


def _seen(given: Session, conversation: Session | None) -> tuple[Session, ...]:
    """By what a call is judged, the strictest counting; each knows at least that the other has read something."""
    if conversation is None:
        return (given,)
    conversation.inherit(given)
    if conversation.user_known:
        return (conversation,)
    given.inherit(conversation)
    return given, conversation


async def add_tool_answer(
    traces: Traces, session: bytes, tool: ToolClass, arguments: Any, texts: Sequence[str], *, suspicious: bool
) -> None:
    """Let later calls of a session be traced to what a tool gave.

    Args:
        texts: All that it gave.
        suspicious: A detector takes something in them for an attack.

    Raises:
        UnavailableError: WL-GW-126 it is too long to be read in time; then it must not be handed out.
    """
    line = traces.tools(session)
    try:
        async with asyncio.timeout(PATIENCE_S), line.lock:
            seen = line.session
            asked = call_origin(seen, tool, arguments)

            def add() -> None:
                for text in texts:
                    seen.add_output(tool, text, asked=asked, suspicious=suspicious)

            await aside(_DEARER * sum(map(len, texts)), add)
    except BaseException as error:
        line.lose()  # a thread may be writing to it still
        if isinstance(error, TimeoutError):
            # What nobody could follow from here on must not be read.
            raise UnavailableError(
                "WL-GW-126", "What the tool gave is too long to be followed.", "Have the tool give less at a time."
            ) from error
        raise
    traces.weigh(session, line)


def arguments_of(call: ToolCall) -> Any:
    """The arguments of a call; as text where they are no JSON, which nobody can trace."""
    try:
        return orjson.loads(call.arguments or "{}")
    except ValueError:
        return call.arguments
