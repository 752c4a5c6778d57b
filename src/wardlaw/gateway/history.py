"""What a caller's history says about tool calls, held against what was released.

History is written by the client. A tool result counts as one only if its call was released by us to this
caller and stands in the history as it was released; anything else is text the caller wrote.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding
from wardlaw.gateway.wire.answer import call_of
from wardlaw.gateway.wire.failure import BadUpstreamError


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


def genuine_calls(doc: Mapping[str, Any], released: Mapping[str, bytes]) -> frozenset[str]:
    """Ids of the released calls that the history gives as they were released.

    Args:
        doc: The body of a chat request.
        released: Digest of each call that was released to this caller, by its id.
    """
    claimed: dict[str, set[bytes]] = {}
    for call_id, digest in _claims(doc) if released else ():
        claimed.setdefault(call_id, set()).add(digest)
    return frozenset(call_id for call_id, digest in released.items() if claimed.get(call_id) == {digest})


def _claims(doc: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    for message in doc.get("messages") or ():
        calls = message.get("tool_calls") if isinstance(message, dict) else None
        for value in calls if isinstance(calls, list) else ():
            try:
                call, _ = call_of(value, 0)
            except (BadUpstreamError, AttributeError):
                continue  # of a shape we never released
            yield call.id, call_digest(call.name, call.arguments)


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
