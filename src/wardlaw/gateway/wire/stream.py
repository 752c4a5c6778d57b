"""The layer between an upstream's chat stream and the caller: nothing passes that was not judged.

The line of slots is ``wire/lane.py``'s; here stands what the chunks of a chat completion mean. A chunk nobody changed
comes out with the same members, values and order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.gateway.wire.answer import call_leaves, garbage, read_usage
from wardlaw.gateway.wire.calls import CallParts
from wardlaw.gateway.wire.commands import JudgeToolCall
from wardlaw.gateway.wire.dialect import OPENAI
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.lane import Slot, StreamLane
from wardlaw.gateway.wire.leaves import child
from wardlaw.gateway.wire.names import misnamed
from wardlaw.gateway.wire.sse import DONE, DONE_EVENT, MAX_EVENT_BYTES, SseEvent, format_event
from wardlaw.security.window import Piece, ReleaseWindow

_MOST_CHOICES = 128  # the API's own limit on n
_CHOICE_NAMES = frozenset({"index", "delta", "finish_reason", "logprobs"})
_ROLES = frozenset({"assistant", "system", "user", "tool", "developer", "function"})
_REASONS = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
_DERIVED = ("id", "object", "created", "model", "system_fingerprint", "service_tier")


class _Choice:
    """One of the answers in the stream."""

    __slots__ = ("calls", "reason", "windows")

    def __init__(self) -> None:
        self.windows: dict[str, ReleaseWindow] = {}
        self.calls = CallParts()
        self.reason: str | None = None


class _Line:
    """The choice being read, the chunk it came in, and its slot; no slot when its texts are to travel ahead."""

    __slots__ = ("doc", "index", "slot", "state")

    def __init__(self, index: int, state: _Choice, doc: dict[str, Any], slot: Slot | None) -> None:
        self.index = index
        self.state = state
        self.doc = doc
        self.slot = slot


class ChatStream(StreamLane):
    """One ``chat.completion.chunk`` stream.

    Args:
        window: Makes the window that holds back unfinished text, one for each text of each choice.
        max_event_bytes: Largest event of the upstream.
    """

    def __init__(self, *, window: Callable[[], ReleaseWindow], max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        super().__init__(window=window, dialect=OPENAI, max_event_bytes=max_event_bytes)
        self._choices: dict[int, _Choice] = {}
        self._head: tuple[object, ...] = ()

    def _format(self, doc: dict[str, Any]) -> bytes:
        return format_event(orjson.dumps(doc))

    def _reasons(self) -> tuple[str, ...]:
        return tuple(state.reason or "" for _, state in sorted(self._choices.items()))

    def _completes(self, left: bytes) -> bool:
        if left.removeprefix(b"data:").strip() != DONE:
            return False
        self._close()
        return True

    def _close(self) -> None:
        self._finish_all()
        self._done = True
        self._slots.append(Slot(None, DONE_EVENT))

    def _event(self, sse: SseEvent) -> None:
        if sse.data.strip() == DONE:
            self._close()
            return
        doc = self._parse(sse.data)
        if doc.get("error") is not None:
            raise BadUpstreamError("WL-GW-205", "The upstream reported an error in the middle of its answer.")
        self._chunk(doc)

    def _chunk(self, doc: dict[str, Any]) -> None:
        doc.pop("obfuscation", None)  # random padding between vendor and gateway; random text cannot be judged
        choices = doc.get("choices")
        if type(choices) is not list:
            raise garbage("a chunk without choices")
        slot = Slot(doc)
        self._members(doc)
        usage = read_usage(doc.get("usage"))
        if usage is not None:
            self._usage = usage
        keep = usage is not None or not choices
        for choice in choices:
            keep = self._choice(choice, doc, slot) or keep
        if keep or slot.waiting:
            self._slots.append(slot)

    def _members(self, doc: dict[str, Any]) -> None:
        """Texts of the chunk itself; they repeat from chunk to chunk and are judged when they change."""
        head = tuple([doc.get(name) for name in _DERIVED] + list(doc))
        known = head == self._head
        self._head = head
        gate = Slot(None)
        for name, value in doc.items():
            if name != "choices" and not (known and (value is None or name in _DERIVED)):
                self._aside(name, value, "", -1, gate, repeats=True)
        if gate.waiting:
            self._slots.append(gate)

    def _choice(self, choice: Any, doc: dict[str, Any], slot: Slot) -> bool:
        """Read one choice of a chunk and take out what is held back; whether anything is left to send."""
        index, delta, reason = _choice_parts(choice)
        state = self._choices.get(index)
        if state is None:
            state = self._choices[index] = _Choice()
        if state.reason is not None:
            if any(value for name, value in delta.items() if name != "role"):
                raise BadUpstreamError("WL-GW-206", "The upstream sent text after it had finished the answer.")
            if reason is not None and reason != state.reason:
                raise garbage("two finish reasons for one answer")
        pointer = f"/choices/{index}"
        if choice.get("logprobs") is not None:
            choice["logprobs"] = None  # they would give the text away ahead of its verdict
        if not choice.keys() <= _CHOICE_NAMES:
            self._choice_members(choice, pointer, index, slot)
        # A chunk that finishes goes out after all its text, so its text travels ahead in chunks of its own.
        line = _Line(index, state, doc, slot if reason is None else None)
        left = self._delta(delta, line) if delta else False
        if reason is None:
            return left
        self._finish(line)
        state.reason = reason
        if reason not in _REASONS:
            self._aside("finish_reason", reason, pointer, index, slot, repeats=True)
        return True

    def _choice_members(self, choice: dict[str, Any], pointer: str, index: int, slot: Slot) -> None:
        for name in choice.keys() - _CHOICE_NAMES:
            self._aside(name, choice[name], pointer, index, slot, repeats=type(choice[name]) is not str)

    def _delta(self, delta: dict[str, Any], line: _Line) -> bool:
        """Feed the windows and the tool calls; whether anything stays in the chunk."""
        left = False
        for name in list(delta):
            value = delta[name]
            match name:
                case "role" if value is None or (type(value) is str and value in _ROLES):
                    left = left or value is not None
                    if line.slot is None:
                        self._ahead(line, "role", delta.pop(name))
                case "tool_calls" | "function_call":
                    del delta[name]
                    if value:
                        calls = line.state.calls
                        (calls.add if name == "tool_calls" else calls.add_legacy)(value)
                case _ if type(value) is str:
                    left = self._text(delta, name, line) or left
                case _ if value is not None:
                    self._nested(delta, name, line)
                    left = True
        return left

    def _nested(self, delta: dict[str, Any], name: str, line: _Line) -> None:
        """A member of the delta that is no text itself but may hold some."""
        value = delta[name]
        if name == "content" and type(value) is not list:
            raise garbage("content that is not text")
        slot = line.slot if line.slot is not None else self._ahead(line, name, delta.pop(name))
        if name == "audio":
            self._ask_unread(slot, "audio")
        self._aside(name, value, f"/choices/{line.index}/delta", line.index, slot)

    def _text(self, delta: dict[str, Any], name: str, line: _Line) -> bool:
        """Feed one text; whether a part of it stays in the chunk."""
        text = delta[name]
        if not text:
            if line.slot is None:
                del delta[name]
            return False
        window = line.state.windows.get(name)
        pointer = child(f"/choices/{line.index}/delta", name)
        if window is None:
            self._count_field()
            window = line.state.windows[name] = self._make_window()
            self._name_once(name, pointer, line.index)
        piece = window.feed(text)
        if piece is None or line.slot is None:
            del delta[name]
            if piece is not None:
                self._piece(line, name, pointer, piece)
            return False
        delta[name] = piece.text
        self._ask_piece(line.slot, delta, name, line.index, pointer, piece)
        return True

    def _name_once(self, name: str, pointer: str, index: int) -> None:
        """Have the name of an unknown text judged before its first chunk: names go out as well."""
        gate = Slot(None)
        self._aside(name, None, pointer[: pointer.rindex("/")], index, gate)
        if gate.waiting:
            self._slots.append(gate)

    def _piece(self, line: _Line, name: str, pointer: str, piece: Piece) -> None:
        """Send a piece in a chunk of its own, made after the upstream's chunk."""
        delta = {name: piece.text}
        slot = self._derive(line, delta)
        self._ask_piece(slot, delta, name, line.index, pointer, piece)

    def _ahead(self, line: _Line, name: str, value: Any) -> Slot:
        return self._derive(line, {name: value})

    def _derive(self, line: _Line, delta: dict[str, Any]) -> Slot:
        derived = {name: line.doc[name] for name in _DERIVED if name in line.doc}
        derived["choices"] = [{"index": line.index, "delta": delta, "finish_reason": None}]
        slot = Slot(derived)
        self._slots.append(slot)
        return slot

    def _finish(self, line: _Line) -> None:
        """An answer is complete: judge what its windows hold, then its tool calls."""
        above = f"/choices/{line.index}/delta"
        for name, window in line.state.windows.items():
            piece = window.flush()
            if piece is not None:
                self._piece(line, name, child(above, name), piece)
        for call, delta, body, member in line.state.calls.take():
            slot = self._derive(line, delta)
            segments: list[Segment] = []

            def add(at: str, text: str, channel: Channel, call_id: str, to: list[Segment] = segments) -> None:
                to.append(Segment(len(to), channel, at, text, call_id))

            value = delta["tool_calls"][0] if "tool_calls" in delta else {"function": body}
            call_leaves(value, f"{above}/tool_calls/{call.index}", call, add)
            ticket = self._ticket(slot, body if member else None, member)
            self._out.append(JudgeToolCall(ticket, line.index, call, tuple(segments)))

    def _finish_all(self) -> None:
        """``[DONE]`` without a finish reason: some servers leave it out."""
        doc = dict(zip(_DERIVED, self._head, strict=False)) if self._head else {}
        doc = {name: value for name, value in doc.items() if value is not None}
        for index, state in self._choices.items():
            if state.reason is None:
                self._finish(_Line(index, state, doc, None))


def _choice_parts(choice: Any) -> tuple[int, dict[str, Any], str | None]:
    """Index, delta and finish reason of a choice, as far as they have the right shape."""
    if type(choice) is not dict or misnamed(choice):
        raise garbage("a choice of another shape")
    index = choice.get("index")
    if type(index) is not int or not 0 <= index < _MOST_CHOICES:
        raise garbage("a choice with an impossible index")
    delta = choice.get("delta")
    if delta is None:
        delta = choice["delta"] = {}
    if type(delta) is not dict or misnamed(delta):
        raise garbage("a delta of another shape")
    reason = choice.get("finish_reason")
    if type(reason) is not str and reason is not None:
        raise garbage("a finish reason that is not text")
    return index, delta, reason
