"""The bodies of ``POST /v1/decide`` and ``POST /v1/decide/result``: a tool call before it runs, and what it gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Segment, ToolCall
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import BodyLimits
from wardlaw.gateway.wire.chat import chat_history, read_chat
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.leaves import collect

_CALL = frozenset(("tool", "arguments", "definition", "session", "messages", "call"))
_RESULT = frozenset(("call", "tool", "arguments", "result", "session", "model"))
_CALL_ID = re.compile(r"[!-~]{1,256}")
_NAME_CHARS = 256
RESULT_POINTER = "/result"


class CallAsked(msgspec.Struct, frozen=True):
    """A tool call that somebody wants to make.

    Attributes:
        call: Id the caller knows it by; ``""`` when it has none.
        definition: What the tool says of itself; ``None`` when it was not given.
        talk: The conversation that led to it; ``None`` when it was not given.
        history: Calls of which the conversation says that the model made them.
        session: ``None`` when the body names none.
    """

    tool: str
    arguments: dict[str, Any]
    call: str = ""
    definition: dict[str, Any] | None = None
    talk: Asked | None = None
    history: tuple[ToolCall, ...] = ()
    session: str | None = None

    @property
    def text(self) -> str:
        """The arguments as JSON."""
        return orjson.dumps(self.arguments).decode()

    def segments(self) -> tuple[Segment, ...]:
        """Every text of the arguments, then of the definition."""
        found = [(Channel.TOOL_ARGUMENTS, *one) for one in _texts(self.arguments, "/arguments")]
        if self.definition is not None:
            found += [(Channel.TOOL_DEFINITION, *one) for one in _texts(self.definition, "/definition")]
        return tuple(Segment(place, channel, pointer, text) for place, (channel, pointer, text) in enumerate(found))


class ResultAsked(msgspec.Struct, frozen=True):
    """What a tool gave.

    Attributes:
        call: Id of the call as it was asked about.
        text: The result as a model would read it.
        model: Registered model that would read it; ``""`` when the caller does not say.
    """

    call: str
    tool: str
    arguments: dict[str, Any]
    text: str
    model: str = ""
    session: str | None = None

    def segments(self, *, genuine: bool) -> tuple[Segment, ...]:
        """The one text."""
        if not self.text:
            return ()
        return (Segment(0, Channel.TOOL_RESULT, RESULT_POINTER, self.text, self.call, genuine),)


def read_call(doc: dict[str, Any], *, limits: BodyLimits) -> CallAsked:
    """Read the body of a question.

    Raises:
        InputError: WL-GW-124 it is none, or what reading ``messages`` raises.
        TooLargeError: WL-GW-111 too many texts.
    """
    _check_names(doc, _CALL)
    tool, arguments, call = _tool(doc)
    definition, messages = doc.get("definition"), doc.get("messages")
    if definition is not None and not isinstance(definition, dict):
        raise _wrong("definition must be an object")
    if messages is not None and not isinstance(messages, list):
        raise _wrong("messages must be a list")
    talk: Asked | None = None
    history: tuple[ToolCall, ...] = ()
    if messages:
        said = {"model": "none", "messages": messages}
        talk, history = read_chat(said, limits=limits), tuple(chat_history(said))
    asked = CallAsked(tool, arguments, call, definition, talk, history, _session(doc))
    if len(asked.segments()) > limits.max_leaves:
        raise TooLargeError("WL-GW-111", f"The body holds more than {limits.max_leaves} texts.", "Send less.")
    return asked


def read_result(doc: dict[str, Any]) -> ResultAsked:
    """Read the body of a result.

    Raises:
        InputError: WL-GW-124.
    """
    _check_names(doc, _RESULT)
    tool, arguments, call = _tool(doc)
    if not call:
        raise _wrong("call must name the call, as the answer to the question did")
    if "result" not in doc:
        raise _wrong("result is missing")
    result, model = doc["result"], doc.get("model", "")
    if not isinstance(model, str):
        raise _wrong("model must be a text")
    text = result if isinstance(result, str) else orjson.dumps(result).decode()
    return ResultAsked(call, tool, arguments, text, model, _session(doc))


def _check_names(doc: Mapping[str, Any], known: frozenset[str]) -> None:
    if not doc.keys() <= known:
        raise _wrong("it holds members nobody knows")


def _tool(doc: Mapping[str, Any]) -> tuple[str, dict[str, Any], str]:
    tool, arguments, call = doc.get("tool"), doc.get("arguments", {}), doc.get("call", "")
    if not isinstance(tool, str) or not 0 < len(tool) <= _NAME_CHARS:
        raise _wrong("tool must be the name of a tool")
    if not isinstance(arguments, dict):
        raise _wrong("arguments must be an object")
    if not isinstance(call, str) or (call and not _CALL_ID.fullmatch(call)):
        raise _wrong("call must be an id of at most 256 plain characters")
    return tool, arguments, call


def _session(doc: Mapping[str, Any]) -> str | None:
    session = doc.get("session")
    if session is not None and not isinstance(session, str):
        raise _wrong("session must be a text")
    return session or None


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    collect(value, pointer, lambda where, text: texts.append((where, text)))
    return iter(texts)


def _wrong(what: str) -> InputError:
    return InputError(
        "WL-GW-124",
        f"The body is no question about a tool call: {what}.",
        'Send {"tool": "…", "arguments": {…}}; see docs/frameworks.md.',
    )
