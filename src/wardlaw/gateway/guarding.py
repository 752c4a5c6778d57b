"""``POST /v1/guard``: judge texts for an application that calls a model, or acts, by itself.

The answer is a verdict, a code and the id of the decision. No score, rule or span: whoever may ask would learn from
them how to get past. What is stopped counts as probing, whatever channel the caller gives it, since nobody here saw
where the text came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.facts.routes import SCAN
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.history import attributed
from wardlaw.gateway.local import JSON, LocalExchange
from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.headers import check_request_headers

CHANNELS = {"prompt": Channel.USER, "data": Channel.TOOL_RESULT}
"""What a caller says of its texts: a person wrote them, or they are something for a model to read."""
# Where the text goes when the caller does not say: nowhere that clauses would trust.
ANYWHERE = Resource(ResourceKind.MODEL, "model:wardlaw-guard", True, "guard", True)
_NAMES = frozenset(("text", "texts", "channel", "model"))


class GuardRequest(msgspec.Struct, frozen=True):
    """What is asked.

    Attributes:
        model: Registered model the texts would go to; ``""`` when the caller does not say.
    """

    segments: tuple[Segment, ...]
    model: str = ""


def read_guard(doc: dict[str, Any], *, most: int) -> GuardRequest:
    """The body of a request.

    Args:
        most: Texts that are taken.

    Raises:
        InputError: WL-GW-120 it is not ``text`` or ``texts`` with perhaps ``channel`` and ``model``.
    """
    if not doc.keys() <= _NAMES:
        raise _wrong("it holds members nobody knows")
    if ("text" in doc) == ("texts" in doc):
        raise _wrong("it needs either text or texts")
    texts = doc["texts"] if "texts" in doc else [doc["text"]]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or not texts:
        raise _wrong("text must be a text, texts a list of them")
    if len(texts) > most:
        raise TooLargeError("WL-GW-111", f"The body holds more than {most} texts.", "Send fewer at a time.")
    channel, model = doc.get("channel", "prompt"), doc.get("model", "")
    if not isinstance(channel, str) or channel not in CHANNELS:
        raise _wrong("channel must be prompt or data")
    if not isinstance(model, str):
        raise _wrong("model must be a text")
    where = ("/text",) if "text" in doc else tuple(f"/texts/{place}" for place in range(len(texts)))
    segments = tuple(
        Segment(place, CHANNELS[channel], pointer, text)
        for place, (pointer, text) in enumerate(zip(where, texts, strict=True))
    )
    return GuardRequest(segments, model)


def _wrong(what: str) -> InputError:
    hint = 'Send {"text": "…", "channel": "prompt"} with channel prompt or data.'
    return InputError("WL-GW-120", f"The body is no question to the guard: {what}.", hint)


class GuardExchange(LocalExchange):
    """Serves one request to the guard."""

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        super().__init__(services, call, admitted, route=SCAN)

    async def _serve(self, raw: bytes) -> None:
        check_request_headers(self._call.headers)
        limits = self._services.limits
        bounds = BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)
        asked = read_guard(read_json(raw, limits=bounds), most=limits.segments)
        self._check_scope(f"the guard{' for the model ' + asked.model[:200] if asked.model else ''}", model=asked.model)
        resource = self._resource(asked.model)
        findings = written_by_caller(await self._inspect(asked.segments), asked.segments)
        judgement = await self._judge_handed_in(
            asked.segments, raw, resource=resource, findings=findings, measures=Measures(body_bytes=len(raw))
        )
        decision = judgement.decision
        code = ""
        if decision.effect not in (Effect.ALLOW, Effect.TRANSFORM):
            code = self._refusal(judgement, resource).code
        elif decision.effect is Effect.TRANSFORM:
            code = "redaction_required"
        self._result = "complete" if decision.effect is Effect.ALLOW else "refused"
        closing = (("connection", "close"),) if decision.effect is Effect.CUT else ()
        body = orjson.dumps({"verdict": decision.effect.value, "code": code, "decision": decision.request})
        self._reply(200, (JSON, *self._own(judgement), *closing), body)

    def _resource(self, model: str) -> Resource:
        """What the texts are judged for: the first upstream of a model, by any of its routes."""
        if not model:
            return ANYWHERE
        return self._services.registry.first(model)


def written_by_caller(found: Sequence[Finding], segments: Sequence[Segment]) -> tuple[Finding, ...]:
    """The findings, put down to the caller whatever channel it gave: nobody here saw where the text came from."""
    # A fault belongs to no segment.
    placed = tuple(one for one in found if one.kind is not FindingKind.FAULT and one.segment >= 0)
    loose = tuple(one for one in found if one.kind is FindingKind.FAULT or one.segment < 0)
    return (*loose, *attributed(placed, segments, frozenset()))
