"""What every stream layer shares: one line of slots, tickets, windows, and the end.

Events in, commands out; no socket, no clock. What goes out is kept in one line of *slots* in the order of the
upstream's events; a slot leaves when every text in it has its verdict and all before it have left. So answers to
``Judge`` may come in any order, and whatever tells that an answer is complete never overtakes a verdict.

Events are written anew by orjson, not passed on as bytes: 1 µs against the 4 µs of a scan for duplicate names, and
what the caller parses is by construction what was judged.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any, assert_never

import orjson

from wardlaw.facts.errors import Fault
from wardlaw.gateway.wire.answer import Usage, garbage, refuse_stray_calls
from wardlaw.gateway.wire.commands import (
    AbortUpstream,
    ClientGone,
    Command,
    Cut,
    Event,
    Finish,
    Judge,
    Judged,
    JudgeUninspected,
    Refused,
    Send,
    UpstreamBytes,
    UpstreamEnded,
    UpstreamFailed,
)
from wardlaw.gateway.wire.dialect import Dialect
from wardlaw.gateway.wire.failure import BadUpstreamError
from wardlaw.gateway.wire.leaves import collect_member
from wardlaw.gateway.wire.names import misnamed
from wardlaw.gateway.wire.refusal import error_event
from wardlaw.gateway.wire.sse import MAX_EVENT_BYTES, SseEvent, SseParser
from wardlaw.security.window import Piece, ReleaseWindow

_MOST_FIELDS = 512  # texts tracked over a stream; real streams have below 20
_TAIL_CHARS = 1024  # context for a text that is not windowed, as much as a window keeps


class Slot:
    """One event on its way out: waits for ``waiting`` verdicts.

    Either a chunk (``doc``) or ready ``data``; a slot with no data is a gate: it only holds back what follows.
    """

    __slots__ = ("data", "doc", "waiting")

    def __init__(self, doc: dict[str, Any] | None, data: bytes = b"") -> None:
        self.doc = doc
        self.data = data
        self.waiting = 0


class StreamLane(ABC):
    """One stream of a surface; what the events mean is told by the layer of that surface.

    Args:
        window: Makes the window that holds back unfinished text, one for each text of each answer.
        dialect: How the surface words an error.
        max_event_bytes: Largest event of the upstream.
    """

    def __init__(
        self, *, window: Callable[[], ReleaseWindow], dialect: Dialect, max_event_bytes: int = MAX_EVENT_BYTES
    ) -> None:
        self._make_window = window
        self._dialect = dialect
        self._parser = SseParser(max_event_bytes=max_event_bytes)
        self._slots: deque[Slot] = deque()
        self._tickets: dict[int, tuple[Slot, dict[str, Any] | None, str]] = {}
        self._next_ticket = 0
        self._fields = 0
        self._tails: dict[str, str] = {}
        self._unread: set[str] = set()
        self._out: list[Command] = []
        self._usage: Usage | None = None
        self._done = self._ended = False

    @abstractmethod
    def _event(self, sse: SseEvent) -> None:
        """Read one event of the upstream; sets ``_done`` when the answer is complete with it."""

    @abstractmethod
    def _format(self, doc: dict[str, Any]) -> bytes:
        """One event as the caller gets it."""

    @abstractmethod
    def _reasons(self) -> tuple[str, ...]:
        """Why each answer ended."""

    @property
    def usage(self) -> Usage | None:
        """Tokens the upstream has reported so far."""
        return self._usage

    def handle(self, event: Event) -> list[Command]:
        """Take an event; what is to be done, in this order. After the last command everything is ignored.

        Raises:
            Fault: WL-GW-290 when a verdict comes for a ticket that was never given out or is settled.
        """
        if self._ended:
            return []
        self._out = []
        try:
            self._take(event)
        except BadUpstreamError as error:
            self._fail(error.code, error.message)
        return self._out

    def _take(self, event: Event) -> None:
        match event:
            case UpstreamBytes(data):
                if not self._done:  # nothing may follow the end, so nothing of it is even read
                    self._read(data)
                self._drain()
            case Judged(ticket, text):
                self._settle(ticket, text)
                self._drain()
            case Refused(ticket, code, body):
                if ticket not in self._tickets:
                    self._unknown(ticket)
                self._stop(Cut(code), body)
            case UpstreamEnded():
                self._upstream_ended()
            case UpstreamFailed(code, message):
                self._fail(code, message)
            case ClientGone():
                self._ended = True
                self._out = [AbortUpstream()]
            case _:
                assert_never(event)

    def _read(self, data: bytes) -> None:
        for sse in self._parser.feed(data):
            self._event(sse)
            if self._done:
                return

    def _parse(self, data: bytes) -> dict[str, Any]:
        """The object in an event's data."""
        try:
            doc = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise garbage("a chunk that is not JSON") from None
        if type(doc) is not dict or misnamed(doc):
            raise garbage("a chunk of another shape")
        return doc

    def _refuse_stray(self, name: str, value: Any) -> None:
        """Refuse a tool call where none belongs."""
        refuse_stray_calls(name, value)

    def _aside(self, name: str, value: Any, pointer: str, index: int, slot: Slot, *, repeats: bool = False) -> None:
        """Have every text judged that no window sees: names, nested texts, what surrounds the answers.

        Args:
            repeats: The text is the same in each chunk and is judged again only when it changes.
        """

        def add(at: str, text: str) -> None:
            tail = self._tails.get(at)
            if tail is None:
                self._count_field()
            elif text == tail and (repeats or at.startswith("#")):
                return
            context = tail or ""
            self._tails[at] = text if repeats or at.startswith("#") else (context + text)[-_TAIL_CHARS:]
            self._ask_piece(slot, None, "", index, at, Piece(context, text))

        self._refuse_stray(name, value)
        collect_member(name, value, pointer, add)

    def _ask_piece(
        self, slot: Slot, holder: dict[str, Any] | None, name: str, index: int, pointer: str, piece: Piece
    ) -> None:
        self._out.append(Judge(self._ticket(slot, holder, name), index, pointer, piece))

    def _ask_unread(self, slot: Slot, kind: str) -> None:
        """Have it judged, once in a stream, that something of this kind comes which nobody can read."""
        if kind not in self._unread:
            self._unread.add(kind)
            self._out.append(JudgeUninspected(self._ticket(slot, None, ""), kind))

    def _ticket(self, slot: Slot, holder: dict[str, Any] | None, name: str) -> int:
        ticket = self._next_ticket
        self._next_ticket += 1
        self._tickets[ticket] = (slot, holder, name)
        slot.waiting += 1
        return ticket

    def _count_field(self) -> None:
        self._fields += 1
        if self._fields > _MOST_FIELDS:
            raise garbage(f"a stream of more than {_MOST_FIELDS} different texts")

    def _settle(self, ticket: int, text: str | None) -> None:
        known = self._tickets.pop(ticket, None)
        if known is None:
            self._unknown(ticket)
            return
        slot, holder, name = known
        if text is not None:
            if holder is None:
                raise BadUpstreamError("WL-GW-209", "A text in a place that cannot be rewritten had to be masked.")
            holder[name] = text
        slot.waiting -= 1

    def _drain(self) -> None:
        """Send what is settled, as one write."""
        ready: list[bytes] = []
        slots = self._slots
        while slots and not slots[0].waiting:
            slot = slots.popleft()
            ready.append(slot.data if slot.doc is None else self._format(slot.doc))
        if any(ready):
            self._out.append(Send(ready[0] if len(ready) == 1 else b"".join(ready)))
        if self._done and not slots:
            self._ended = True
            self._out.append(Finish(self._usage, self._reasons()))

    def _upstream_ended(self) -> None:
        left = self._parser.finish()
        if self._done:
            return
        if self._completes(left):  # complete, only its empty line is missing
            self._drain()
            return
        what = "in the middle of an event" if left else "without its closing mark"
        self._fail("WL-GW-204", f"The upstream's stream ended {what}; the answer is not complete.")

    def _completes(self, left: bytes) -> bool:
        """Whether what was left of an event when the stream ended is the closing mark; it has then been read."""
        return False

    def _fail(self, code: str, message: str) -> None:
        self._stop(Cut(code, failed=True), error_event(code, message, dialect=self._dialect))

    def _stop(self, cut: Cut, event: bytes) -> None:
        """Tell the caller and end; what waits for a verdict or behind one is dropped."""
        self._ended = True
        sent = [command for command in self._out if isinstance(command, Send)]
        self._out = [*sent, Send(event), AbortUpstream(), cut]
        self._slots.clear()
        self._tickets.clear()

    def _unknown(self, ticket: int) -> None:
        raise Fault("WL-GW-290", f"A verdict came for ticket {ticket}, which is not open.", "Report this.")
