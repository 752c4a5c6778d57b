"""One exchange of a model route from its first byte to its outcome record."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Mapping, Sequence

import msgspec

from wardlaw.facts.approval import HeldNotice
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import Fault, WardlawError
from wardlaw.facts.record import Outcome
from wardlaw.facts.resource import Resource
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.answering import AnswerHalf, Released
from wardlaw.gateway.canaries import Marked
from wardlaw.gateway.disclosing import answer_labels
from wardlaw.gateway.judge import Case, Judgement
from wardlaw.gateway.port import Call, CallerGoneError
from wardlaw.gateway.request import Accepted, Prepared, Refused, RequestHalf
from wardlaw.gateway.services import Services, Stopwatch
from wardlaw.gateway.shelf import KeptBody, ShelvedAnswer, not_shelved
from wardlaw.gateway.streaming import StreamHalf
from wardlaw.gateway.wire.answer import Usage, refuse_encoding
from wardlaw.gateway.wire.asked import Asked
from wardlaw.gateway.wire.headers import caller_headers, check_request_headers, own_headers
from wardlaw.gateway.wire.heldwords import RETRY_HEADER
from wardlaw.gateway.wire.refusal import (
    Refusal,
    error_body,
    error_event,
    held_body,
    refusal_body,
    upstream_refusal,
)
from wardlaw.gateway.wire.session import SESSION_HEADER, session_id
from wardlaw.gateway.wire.surface import Surface
from wardlaw.state.authority import Ask
from wardlaw.state.callers import state_key

_UNSETTLED = "fault"  # what an outcome says when nothing else was settled


class _Ending(msgspec.Struct):
    """What the outcome record will say; filled in while the exchange runs."""

    result: str = _UNSETTLED
    status: int = 0
    upstream: str = ""
    upstream_status: int = 0
    usage: Usage | None = None


class ModelExchange:
    """Serves one request to a surface."""

    def __init__(self, services: Services, call: Call, admitted: Admitted, surface: Surface) -> None:
        self._services = services
        self._call = call
        self._admitted = admitted
        self._surface = surface
        self._route = surface.route
        self._watch = Stopwatch()
        self._request = RequestHalf(services, self._watch, surface)
        self._answers = AnswerHalf(services, surface)
        self._ending = _Ending()
        self._id = services.judge.new_id("exc")
        self._case: Case | None = None
        self._estimated = 0
        self._raw = b""
        self._marked: Marked | None = None

    async def run(self, raw: bytes) -> None:
        """Serve the request whose body is ``raw``; whatever happens, an outcome is recorded."""
        self._marked = Marked(self._call.headers, self._call.method, self._call.path, raw)
        try:
            await self._serve(raw)
        except CallerGoneError:
            self._leave()
        except asyncio.CancelledError:
            self._leave()
            raise
        except WardlawError as error:
            await self._fail(error)
        finally:
            await self._record_outcome()

    async def _serve(self, raw: bytes) -> None:
        check_request_headers(self._call.headers)
        doc, asked = self._request.read(raw)
        self._check_scope(asked.model)
        case = self._case = self._open_case(asked)
        self._raw = raw
        prepared = await self._request.prepare(case, doc, raw, asked)
        if self._admitted.delta:
            prepared = msgspec.structs.replace(prepared, delta=self._admitted.delta)
        if RETRY_HEADER in self._call.headers:
            await self._give_kept(case, prepared, asked)
            return
        self._estimated = prepared.moved.measures.prompt_tokens
        outcome = await self._request.submit(case, prepared, headers=self._call.headers)
        if isinstance(outcome, Refused):
            self._refuse(outcome.judgement, outcome.resource)
            return
        self._ending.upstream = outcome.candidate.destination.name
        self._ending.upstream_status = outcome.answer.status
        try:
            await self._answer(case, outcome, asked)
        finally:
            await outcome.answer.close()

    async def _give_kept(self, case: Case, prepared: Prepared, asked: Asked) -> None:
        """Give out an answer that was kept because a call in it was held; no upstream is called."""
        services, token = self._services, self._call.headers[RETRY_HEADER]
        if services.shelf is None:
            raise not_shelved()
        found = await services.shelf.take(case, self._raw, token, at=services.judge.clock())
        if isinstance(found, HeldNotice):
            self._ending.result = "refused"
            self._reply(held_body(found, dialect=self._surface.dialect))
            return
        candidate = self._request.candidate(prepared, case.route, upstream=found.upstream)
        if candidate is None:
            raise not_shelved()
        self._answers.passes = found.passes
        self._ending.upstream = found.upstream
        answer = KeptBody(found.status, found.pieces)
        await self._answer(case, Accepted(candidate, found.judgement, answer, prepared, found.planted), asked)

    async def _keep(self, accepted: Accepted, held: Judgement, pieces: Sequence[bytes]) -> Judgement:
        """Keep an answer with a held call in it; the judgement as its caller is told."""
        shelf, case = self._services.shelf, self._case
        if shelf is None or case is None or not self._answers.waiting:
            return held
        answer = ShelvedAnswer(
            accepted.judgement,
            accepted.candidate.destination.name,
            accepted.answer.status,
            tuple(pieces),
            accepted.planted,
            self._answers.passes,
        )
        at = self._services.judge.clock()
        notice = await shelf.keep(case, self._raw, answer, self._answers.waiting, at=at)
        return msgspec.structs.replace(held, held=notice)

    def _leave(self) -> None:
        """The caller has gone; how an exchange ended before that stays."""
        if self._ending.result == _UNSETTLED:
            self._ending.result = "client-gone"

    def _check_scope(self, model: str) -> None:
        scope = self._admitted.scope
        allowed = scope.models is None or model in scope.models
        if not allowed or (scope.routes is not None and self._route not in scope.routes):
            raise ForbiddenError(
                "WL-GWY-005",
                f"This credential may not use the model {model[:200]} on {self._route}.",
                "Ask whoever issued it to widen its scope.",
            )

    def _open_case(self, asked: Asked) -> Case:
        principal = self._admitted.principal
        request = asked if self._surface.converses else None
        header = self._call.headers.get(SESSION_HEADER)
        session = session_id(principal.id, header, request, key=self._services.session_key)
        secret = self._services.state_secret
        person = principal.acting_for
        return Case(
            exchange=self._id,
            principal=principal,
            session=session,
            route=self._route,
            mode=self._services.registry.mode(self._route),
            principal_key=state_key(secret, "caller", principal.id),
            person_key=state_key(secret, "caller", person) if person else b"",
            session_key=state_key(secret, "session", principal.id, session),
            marked=self._marked,
        )

    async def _answer(self, case: Case, accepted: Accepted, asked: Asked) -> None:
        answer = accepted.answer
        names = {name.lower(): value for name, value in answer.headers}
        refuse_encoding(names)
        if asked.stream and answer.status < 300:
            await self._stream(case, accepted, names)
            return
        self._watch.leave()
        raw = await answer.whole(self._services.limits.answer_bytes)
        self._watch.back()
        if answer.status >= 300:
            await self._upstream_refused(case, accepted, raw)
            return
        released = await self._answers.judge(case, accepted, raw)
        self._ending.usage = released.usage
        if not isinstance(released, Released):
            self._refuse(await self._keep(accepted, released.judgement, (raw,)))
            return
        self._ending.status = answer.status
        self._ending.result = "complete"
        own = self._own(accepted.judgement, self._watch.overhead_us) + self._labelled(released.judgement)
        self._call.reply(answer.status, caller_headers(names, stream=False, own=own), released.body)

    def _own(self, judgement: Judgement, overhead_us: int | None) -> tuple[tuple[str, str], ...]:
        return own_headers(
            decision_id=judgement.decision.request,
            overhead_us=overhead_us,
            receipt=judgement.receipt if self._services.receipts else "",
        )

    def _labelled(self, judgement: Judgement) -> tuple[tuple[str, str], ...]:
        """What an answer that goes out is labelled with; counted, so that coverage can be told."""
        labels = answer_labels(judgement.decision)
        if not judgement.canary:
            self._services.metrics.labelled([name for name, _ in labels])
        return labels

    async def _upstream_refused(self, case: Case, accepted: Accepted, raw: bytes) -> None:
        """Pass an upstream's own error on, judged like any answer."""
        status = accepted.answer.status
        outcome = await self._answers.refusal(case, accepted, raw, status)
        body = outcome.body if isinstance(outcome, Released) else None
        self._ending.result = "upstream-failed"
        # A redirect is not followed: it would lead to a place nobody registered. So it is a failure of the upstream.
        told = upstream_refusal(
            status if status >= 400 else 502,
            body,
            decision_id=accepted.judgement.decision.request,
            dialect=self._surface.dialect,
        )
        self._reply(told)

    def _reply(self, told: Refusal, judgement: Judgement | None = None) -> None:
        self._ending.status = told.status
        headers = list(told.headers)
        if judgement is not None:
            known = {name for name, _ in headers}
            headers += [pair for pair in self._own(judgement, self._watch.overhead_us) if pair[0] not in known]
        self._call.reply(told.status, headers, told.body)

    async def _stream(self, case: Case, accepted: Accepted, names: Mapping[str, str]) -> None:
        holds = self._services.shelf is not None and self._services.judge.policies.current.holds
        keep = functools.partial(self._keep, accepted) if holds else None
        half = StreamHalf(self._services, self._answers, case, accepted, self._call, keep=keep)
        opening = await half.open()
        if not opening.released:
            self._refuse(opening)
            return
        own = self._own(accepted.judgement, self._watch.overhead_us) + self._labelled(opening)
        self._ending.status = accepted.answer.status
        self._call.open(accepted.answer.status, caller_headers(names, stream=True, own=own))
        try:
            await half.run()
        finally:
            if half.end is not None:
                self._ending.result = half.end.result
                self._ending.usage = half.end.usage

    def _refuse(self, judgement: Judgement, resource: Resource | None = None) -> None:
        """Tell the caller; a cut also closes its connection."""
        decision = judgement.decision
        rates = self._services.judge.policies.current.rate_clauses
        self._ending.result = "cut" if decision.effect is Effect.CUT else "refused"
        self._reply(
            refusal_body(
                decision,
                resource=resource,
                rate_clauses=rates,
                dialect=self._surface.dialect,
                held=judgement.held,
            ),
            judgement,
        )

    async def _fail(self, error: WardlawError) -> None:
        """Tell the caller about an error; a stream that has begun is cut instead."""
        upstream = error.http_status in (502, 504) or error.code.startswith("WL-UPS")
        self._ending.result = "upstream-failed" if upstream else "refused"
        if isinstance(error, Fault):
            self._ending.result = "fault"
        if self._call.started:
            with contextlib.suppress(CallerGoneError):
                await self._call.send(error_event(error.code, error.message, dialect=self._surface.dialect))
            await self._call.abort()
            return
        self._reply(error_body(error, dialect=self._surface.dialect))

    async def _record_outcome(self) -> None:
        delta = await self._correct_tokens()
        ending = self._ending
        usage = ending.usage or Usage()
        total_s = self._watch.total_s
        outcome = Outcome(
            exchange=self._id,
            result=ending.result,
            status=ending.status,
            upstream=ending.upstream,
            upstream_status=ending.upstream_status,
            sent_bytes=self._call.sent_bytes,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            duration_us=int(total_s * 1e6),
            overhead_us=self._watch.overhead_us,
            canary=self._marked.canary if self._marked is not None else "",
        )
        judge = self._services.judge
        judge.recorder.outcome(outcome, record_id=judge.new_id("out"), route=self._route, delta=delta)
        if outcome.canary:
            return
        self._services.metrics.ended(
            self._route,
            ending.result,
            status=ending.status,
            duration_s=total_s,
            overhead_s=self._watch.overhead_us / 1e6,
        )

    async def _correct_tokens(self) -> bytes:
        """Replace the estimate by what the upstream reports; returns what rebuilds it."""
        case, usage = self._case, self._ending.usage
        if case is None or usage is None:
            return b""
        ask = Ask(
            principal=case.principal_key,
            person=case.person_key,
            session=case.session_key,
            at=self._services.judge.clock(),
        )
        change = usage.prompt_tokens + usage.completion_tokens - self._estimated
        return await self._services.judge.state.correct_tokens(ask, change)


class ForbiddenError(WardlawError):
    """The credential is genuine and does not reach this far."""

    exit_code = 10
    http_status = 403
