"""What holds for the layer of every stream, shown on the simplest one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from wardlaw.facts.errors import Fault
from wardlaw.gateway.wire.commands import (
    AbortUpstream,
    ClientGone,
    Cut,
    Finish,
    Judge,
    Judged,
    Refused,
    Send,
    UpstreamBytes,
    UpstreamEnded,
    UpstreamFailed,
)
from wardlaw.gateway.wire.dialect import OPENAI
from wardlaw.gateway.wire.lane import Slot, StreamLane
from wardlaw.gateway.wire.sse import SseEvent
from wardlaw.security.window import ReleaseWindow


class Notes(StreamLane):
    """Every event is a note of texts; ``{"end": true}`` ends the stream."""

    def __init__(self, window: Callable[[], ReleaseWindow] = ReleaseWindow) -> None:
        super().__init__(window=window, dialect=OPENAI)

    def _event(self, sse: SseEvent) -> None:
        doc = self._parse(sse.data)
        slot = Slot(doc)
        self._slots.append(slot)
        for name, value in doc.items():
            self._aside(name, value, "", 0, slot)
        self._done = "end" in doc

    def _format(self, doc: dict[str, Any]) -> bytes:
        return orjson.dumps(doc) + b"\n"

    def _reasons(self) -> tuple[str, ...]:
        return ("end",)


def note(**members: object) -> UpstreamBytes:
    return UpstreamBytes(b"data: " + orjson.dumps(members) + b"\n\n")


def asked(commands: list[Any]) -> list[Judge]:
    return [command for command in commands if isinstance(command, Judge)]


def test_later_verdicts_wait_for_earlier_ones() -> None:
    layer = Notes()
    first = asked(layer.handle(note(text="one")))
    second = asked(layer.handle(note(text="two", end=True)))
    assert [one.piece.text for one in first + second] == ["one", "two", "end"]
    assert [layer.handle(Judged(one.ticket)) for one in second] == [[], []]
    sent, end = layer.handle(Judged(first[0].ticket))
    assert isinstance(sent, Send)
    assert sent.data == b'{"text":"one"}\n{"text":"two","end":true}\n'
    assert end == Finish(None, ("end",))
    assert layer.handle(note(text="more")) == []


def test_a_refusal_drops_what_waits_and_ends_everything() -> None:
    layer = Notes()
    [first] = asked(layer.handle(note(text="one")))
    layer.handle(note(text="two"))
    told, abort, cut = layer.handle(Refused(first.ticket, "clause", b"told"))
    assert (told, abort, cut) == (Send(b"told"), AbortUpstream(), Cut("clause"))
    assert layer.handle(UpstreamEnded()) == []


def test_an_end_without_the_mark_is_a_failure_in_the_surface_s_words() -> None:
    for event in (UpstreamEnded(), UpstreamFailed("WL-UPS-003", "broke off")):
        told, _, cut = Notes().handle(event)
        assert isinstance(told, Send)
        assert orjson.loads(told.data[6:])["error"]["code"] == cut.code  # type: ignore[union-attr]
        assert cut.failed  # type: ignore[union-attr]


def test_texts_that_cannot_be_rewritten_are_never_masked() -> None:
    layer = Notes()
    [only] = asked(layer.handle(note(text="one")))
    *_, cut = layer.handle(Judged(only.ticket, "***"))
    assert cut == Cut("WL-GW-209", failed=True)


def test_a_verdict_nobody_asked_for_is_a_fault() -> None:
    for event in (Judged(7), Refused(7, "clause", b"")):
        with pytest.raises(Fault):
            Notes().handle(event)


def test_a_stray_tool_call_and_a_flood_of_names_spoil_the_stream() -> None:
    for event in (note(inner={"tool_calls": [{}]}), note(**{f"name{n}": "x" for n in range(600)})):
        *_, cut = Notes().handle(event)
        assert cut == Cut("WL-GW-201", failed=True)


def test_nobody_reads_any_more() -> None:
    layer = Notes()
    assert layer.handle(ClientGone()) == [AbortUpstream()]
    assert layer.handle(note(text="one")) == []
