"""The two inputs of ``decide()`` that describe the moment: the request and the state it met."""

from __future__ import annotations

import msgspec

from wardlaw.facts.action import Action
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.exchange import Measures
from wardlaw.facts.exemption import Exemption
from wardlaw.facts.gate import ClosedGate
from wardlaw.facts.grantfacts import GrantFacts
from wardlaw.facts.origin import CallJudgement
from wardlaw.facts.principal import Principal
from wardlaw.facts.resource import Resource


class RequestFacts(msgspec.Struct, frozen=True):
    """Everything about one request that a decision may depend on; no text, only facts about it.

    Attributes:
        id: Decision id, ``dec_`` and 32 hex digits.
        exchange: Id shared by all decisions of one HTTP exchange, ``exc_`` and 32 hex digits.
        at: Unix time in seconds, UTC; time comes in as a value.
        hour: Hour of the day (0–23) in the installation's time zone.
        weekday: ISO weekday, 1 Monday to 7 Sunday, in the installation's time zone.
        route: Which surface: one of :data:`routes.ROUTES`.
        session: Session id; it only subdivides.
        body_sha256: Hex digest of the body as received, or of the tool call's canonical arguments.
        rewritten: This is the second decision, on a redacted request.
        call: Where the arguments of a tool call came from; None for everything else.
        grant: The grant that is judged; None at the door.
        first_reply: An answer before which nothing was answered in its conversation.
    """

    id: str
    exchange: str
    at: float
    hour: int
    weekday: int
    principal: Principal
    action: Action
    resource: Resource
    route: str
    route_mode: RouteMode
    session: str
    measures: Measures
    body_sha256: str = ""
    rewritten: bool = False
    call: CallJudgement | None = None
    grant: GrantFacts | None = None
    first_reply: bool = False


class Snapshot(msgspec.Struct, frozen=True):
    """What the state authority remembers at the moment of the decision, this request included.

    Counters run on the principal *and* on the person it acts for; the larger of both is given.

    Attributes:
        calls_minute: Calls in the last 60 s.
        tokens_day: Tokens used since midnight UTC.
        session_subjects: Distinct data subjects moved in this session.
        subjects_day: Distinct data subjects moved since midnight UTC.
        session_bytes: Result bytes moved in this session.
        bytes_day: Result bytes moved since midnight UTC.
        probes: Requests stopped by security in the probing window.
        taint: Labels carried by the session, the principal and the person.
        quarantined: Why requests are refused altogether; ``""`` when they are not.
        authority_ok: False when the authority could not be asked; that is a deny of its own.
        approved: Clauses whose hold of exactly this call people have approved; of those alone the hold falls away.
        approval: The approval that says so, used up with this decision; ``""`` without one.
        exemptions: Waivers and broken glass that are for this caller and this resource.
        gates: Systems this belongs to that have no live verdict.
        systems: Every system of the register this belongs to, sorted.
    """

    calls_minute: int = 0
    tokens_day: int = 0
    session_subjects: int = 0
    subjects_day: int = 0
    session_bytes: int = 0
    bytes_day: int = 0
    probes: int = 0
    taint: tuple[str, ...] = ()
    quarantined: str = ""
    anomaly_score: int = 0
    authority_ok: bool = True
    approved: tuple[str, ...] = ()
    approval: str = ""
    exemptions: tuple[Exemption, ...] = ()
    gates: tuple[ClosedGate, ...] = ()
    systems: tuple[str, ...] = ()
