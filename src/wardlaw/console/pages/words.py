"""What pages say in place of codes: effects, times and counts in words people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from wardlaw.console.pages.messages import mark, say
from wardlaw.facts.action import Action
from wardlaw.facts.decision import ReasonCode
from wardlaw.facts.effect import Effect


class EffectWord(msgspec.Struct, frozen=True):
    """How an effect is shown: never by colour alone."""

    word: str
    icon: str
    style: str


EFFECTS: Mapping[str, EffectWord] = {
    Effect.ALLOW.value: EffectWord(mark("Allowed"), "circle-check", "allow"),
    Effect.OBLIGE.value: EffectWord(mark("With a duty"), "file-text", "transform"),
    Effect.TRANSFORM.value: EffectWord(mark("Changed"), "pencil-line", "transform"),
    Effect.HOLD.value: EffectWord(mark("Held"), "pause", "hold"),
    Effect.DENY.value: EffectWord(mark("Denied"), "ban", "deny"),
    Effect.CUT.value: EffectWord(mark("Cut"), "unplug", "cut"),
}

ACTIONS: Mapping[str, str] = {
    Action.MODEL_CALL.value: mark("Request to a model"),
    Action.MODEL_ANSWER.value: mark("Answer of a model"),
    Action.TOOL_CALL.value: mark("Call of a tool"),
    Action.GRANT.value: mark("Grant to an app"),
}

REASONS: Mapping[str, str] = {
    ReasonCode.CLAUSE.value: mark("A clause"),
    ReasonCode.UNREGISTERED.value: mark("Nothing permits it"),
    ReasonCode.QUARANTINED.value: mark("Locked out"),
    ReasonCode.ENGINE_FAULT.value: mark("A clause could not be judged"),
    ReasonCode.DETECTOR_FAULT.value: mark("A detector failed"),
    ReasonCode.MISSING_ATTRIBUTE.value: mark("A fact was missing"),
    ReasonCode.STATE_UNAVAILABLE.value: mark("The state could not be read"),
    ReasonCode.GATE.value: mark("A gate is closed"),
    ReasonCode.REWRITE_REFUSED.value: mark("Masking was not enough"),
}

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def effect_word(effect: str) -> EffectWord:
    """How an effect is shown; one nobody knows stands as it is."""
    return EFFECTS.get(effect, EffectWord(effect or mark("Unknown"), "circle-help", "unknown"))


def action_words(action: str) -> str:
    """What was asked for, in words; an action nobody knows stands as it is."""
    return ACTIONS.get(action, action)


def reason_words(code: str) -> str:
    """Why, in words, where no clause says it; a code nobody knows stands as it is."""
    return REASONS.get(code, code)


def milliseconds(micros: int) -> str:
    """A short time: ``2.1 ms``, ``340 ms``, ``12.0 s``."""
    if micros < 100_000:
        return f"{micros / 1000:.1f} ms"
    return f"{micros // 1000} ms" if micros < 10_000_000 else f"{micros / 1_000_000:.1f} s"


def rest(values: Mapping[str, object], *named: str) -> dict[str, object]:
    """What is left of some facts when those named are shown elsewhere and empty ones are left out."""
    return {name: value for name, value in values.items() if name not in named and value not in ("", [], {}, None)}


def ago(at: float, now: float) -> str:
    """How long ago a time was: ``3 min ago``; the future is ``now``."""
    passed = max(0.0, now - at)
    if passed < _MINUTE:
        return mark("now")
    if passed < _HOUR:
        return say("%(n)s min ago", n=int(passed // _MINUTE))
    if passed < _DAY:
        return say("%(n)s h ago", n=int(passed // _HOUR))
    return say("%(n)s d ago", n=int(passed // _DAY))


def lasted(since: float, now: float) -> str:
    """How long something has been so: ``3 min``."""
    passed = max(0.0, now - since)
    if passed < _HOUR:
        return say("%(n)s min", n=int(passed // _MINUTE))
    return say("%(n)s h", n=int(passed // _HOUR)) if passed < _DAY else say("%(n)s d", n=int(passed // _DAY))


def number(value: int) -> str:
    """A count with its thousands apart: ``13,482``."""
    return f"{value:,}"


def spark(values: Sequence[int], *, width: int = 96, height: int = 24) -> str:
    """Points of a small line over ``values``, for a polyline; flat where there is nothing."""
    top = max(values, default=0) or 1
    step = width / max(1, len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{height - 2 - (height - 4) * value / top:.1f}" for place, value in enumerate(values)
    )


def cut_href(principal: str) -> str:
    """Where a caller is cut off, by the name a line of the log gives; ``agent:x for person:y`` means the agent."""
    return f"/traffic/cut?key={quote('principal:' + principal.partition(' for ')[0], safe='')}"
