"""``POST /v1/guard``: judge texts for an application that calls a model, or acts, by itself.

The answer is a verdict, a code and the id of the decision. No score, rule or span: whoever may ask would learn from
them how to get past. What is stopped counts as probing, whatever channel the caller gives it, since nobody here saw
where the text came from.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import msgspec
import orjson

from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import Fault, InputError, WardlawError
from wardlaw.facts.exchange import Channel, Measures, Segment
from wardlaw.facts.finding import FindingKind
from wardlaw.facts.record import Outcome
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.aside import inspect_aside
from wardlaw.gateway.exchange import ForbiddenError
from wardlaw.gateway.history import attributed
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.port import Call, CallerGoneError
from wardlaw.gateway.services import Services, Stopwatch
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.headers import check_request_headers, own_headers
from wardlaw.gateway.wire.refusal import error_body, refusal_body
from wardlaw.gateway.wire.session import SESSION_HEADER, session_id
from wardlaw.state.callers import state_key

SCAN = "scan"
CHANNELS = {"prompt": Channel.USER, "data": Channel.TOOL_RESULT}
"""What a caller says of its texts: a person wrote them, or they are something for a model to read."""
# Where the text goes when the caller does not say: nowhere that clauses would trust.
ANYWHERE = Resource(ResourceKind.MODEL, "model:wardlaw-guard", True, "guard", True)
_NAMES = frozenset(("text", "texts", "channel", "model"))
_JSON = ("content-type", "application/json")


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


class GuardExchange:
    """Serves one request to the guard."""

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        self._services = services
        self._call = call
        self._admitted = admitted
        self._watch = Stopwatch()
        self._id = services.judge.new_id("exc")
        self._result, self._status = "fault", 0

    async def run(self, raw: bytes) -> None:
        """Serve the request whose body is ``raw``; whatever happens, an outcome is recorded."""
        try:
            await self._serve(raw)
        except CallerGoneError:
            self._result = "client-gone"
        except asyncio.CancelledError:
            self._result = "client-gone"
            raise
        except WardlawError as error:
            self._result = "fault" if isinstance(error, Fault) else "refused"
            told = error_body(error)
            self._reply(told.status, told.headers, told.body)
        finally:
            self._record()

    async def _serve(self, raw: bytes) -> None:
        check_request_headers(self._call.headers)
        limits = self._services.limits
        bounds = BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)
        asked = read_guard(read_json(raw, limits=bounds), most=limits.segments)
        self._check_scope(asked.model)
        resource = self._resource(asked.model)
        judgement = await self._judge(asked, resource, raw)
        decision = judgement.decision
        code = ""
        if decision.effect not in (Effect.ALLOW, Effect.TRANSFORM):
            rates = self._services.judge.policies.current.rate_clauses
            code = refusal_body(decision, resource=resource, rate_clauses=rates).code
        elif decision.effect is Effect.TRANSFORM:
            code = "redaction_required"
        self._result = "complete" if decision.effect is Effect.ALLOW else "refused"
        own = own_headers(
            decision_id=decision.request,
            overhead_us=self._watch.overhead_us,
            receipt=judgement.receipt if self._services.receipts else "",
        )
        closing = (("connection", "close"),) if decision.effect is Effect.CUT else ()
        body = orjson.dumps({"verdict": decision.effect.value, "code": code, "decision": decision.request})
        self._reply(200, (_JSON, *own, *closing), body)

    def _check_scope(self, model: str) -> None:
        scope = self._admitted.scope
        off_route = scope.routes is not None and SCAN not in scope.routes
        if off_route or (model and scope.models is not None and model not in scope.models):
            raise ForbiddenError(
                "WL-GWY-005",
                f"This credential may not use the guard{' for the model ' + model[:200] if model else ''}.",
                "Ask whoever issued it to widen its scope.",
            )

    def _resource(self, model: str) -> Resource:
        """What the texts are judged for: the first upstream of a model, by any of its routes."""
        if not model:
            return ANYWHERE
        return self._services.registry.first(model)

    async def _judge(self, asked: GuardRequest, resource: Resource, raw: bytes) -> Judgement:
        found = await inspect_aside(self._services.inspection, asked.segments)
        # A fault belongs to no segment.
        placed = tuple(one for one in found if one.kind is not FindingKind.FAULT and one.segment >= 0)
        loose = tuple(one for one in found if one.kind is FindingKind.FAULT or one.segment < 0)
        matter = Matter(
            action=Action.MODEL_CALL,
            resource=resource,
            measures=Measures(body_bytes=len(raw)),
            findings=(*loose, *attributed(placed, asked.segments, frozenset())),
            segments=asked.segments,
            calls=1,
            body_sha256=hashlib.sha256(raw).hexdigest(),
            delta=self._admitted.delta,
        )
        judgement = await self._services.judge.judge(self._case(), matter)
        self._services.metrics.decided(judgement.decision, Action.MODEL_CALL.value)
        return judgement

    def _case(self) -> Case:
        services, principal = self._services, self._admitted.principal
        session = session_id(principal.id, self._call.headers.get(SESSION_HEADER), None, key=services.session_key)
        secret, person = services.state_secret, principal.acting_for
        return Case(
            exchange=self._id,
            principal=principal,
            session=session,
            route=SCAN,
            mode=services.registry.mode(SCAN),
            principal_key=state_key(secret, "caller", principal.id),
            person_key=state_key(secret, "caller", person) if person else b"",
            session_key=state_key(secret, "session", principal.id, session),
        )

    def _reply(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self._status = status
        self._call.reply(status, headers, body)

    def _record(self) -> None:
        judge, total_s = self._services.judge, self._watch.total_s
        overhead_us = self._watch.overhead_us
        outcome = Outcome(
            exchange=self._id,
            result=self._result,
            status=self._status,
            sent_bytes=self._call.sent_bytes,
            duration_us=int(total_s * 1e6),
            overhead_us=overhead_us,
        )
        judge.recorder.outcome(outcome, record_id=judge.new_id("out"), route=SCAN)
        self._services.metrics.ended(
            SCAN, self._result, status=self._status, duration_s=total_s, overhead_s=overhead_us / 1e6
        )
