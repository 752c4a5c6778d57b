"""One exchange that is not a call to a model: what all of them have in common, from the first byte to the outcome."""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence

from wardlaw.facts.action import Action
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import Fault, WardlawError
from wardlaw.facts.exchange import Measures, Segment
from wardlaw.facts.finding import Finding
from wardlaw.facts.record import Outcome
from wardlaw.facts.resource import Resource
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.aside import inspect_aside
from wardlaw.gateway.canaries import Marked
from wardlaw.gateway.exchange import ForbiddenError
from wardlaw.gateway.judge import Case, Judgement, Matter
from wardlaw.gateway.port import Call, CallerGoneError, Headers
from wardlaw.gateway.services import Services, Stopwatch
from wardlaw.gateway.wire.headers import own_headers
from wardlaw.gateway.wire.refusal import Refusal, error_body, refusal_body
from wardlaw.gateway.wire.session import SESSION_HEADER, session_id
from wardlaw.state.callers import state_key

JSON = ("content-type", "application/json")


class LocalExchange(ABC):
    """Serves one request of a route; whatever happens, an outcome is recorded.

    Args:
        route: Name for clauses, scopes and settings.
    """

    def __init__(self, services: Services, call: Call, admitted: Admitted, *, route: str) -> None:
        self._services = services
        self._call = call
        self._admitted = admitted
        self._route = route
        self._watch = Stopwatch()
        self._id = services.judge.new_id("exc")
        self._result, self._status = "fault", 0
        self._upstream, self._upstream_status = "", 0
        self._marked: Marked | None = None

    async def run(self, raw: bytes) -> None:
        """Serve the request whose body is ``raw``."""
        self._marked = Marked(self._call.headers, self._call.method, self._call.path, raw)
        try:
            await self._serve(raw)
        except CallerGoneError:
            self._result = "client-gone"
        except asyncio.CancelledError:
            self._result = "client-gone"
            raise
        except WardlawError as error:
            self._fail(error)
        finally:
            self._record()

    @abstractmethod
    async def _serve(self, raw: bytes) -> None:
        """Answer the request."""

    def _fail(self, error: WardlawError) -> None:
        upstream = error.http_status in (502, 504) or error.code.startswith("WL-UPS")
        self._result = "upstream-failed" if upstream else "refused"
        if isinstance(error, Fault):
            self._result = "fault"
        told = error_body(error)
        self._reply(told.status, told.headers, told.body)

    def _check_scope(self, what: str, *, route: str = "", model: str = "") -> None:
        """Refuse a credential that does not reach this far; ``what`` says so to the caller."""
        scope = self._admitted.scope
        off_route = scope.routes is not None and (route or self._route) not in scope.routes
        if off_route or (model and scope.models is not None and model not in scope.models):
            raise ForbiddenError(
                "WL-GWY-005", f"This credential may not use {what}.", "Ask whoever issued it to widen its scope."
            )

    def _case(self, route: str = "") -> Case:
        """The exchange as the judge knows it; ``route`` is what clauses see, the exchange's own by default."""
        route = route or self._route
        services, principal = self._services, self._admitted.principal
        session = session_id(principal.id, self._call.headers.get(SESSION_HEADER), None, key=services.session_key)
        secret, person = services.state_secret, principal.acting_for
        return Case(
            exchange=self._id,
            principal=principal,
            session=session,
            route=route,
            mode=services.registry.mode(route),
            principal_key=state_key(secret, "caller", principal.id),
            person_key=state_key(secret, "caller", person) if person else b"",
            session_key=state_key(secret, "session", principal.id, session),
            marked=self._marked,
        )

    async def _inspect(self, segments: Sequence[Segment]) -> tuple[Finding, ...]:
        """Findings of the segments."""
        return await inspect_aside(self._services.inspection, segments, caller=self._admitted.principal.id)

    def _own(self, judgement: Judgement) -> Headers:
        """What the gateway says about an answer."""
        return own_headers(
            decision_id=judgement.decision.request,
            overhead_us=self._watch.overhead_us,
            receipt=judgement.receipt if self._services.receipts else "",
        )

    async def _judge_handed_in(
        self,
        segments: Sequence[Segment],
        raw: bytes,
        *,
        resource: Resource,
        findings: tuple[Finding, ...],
        measures: Measures,
    ) -> Judgement:
        """Judge what a caller hands in as a call to ``resource``, and count it.

        Args:
            raw: The body it came in.
        """
        matter = Matter(
            action=Action.MODEL_CALL,
            resource=resource,
            measures=measures,
            findings=findings,
            segments=tuple(segments),
            calls=1,
            body_sha256=hashlib.sha256(raw).hexdigest(),
            delta=self._admitted.delta,
        )
        judgement = await self._services.judge.judge(self._case(), matter)
        self._services.decided(judgement, Action.MODEL_CALL.value)
        return judgement

    def _refusal(self, judgement: Judgement, resource: Resource | None = None) -> Refusal:
        """How the caller is told that something was not allowed."""
        rates = self._services.judge.policies.current.rate_clauses
        return refusal_body(judgement.decision, resource=resource, rate_clauses=rates, held=judgement.held)

    def _refuse(self, judgement: Judgement, resource: Resource | None = None) -> None:
        """Tell the caller so; a cut also closes its connection."""
        self._result = "cut" if judgement.decision.effect is Effect.CUT else "refused"
        told = self._refusal(judgement, resource)
        known = {name for name, _ in told.headers}
        own = [pair for pair in self._own(judgement) if pair[0] not in known]
        self._reply(told.status, [*told.headers, *own], told.body)

    def _reply(self, status: int, headers: Headers, body: bytes) -> None:
        self._status = status
        self._call.reply(status, headers, body)

    def _record(self) -> None:
        judge, total_s = self._services.judge, self._watch.total_s
        overhead_us = self._watch.overhead_us
        outcome = Outcome(
            exchange=self._id,
            result=self._result,
            status=self._status,
            upstream=self._upstream,
            upstream_status=self._upstream_status,
            sent_bytes=self._call.sent_bytes,
            duration_us=int(total_s * 1e6),
            overhead_us=overhead_us,
            canary=self._marked.canary if self._marked is not None else "",
        )
        judge.recorder.outcome(outcome, record_id=judge.new_id("out"), route=self._route)
        if outcome.canary:
            return
        self._services.metrics.ended(
            self._route, self._result, status=self._status, duration_s=total_s, overhead_s=overhead_us / 1e6
        )
