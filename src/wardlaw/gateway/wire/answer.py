"""Reading a complete answer of an upstream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Segment, ToolCall
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.leaves import child, collect, collect_member, is_base64
from wardlaw.gateway.wire.names import misnamed
from wardlaw.gateway.wire.rewrite import rewrite

ANSWER_LIMITS = BodyLimits(max_bytes=32 * 1024 * 1024)
"""Answers may be larger than requests: embeddings of a few thousand texts have some 20 MB."""

AddText = Callable[[str, str, Channel, str], None]
"""Takes pointer, text, channel and call id."""

_CALL_NAMES = frozenset({"tool_calls", "function_call"})
_TOKEN_MEMBERS = frozenset({"token", "bytes", "top_logprobs"})
_HINT = "Try again; if it stays, look at the upstream."


class Usage(msgspec.Struct, frozen=True):
    """Tokens the upstream says it used."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Answer(msgspec.Struct, frozen=True):
    """A complete answer.

    Attributes:
        doc: The parsed answer.
        segments: Every text, each once. Arguments of tool calls stand in the channel of tool arguments
            with the call's id, everything else in the channel of answers.
        tool_calls: The calls the model asks for, numbered over all choices.
        finish_reasons: One per choice.
        uninspected: ``audio`` when the answer brings sound, ``encrypted`` when it brings what only the vendor can read.
        joined: Texts that stand in several places and are read as one, inspected besides; nothing can be masked there.
    """

    doc: dict[str, Any]
    segments: tuple[Segment, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    finish_reasons: tuple[str, ...] = ()
    uninspected: tuple[str, ...] = ()
    joined: tuple[Segment, ...] = ()


class UpstreamRefusal(msgspec.Struct, frozen=True):
    """An answer by which the upstream refuses: its status and the texts in it, to be inspected like any answer."""

    status: int
    segments: tuple[Segment, ...] = ()


class Texts:
    """Segments in order of appearance.

    Args:
        limit: Most texts of one answer.
    """

    __slots__ = ("limit", "segments")

    def __init__(self, limit: int) -> None:
        self.segments: list[Segment] = []
        self.limit = limit

    def add(self, pointer: str, text: str, channel: Channel = Channel.ANSWER, call_id: str = "") -> None:
        """Add one text."""
        if len(self.segments) >= self.limit:
            raise garbage(f"an answer of more than {self.limit} texts")
        self.segments.append(Segment(len(self.segments), channel, pointer, text, call_id))


def garbage(what: str) -> BadUpstreamError:
    """The error for an answer that cannot be read."""
    return BadUpstreamError("WL-GW-201", f"The upstream sent {what}.", _HINT)


def refuse_encoding(headers: Mapping[str, str]) -> None:
    """Refuse an answer whose bytes are not the text itself.

    Args:
        headers: Headers of the upstream's answer, names in lower case.

    Raises:
        BadUpstreamError: WL-GW-207.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise BadUpstreamError(
            "WL-GW-207",
            "The upstream sent a compressed answer although identity was asked for.",
            "Switch compression off at the upstream.",
        )


def read_answer(raw: bytes, *, limits: BodyLimits = ANSWER_LIMITS) -> Answer:
    """Read the body of a successful chat completion.

    Raises:
        BadUpstreamError: WL-GW-201 not JSON, ambiguous, or of another shape; WL-GW-205 an error in place of
            an answer.
    """
    doc = read_document(raw, limits)
    texts = Texts(limits.max_leaves)
    choices = doc.get("choices")
    if type(choices) is not list:
        raise garbage("an answer without choices")
    for name, value in doc.items():
        if name != "choices":
            refuse_stray_calls(name, value)
            collect_member(name, value, "", texts.add)
    calls: list[ToolCall] = []
    reasons: list[str] = []
    uninspected: dict[str, None] = {}
    for place, choice in enumerate(choices):
        pointer = f"/choices/{place}"
        message = as_object(as_object(choice, "choice").get("message"), "message")
        _choice(choice, pointer, texts)
        _message(message, pointer + "/message", texts, calls)
        if message.get("audio") is not None:
            uninspected["audio"] = None
        reasons.append(as_text(choice.get("finish_reason"), "finish reason"))
    return Answer(
        doc=doc,
        segments=tuple(texts.segments),
        tool_calls=tuple(calls),
        usage=read_usage(doc.get("usage")),
        finish_reasons=tuple(reasons),
        uninspected=tuple(uninspected),
    )


def read_embeddings_answer(raw: bytes, *, limits: BodyLimits = ANSWER_LIMITS) -> Answer:
    """Read the body of a successful embeddings answer; vectors are not text, whichever way they are written.

    Raises:
        BadUpstreamError: as :func:`read_answer`.
    """
    doc = read_document(raw, limits)
    texts = Texts(limits.max_leaves)
    if type(doc.get("data")) is not list:
        raise garbage("embeddings without data")
    for name, value in doc.items():
        if name != "data":
            collect_member(name, value, "", texts.add)
    for place, item in enumerate(doc["data"]):
        for name, value in as_object(item, "embedding").items():
            is_vector = name == "embedding" and (
                is_base64(value) if type(value) is str else type(value) is list and all(type(x) is float for x in value)
            )
            if not is_vector:
                collect_member(name, value, f"/data/{place}", texts.add)
    return Answer(doc=doc, segments=tuple(texts.segments), usage=read_usage(doc.get("usage")))


def read_refusal(raw: bytes, *, status: int, limits: BodyLimits = ANSWER_LIMITS) -> UpstreamRefusal:
    """Read an answer of status 400 or above; what cannot be read has no texts and is not passed on."""
    try:
        doc = read_json(raw, limits=limits)
    except InputError:
        return UpstreamRefusal(status)
    texts = Texts(limits.max_leaves)
    collect(doc, "", texts.add)
    return UpstreamRefusal(status, tuple(texts.segments))


def rewrite_answer(answer: Answer, replacements: Mapping[str, str]) -> bytes:
    """The answer with these texts replaced and without token probabilities, which would repeat the old text."""
    choices = [choice | {"logprobs": None} for choice in answer.doc.get("choices", ())]
    kept = {pointer: text for pointer, text in replacements.items() if not _is_logprobs(pointer)}
    return rewrite(answer.doc | {"choices": choices}, kept)


def _is_logprobs(pointer: str) -> bool:
    return pointer.split("/")[1:4:2] == ["choices", "logprobs"]


def read_usage(value: Any) -> Usage | None:
    """The token counts of an answer; ``None`` when it has none that can be believed."""
    if type(value) is not dict:
        return None
    prompt, completion = value.get("prompt_tokens", 0), value.get("completion_tokens", 0)
    if type(prompt) is not int or type(completion) is not int or prompt < 0 or completion < 0:
        return None
    return Usage(prompt, completion)


def refuse_stray_calls(name: str, value: Any) -> None:
    """Refuse a tool call in a place where calls do not belong: some client may act on it, and nobody judged it.

    Raises:
        BadUpstreamError: WL-GW-201.
    """
    if value is None:
        return
    if name in _CALL_NAMES:
        raise garbage("a tool call in an unknown place")
    if type(value) is dict:
        for inner, item in value.items():
            refuse_stray_calls(inner, item)
    elif type(value) is list:
        for item in value:
            if type(item) is dict or type(item) is list:
                refuse_stray_calls("", item)


def call_of(value: dict[str, Any], index: int) -> tuple[ToolCall, str]:
    """One tool call of an answer, and the name of the member that holds its name and arguments.

    A call of a kind we do not know is named by its kind, with the whole call as its arguments: nothing is
    registered under such a name, so the base policy refuses it.
    """
    call_id = as_text(value.get("id"), "tool call id")
    kind = value.get("type")
    holder = kind if type(kind) is str and kind else "function"
    if holder not in ("function", "custom"):
        return ToolCall(call_id, holder, orjson.dumps(value).decode(), index), ""
    body = as_object(value.get(holder), "tool call")
    name = body.get("name")
    if type(name) is not str or not name:
        raise garbage("a tool call without a name")
    arguments = as_text(body.get("arguments" if holder == "function" else "input"), "arguments")
    return ToolCall(call_id, name, arguments, index), holder


def call_leaves(value: dict[str, Any], pointer: str, call: ToolCall, add: AddText) -> None:
    """Every text of a tool call: its arguments in their own channel, all else in the channel of answers."""

    def plain(at: str, text: str) -> None:
        add(at, text, Channel.ANSWER, call.id)

    def argument(at: str, text: str) -> None:
        add(at, text, Channel.TOOL_ARGUMENTS, call.id)

    for name, member in value.items():
        if name in ("function", "custom") and type(member) is dict:
            for inner, item in member.items():
                collect_member(
                    inner, item, child(pointer, name), argument if inner in ("arguments", "input") else plain
                )
        else:
            collect_member(name, member, pointer, plain)


def read_document(raw: bytes, limits: BodyLimits) -> dict[str, Any]:
    """The object an answer consists of, when it is no error and can be read in one way only."""
    try:
        doc = read_json(raw, limits=limits)
    except InputError as error:
        raise garbage(f"an answer that cannot be read ({error.code})") from error
    if doc.get("error") is not None:
        raise BadUpstreamError("WL-GW-205", "The upstream reported an error in place of an answer.", _HINT)
    _unambiguous(doc)
    return doc


def _unambiguous(value: dict[str, Any]) -> None:
    if misnamed(value):
        raise garbage("names that differ only by case")


def as_object(value: Any, what: str) -> dict[str, Any]:
    """The value, when it is an object whose names are unambiguous."""
    if type(value) is not dict:
        raise garbage(f"a {what} that is not an object")
    _unambiguous(value)
    return value


def as_text(value: Any, what: str) -> str:
    """The value, when it is text; ``""`` when it is null."""
    if value is None:
        return ""
    if type(value) is not str:
        raise garbage(f"a {what} that is not text")
    return value


def _choice(choice: dict[str, Any], pointer: str, texts: Texts) -> None:
    for name, value in choice.items():
        if name == "logprobs":
            read_logprobs(value, pointer + "/logprobs", texts)
        elif name != "message":
            refuse_stray_calls(name, value)
            collect_member(name, value, pointer, texts.add)


def _message(message: dict[str, Any], pointer: str, texts: Texts, calls: list[ToolCall]) -> None:
    if type(message.get("content")) not in (str, list, type(None)):
        raise garbage("content that is not text")
    for name, value in message.items():
        if name == "tool_calls" and value is not None:
            if type(value) is not list:
                raise garbage("tool calls that are not a list")
            for place, item in enumerate(value):
                call, _ = call_of(as_object(item, "tool call"), len(calls))
                calls.append(call)
                call_leaves(item, f"{pointer}/tool_calls/{place}", call, texts.add)
        elif name == "function_call" and value is not None:
            call, _ = call_of({"function": as_object(value, "function call")}, len(calls))
            calls.append(call)
            call_leaves({"function": value}, pointer + "/function_call", call, texts.add)
        elif name == "audio" and type(value) is dict:
            _audio(value, pointer + "/audio", texts)
        else:
            refuse_stray_calls(name, value)
            collect_member(name, value, pointer, texts.add)


def _audio(audio: dict[str, Any], pointer: str, texts: Texts) -> None:
    for name, value in audio.items():
        if not (name == "data" and type(value) is str and is_base64(value)):
            collect_member(name, value, pointer, texts.add)


def read_logprobs(value: Any, pointer: str, texts: Texts) -> None:
    """Token probabilities repeat the answer token by token: read as the texts they make together.

    ``bytes`` is text in numbers, so it is read as well where it says something else than ``token``.
    """
    if type(value) is not dict:
        collect(value, pointer, texts.add)
        return
    for name, entries in value.items():
        below = child(pointer, name)
        if type(entries) is not list or not all(type(entry) is dict for entry in entries):
            collect_member(name, entries, pointer, texts.add)
            continue
        _tokens(entries, below, "", texts)
        tops = [top for entry in entries for top in _list(entry.get("top_logprobs")) if type(top) is dict]
        _tokens(tops, below, "\n", texts)
        for entry in (*entries, *tops):
            collect({key: item for key, item in entry.items() if key not in _TOKEN_MEMBERS}, below, texts.add)


def _tokens(entries: list[dict[str, Any]], pointer: str, between: str, texts: Texts) -> None:
    text = between.join(as_text(entry.get("token"), "token") for entry in entries)
    numbers = between.encode().join(_bytes(entry.get("bytes")) for entry in entries).decode("utf-8", "replace")
    for reading in dict.fromkeys((text, numbers)):
        if reading.strip("\n"):
            texts.add(pointer, reading)


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    try:
        return bytes(_list(value))
    except (TypeError, ValueError):
        raise garbage("token bytes that are not bytes") from None


def _list(value: Any) -> Iterable[Any]:
    if value is None:
        return []
    if type(value) is not list:
        raise garbage("token probabilities of another shape")
    return value
