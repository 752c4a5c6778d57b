"""Batch files: each line read as the request it stands for, and each line of the output as an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Measures, Segment, ToolCall
from wardlaw.gateway.wire.answer import ANSWER_LIMITS, Texts, garbage
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.leaves import NAME_MARK, collect, collect_member
from wardlaw.gateway.wire.surface import Surface

_MEMBERS = frozenset(("custom_id", "method", "url", "body"))
MOST_RECORDS = 50_000
"""As many as the vendor takes in one file (API reference, "Batch", 2026-11)."""


class BatchFile(msgspec.Struct, frozen=True):
    """A batch file as the door needs it: all of its requests together.

    Attributes:
        lines: Its lines, parsed.
        measures: The countable facts of all requests together.
        has_results: Some request brings results of tools.
    """

    surface: Surface
    model: str
    lines: tuple[dict[str, Any], ...]
    segments: tuple[Segment, ...]
    joined: tuple[Segment, ...]
    measures: Measures
    has_results: bool


def read_batch(raw: bytes, *, surfaces: Mapping[str, Surface], limits: BodyLimits) -> BatchFile:
    """Read the lines of a batch file.

    Args:
        raw: The file.
        surfaces: What a line may be for, by its ``url``.
        limits: Of one line and, in ``max_leaves``, of all texts.

    Raises:
        InputError: WL-GW-122 a line is no request of a batch, or asks for another model or surface than the first;
            and as the surface's own reading.
    """
    found: list[tuple[dict[str, Any], Asked]] = []
    surface: Surface | None = None
    segments, joined = Texts(limits.max_leaves), Texts(limits.max_leaves)
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        if len(found) >= MOST_RECORDS:
            raise _wrong(number, f"there are more than {MOST_RECORDS} requests")
        doc = read_json(line, limits=limits)
        own = surfaces.get(str(doc.get("url")))
        if own is None or doc.get("method") != "POST" or doc.keys() != _MEMBERS or type(doc["body"]) is not dict:
            raise _wrong(number, "it is no request of a batch")
        if surface is not None and own.path != surface.path:
            raise _wrong(number, "it is for another path than the first")
        surface = own
        asked = own.read(doc["body"], limits)
        if asked.stream:
            raise _wrong(number, "nothing streams in a batch")
        if found and asked.model != found[0][1].model:
            raise _wrong(number, "it names another model than the first")
        collect(doc["custom_id"], f"/lines/{number}/custom_id", _adder(segments, Channel.OTHER, limits))
        _take(asked.segments, segments, f"/lines/{number}/body", limits)
        _take(asked.joined, joined, f"/lines/{number}/body", limits)
        found.append((doc, asked))
    if surface is None:
        raise _wrong(1, "there is no request in it")
    requests = [asked for _, asked in found]
    return BatchFile(
        surface=surface,
        model=requests[0].model,
        lines=tuple(doc for doc, _ in found),
        segments=tuple(segments.segments),
        joined=tuple(joined.segments),
        measures=_together(requests, len(raw)),
        has_results=any(asked.call_ids for asked in requests),
    )


def _take(own: tuple[Segment, ...], into: Texts, prefix: str, limits: BodyLimits) -> None:
    for one in own:
        mark = NAME_MARK if one.pointer.startswith(NAME_MARK) else ""
        _room(into, limits)
        into.add(f"{mark}{prefix}{one.pointer.removeprefix(mark)}", one.text, one.channel, one.call_id)


def _adder(into: Texts, channel: Channel, limits: BodyLimits) -> Callable[[str, str], None]:
    def add(pointer: str, text: str) -> None:
        _room(into, limits)
        into.add(pointer, text, channel)

    return add


def _room(into: Texts, limits: BodyLimits) -> None:
    if len(into.segments) >= limits.max_leaves:
        raise InputError("WL-GW-122", f"The batch holds more than {limits.max_leaves} texts.", "Send smaller batches.")


def _together(requests: list[Asked], size: int) -> Measures:
    return Measures(
        body_bytes=size,
        attachments=sum(asked.attachments for asked in requests),
        prompt_tokens=size // 4,
        max_tokens=sum(asked.max_tokens * asked.answers for asked in requests),
        hosted_tools=tuple(dict.fromkeys(name for asked in requests for name in asked.hosted_tools)),
        uninspected=tuple(dict.fromkeys(kind for asked in requests for kind in asked.uninspected)),
        records=len(requests),
    )


def write_batch(batch: BatchFile, raw: bytes, model: str) -> bytes:
    """The file as it goes up: as it came, or with the upstream's name of the model and what a surface settles."""
    settled = [batch.surface.settle(line["body"]) for line in batch.lines]
    if model == batch.model and not any(settled):
        return raw
    lines = (
        orjson.dumps({**line, "body": {**line["body"], **own, "model": model}})
        for line, own in zip(batch.lines, settled, strict=True)
    )
    return b"\n".join(lines) + b"\n"


class BatchOutput(msgspec.Struct, frozen=True):
    """The answers of a batch."""

    segments: tuple[Segment, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    uninspected: tuple[str, ...] = ()


def read_output(raw: bytes, surface: Surface) -> BatchOutput:
    """Read the lines of an output or an error file; successful ones as answers of their surface.

    Raises:
        BadUpstreamError: A line cannot be read.
    """
    texts = Texts(ANSWER_LIMITS.max_leaves)
    calls: list[ToolCall] = []
    uninspected: dict[str, None] = {}
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            doc = read_json(line, limits=ANSWER_LIMITS)
        except InputError as error:
            raise garbage(f"a batch output that cannot be read ({error.code})") from error
        prefix = f"/lines/{number}"
        response = doc.pop("response", None)
        body = response.pop("body", None) if type(response) is dict else None
        good = type(response) is dict and response.get("status_code") == 200 and type(body) is dict
        for name, value in {**doc, "response": response}.items():
            collect_member(name, value, prefix, texts.add)
        if not good:
            collect(body, f"{prefix}/response/body", texts.add)
            continue
        answer = surface.read_answer(orjson.dumps(body))
        for one in answer.segments:
            mark = NAME_MARK if one.pointer.startswith(NAME_MARK) else ""
            where = f"{mark}{prefix}/response/body{one.pointer.removeprefix(mark)}"
            texts.add(where, one.text, one.channel, one.call_id)
        calls += answer.tool_calls
        uninspected.update(dict.fromkeys(answer.uninspected))
    return BatchOutput(tuple(texts.segments), tuple(calls), tuple(uninspected))


def _wrong(number: int, what: str) -> InputError:
    return InputError("WL-GW-122", f"Line {number} of the batch: {what}.", "See the API reference of batches.")
