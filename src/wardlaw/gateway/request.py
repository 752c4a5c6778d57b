"""The request half of an exchange: read, inspect, judge, mask, and find an upstream that takes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from wardlaw.decision.decide import SAW_TOOL_RESULT
from wardlaw.facts.action import Action
from wardlaw.facts.decision import ObligationKind
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.resource import Resource
from wardlaw.gateway.aside import inspect_aside, meter_aside
from wardlaw.gateway.canaries import stand_in
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.history import attributed, genuine_calls
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.kinds.kind import AS_IT_IS, Errand
from wardlaw.gateway.kinds.table import KINDS
from wardlaw.gateway.metering import Moved
from wardlaw.gateway.planting import Planted, plant
from wardlaw.gateway.recoded import RecodedAnswer
from wardlaw.gateway.registry import Candidate
from wardlaw.gateway.services import Services, Stopwatch
from wardlaw.gateway.shelf import KeptBody
from wardlaw.gateway.upstream import NOT_TAKEN, UpstreamAnswer, UpstreamRefusedError
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.recoding import Recoding
from wardlaw.gateway.wire.rewrite import rewrite
from wardlaw.gateway.wire.surface import Surface
from wardlaw.security.redact import redact

UNVERIFIED = "unverified-history"  # taint: the client wrote tool results that we never saw asked for


class Prepared(msgspec.Struct, frozen=True):
    """A request that was read and inspected, before it is judged.

    Attributes:
        arrived: It has not been judged for any upstream yet, so it counts as one more call.
        genuine: Ids of the tool calls whose results can be believed to be results.
    """

    doc: dict[str, Any]
    raw: bytes
    asked: Asked
    findings: tuple[Finding, ...]
    moved: Moved
    labels: tuple[str, ...]
    rewritten: bool = False
    delta: bytes = b""
    arrived: bool = True
    genuine: frozenset[str] = frozenset()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Every text of the body."""
        return self.asked.segments


class Accepted(msgspec.Struct, frozen=True):
    """A request that was let through and the answer an upstream began to give.

    Attributes:
        planted: A tripwire token stands in the system prompt that went up.
    """

    candidate: Candidate
    judgement: Judgement
    answer: UpstreamAnswer
    prepared: Prepared
    planted: bool = False


class Refused(msgspec.Struct, frozen=True):
    """A request that was not let through."""

    judgement: Judgement
    resource: Resource


class RequestHalf:
    """Takes one request from its bytes to an upstream's first byte."""

    def __init__(self, services: Services, watch: Stopwatch, surface: Surface) -> None:
        self._services = services
        self._surface = surface
        self._watch = watch
        limits = services.limits
        self._limits = BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)

    def read(self, raw: bytes) -> tuple[dict[str, Any], Asked]:
        """Parse a body once.

        Raises:
            InputError: The body is not what the surface takes.
        """
        doc = read_json(raw, limits=self._limits)
        return doc, self._surface.read(doc, self._limits)

    async def prepare(self, case: Case, doc: dict[str, Any], raw: bytes, asked: Asked) -> Prepared:
        """Inspect and meter a request."""
        genuine = await self._genuine(case, doc, asked)
        found = await self.inspect(asked.segments, case)
        findings = attributed(found, asked.segments, genuine) + uninspected_findings(asked.uninspected)
        if asked.joined:
            joined = attributed(await self.inspect(asked.joined, case), asked.joined, genuine)
            # Their places are none of the segments': masking there would mask the wrong text.
            findings += tuple(msgspec.structs.replace(finding, segment=-1) for finding in joined)
        measures, meter = asked.measures(len(raw)), self._services.meter
        moved = await meter_aside(
            asked.segments, measures, lambda: meter.results(case.session_key, asked.segments, measures)
        )
        labels = _labels(asked, findings, genuine)
        return Prepared(doc=doc, raw=raw, asked=asked, findings=findings, moved=moved, labels=labels, genuine=genuine)

    async def inspect(self, segments: Sequence[Segment], case: Case) -> tuple[Finding, ...]:
        """Findings of the segments."""
        return await inspect_aside(self._services.inspection, segments, caller=case.principal.id)

    async def _genuine(self, case: Case, doc: dict[str, Any], asked: Asked) -> frozenset[str]:
        """Tool calls whose results can be believed to be results."""
        if not asked.call_ids:
            return frozenset()
        released = await self._services.judge.state.was_released(case.principal_key, *asked.call_ids)
        return genuine_calls(self._surface.history(doc), released)

    async def submit(self, case: Case, prepared: Prepared, *, headers: Mapping[str, str]) -> Accepted | Refused:
        """Judge the request for each upstream in turn until one takes it.

        Args:
            headers: The caller's head.

        Raises:
            OtherProtocolError: The model is served in another form only.
            NowhereError: Observing let a model through that nobody has registered.
            UnavailableError: No upstream could be reached, or the record could not be made durable.
        """
        candidates = self._candidates(prepared, case.route)
        failure: UnavailableError | None = None
        refusal: Refused | None = None
        released: Judgement | None = None
        for place, candidate in enumerate(candidates):
            if place:
                prepared = msgspec.structs.replace(prepared, arrived=False)
            # People are asked about one way; the others are tried all the same, for a clause may let one of them pass.
            parks = refusal is None or refusal.judgement.held is None
            judgement, ready = await self._judge(case, prepared, candidate, released, parks=parks)
            if not judgement.released:
                # Another upstream may be in a region the clauses allow; a cut ends the matter.
                stopped = Refused(judgement, candidate.resource)
                if judgement.decision.effect is Effect.CUT:
                    return stopped
                refusal = refusal or stopped
                continue
            released = judgement
            if not candidate.destination.url:
                raise _nowhere(prepared.asked.model)
            self._services.meter.settle(prepared.moved)
            self._services.meter.settle(ready.moved)
            if self._services.sightings is not None and "tools" in ready.doc and not case.canary:
                await self._services.sightings.note(ready.doc)
            try:
                planted = self._plant(case, ready)
                answer = self._stand_in(case) or await self._post(candidate, ready, headers, planted)
            except UpstreamRefusedError as error:
                failure = error
                continue
            if answer.status in NOT_TAKEN and place + 1 < len(candidates):
                await answer.close()
                continue
            return Accepted(candidate, judgement, answer, ready, planted is not None)
        if failure is not None:
            raise failure
        if refusal is None:
            raise UnavailableError("WL-GWY-004", "No upstream takes this request now.", "Try again shortly.")
        return refusal

    def _candidates(self, prepared: Prepared, route: str) -> Sequence[Candidate]:
        surface = self._surface
        paths = {surface.form: surface.upstream_path}
        paths |= {form: translation.path for form, translation in surface.translations.items()}
        return self._services.registry.candidates(prepared.asked.model, route, paths=paths)

    def candidate(self, prepared: Prepared, route: str, *, upstream: str) -> Candidate | None:
        """The way to the model by this upstream; ``None`` where there is none any more.

        Raises:
            OtherProtocolError: As ``submit``.
        """
        found = self._candidates(prepared, route)
        return next((one for one in found if one.resource.registered and one.destination.name == upstream), None)

    async def _judge(
        self, case: Case, prepared: Prepared, candidate: Candidate, released: Judgement | None, *, parks: bool
    ) -> tuple[Judgement, Prepared]:
        matter = msgspec.structs.replace(_matter(prepared, candidate, released), parks=parks)
        judgement = await self._services.judge.judge(case, matter)
        self._services.decided(judgement, Action.MODEL_CALL.value)
        if judgement.decision.effect is not Effect.TRANSFORM:
            return judgement, prepared
        masked = await self._mask(case, prepared, judgement)
        passes = (judgement.used,) if judgement.used is not None else ()
        matter = msgspec.structs.replace(_matter(masked, candidate, judgement), parks=parks, passes=passes)
        again = await self._services.judge.judge(case, matter)
        self._services.decided(again, Action.MODEL_CALL.value)
        return again, masked

    async def _mask(self, case: Case, prepared: Prepared, judgement: Judgement) -> Prepared:
        """The request with the named data classes masked, read and inspected anew."""
        classes = redacted_classes(judgement)
        replacements: dict[str, str] = {}
        for segment in prepared.segments:
            own = [finding for finding in prepared.findings if finding.segment == segment.index]
            masked = redact(segment.text, own, classes) if own else segment.text
            if masked != segment.text:
                replacements[segment.pointer] = masked
        raw = rewrite(prepared.doc, replacements)
        doc: dict[str, Any] = orjson.loads(raw)
        asked = self._surface.read(doc, self._limits)
        fresh = await self.prepare(case, doc, raw, asked)
        return msgspec.structs.replace(fresh, rewritten=True)

    def _plant(self, case: Case, prepared: Prepared) -> Planted | None:
        """The request with a tripwire token in its system prompt, where the model is to have one."""
        services, part = self._services, self._surface.part
        if not part or not services.registry.plants(prepared.asked.model):
            return None
        return plant(
            prepared.doc, prepared.segments, part=part, owner=case.principal.id, tripwires=services.leaks.tripwires
        )

    def _stand_in(self, case: Case) -> UpstreamAnswer | None:
        """What a canary meets instead of an upstream; ``None`` for ordinary traffic.

        Raises:
            RefusedError: WL-CAN-001 a canary's key without a canary.
        """
        played = stand_in(case.marked, case.principal)
        return None if played is None else KeptBody(200, (played,))

    async def _post(
        self, candidate: Candidate, prepared: Prepared, caller: Mapping[str, str], planted: Planted | None
    ) -> UpstreamAnswer:
        there, at = candidate.destination, self._services.judge.clock()
        kind = KINDS[there.kind]
        translation = self._surface.translations.get(there.kind.form)
        parcel = kind.pack(there, self._errand(prepared, there, caller, planted))
        self._watch.leave()
        try:
            answer = await self._services.upstreams.post(there, parcel.path, parcel.body, parcel.headers)
        finally:
            self._watch.back()
        recoded: UpstreamAnswer = answer if kind.recoding is AS_IT_IS else RecodedAnswer(answer, kind.recoding)
        if translation is not None:
            # What is judged and released is only what the translation makes.
            return RecodedAnswer(recoded, translation.recoding(prepared.doc, at))
        if planted is not None and planted.instructions is not None:
            return RecodedAnswer(recoded, Recoding(answer=planted.restore))
        return recoded

    def _errand(
        self, prepared: Prepared, there: Destination, caller: Mapping[str, str], planted: Planted | None
    ) -> Errand:
        """The request in the form the destination speaks."""
        at = self._services.judge.clock()
        translation = self._surface.translations.get(there.kind.form)
        stream = prepared.asked.stream
        given = prepared.doc if planted is None else planted.doc
        if translation is not None:
            doc = translation.request(given, there.kind)
            # The caller's head speaks of the other form, so nothing of it goes on.
            return Errand(path=translation.path, doc=doc, raw=None, stream=stream, caller={}, at=at)
        settled = self._surface.settle(given)
        return Errand(
            path=self._surface.upstream_path,
            doc={**given, **settled} if settled else given,
            raw=None if settled or planted is not None else prepared.raw,
            stream=stream,
            caller=caller,
            at=at,
        )


def _labels(asked: Asked, findings: Sequence[Finding], genuine: frozenset[str]) -> tuple[str, ...]:
    labels: set[str] = set()
    results = {segment.call_id for segment in asked.segments if segment.channel is Channel.TOOL_RESULT}
    if results & genuine:
        labels.add(SAW_TOOL_RESULT)
    if results - genuine:
        labels.add(UNVERIFIED)
    labels |= {"saw:pii" for finding in findings if finding.kind is FindingKind.PII}
    return tuple(sorted(labels))


def redacted_classes(judgement: Judgement) -> tuple[str, ...]:
    """Data classes the decision obliges to mask."""
    return tuple(
        name for duty in judgement.decision.obligations if duty.kind is ObligationKind.REDACT for name in duty.classes
    )


def _matter(prepared: Prepared, candidate: Candidate, released: Judgement | None) -> Matter:
    """What is judged; once a judgement of the request was released, later ones do not count it again."""
    measures = prepared.moved.measures
    if released is not None:
        seen = released.measures
        measures = msgspec.structs.replace(
            measures,
            data_subjects=seen.data_subjects,
            result_bytes=seen.result_bytes,
            result_unparsed=seen.result_unparsed,
        )
    return Matter(
        action=Action.MODEL_CALL,
        resource=candidate.resource,
        measures=measures,
        findings=prepared.findings,
        segments=prepared.segments,
        subjects=prepared.moved.subjects,
        labels=prepared.labels,
        calls=1 if prepared.arrived else 0,
        tokens=measures.prompt_tokens,
        body_sha256=hashlib.sha256(prepared.raw).hexdigest(),
        rewritten=prepared.rewritten,
        counted=released is None,
        delta=prepared.delta if released is None else b"",
    )


def uninspected_findings(kinds: Sequence[str]) -> tuple[Finding, ...]:
    """What was not inspected is a finding of its own."""
    return tuple(
        Finding(
            kind=FindingKind.UNINSPECTED,
            detector="gateway",
            version="1",
            rule=f"uninspected-{kind}",
            level=Level.NOTE,
            score=0,
            label=kind,
        )
        for kind in kinds
    )


class NowhereError(InputError):
    """There is no upstream to ask; told as vendors tell of an unknown model."""

    http_status = 404


def _nowhere(model: str) -> NowhereError:
    return NowhereError(
        "WL-GWY-011",
        f"The model {model[:200]} is not registered, so there is no upstream to ask.",
        "Choose one of the models that /v1/models lists.",
    )
