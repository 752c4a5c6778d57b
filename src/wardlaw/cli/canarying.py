"""Runs canaries: one after another, by a timetable and when people ask; what comes of them is kept and told."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.cli.canarysending import CanaryPost, CanaryReply, decisions_of
from wardlaw.config.model import Config
from wardlaw.config.notify import channel_names
from wardlaw.console.desks.canaries import CanaryDesk
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.decision.policyset import PolicySet
from wardlaw.evidence.canary import Canary, CanaryCaller
from wardlaw.evidence.canarygrants import judge_grant, rule_on_canary
from wardlaw.evidence.canaryverdict import CanaryFinding, judge_canary
from wardlaw.facts.canary import IN_SYSTEM, SINGLE, STEP, CanaryOrder, CanaryOutcome, CanaryRun
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.incident import Incident
from wardlaw.facts.mac import hmac_sha256
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.inventory.granted import GrantMoment
from wardlaw.security.fingerprint import make_fingerprint
from wardlaw.store.canaries import (
    CANARY_FAILED,
    CanaryOrders,
    CanaryRuns,
    hold_key,
    hold_secret,
    lend_key,
    settle_incident,
    take_key_back,
)
from wardlaw.store.database import reading, writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.purposes import Purposes

_ID_BYTES, _NAME_BYTES = 13, 8
_LOOKED_AT = 5  # steps before the last whose decisions are looked at, where it was not stopped
_SOONEST = 0.75  # of the time a canary may wait; the rest is spread by its name, so that they do not come in a bunch
_HOUR_S = 3_600.0
_PREFIXES = {PrincipalKind.USER: "user", PrincipalKind.AGENT: "agent", PrincipalKind.NHI: "nhi"}
PERSON = "user:wardlaw-canary-person"
"""For whom canaries of agents act, where a clause asks about that."""

_log = logging.getLogger("wardlaw.canary")


class CanaryTools(msgspec.Struct, frozen=True):
    """What a runner works with.

    Attributes:
        random: Gives random bytes.
        clock: Unix seconds.
        policies: Gives the clauses in force, as grants are put before them.
    """

    engine: Engine
    keyring: Keyring
    purposes: Purposes
    recorder: ControlRecorder
    random: Callable[[int], bytes]
    clock: Callable[[], float]
    policies: Callable[[], PolicySet]


class CanaryRunner:
    """Runs canaries of one installation, each to its end before the next."""

    def __init__(self, config: Config, desk: CanaryDesk, tools: CanaryTools) -> None:
        self._desk = desk
        self._tools = tools
        self._every_s = config.canaries.every_h * _HOUR_S
        self._channels = channel_names(config.notify)
        self._zone = ZoneInfo(config.installation.timezone)
        self._post = CanaryPost(config, tools.purposes.canaries, random=tools.random, clock=tools.clock)

    def plan(self) -> tuple[Canary, ...]:
        """The canaries there should be now; what they say is registered."""
        tools, planted, purposes = self._tools, self._desk.planted, self._tools.purposes
        with writing(tools.engine) as connection:
            for text, tripwire in ((planted.secret, False), (planted.tripwire, True)):
                kind = "tripwire" if tripwire else "secret"
                made = make_fingerprint(
                    text,
                    id=f"{kind}:wardlaw-canary",
                    key=purposes.fingerprint,
                    base=purposes.fingerprint_base,
                    tripwire=tripwire,
                )
                hold_secret(connection, made, now=tools.clock())
        return self._desk.plan()

    def waiting(self) -> tuple[CanaryOrder, ...]:
        """People's orders that nobody has carried out."""
        with reading(self._tools.engine) as connection:
            return CanaryOrders(connection).waiting()

    def finish(self, order: CanaryOrder) -> None:
        """Note that an order was carried out."""
        with writing(self._tools.engine) as connection:
            CanaryOrders(connection).done(order.id, now=self._tools.clock())

    def due(self, plan: tuple[Canary, ...]) -> Iterator[Canary]:
        """Those whose time has come, the longest waiting first."""
        with reading(self._tools.engine) as connection:
            last = {(run.clause, run.route): run.at for run in CanaryRuns(connection).latest()}
        now = self._tools.clock()
        waiting = [(last.get((one.clause, one.route), 0.0), one) for one in plan if not (one.waits or one.is_absent)]
        ready = [(at, one) for at, one in waiting if now - at >= self._wait_s(one)]
        yield from (one for _, one in sorted(ready, key=lambda pair: pair[0]))

    def _wait_s(self, canary: Canary) -> float:
        digest = hashlib.sha256(f"{canary.clause}\x00{canary.route}".encode()).digest()
        return self._every_s * (_SOONEST + (1 - _SOONEST) * digest[0] / 256)

    async def run(self, canary: Canary, *, order: str = "") -> CanaryRun:
        """Run one, keep what became of it, and tell people where it failed."""
        tools = self._tools
        run = CanaryRun(
            id=f"crn_{tools.random(_ID_BYTES).hex()}",
            canary="",
            clause=canary.clause,
            route=canary.route,
            example=canary.example.name if canary.example is not None else "",
            at=tools.clock(),
            outcome=CanaryOutcome.NOT_EXPRESSIBLE,
            detail=canary.why,
            order=order,
        )
        if canary.grant is not None:
            run = await self._rule(canary, run)
        elif canary.request is not None:
            run = await asyncio.to_thread(self._send, canary, run)
            await self._record(run)
        return await asyncio.to_thread(self._keep, run)

    async def _record(self, run: CanaryRun, **more: str) -> str:
        told = {"clause": run.clause, "route": run.route, "outcome": run.outcome.value, "canary": run.canary, **more}
        told["decision"] = more.get("decision", run.decision)
        return await self._tools.recorder.record_told(
            "control", "canary", "canaries.ran", {"detail": run.detail}, told=told
        )

    async def _rule(self, canary: Canary, run: CanaryRun) -> CanaryRun:
        """Put a grant before the clauses in force; what they say is in the record, and nowhere else."""
        tools = self._tools
        local = datetime.fromtimestamp(run.at, tz=self._zone)
        decision = f"gdc_{tools.random(_ID_BYTES).hex()}"
        mark = f"{SINGLE}{tools.random(_ID_BYTES).hex()}"
        began = time.perf_counter()
        moment = GrantMoment(run.at, local.hour, local.isoweekday())
        policies = await asyncio.to_thread(tools.policies)
        ruling = rule_on_canary(canary, policies, decision=decision, moment=moment)
        found = judge_grant(canary, ruling, record=decision)
        run = msgspec.structs.replace(
            run,
            canary=mark,
            outcome=found.outcome,
            detail=found.detail,
            took_us=int((time.perf_counter() - began) * 1e6),
        )
        said = {"effect": ruling.effect.value, "clauses": " ".join(ruling.clauses)} if ruling is not None else {}
        record = await self._record(run, decision=decision, policies=policies.digest, **said)
        return msgspec.structs.replace(run, decision=record)

    def _send(self, canary: Canary, run: CanaryRun) -> CanaryRun:
        tools = self._tools
        steps = bool(canary.before)
        mark = f"{STEP if steps else SINGLE}{tools.random(_ID_BYTES).hex()}"
        run = msgspec.structs.replace(run, canary=mark, outcome=CanaryOutcome.UNAVAILABLE)
        with reading(tools.engine) as connection:
            has_passed = CanaryRuns(connection).has_passed(canary.clause, canary.route)
        try:
            if not steps:
                return self._send_one(canary, run, has_passed=has_passed)
            with self._caller_for(canary) as credential:
                return self._send_steps(canary, run, credential, has_passed=has_passed)
        except UnavailableError as error:
            return msgspec.structs.replace(run, detail=error.message)

    def _send_one(self, canary: Canary, run: CanaryRun, *, has_passed: bool) -> CanaryRun:
        tools, request = self._tools, canary.request
        assert request is not None
        with writing(tools.engine) as connection:
            credential = self._key(
                request.caller,
                lambda name, who, secret: hold_key(connection, name, who, secret=secret, now=tools.clock()),
            )
        reply = self._post.send(run.canary, request, credential=credential)
        return self._judged(canary, run, reply, has_passed=has_passed)

    def _send_steps(self, canary: Canary, run: CanaryRun, credential: str, *, has_passed: bool) -> CanaryRun:
        assert canary.request is not None
        replies = [
            self._post.send(run.canary, one, credential=credential, session=run.canary)
            for one in (*canary.before, canary.request)
        ]
        for one in canary.after:
            self._post.send(run.canary, one, credential=credential, session=run.canary)
        last = replies.pop()
        known = [reply.decision for reply in replies[-_LOOKED_AT:] if reply.decision]
        return self._judged(canary, run, last, has_passed=has_passed, before=known)

    def _judged(
        self, canary: Canary, run: CanaryRun, reply: CanaryReply, *, has_passed: bool, before: Sequence[str] = ()
    ) -> CanaryRun:
        tools = self._tools
        run = msgspec.structs.replace(run, took_us=reply.took_us)
        if not reply.decision and not before:
            return _undecided(run, reply, has_passed=has_passed)
        seen = decisions_of(tools.engine, tools.keyring, reply.decision) if reply.decision else ()
        found: CanaryFinding = judge_canary(canary, run.canary, seen, has_passed=has_passed)
        if before and found.outcome is not CanaryOutcome.PASS:
            steps = [one for name in before for one in decisions_of(tools.engine, tools.keyring, name)]
            found = judge_canary(canary, run.canary, seen, has_passed=has_passed, before=steps)
        if not reply.decision and found.outcome is CanaryOutcome.UNAVAILABLE:
            return _undecided(run, reply, has_passed=has_passed)
        return msgspec.structs.replace(run, outcome=found.outcome, decision=found.decision, detail=found.detail)

    @contextmanager
    def _caller_for(self, canary: Canary) -> Iterator[str]:
        """The text of a key for a caller that nobody else ever is; it ends with the canary."""
        tools, request = self._tools, canary.request
        assert request is not None
        name = tools.random(_NAME_BYTES).hex()
        caller = request.caller
        who = _principal(caller, f"run-{name}", person=f"{PERSON}-{name}")
        with writing(tools.engine) as connection:
            text = lend_key(connection, name, who, secret=tools.random(32), now=tools.clock())
        try:
            yield text
        finally:
            with writing(tools.engine) as connection:
                take_key_back(connection, name)

    def _key(self, caller: CanaryCaller, hold: Callable[[str, Principal, bytes], str]) -> str:
        """The text of the key for a caller: one and the same for all canaries that come as it."""
        secret = hmac_sha256(self._tools.purposes.canaries, b"credential " + caller.said)
        name = hashlib.sha256(caller.said).hexdigest()[:12]
        return hold(name, _principal(caller, name, person=PERSON), secret)

    def _keep(self, run: CanaryRun) -> CanaryRun:
        tools = self._tools
        month = time.strftime("%Y-%m", time.gmtime(run.at))
        incident = Incident(
            id=f"inc_{tools.random(_ID_BYTES).hex()}",
            exchange=run.canary,
            principal=tools.keyring.pseudonym("canary", month),
            kind=CANARY_FAILED,
            opened_at=run.at,
            last_at=run.at,
            detail=f"{run.clause} did not stop its canary on {run.route}: {run.detail} ({run.decision or run.id})",
        )
        with writing(tools.engine) as connection:
            opened = settle_incident(connection, run, incident, channels=self._channels)
            run = msgspec.structs.replace(run, incident=opened)
            CanaryRuns(connection).keep(run)
        if run.outcome is CanaryOutcome.FAIL:
            _log.error("%s failed on %s: %s", run.clause, run.route, run.detail)
        return run


def _undecided(run: CanaryRun, reply: CanaryReply, *, has_passed: bool) -> CanaryRun:
    """What it means that the door answered without a decision."""
    words = f"The door answered {reply.status} without a decision: {reply.told[:300]}"
    if reply.status in (401, 429) or reply.status >= 500:
        return msgspec.structs.replace(run, outcome=CanaryOutcome.UNAVAILABLE, detail=words)
    outcome = CanaryOutcome.FAIL if has_passed else CanaryOutcome.NOT_EXPRESSIBLE
    return msgspec.structs.replace(run, outcome=outcome, detail=words)


def _principal(caller: CanaryCaller, name: str, *, person: str) -> Principal:
    return Principal(
        id=f"{_PREFIXES[caller.kind]}:wardlaw-canary-{name}{IN_SYSTEM}{caller.system}".removesuffix(IN_SYSTEM),
        kind=caller.kind,
        name="Canary",
        team=caller.team,
        groups=caller.groups,
        acting_for=person if caller.for_person else "",
        registered=caller.registered,
        app_user_channel=caller.user_channel,
    )
