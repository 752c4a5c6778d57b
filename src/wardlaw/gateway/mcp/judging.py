"""Calls of tools and what they give back, judged as tool calls and tool results of model traffic are.

A call is a ``ToolCall`` on ``tool:<server>__<tool>``. What comes back goes to a model that nobody here knows, so it
is judged as a ``ModelCall`` that carries it as data: the same clauses that keep a poisoned or too large result from a
model keep it from an agent.
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from wardlaw.decision.decide import SAW_TOOL_RESULT
from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Channel, Measures, Segment, ToolCall
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.facts.resource import Resource, ResourceKind, ToolEffect
from wardlaw.facts.toolclass import OutputTrust, ToolClass
from wardlaw.gateway.aside import inspect_aside, meter_aside
from wardlaw.gateway.asking import read_asking
from wardlaw.gateway.history import call_digest
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.request import redacted_classes, uninspected_findings
from wardlaw.gateway.services import Services
from wardlaw.gateway.tracing import add_tool_answer, is_suspicious, trace_tool_call
from wardlaw.gateway.wire.leaves import NAME_MARK, collect
from wardlaw.security.redact import redact

AGENT = Resource(ResourceKind.MODEL, "model:wardlaw-mcp", True, "mcp", True)
"""Where results go: to an agent whose model nobody here knows, so to nowhere that clauses would trust."""

READING = ToolClass("read", frozenset((ToolEffect.READ,)), output=OutputTrust.CONTENT, confirmed_by="protocol")
"""Reading a resource, or getting a prompt: it changes nothing, and what comes is somebody's text."""

_TEXTUAL = ("text/", "application/json", "application/xml")


class Passed(msgspec.Struct, frozen=True):
    """What may go to the caller, and the judgement that lets it."""

    body: dict[str, Any]
    judgement: Judgement


class ToolJudge:
    """Judges for one exchange.

    Args:
        delta: What admission changed in the state, for the record of the first decision.
    """

    def __init__(self, services: Services, case: Case, *, delta: bytes) -> None:
        self._services, self._case = services, case
        self._delta = delta
        self._called: tuple[ToolClass, dict[str, Any]] | None = None

    async def call(
        self,
        name: str,
        arguments: dict[str, Any],
        resource: Resource,
        tool: ToolClass | None = None,
        *,
        definition: Mapping[str, Any] | None = None,
        pin: str = "",
    ) -> Judgement:
        """Judge a call before it is made.

        Args:
            tool: What the tool does; as its name and the configuration say where nothing else is known.
            definition: Of the tool, as its server gave it.
            pin: Digest of the tool's definition.
        """
        tool = tool or self._services.registry.tool_class(name, None)
        text = orjson.dumps(arguments).decode()
        traced, faults = await trace_tool_call(
            self._services.traces, self._case.session_key, tool, arguments, chars=len(text)
        )
        self._called = (tool, arguments)
        texts: list[tuple[str, str]] = []
        collect(arguments, "", lambda pointer, leaf: texts.append((pointer, leaf)))
        segments = _segments(texts, Channel.TOOL_ARGUMENTS)
        made = ToolCall(self._case.exchange, name, text)
        asking = await read_asking(self._services.registry, self._services.meter, made, definition=definition)
        digest = call_digest(name, text)
        matter = Matter(
            action=Action.TOOL_CALL,
            resource=resource,
            measures=asking.measures,
            targets=asking.targets,
            findings=faults + await inspect_aside(self._services.inspection, segments, caller=self._case.principal.id),
            segments=segments,
            labels=traced.taint if traced is not None else (),
            call=traced,
            tool_calls=(made,),
            calls=1,
            body_sha256=digest.hex(),
            delta=self._take_delta(),
            parks=True,
            pin=pin,
        )
        return await self._judge(matter)

    def follows(self, tool: ToolClass, arguments: dict[str, Any]) -> None:
        """The call whose answer is judged next was judged before, by an earlier exchange."""
        self._called = (tool, arguments)

    async def result(self, result: dict[str, Any], *, channel: Channel = Channel.TOOL_RESULT) -> Passed | Judgement:
        """Judge what a server gave back; masked where clauses say so. A judgement alone means that it may not go.

        Args:
            channel: ``TOOL_DEFINITION`` for lists, whose texts describe what may be asked for.
        """
        raw = orjson.dumps(result)
        matter = await self._matter(result, raw, channel)
        judgement = await self._judge(matter)
        if judgement.decision.effect is Effect.TRANSFORM:
            classes = redacted_classes(judgement)
            result = _masked(result, matter.segments, matter.findings, classes)
            again = await self._matter(result, orjson.dumps(result), channel)
            measures = judgement.measures
            judgement = await self._judge(
                msgspec.structs.replace(again, measures=measures, rewritten=True, counted=False)
            )
        if not judgement.released:
            return judgement
        if self._called is not None:
            await self._remember(result, matter.findings, self._called)
        return Passed(result, judgement)

    async def _remember(
        self, result: dict[str, Any], findings: Sequence[Finding], called: tuple[ToolClass, dict[str, Any]]
    ) -> None:
        """Let later calls of the session be traced to what this one gave, text by text."""
        told = [text for part in _parts(result) for text in (part.get("text"), _of_blob(part)) if type(text) is str]
        if "structuredContent" in result:
            told.append(orjson.dumps(result["structuredContent"]).decode())
        session, traces = self._case.session_key, self._services.traces
        await add_tool_answer(traces, session, *called, told, suspicious=is_suspicious(findings))

    async def _matter(self, result: dict[str, Any], raw: bytes, channel: Channel) -> Matter:
        texts, unread = _texts(result)
        segments = _segments(texts, channel)
        found = await inspect_aside(self._services.inspection, segments, caller=self._case.principal.id)
        found += uninspected_findings(unread)
        measures = Measures(body_bytes=len(raw), attachments=len(unread), uninspected=unread)
        meter, session = self._services.meter, self._case.session_key
        moved = await meter_aside(segments, measures, lambda: meter.results(session, segments, measures))
        labels = {SAW_TOOL_RESULT} if channel is Channel.TOOL_RESULT else set()
        labels |= {"saw:pii" for finding in found if finding.kind is FindingKind.PII}
        return Matter(
            action=Action.MODEL_CALL,
            resource=AGENT,
            measures=moved.measures,
            findings=found,
            segments=segments,
            subjects=moved.subjects,
            labels=tuple(sorted(labels)),
            calls=1 if channel is Channel.TOOL_DEFINITION else 0,
            body_sha256=hashlib.sha256(raw).hexdigest(),
            delta=self._take_delta(),
        )

    def _take_delta(self) -> bytes:
        delta, self._delta = self._delta, b""
        return delta

    async def _judge(self, matter: Matter) -> Judgement:
        judgement = await self._services.judge.judge(self._case, matter)
        self._services.decided(judgement, matter.action.value)
        return judgement


def _segments(texts: Sequence[tuple[str, str]], channel: Channel) -> tuple[Segment, ...]:
    return tuple(
        Segment(place, channel, pointer, text, released=channel is Channel.TOOL_RESULT)
        for place, (pointer, text) in enumerate(texts)
    )


def _texts(result: dict[str, Any]) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Every text of a result with its pointer, and the kinds of what nobody can read."""
    texts: list[tuple[str, str]] = []
    unread: dict[str, None] = {}
    read = copy.deepcopy(result)
    for part in _parts(read):
        kind = part.get("type")
        if kind in ("image", "audio") and "data" in part:
            unread[kind] = None
            part["data"] = None
        if type(part.get("blob")) is str:
            text = _plain(part)
            if text is None:
                unread["file"] = None
            part["blob"] = text
    collect(read, "", lambda pointer, text: texts.append((pointer, text)))
    return texts, tuple(unread)


def _parts(result: dict[str, Any]) -> list[dict[str, Any]]:
    """The places that hold content: parts of a tool's result, contents of a resource, messages of a prompt."""
    found: list[Any] = []
    for member in ("content", "contents"):
        listed = result.get(member)
        found += listed if type(listed) is list else []
    messages = result.get("messages")
    for message in messages if type(messages) is list else []:
        content = message.get("content") if type(message) is dict else None
        found += content if type(content) is list else [content]
    parts = [part for part in found if type(part) is dict]
    return parts + [part["resource"] for part in parts if type(part.get("resource")) is dict]


def _of_blob(part: dict[str, Any]) -> str | None:
    return _plain(part) if type(part.get("blob")) is str else None


def _plain(part: dict[str, Any]) -> str | None:
    """The text of a blob that says it is text; ``None`` when it is none."""
    kind = part.get("mimeType")
    if type(kind) is not str or not kind.lower().startswith(_TEXTUAL):
        return None
    try:
        return base64.b64decode(part["blob"], validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _masked(
    result: dict[str, Any], segments: Sequence[Segment], findings: Sequence[Finding], classes: Sequence[str]
) -> dict[str, Any]:
    """The result with what must be masked replaced, leaf by leaf; a blob whose text holds it is emptied."""
    changed = copy.deepcopy(result)
    for segment in segments:
        own = [finding for finding in findings if finding.segment == segment.index]
        masked = redact(segment.text, own, classes) if own else segment.text
        if masked != segment.text and not segment.pointer.startswith(NAME_MARK):
            _put(changed, segment.pointer, masked)
    return changed


def _put(doc: Any, pointer: str, text: str) -> None:
    *path, last = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    for step in path:
        doc = doc[int(step)] if type(doc) is list else doc[step]
    if type(doc) is list:
        doc[int(last)] = text
    elif last == "blob":
        doc["blob"] = base64.b64encode(text.encode()).decode()
    else:
        doc[last] = text
