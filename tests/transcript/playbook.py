"""A playbook: events go into a stream layer, commands are expected out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import orjson

from wardlaw.gateway.wire.commands import (
    Command,
    Cut,
    Event,
    Finish,
    Judge,
    Judged,
    JudgeToolCall,
    JudgeUninspected,
    Send,
    UpstreamBytes,
    UpstreamEnded,
)
from wardlaw.gateway.wire.stream import ChatStream
from wardlaw.security.window import ReleaseWindow

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": "gpt"}
DONE = b"data: [DONE]\n\n"


def chunk(delta=None, *, reason=None, index=0, choice=None, **members) -> bytes:
    """One event of an upstream."""
    body = {"index": index, "delta": {} if delta is None else delta, "finish_reason": reason} | (choice or {})
    return event(HEAD | {"choices": [body]} | members)


def event(value) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


def stream(window: Callable[[], ReleaseWindow] = ReleaseWindow) -> ChatStream:
    return ChatStream(window=window)


def settle(layer: ChatStream, commands: Iterable[Command]) -> list[Command]:
    """Allow everything that is to be judged, at once and in order; the other commands in order."""
    left: list[Command] = []
    todo = list(commands)
    while todo:
        command = todo.pop(0)
        if isinstance(command, (Judge, JudgeToolCall, JudgeUninspected)):
            todo = layer.handle(Judged(command.ticket)) + todo if _waits(command) else todo
        else:
            left.append(command)
    return left


def _waits(command: Command) -> bool:
    return isinstance(command, (Judge, JudgeToolCall, JudgeUninspected))


def play(events: Iterable[Event | bytes], layer: ChatStream | None = None) -> list[Command]:
    """Feed events, allowing everything; all commands but the questions."""
    layer = layer or stream()
    found: list[Command] = []
    for item in events:
        step = UpstreamBytes(item) if isinstance(item, bytes) else item
        found += settle(layer, layer.handle(step))
    return found


def questions(commands: Iterable[Command]) -> list[Judge | JudgeToolCall | JudgeUninspected]:
    return [command for command in commands if isinstance(command, (Judge, JudgeToolCall, JudgeUninspected))]


def sent(commands: Iterable[Command]) -> bytes:
    return b"".join(command.data for command in commands if isinstance(command, Send))


def chunks(data: bytes) -> list[dict]:
    """The JSON events in bytes that were sent; ``[DONE]`` left out."""
    events = [item.removeprefix(b"data: ") for item in data.split(b"\n\n") if item]
    return [orjson.loads(item) for item in events if item != b"[DONE]"]


def text_of(data: bytes, name: str = "content", index: int = 0) -> str:
    """The text a client puts together."""
    return "".join(
        choice["delta"].get(name) or ""
        for value in chunks(data)
        for choice in value.get("choices", ())
        if choice["index"] == index
    )


def ending(commands: list[Command]) -> Finish | Cut | None:
    return next((command for command in commands if isinstance(command, (Finish, Cut))), None)


ENDED = UpstreamEnded()
