"""Refusals as the official clients of the API understand them.

Status codes are chosen by what those clients do with them (openai-python 3.54.0): 408, 409, 429 and everything
from 500 on is tried again unless ``x-should-retry: false`` is sent. So a refusal that trying again cannot change
says so, and is not one of these where there is a choice. ``retry-after`` is never sent with a refusal.

No oracle: a refusal by security gives a code and the decision id and nothing else. A refusal by governance says
which clause, why, and what to do instead.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

import msgspec

from wardlaw.facts.approval import HeldNotice
from wardlaw.facts.decision import Decision, Reason, ReasonCode
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import ConfigError, Fault, WardlawError
from wardlaw.facts.resource import Resource, ResourceKind
from wardlaw.gateway.wire.dialect import OPENAI, Dialect
from wardlaw.gateway.wire.heldwords import held_members, held_words

Header = tuple[str, str]

_JSON: Header = ("content-type", "application/json")
_NO_RETRY: Header = ("x-should-retry", "false")
_CLOSE: Header = ("connection", "close")

_OPAQUE = {
    Effect.CUT: "The request was refused and the connection closed.",
    Effect.DENY: "The request was refused.",
    Effect.HOLD: "The request is held until a person has decided on it.",
}
_ASK = "If you think this is wrong, give the decision id to your security team."
_OUR_SIDE = frozenset({ReasonCode.ENGINE_FAULT, ReasonCode.DETECTOR_FAULT, ReasonCode.MISSING_ATTRIBUTE})
# Statuses of an upstream that speak about the caller's request; the others speak about us or about itself.
_CALLERS_OWN = frozenset({400, 404, 409, 413, 415, 422, 429})


class Refusal(msgspec.Struct, frozen=True):
    """A refusal ready to be sent. ``headers`` is complete but for what the server adds to every answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    code: str


class _Verdict(msgspec.Struct, frozen=True):
    """How a decision is put to the caller."""

    status: int
    code: str
    kind: str = "policy_refusal"
    param: str | None = None
    retry: bool = False


def refusal_body(
    decision: Decision,
    *,
    resource: Resource | None = None,
    rate_clauses: AbstractSet[str] = frozenset(),
    dialect: Dialect = OPENAI,
    held: HeldNotice | None = None,
) -> Refusal:
    """The answer to a request that was not allowed.

    Args:
        decision: With an effect stronger than transform.
        resource: What was asked for; an unregistered model gets 404 ``model_not_found`` as from the vendor,
            which the clients raise as ``NotFoundError`` and do not try again.
        rate_clauses: Ids of clauses that only limit how much in how little time; they answer 429.
        dialect: How the surface words it.
        held: What becomes of a call that is held; 409 while it waits for a person.
    """
    verdict = _verdict(decision, resource, rate_clauses)
    if decision.effect is Effect.HOLD and held is not None and held.approval:
        verdict = msgspec.structs.replace(verdict, status=409)
    headers = [_JSON, ("x-wardlaw-decision", decision.request)]
    if not verdict.retry:
        headers.append(_NO_RETRY)
    if decision.effect is Effect.CUT:
        headers.append(_CLOSE)
    body = dialect.body(verdict.status, _error(decision, verdict, held))
    return Refusal(verdict.status, tuple(headers), body, verdict.code)


def held_body(notice: HeldNotice, *, dialect: Dialect = OPENAI) -> Refusal:
    """The answer to somebody who asks for a kept answer that still waits for a person."""
    detail = {
        "message": held_words(notice),
        "type": "policy_refusal",
        "param": None,
        "code": "held",
        "decision_id": None,
        **held_members(notice),
    }
    return Refusal(409, (_JSON, _NO_RETRY), dialect.body(409, detail), "held")


def cut_event(decision: Decision, *, dialect: Dialect = OPENAI, held: HeldNotice | None = None) -> bytes:
    """The event that ends a stream. The official clients raise on it; the mark of a complete answer never follows."""
    return dialect.event(_error(decision, _verdict(decision, None, frozenset()), held))


def error_event(code: str, message: str, *, decision_id: str = "", dialect: Dialect = OPENAI) -> bytes:
    """The event that ends a stream which an upstream spoilt."""
    return dialect.event(
        {"message": message, "type": "upstream_error", "param": None, "code": code, "decision_id": decision_id}
    )


def error_body(error: WardlawError, *, decision_id: str = "", dialect: Dialect = OPENAI) -> Refusal:
    """The answer to a request that could not be judged: bad input, an upstream that fails, a fault of ours.

    What is wrong inside the house is said to the operator's log, not to the caller.
    """
    if isinstance(error, (Fault, ConfigError)):
        message, kind, retry = "The gateway could not judge this request, so it was refused.", "server_error", False
    else:
        retry = error.http_status >= 500
        kind = "upstream_error" if retry else "invalid_request_error"
        message = f"{error.message} {error.hint}".strip()
    detail = {"message": message, "type": kind, "param": None, "code": error.code, "decision_id": decision_id}
    headers = [_JSON] if retry else [_JSON, _NO_RETRY]
    if decision_id:
        headers.append(("x-wardlaw-decision", decision_id))
    return Refusal(error.http_status, tuple(headers), dialect.body(error.http_status, detail), error.code)


def upstream_refusal(status: int, body: bytes | None, *, decision_id: str, dialect: Dialect = OPENAI) -> Refusal:
    """The answer when the upstream refused.

    Args:
        status: What the upstream said; 400 or above.
        body: Its body, when that was read, judged and may be released; ``None`` otherwise.
    """
    if status in _CALLERS_OWN:
        code, message = "upstream_refused", f"The upstream refused the request with status {status}."
    elif status in (401, 403):
        # Our credentials there, not the caller's: a 401 would send the caller looking at its own key.
        status, code, message = 502, "upstream_credentials", "The upstream refused the gateway's credentials."
        body = None
    else:
        status = status if status in (503, 504) else 502
        code, message, body = "upstream_failed", "The upstream failed.", None
    if body is None:
        error = {"message": message, "type": "upstream_error", "param": None, "code": code, "decision_id": decision_id}
        body = dialect.body(status, error)
    headers = [_JSON, ("x-wardlaw-decision", decision_id)]
    if code != "upstream_failed" and status != 429:
        headers.append(_NO_RETRY)
    return Refusal(status, tuple(headers), body, code)


def _verdict(decision: Decision, resource: Resource | None, rate_clauses: AbstractSet[str]) -> _Verdict:
    lead = decision.reasons[0] if decision.reasons else None
    if decision.effect is Effect.CUT:
        return _Verdict(403, "request_cut")
    if decision.effect is Effect.HOLD:
        return _Verdict(403, "held")
    if lead is None or not lead.public:
        return _Verdict(403, "policy_denied")
    unknown_model = resource is not None and resource.kind is ResourceKind.MODEL and not resource.registered
    match lead.code:
        case ReasonCode.UNREGISTERED | ReasonCode.CLAUSE if unknown_model:
            return _Verdict(404, "model_not_found", "invalid_request_error", "model")
        case ReasonCode.UNREGISTERED:
            return _Verdict(403, "unregistered")
        case ReasonCode.QUARANTINED:
            return _Verdict(403, "quarantined")
        case ReasonCode.GATE:
            return _Verdict(403, "gate_closed")
        case ReasonCode.STATE_UNAVAILABLE:
            return _Verdict(503, "state_unavailable", "server_error", retry=True)
        case code if code in _OUR_SIDE:
            return _Verdict(500, code.value, "server_error")
        case ReasonCode.CLAUSE if lead.clause in rate_clauses:
            return _Verdict(429, "rate_limited", "rate_limit_error")
    return _Verdict(403, "policy_denied")


def _error(decision: Decision, verdict: _Verdict, held: HeldNotice | None) -> dict[str, Any]:
    error = _told(decision, verdict)
    if decision.effect is Effect.HOLD and held is not None:
        error["message"] = f"{error['message']} {held_words(held)}".strip()
        error |= held_members(held)
    return error


def _told(decision: Decision, verdict: _Verdict) -> dict[str, Any]:
    error: dict[str, Any] = {
        "message": "",
        "type": verdict.kind,
        "param": verdict.param,
        "code": verdict.code,
        "decision_id": decision.request,
    }
    lead = decision.reasons[0] if decision.reasons else None
    if lead is None or not lead.public:
        error["message"] = f"{_OPAQUE.get(decision.effect, _OPAQUE[Effect.DENY])} {_ASK} ({decision.request})"
        return error
    error["message"] = _words(lead, decision.request)
    error["clause"] = lead.clause or None
    error["advice"] = lead.advice or None
    return error


def _words(lead: Reason, decision_id: str) -> str:
    """The clause, why, and what to do instead; with the decision id, since clients often show the message only."""
    by = f"{lead.clause}: " if lead.clause else ""
    parts = (f"{by}{lead.message.rstrip('.')}.", lead.advice, f"({decision_id})")
    return " ".join(part for part in parts if part)
