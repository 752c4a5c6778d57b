"""What people are told of a tool that is not offered as it was approved: where it differs, before and after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from wardlaw.facts.toolpin import PinState, ToolPin
from wardlaw.gateway.reporting import ToolReport
from wardlaw.security.tooldefinition import changes
from wardlaw.security.toolnames import qualified

_VALUE_CHARS = 200  # of each side of a difference; `wardlaw mcp diff` has the whole of it
_DETAIL_CHARS = 4_000
_NAME_CHARS = 160


def report_of(pin: ToolPin, *, record: str, at: float) -> ToolReport:
    """The report on a tool that may not be used as it is offered.

    Args:
        record: Id of its record in the log.
        at: Unix seconds.
    """
    name = _plain(qualified(pin.server, pin.tool), _NAME_CHARS)
    drifted = pin.state is PinState.DRIFTED or bool(pin.pin)
    what = "is offered otherwise than it was pinned" if drifted else "was never approved and gives concern"
    lines = [f"The tool {name} {what}, so it is refused; see `wardlaw mcp diff {name}`", *_differences(pin)]
    lines += [f"look at: {_plain(concern, _VALUE_CHARS)}" for concern in pin.concerns]
    # The offer is part of what it is known by: each new one is told, and one that comes and goes is told once.
    known = f"{pin.server}\x00{pin.tool}\x00{pin.offered_pin}"
    return ToolReport(
        principal=f"nhi:mcp-{pin.server}",
        kind=f"tool.{pin.state.value}",
        detail="; ".join(lines)[:_DETAIL_CHARS],
        record=record,
        at=at,
        mark=f"tool:{hashlib.sha256(known.encode('utf-8', 'surrogatepass')).hexdigest()}",
    )


def _differences(pin: ToolPin) -> Iterator[str]:
    if not pin.definition:
        return
    for one in changes(json.loads(pin.definition), json.loads(pin.offered)):
        place = _plain(one.pointer, _VALUE_CHARS) or "/"
        yield f"{place}: {_plain(one.before, _VALUE_CHARS) or '-'} -> {_plain(one.after, _VALUE_CHARS) or '-'}"


def _plain(text: str, chars: int) -> str:
    """A server's text with nothing in it that hides or that a terminal would obey."""
    shown = "".join(one if one.isascii() and one.isprintable() else f"\\u{{{ord(one):x}}}" for one in text[:chars])
    return shown + "…" if len(text) > chars else shown
