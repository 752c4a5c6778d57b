"""What a caller's history says about tool calls, held against what was released.

History is written by the client. A tool result counts as one only if its call was released by us to this
caller and stands in the history as it was released; anything else is text the caller wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import orjson

from wardlaw.facts.exchange import Channel, Segment, ToolCall
from wardlaw.facts.finding import Finding


def call_digest(name: str, arguments: str) -> bytes:
    """SHA-256 over name and arguments of a tool call.

    Args:
        name: Name of the tool.
        arguments: JSON in one canonical form, since clients write it anew; any other text as it is.
    """
    try:
        canonical = orjson.dumps(orjson.loads(arguments or "{}"), option=orjson.OPT_SORT_KEYS)
    except ValueError:
        canonical = arguments.encode("utf-8", "surrogatepass")
    return hashlib.sha256(name.encode("utf-8", "surrogatepass") + b"\x00" + canonical).digest()


def genuine_calls(told: Iterable[ToolCall], released: Mapping[str, bytes]) -> frozenset[str]:
    """Ids of the released calls that the history gives as they were released.

    Args:
        told: The calls of which the history says that the model made them.
        released: Digest of each call that was released to this caller, by its id.
    """
    claimed: dict[str, set[bytes]] = {}
    for call in told if released else ():
        claimed.setdefault(call.id, set()).add(call_digest(call.name, call.arguments))
    return frozenset(call_id for call_id, digest in released.items() if claimed.get(call_id) == {digest})


def attributed(
    findings: Sequence[Finding], segments: Sequence[Segment], genuine: frozenset[str]
) -> tuple[Finding, ...]:
    """The findings with those in results nobody released to the caller put down to the caller itself.

    Args:
        findings: What was found in ``segments``; each carries the place of its segment.
        segments: Texts of one request, in order of their index.
        genuine: What ``genuine_calls`` gave.
    """
    return tuple(
        msgspec.structs.replace(finding, channel=Channel.OTHER.value)
        if finding.channel == Channel.TOOL_RESULT.value and segments[finding.segment].call_id not in genuine
        else finding
        for finding in findings
    )
