"""What the person who is asked about a held call gets to see: the call itself, no secret in it, nothing that hides."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from wardlaw.facts.approval import HeldDetail, ValueOrigin
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding
from wardlaw.facts.origin import CallJudgement
from wardlaw.facts.resource import Resource
from wardlaw.security.redact import redact

MOST_SHOWN = 16_000
"""Characters of a call that are shown: as much as somebody reads before saying yes."""
MOST_WORDS = 2_000
"""Characters of a request to a model that are shown."""
_MOST_VALUES = 200
_SECRETS = ("secret", "registered-secret", "tripwire", "system-prompt")
_PERSONAL = (*_SECRETS, "pii")
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"))

Inspect = Callable[[str, Channel], tuple[Finding, ...]]


def view_of_call(
    arguments: str, resource: Resource, judgement: CallJudgement | None, *, inspect: Inspect
) -> HeldDetail:
    """A held tool call as a person sees it.

    Args:
        arguments: JSON as it will be sent.
        resource: The tool.
        judgement: Where its arguments came from; ``None`` where nobody traced them.
        inspect: Findings of one text.
    """

    def masked(text: str) -> str:
        return redact(text, inspect(text, Channel.TOOL_ARGUMENTS), _SECRETS)

    is_whole = len(arguments) <= MOST_SHOWN
    shown = _read(arguments, masked) if is_whole else None
    traced = judgement.traced if judgement is not None else ()
    return HeldDetail(
        arguments=visible(shown if shown is not None else masked(arguments[:MOST_SHOWN])),
        effect=resource.effect.value,
        upstream=resource.upstream,
        values=tuple(
            ValueOrigin(
                visible(one.path),
                one.origin.value,
                visible(", ".join(dict.fromkeys(source.tool for source in one.sources if source.tool))),
            )
            for one in traced[:_MOST_VALUES]
        ),
        findings=tuple(visible(one.why) for one in judgement.findings) if judgement is not None else (),
        is_whole=is_whole,
    )


def view_of_request(segments: Sequence[Segment], findings: Sequence[Finding], resource: Resource) -> HeldDetail:
    """A held request to a model as a person sees it: its caller's last words, without persons and secrets."""
    last = next((one for one in reversed(segments) if one.channel is Channel.USER), None)
    if last is None:
        return HeldDetail("", upstream=resource.upstream, is_whole=not segments)
    own = [one for one in findings if one.segment == last.index]
    words = redact(last.text, own, _PERSONAL)
    return HeldDetail(
        visible(words[:MOST_WORDS]),
        upstream=resource.upstream,
        is_whole=len(segments) == 1 and len(words) <= MOST_WORDS,
    )


def visible(text: str) -> str:
    """The text with every character written out that nobody sees, or that would turn or move what is seen."""
    return "".join(_written(one) if unicodedata.category(one) in _UNSEEN and one != "\n" else one for one in text)


def _written(one: str) -> str:
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"


def _read(arguments: str, masked: Callable[[str], str]) -> str | None:
    """The arguments member by member; None for what readers would not agree on."""
    try:
        value = json.loads(arguments or "{}", object_pairs_hook=_members)
        return json.dumps(_masked(value, masked), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def _masked(value: Any, masked: Callable[[str], str]) -> Any:
    match value:
        case str():
            return masked(value)
        case dict():
            return {masked(name): _masked(one, masked) for name, one in value.items()}
        case list():
            return [_masked(one, masked) for one in value]
        case _:
            return value
