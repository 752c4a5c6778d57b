"""A verdict: what a gate said of one system, made of these parts, until a day; signed, and bound to every digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from wardlaw.facts.person import Role
from wardlaw.facts.tier import Tier
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.gates.gate import Gate
from wardlaw.register.gates.run import GateRun
from wardlaw.register.system import MadeOf, System

_DOMAIN = b"wardlaw.dev/verdict/v1\n"
_ENCODER = msgspec.json.Encoder(order="sorted")
DAY_S = 86_400.0


class BoundCheck(msgspec.Struct, frozen=True):
    """How a check ended, and digests of what it was made of."""

    id: str
    kind: str
    outcome: CheckOutcome
    grounds: tuple[str, ...]


class SignedOff(msgspec.Struct, frozen=True):
    """Who signed it off, as what."""

    by: str
    role: Role
    at: float


class Verdict(msgspec.Struct, frozen=True):
    """What opens a route; times in Unix seconds.

    Attributes:
        gate_digest: Of checks and thresholds, which were signed before the run.
        gate_signed_at: When they were.
        results: SHA-256 of all the checks said.
        rests_on: Provisions people vouch for; when one is taken back the verdict no longer stands.
        clauses: Clauses whose canaries must be stopped.
    """

    id: str
    run: str
    gate: str
    gate_digest: str
    gate_signed_at: float
    system: str
    system_version: int
    environment: str
    made_of: MadeOf
    policies: str
    classification: int
    outcome: CheckOutcome
    results: str
    checks: tuple[BoundCheck, ...]
    signed_off: tuple[SignedOff, ...]
    rests_on: tuple[str, ...]
    clauses: tuple[str, ...]
    at: float
    until: float


class SignedVerdict(msgspec.Struct, frozen=True):
    """A verdict with the signature of the installation's key, base64; ``key`` is that key as one line."""

    verdict: Verdict
    key: str
    signature: str


def verdict_of(run: GateRun, gate: Gate, *, verdict_id: str, signed_at: float, now: float) -> Verdict:
    """The verdict of a run that was approved."""
    return Verdict(
        id=verdict_id,
        run=run.id,
        gate=run.gate,
        gate_digest=run.gate_digest,
        gate_signed_at=signed_at,
        system=run.system,
        system_version=run.system_version,
        environment=run.environment,
        made_of=run.made_of,
        policies=run.policies,
        classification=run.classification,
        outcome=run.outcome,
        results=hashlib.sha256(_ENCODER.encode(run.results)).hexdigest(),
        checks=tuple(
            BoundCheck(one.id, one.kind.value, one.outcome, tuple(ground.digest for ground in one.grounds))
            for one in run.results
        ),
        signed_off=tuple(SignedOff(one.by, one.role, one.at) for one in run.answers),
        rests_on=run.rests_on,
        clauses=run.clauses,
        at=now,
        until=now + gate.days * DAY_S,
    )


def verdict_message(verdict: Verdict) -> bytes:
    """The bytes that are signed: the same verdict gives the same bytes."""
    return _DOMAIN + _ENCODER.encode(verdict)


def speaks_for(verdict: Verdict, system: System, *, classification: int, attested: Iterable[str], at: float) -> str:
    """Why a verdict does not speak for a system as it now is; ``""`` when it does."""
    if verdict.system != system.id:
        return f"the verdict is {verdict.system}'s"
    if system.tier is Tier.PROHIBITED:
        return "it is a prohibited practice"
    if not verdict.at <= at < verdict.until:
        return "the verdict has expired"
    if verdict.environment != system.environment:
        return f"the verdict is for {verdict.environment}"
    for name, digest in msgspec.structs.asdict(verdict.made_of).items():
        if getattr(system.made_of, name) != digest:
            return f"the {name} digest changed"
    if verdict.classification != classification:
        return "it was classified anew"
    if gone := sorted(set(verdict.rests_on) - set(attested)):
        return f"nobody vouches for {', '.join(gone)} any more"
    return ""
