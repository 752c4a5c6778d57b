"""The layer between an upstream's Messages stream and the caller: nothing passes that was not judged.

The line of slots is ``wire/lane.py``'s; here stands what the events mean. Text and thinking run through a window
each, over all blocks, so that what is split over two blocks is seen. A tool call leaves whole, as three events
of ours, after its verdict. Members of deltas that nobody knows are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.gateway.wire.answer import as_object, garbage
from wardlaw.gateway.wire.calls import MAX_CALL_CHARS
from wardlaw.gateway.wire.commands import JudgeToolCall
from wardlaw.gateway.wire.dialect import ANTHROPIC
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.lane import Slot, StreamLane
from wardlaw.gateway.wire.messages import TOOL_USE
from wardlaw.gateway.wire.messages_answer import (
    block_call,
    block_leaves,
    is_encrypted,
    kind_of,
    messages_usage,
    refuse_stray_tool_use,
)
from wardlaw.gateway.wire.sse import MAX_EVENT_BYTES, SseEvent, format_named_event
from wardlaw.security.window import ReleaseWindow

_MOST_BLOCKS = 1_024  # in one answer; agents with many searches stay below 200
# Deltas that carry text, by their type: the member that holds it. The same member of the block holds what it begins with.
# A signature comes in one delta and must leave in one, since clients keep the last one they get: judged as it stands.
_TEXT_DELTAS = {"text_delta": "text", "thinking_delta": "thinking"}
_DELTA_OF = {member: kind for kind, member in _TEXT_DELTAS.items()}
_REASONS = frozenset({"end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal"})


class _Block:
    """A block that has begun and not ended."""

    __slots__ = ("kind", "members", "parts", "size")

    def __init__(self, kind: str, members: dict[str, Any]) -> None:
        self.kind = kind
        self.members = members
        self.parts: list[str] = []
        self.size = 0


class MessagesStream(StreamLane):
    """One stream of message events.

    Args:
        window: Makes the window that holds back unfinished text, one for each kind of text.
        max_event_bytes: Largest event of the upstream.
    """

    def __init__(self, *, window: Callable[[], ReleaseWindow], max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        super().__init__(window=window, dialect=ANTHROPIC, max_event_bytes=max_event_bytes)
        self._windows: dict[str, ReleaseWindow] = {}
        self._blocks: dict[int, _Block] = {}
        self._next = 0
        self._calls = 0
        self._begun = False
        self._reason: str | None = None

    def _format(self, doc: dict[str, Any]) -> bytes:
        return format_named_event(doc["type"], orjson.dumps(doc))

    def _reasons(self) -> tuple[str, ...]:
        return (self._reason or "",)

    def _refuse_stray(self, name: str, value: Any) -> None:
        refuse_stray_tool_use(name, value)

    def _event(self, sse: SseEvent) -> None:
        doc = self._parse(sse.data)
        kind = doc.get("type")
        if type(kind) is not str or (sse.name and sse.name != kind.encode()):
            raise garbage("an event with two names or none")
        if kind == "error" or doc.get("error") is not None:
            raise BadUpstreamError("WL-GW-205", "The upstream reported an error in the middle of its answer.")
        if kind == "ping":
            self._slots.append(Slot({"type": "ping"}))
            return
        if self._begun == (kind == "message_start"):
            raise garbage("a stream that begins twice or not at all")
        match kind:
            case "message_start":
                self._start(doc)
            case "content_block_start":
                self._open(doc)
            case "content_block_delta":
                self._delta(doc)
            case "content_block_stop":
                self._close(doc)
            case "message_delta":
                self._message_delta(doc)
            case "message_stop":
                if self._blocks:
                    raise garbage("an end in the middle of a block")
                self._done = True
                self._slots.append(Slot({"type": "message_stop"}))
            case _:
                pass  # an event nobody knows is left out: clients have to do without, and nobody could judge it

    def _start(self, doc: dict[str, Any]) -> None:
        self._begun = True
        message = as_object(doc.get("message"), "message")
        if message.get("content") not in ([], None):
            raise garbage("a message that begins with content")
        self._usage = messages_usage(message.get("usage"))
        slot = Slot({"type": "message_start", "message": message | {"content": []}})
        self._slots.append(slot)
        for name, value in message.items():
            self._aside(name, value, "/message", 0, slot)

    def _open(self, doc: dict[str, Any]) -> None:
        index = doc.get("index")
        if type(index) is not int or index != self._next or index >= _MOST_BLOCKS or self._reason is not None:
            raise garbage("a block with an impossible index")
        if self._blocks:
            raise garbage("a block within a block")
        self._next += 1
        members = as_object(doc.get("content_block"), "block")
        block = self._blocks[index] = _Block(kind_of(members), members)
        if block.kind.endswith(TOOL_USE):
            return  # leaves whole, once it is complete
        begins = {name: members[name] for name in _DELTA_OF if type(members.get(name)) is str}
        slot = Slot(
            {"type": "content_block_start", "index": index, "content_block": members | dict.fromkeys(begins, "")}
        )
        self._slots.append(slot)
        if is_encrypted(members):
            self._ask_unread(slot, "encrypted")
        for name, value in members.items():
            if name not in begins:
                self._aside(name, value, f"/content/{index}", index, slot)
        for name, text in begins.items():
            self._text(index, name, text)

    def _delta(self, doc: dict[str, Any]) -> None:
        index, block = self._known(doc)
        delta = as_object(doc.get("delta"), "delta")
        kind = kind_of(delta)
        member = _TEXT_DELTAS.get(kind)
        if kind == "input_json_delta":
            part = delta.get("partial_json")
            if type(part) is not str or not block.kind.endswith(TOOL_USE):
                raise garbage("arguments that are not text or belong to no call")
            block.parts.append(part)
            block.size += len(part)
            if block.size > MAX_CALL_CHARS:
                raise garbage("tool calls that are too long")
        elif block.kind.endswith(TOOL_USE):
            raise garbage("a tool call with a text in it")
        elif member is not None:
            text = delta.get(member)
            if type(text) is not str:
                raise garbage("a delta that is not text")
            self._text(index, member, text)
        else:
            slot = Slot({"type": "content_block_delta", "index": index, "delta": delta})
            self._slots.append(slot)
            if is_encrypted(delta):
                self._ask_unread(slot, "encrypted")
            for name, value in delta.items():
                self._aside(name, value, f"/content/{index}/delta", index, slot)

    def _text(self, index: int, member: str, text: str) -> None:
        window = self._windows.get(member)
        if window is None:
            self._count_field()
            window = self._windows[member] = self._make_window()
        self._release(index, member, window, text)

    def _release(self, index: int, member: str, window: ReleaseWindow, text: str | None) -> None:
        """Send what the window gives for one more text, or what it still holds, in an event of its own."""
        piece = window.flush() if text is None else window.feed(text)
        if piece is None:
            return
        delta = {"type": _DELTA_OF[member], member: piece.text}
        slot = Slot({"type": "content_block_delta", "index": index, "delta": delta})
        self._slots.append(slot)
        self._ask_piece(slot, delta, member, index, f"/content/{index}/{member}", piece)

    def _close(self, doc: dict[str, Any]) -> None:
        index, block = self._known(doc)
        del self._blocks[index]
        if block.kind.endswith(TOOL_USE):
            self._tool_call(index, block)
        else:
            for member, window in self._windows.items():
                self._release(index, member, window, None)
        self._slots.append(Slot({"type": "content_block_stop", "index": index}))

    def _tool_call(self, index: int, block: _Block) -> None:
        given: Any = block.members.get("input")
        if block.parts:
            try:
                given = orjson.loads("".join(block.parts) or "{}")
            except orjson.JSONDecodeError:
                raise garbage("arguments that are not JSON") from None
        members = block.members | {"input": {} if given is None else given}
        call = block_call(members, self._calls)
        self._calls += 1
        segments: list[Segment] = []

        def add(at: str, text: str, channel: Channel, call_id: str) -> None:
            segments.append(Segment(len(segments), channel, at, text, call_id))

        block_leaves(members, f"/content/{index}", call, add)
        add(f"/content/{index}/input", call.arguments, Channel.TOOL_ARGUMENTS, call.id)
        # Written from what was judged: how clients would have put the upstream's parts together does not matter.
        slot = Slot({"type": "content_block_start", "index": index, "content_block": members | {"input": {}}})
        delta = {"type": "input_json_delta", "partial_json": call.arguments}
        self._slots.append(slot)
        self._slots.append(Slot({"type": "content_block_delta", "index": index, "delta": delta}))
        self._out.append(JudgeToolCall(self._ticket(slot, delta, "partial_json"), 0, call, tuple(segments)))

    def _message_delta(self, doc: dict[str, Any]) -> None:
        if self._blocks:
            raise garbage("an end in the middle of a block")
        delta = as_object(doc.get("delta"), "delta")
        reason = delta.get("stop_reason")
        if type(reason) is not str and reason is not None:
            raise garbage("a stop reason that is not text")
        if self._reason is not None and reason != self._reason:
            raise garbage("two stop reasons for one answer")
        self._reason = reason if reason is not None else self._reason
        self._usage = messages_usage(doc.get("usage"), self._usage)
        slot = Slot(doc)
        self._slots.append(slot)
        for name, value in doc.items():
            if name not in ("type", "delta"):
                self._aside(name, value, "", 0, slot)
        for name, value in delta.items():
            if name != "stop_reason" or value not in _REASONS:
                self._aside(name, value, "/delta", 0, slot)

    def _known(self, doc: dict[str, Any]) -> tuple[int, _Block]:
        index = doc.get("index")
        block = self._blocks.get(index) if type(index) is int else None
        if block is None or type(index) is not int:
            raise BadUpstreamError("WL-GW-206", "The upstream sent text for a block that is not open.")
        return index, block
