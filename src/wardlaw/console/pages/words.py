"""What pages say in place of codes: effects, times and counts in words people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect


class EffectWord(msgspec.Struct, frozen=True):
    """How an effect is shown: never by colour alone."""

    word: str
    icon: str
    style: str


EFFECTS: Mapping[str, EffectWord] = {
    Effect.ALLOW.value: EffectWord("Allowed", "circle-check", "allow"),
    Effect.OBLIGE.value: EffectWord("With a duty", "file-text", "transform"),
    Effect.TRANSFORM.value: EffectWord("Changed", "pencil-line", "transform"),
    Effect.HOLD.value: EffectWord("Held", "pause", "hold"),
    Effect.DENY.value: EffectWord("Denied", "ban", "deny"),
    Effect.CUT.value: EffectWord("Cut", "unplug", "cut"),
}

ACTIONS: Mapping[str, str] = {
    Action.MODEL_CALL.value: "Request to a model",
    Action.MODEL_ANSWER.value: "Answer of a model",
    Action.TOOL_CALL.value: "Call of a tool",
    Action.GRANT.value: "Grant to an app",
}

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def effect_word(effect: str) -> EffectWord:
    """How an effect is shown; one nobody knows stands as it is."""
    return EFFECTS.get(effect, EffectWord(effect or "Unknown", "circle-help", "unknown"))


def action_words(action: str) -> str:
    """What was asked for, in words; an action nobody knows stands as it is."""
    return ACTIONS.get(action, action)


def rest(values: Mapping[str, object], *named: str) -> dict[str, object]:
    """What is left of some facts when those named are shown elsewhere and empty ones are left out."""
    return {name: value for name, value in values.items() if name not in named and value not in ("", [], {}, None)}


def clock(at_ms: int) -> str:
    """A time of the day, UTC: ``14:32:01``."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S")


def moment(at_ms: int) -> str:
    """A day and time, UTC: ``2026-11-28 14:32:01 UTC``."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago(at: float, now: float) -> str:
    """How long ago a time was: ``3 min ago``; the future is ``now``."""
    passed = max(0.0, now - at)
    if passed < _MINUTE:
        return "now"
    if passed < _HOUR:
        return f"{int(passed // _MINUTE)} min ago"
    if passed < _DAY:
        return f"{int(passed // _HOUR)} h ago"
    return f"{int(passed // _DAY)} d ago"


def number(value: int) -> str:
    """A count with its thousands apart: ``13,482``."""
    return f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """``1 clause``, ``3 clauses``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def spark(values: Sequence[int], *, width: int = 96, height: int = 24) -> str:
    """Points of a small line over ``values``, for a polyline; flat where there is nothing."""
    top = max(values, default=0) or 1
    step = width / max(1, len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{height - 2 - (height - 4) * value / top:.1f}" for place, value in enumerate(values)
    )
