"""Reading a moderation request, and writing its answer in the vendor's form.

The vendor's categories are all there, so that its clients work as they are. Wardlaw has no detector for any of them
and says so: in ``not_judged``, and in that no kind of input was applied to them. Scores are 1 or 0, since what lies
between would tell an attacker how near it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import orjson

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.wire.body import DEFAULT_LIMITS, BodyLimits, wrong
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.reading import Reading, check_names

# The API reference, "Moderations" (2026-11).
NOT_JUDGED = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
"""The vendor's categories."""
JUDGED = ("prompt-injection", "secrets", "personal-data", "hidden-text", "unsafe")
"""What is judged instead; ``unsafe`` where the operator has added a detector of it."""
_VENDOR_MODELS = ("omni-moderation", "text-moderation")
_CATEGORIES = {
    FindingKind.INJECTION: "prompt-injection",
    FindingKind.SECRET: "secrets",
    FindingKind.FINGERPRINT: "secrets",
    FindingKind.TRIPWIRE: "secrets",
    FindingKind.LEAK: "secrets",
    FindingKind.PII: "personal-data",
    FindingKind.HIDDEN_TEXT: "hidden-text",
    FindingKind.UNSAFE: "unsafe",
}
# Personal data is a fact, never a level; of everything else a note is less than a suspicion.
_BY_NOTE = frozenset((FindingKind.PII, FindingKind.FINGERPRINT, FindingKind.TRIPWIRE))
_MOST_INPUTS = 2_048
EVERY = -1
"""Place of what belongs to no input alone."""


class ModerationRequest(msgspec.Struct, frozen=True):
    """What is asked.

    Attributes:
        model: Registered model the inputs would go to; ``""`` when one of the vendor's own moderation models is named.
        inputs: How many results there are.
        places: For each segment the input it belongs to.
        joined: Texts that stand in several parts of one input.
        uninspected: Kinds of content nobody could read.
    """

    model: str
    inputs: int
    segments: tuple[Segment, ...]
    places: tuple[int, ...]
    joined: tuple[Segment, ...] = ()
    attachments: int = 0
    uninspected: tuple[str, ...] = ()


def read_moderation(doc: dict[str, Any], *, limits: BodyLimits = DEFAULT_LIMITS) -> ModerationRequest:
    """Read the body of ``POST /v1/moderations``.

    Raises:
        InputError: WL-GW-108 a name that differs by case, WL-GW-110 a wrong type or a missing member.
        TooLargeError: WL-GW-111 too many inputs or texts.
    """
    check_names(doc, "")
    model = doc.get("model", "")
    if model is not None and type(model) is not str:
        raise wrong("/model", "the name of a model")
    reading = Reading(limits.max_leaves)
    places: list[int] = []
    for name, value in doc.items():
        if name != "input":
            reading.member(name, value, "", Channel.OTHER)
    places += [EVERY] * len(reading.segments)
    value = doc.get("input")
    if type(value) is list and any(type(item) is dict for item in value):
        reading.content(value, "/input", Channel.USER)
        items = 1
        places += [0] * (len(reading.segments) - len(places))
    else:
        items = _texts(value, reading, places)
    name = model or ""
    return ModerationRequest(
        model="" if name.startswith(_VENDOR_MODELS) else name,
        inputs=items,
        segments=tuple(reading.segments),
        places=tuple(places),
        joined=tuple(reading.joined),
        attachments=reading.attachments,
        uninspected=tuple(reading.uninspected),
    )


def _texts(value: Any, reading: Reading, places: list[int]) -> int:
    if type(value) is str:
        value, pointers = [value], ["/input"]
    elif type(value) is list and value and all(type(item) is str for item in value):
        if len(value) > _MOST_INPUTS:
            raise TooLargeError("WL-GW-111", f"There are more than {_MOST_INPUTS} inputs.", "Send fewer at a time.")
        pointers = [f"/input/{place}" for place in range(len(value))]
    else:
        raise wrong("/input", "a text, a list of texts, or a list of parts")
    for place, (text, pointer) in enumerate(zip(value, pointers, strict=True)):
        if text:
            reading.text(Channel.USER, pointer, text)
            places.append(place)
    return len(value)


def categories_of(findings: Iterable[Finding]) -> frozenset[str]:
    """Which of our categories the findings speak of."""
    return frozenset(
        _CATEGORIES[one.kind]
        for one in findings
        if one.kind in _CATEGORIES and (one.level is not Level.NOTE or one.kind in _BY_NOTE)
    )


class Told(msgspec.Struct, frozen=True):
    """What the door said, and where it is recorded."""

    effect: str
    code: str
    decision: str
    stopped: bool


def write_moderation(asked: ModerationRequest, findings: Sequence[Finding], verdict: Told) -> bytes:
    """The answer. What is stopped is flagged, and so is what nobody could read."""
    found: list[list[Finding]] = [[] for _ in range(asked.inputs)]
    for one in findings:
        place = asked.places[one.segment] if 0 <= one.segment < len(asked.places) else EVERY
        for owner in range(asked.inputs) if place == EVERY else (place,):
            found[owner].append(one)
    named = [categories_of(own) for own in found]
    # When no input alone gives the reason, none of them may pass for harmless.
    everywhere = bool(asked.uninspected) or (verdict.stopped and not any(named))
    judgement = {
        "verdict": verdict.effect,
        "code": verdict.code,
        "decision": verdict.decision,
        "judged": list(JUDGED),
        "not_judged": list(NOT_JUDGED),
    }
    results = [_result(own, asked.uninspected, flagged=bool(own) or everywhere) for own in named]
    return orjson.dumps(
        {"id": f"modr-{verdict.decision}", "model": "wardlaw", "results": results, "wardlaw": judgement}
    )


def _result(named: frozenset[str], uninspected: Sequence[str], *, flagged: bool) -> dict[str, Any]:
    return {
        "flagged": flagged,
        "categories": {**dict.fromkeys(NOT_JUDGED, False), **{name: name in named for name in JUDGED}},
        "category_scores": {
            **dict.fromkeys(NOT_JUDGED, 0.0),
            **{name: float(name in named) for name in JUDGED},
        },
        "category_applied_input_types": {
            **{name: [] for name in NOT_JUDGED},
            **{name: ["text"] for name in JUDGED},
        },
        "wardlaw": {"uninspected": list(uninspected)},
    }
