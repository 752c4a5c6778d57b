"""``POST /v1/moderations``: the vendor's question, answered by Wardlaw's own detectors; no upstream is asked.

Like the guard it is a decision with a record, and what is stopped counts as probing: nobody here saw where the text
came from.
"""

from __future__ import annotations

import msgspec

from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Measures
from wardlaw.facts.finding import Finding
from wardlaw.facts.routes import MODERATIONS
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.guarding import ANYWHERE, written_by_caller
from wardlaw.gateway.local import JSON, LocalExchange
from wardlaw.gateway.port import Call
from wardlaw.gateway.request import uninspected_findings
from wardlaw.gateway.services import Services
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.gateway.wire.headers import check_request_headers
from wardlaw.gateway.wire.moderations import ModerationRequest, Told, read_moderation, write_moderation

# Refusals that say something about the text; all others are about the caller or about us and are told as ever.
_OF_THE_TEXT = frozenset(("policy_denied", "request_cut"))
_REDACTION = "redaction_required"


class ModerationExchange(LocalExchange):
    """Serves one moderation request."""

    def __init__(self, services: Services, call: Call, admitted: Admitted) -> None:
        super().__init__(services, call, admitted, route=MODERATIONS)

    async def _serve(self, raw: bytes) -> None:
        check_request_headers(self._call.headers)
        limits = self._services.limits
        bounds = BodyLimits(max_bytes=limits.body_bytes, max_depth=limits.depth, max_leaves=limits.segments)
        asked = read_moderation(read_json(raw, limits=bounds), limits=bounds)
        self._check_scope(
            f"moderations{' for the model ' + asked.model[:200] if asked.model else ''}", model=asked.model
        )
        resource = self._services.registry.first(asked.model) if asked.model else ANYWHERE
        findings = await self._findings(asked)
        measures = Measures(body_bytes=len(raw), attachments=asked.attachments, uninspected=asked.uninspected)
        judgement = await self._judge_handed_in(
            asked.segments, raw, resource=resource, findings=findings, measures=measures
        )
        effect = judgement.decision.effect
        code = _REDACTION if effect is Effect.TRANSFORM else ""
        if not judgement.released:
            code = self._refusal(judgement, resource).code
            if code not in _OF_THE_TEXT or not (findings or asked.uninspected):
                self._refuse(judgement, resource)
                return
        stopped = effect is not Effect.ALLOW
        self._result = "refused" if stopped else "complete"
        closing = (("connection", "close"),) if effect is Effect.CUT else ()
        verdict = Told(effect.value, code, judgement.decision.request, stopped)
        self._reply(200, (JSON, *self._own(judgement), *closing), write_moderation(asked, findings, verdict))

    async def _findings(self, asked: ModerationRequest) -> tuple[Finding, ...]:
        found = written_by_caller(await self._inspect(asked.segments), asked.segments)
        joined = await self._inspect(asked.joined) if asked.joined else ()
        loose = tuple(msgspec.structs.replace(one, segment=-1) for one in joined)
        return (*found, *loose, *uninspected_findings(asked.uninspected))
