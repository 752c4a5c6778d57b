"""The layer between an upstream's Responses stream and the caller: nothing passes that was not judged.

The line of slots is ``wire/lane.py``'s; here stands what the events mean. The protocol says every text several times:
in deltas, at the end of the part, of the item, and of the response. Only the deltas are read; what repeats them is
written anew, as it leaves, from the deltas that were released. A tool call leaves whole, as events of ours, after its
verdict. Events nobody knows are left out, those of tools that run at the vendor among them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.gateway.wire.answer import as_object, as_text, garbage
from wardlaw.gateway.wire.calls import MAX_CALL_CHARS
from wardlaw.gateway.wire.commands import JudgeToolCall
from wardlaw.gateway.wire.dialect import RESPONSES
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.lane import Slot, StreamLane
from wardlaw.gateway.wire.messages_answer import kind_of, messages_usage
from wardlaw.gateway.wire.responses import CALLS
from wardlaw.gateway.wire.responses_answer import is_call, item_call, item_leaves, refuse_stray_item
from wardlaw.gateway.wire.sse import MAX_EVENT_BYTES, SseEvent, format_named_event
from wardlaw.security.window import ReleaseWindow

_MOST_ITEMS = 1_024
_MOST_PARTS = 1_024  # of one item
_HEADS = frozenset({"response.created", "response.in_progress", "response.queued"})
# What repeats the request is the caller's own and large; whatever an upstream puts there does not leave.
_ECHOES: dict[str, Any] = {"tools": [], "instructions": None, "input": None}
_ENDS = {"response.completed": "completed", "response.incomplete": "incomplete"}


class _Family:
    """A kind of text: where its parts stand in the item, and how its events are called."""

    __slots__ = ("index", "member", "part", "place", "stem")

    def __init__(self, stem: str, place: str, part: str, member: str) -> None:
        self.stem = stem
        self.place = place
        self.part = part
        self.member = member
        self.index = f"{place}_index"


_FAMILIES = (
    _Family("response.output_text", "content", "output_text", "text"),
    _Family("response.refusal", "content", "refusal", "refusal"),
    _Family("response.reasoning_text", "content", "reasoning_text", "text"),
    _Family("response.reasoning_summary_text", "summary", "summary_text", "text"),
)
_BY_PART = {(family.place, family.part): family for family in _FAMILIES}
_BY_EVENT = {f"{family.stem}.{end}": (family, end) for family in _FAMILIES for end in ("delta", "done")}
_PART_EVENTS = {
    "response.content_part.added": "content",
    "response.content_part.done": "content",
    "response.reasoning_summary_part.added": "summary",
    "response.reasoning_summary_part.done": "summary",
}
_CALL_EVENTS = {
    "function_call": "response.function_call_arguments",
    "custom_tool_call": "response.custom_tool_call_input",
}


class _Part:
    """One text of an item while it streams in; ``said`` is what has left."""

    __slots__ = ("closed", "family", "fed", "more", "said")

    def __init__(self, family: _Family) -> None:
        self.family = family
        self.said: list[str] = []
        self.more: dict[str, Any] = {}
        self.fed = False
        self.closed = False

    def doc(self) -> dict[str, Any]:
        """The part as the caller knows it by now."""
        return {"type": self.family.part, **self.more, self.family.member: "".join(self.said)}


class _Item:
    """One item of the output."""

    __slots__ = ("closed", "doc", "id", "kind", "parts")

    def __init__(self, kind: str, item_id: str) -> None:
        self.kind = kind
        self.id = item_id
        self.doc: dict[str, Any] = {}
        self.parts: dict[tuple[str, int], _Part] = {}
        self.closed = False

    def whole(self) -> dict[str, Any]:
        """The item as the caller knows it by now."""
        if self.kind not in ("message", "reasoning"):
            return self.doc
        lists: dict[str, list[Any]] = {"content": []} if self.kind == "message" else {"summary": []}
        for (place, _), part in sorted(self.parts.items()):
            lists.setdefault(place, []).append(part.doc())
        return self.doc | lists


class ResponsesStream(StreamLane):
    """One stream of response events.

    Args:
        window: Makes the window that holds back unfinished text, one for each kind of text.
        max_event_bytes: Largest event of the upstream.
    """

    def __init__(self, *, window: Callable[[], ReleaseWindow], max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        super().__init__(window=window, dialect=RESPONSES, max_event_bytes=max_event_bytes)
        self._windows: dict[str, ReleaseWindow] = {}
        self._feeding: dict[str, _Part] = {}
        self._items: list[_Item] = []
        self._leaving: dict[int, Callable[[], None]] = {}
        self._begun = False
        self._status = ""
        self._number = 0

    def _format(self, doc: dict[str, Any]) -> bytes:
        leaving = self._leaving.pop(id(doc), None)
        if leaving is not None:
            leaving()
        doc["sequence_number"] = self._number
        self._number += 1
        return format_named_event(doc["type"], orjson.dumps(doc))

    def _reasons(self) -> tuple[str, ...]:
        return (self._status,)

    def _refuse_stray(self, name: str, value: Any) -> None:
        refuse_stray_item(name, value)

    def _put(self, doc: dict[str, Any], leaving: Callable[[], None] | None = None) -> Slot:
        """Line an event up; ``leaving`` completes it when all before it have left."""
        slot = Slot(doc)
        self._slots.append(slot)
        if leaving is not None:
            self._leaving[id(doc)] = leaving
        return slot

    def _event(self, sse: SseEvent) -> None:
        doc = self._parse(sse.data)
        kind = doc.get("type")
        if type(kind) is not str or (sse.name and sse.name != kind.encode()):
            raise garbage("an event with two names or none")
        if kind in ("error", "response.failed") or doc.get("error") is not None:
            raise BadUpstreamError("WL-GW-205", "The upstream reported an error in the middle of its answer.")
        if self._begun is False and kind not in _HEADS:
            raise garbage("a stream that does not begin")
        if kind in _HEADS or kind in _ENDS:
            self._response(kind, as_object(doc.get("response"), "response"))
        elif kind == "response.output_item.added":
            self._open(doc)
        elif kind == "response.output_item.done":
            self._close(doc)
        elif kind in _PART_EVENTS:
            self._part(kind, doc)
        elif kind in _BY_EVENT:
            self._text_event(kind, doc)

    def _response(self, kind: str, response: dict[str, Any]) -> None:
        self._begun = True
        if response.get("error") is not None:
            raise BadUpstreamError("WL-GW-205", "The upstream reported an error in the middle of its answer.")
        told = {name: value for name, value in response.items() if name != "output"}
        told |= {name: value for name, value in _ECHOES.items() if name in told}
        doc: dict[str, Any] = {"type": kind, "response": told | {"output": []}}
        leaving: Callable[[], None] | None = None
        if kind in _ENDS:
            if any(not item.closed for item in self._items):
                raise garbage("an end in the middle of an item")
            self._usage = messages_usage(response.get("usage"), self._usage)
            self._status = _ENDS[kind]
            self._done = True

            def leaving() -> None:
                doc["response"]["output"] = [item.whole() for item in self._items]

        slot = self._put(doc, leaving)
        for name, value in told.items():
            self._aside(name, value, "/response", 0, slot, repeats=True)

    def _open(self, doc: dict[str, Any]) -> None:
        index = doc.get("output_index")
        if type(index) is not int or index != len(self._items) or index >= _MOST_ITEMS:
            raise garbage("an item with an impossible index")
        members = as_object(doc.get("item"), "item")
        item = _Item(kind_of(members), as_text(members.get("id"), "item id"))
        self._items.append(item)
        if is_call(members):
            return  # leaves whole, once it is complete
        item.doc = {name: value for name, value in members.items() if name not in ("content", "summary")}
        slot = self._put({"type": "response.output_item.added", "output_index": index, "item": item.whole()})
        self._item_members(index, item, slot)

    def _item_members(self, index: int, item: _Item, slot: Slot, *, repeats: bool = False) -> None:
        if item.doc.get("encrypted_content") is not None:
            self._ask_unread(slot, "encrypted")
        for name, value in item.doc.items():
            self._aside(name, value, f"/output/{index}", index, slot, repeats=repeats)

    def _known(self, doc: dict[str, Any]) -> tuple[int, _Item]:
        index = doc.get("output_index")
        if type(index) is not int or not 0 <= index < len(self._items) or self._items[index].closed:
            raise BadUpstreamError("WL-GW-206", "The upstream sent text for an item that is not open.")
        return index, self._items[index]

    def _part(self, kind: str, doc: dict[str, Any]) -> None:
        index, item = self._known(doc)
        place = _PART_EVENTS[kind]
        number = doc.get(f"{place}_index")
        members = as_object(doc.get("part"), "part")
        family = _BY_PART.get((place, kind_of(members)))
        if family is None or type(number) is not int or item.kind not in ("message", "reasoning"):
            raise garbage("a part of an unknown kind")
        text = as_text(members.get(family.member), "text")
        if kind.endswith(".added"):
            if number != sum(1 for at, _ in item.parts if at == place) or number >= _MOST_PARTS:
                raise garbage("a part with an impossible index")
            part = item.parts[place, number] = _Part(family)
            if family.part == "output_text":
                part.more = {"annotations": [], "logprobs": []}
            self._put(self._named(kind, index, item, family, number) | {"part": part.doc()})
            self._feed(index, number, part, text)
            return
        part = self._part_of(item, family, number)
        self._settle_text(index, number, part, text)
        told = self._named(kind, index, item, family, number)
        slot = self._put(told, lambda: told.update(part=part.doc()))
        for name, value in members.items():
            if name not in ("type", "logprobs", family.member):
                part.more[name] = value
                self._aside(name, value, f"/output/{index}/{place}/{number}", index, slot)

    def _part_of(self, item: _Item, family: _Family, number: Any) -> _Part:
        part = item.parts.get((family.place, number)) if type(number) is int else None
        if part is None or part.family is not family:
            raise BadUpstreamError("WL-GW-206", "The upstream sent text for a part that is not open.")
        return part

    def _named(self, kind: str, index: int, item: _Item, family: _Family, number: int) -> dict[str, Any]:
        return {"type": kind, "item_id": item.id, "output_index": index, family.index: number}

    def _text_event(self, kind: str, doc: dict[str, Any]) -> None:
        family, end = _BY_EVENT[kind]
        index, item = self._known(doc)
        number = doc.get(family.index)
        part = self._part_of(item, family, number)
        if end == "delta":
            text = doc.get("delta")
            if type(text) is not str or part.closed:
                raise garbage("a delta that is not text or comes too late")
            self._feed(index, int(number or 0), part, text)
            return
        self._settle_text(index, int(number or 0), part, as_text(doc.get(family.member), "text"))
        told = self._named(kind, index, item, family, int(number or 0))
        if family.part == "output_text":
            told["logprobs"] = []
        self._put(told, lambda: told.update({family.member: "".join(part.said)}))

    def _feed(self, index: int, number: int, part: _Part, text: str | None) -> None:
        """Take one more text, or what the window still holds (``None``)."""
        family = part.family
        window = self._windows.get(family.stem)
        if window is None:
            self._count_field()
            window = self._windows[family.stem] = self._make_window()
        before = self._feeding.get(family.stem)
        if before is not None and before is not part and not before.closed:
            raise garbage("two texts at one time")
        self._feeding[family.stem] = part
        part.fed = part.fed or bool(text)
        piece = window.flush() if text is None else window.feed(text)
        if piece is None:
            return
        told = self._named(family.stem + ".delta", index, self._items[index], family, number) | {"delta": piece.text}
        if family.part == "output_text":
            told["logprobs"] = []
        slot = self._put(told, lambda: part.said.append(told["delta"]))
        self._ask_piece(slot, told, "delta", index, f"/output/{index}/{family.place}/{number}/{family.member}", piece)

    def _settle_text(self, index: int, number: int, part: _Part, text: str) -> None:
        """A part is complete; one that came without deltas is read from its end."""
        if part.closed:
            return
        if not part.fed:
            self._feed(index, number, part, text)
        self._feed(index, number, part, None)
        part.closed = True

    def _close(self, doc: dict[str, Any]) -> None:
        index, item = self._known(doc)
        members = as_object(doc.get("item"), "item")
        if kind_of(members) != item.kind:
            raise garbage("an item of two kinds")
        if is_call(members):
            item.closed = True
            self._tool_call(index, item, members)
            return
        for (_, number), part in item.parts.items():
            self._settle_text(index, number, part, "")
        for place in ("content", "summary"):
            given = members.get(place)
            if given and (type(given) is not list or len(given) != sum(1 for at, _ in item.parts if at == place)):
                raise garbage("an item with parts that were never begun")
        item.closed = True
        item.doc = {name: value for name, value in members.items() if name not in ("content", "summary")}
        told: dict[str, Any] = {"type": "response.output_item.done", "output_index": index}
        slot = self._put(told, lambda: told.update(item=item.whole()))
        self._item_members(index, item, slot, repeats=True)

    def _tool_call(self, index: int, item: _Item, members: dict[str, Any]) -> None:
        call = item_call(members, sum(1 for known in self._items[:index] if known.kind not in ("message", "reasoning")))
        if len(call.arguments) > MAX_CALL_CHARS:
            raise garbage("tool calls that are too long")
        segments: list[Segment] = []

        def add(at: str, text: str, channel: Channel, call_id: str) -> None:
            segments.append(Segment(len(segments), channel, at, text, call_id))

        item_leaves(members, f"/output/{index}", call, add)
        member = CALLS.get(item.kind)
        if member is None:
            add(f"/output/{index}", call.arguments, Channel.TOOL_ARGUMENTS, call.id)
        # Written from what was judged: how clients would have put the upstream's parts together does not matter.
        item.id = as_text(members.get("id"), "item id")
        item.doc = members
        begun = members | ({member: ""} if member else {}) | ({"status": "in_progress"} if "status" in members else {})
        slot = self._put({"type": "response.output_item.added", "output_index": index, "item": begun})
        if member is not None:
            stem, at = _CALL_EVENTS[item.kind], {"item_id": item.id, "output_index": index}
            self._put({"type": stem + ".delta", **at, "delta": call.arguments})
            self._put({"type": stem + ".done", **at, member: call.arguments, "name": call.name})
        self._put({"type": "response.output_item.done", "output_index": index, "item": members})
        self._out.append(JudgeToolCall(self._ticket(slot, None, ""), 0, call, tuple(segments)))
