"""Runs canaries: one after another, by a timetable and when people ask; what comes of them is kept and told."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.cli.canarysending import CanaryPost, CanaryReply, decisions_of
from wardlaw.config.model import Config
from wardlaw.config.notify import channel_names
from wardlaw.console.desks.canaries import CanaryDesk
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.evidence.canary import Canary, CanaryCaller
from wardlaw.evidence.canaryverdict import CanaryFinding, judge_canary
from wardlaw.facts.canary import CanaryOrder, CanaryOutcome, CanaryRun
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.incident import Incident
from wardlaw.facts.mac import hmac_sha256
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.security.fingerprint import make_fingerprint
from wardlaw.store.canaries import (
    CANARY_FAILED,
    CanaryOrders,
    CanaryRuns,
    hold_key,
    hold_secret,
    settle_incident,
)
from wardlaw.store.database import reading, writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.purposes import Purposes

_ID_BYTES = 13
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
    """

    engine: Engine
    keyring: Keyring
    purposes: Purposes
    recorder: ControlRecorder
    random: Callable[[int], bytes]
    clock: Callable[[], float]


class CanaryRunner:
    """Runs canaries of one installation, each to its end before the next."""

    def __init__(self, config: Config, desk: CanaryDesk, tools: CanaryTools) -> None:
        self._desk = desk
        self._tools = tools
        self._every_s = config.canaries.every_h * _HOUR_S
        self._channels = channel_names(config.notify)
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
        waiting = [(last.get((one.clause, one.route), 0.0), one) for one in plan]
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
        if canary.request is not None:
            run = await asyncio.to_thread(self._send, canary, run)
            told = {"clause": run.clause, "route": run.route, "outcome": run.outcome.value, "decision": run.decision}
            await tools.recorder.record_told(
                "control", "canary", "canaries.ran", {"detail": run.detail}, told={**told, "canary": run.canary}
            )
        return await asyncio.to_thread(self._keep, run)

    def _send(self, canary: Canary, run: CanaryRun) -> CanaryRun:
        tools, request = self._tools, canary.request
        assert request is not None
        mark = f"can_{tools.random(_ID_BYTES).hex()}"
        run = msgspec.structs.replace(run, canary=mark, outcome=CanaryOutcome.UNAVAILABLE)
        with writing(tools.engine) as connection:
            credential = self._key(
                request.caller,
                lambda name, who, secret: hold_key(connection, name, who, secret=secret, now=tools.clock()),
            )
            has_passed = CanaryRuns(connection).has_passed(canary.clause, canary.route)
        try:
            reply = self._post.send(mark, request, credential=credential)
        except UnavailableError as error:
            return msgspec.structs.replace(run, detail=error.message)
        run = msgspec.structs.replace(run, took_us=reply.took_us)
        if not reply.decision:
            return _undecided(run, reply, has_passed=has_passed)
        seen = decisions_of(tools.engine, tools.keyring, reply.decision)
        found: CanaryFinding = judge_canary(canary, mark, seen, has_passed=has_passed)
        return msgspec.structs.replace(run, outcome=found.outcome, decision=found.decision, detail=found.detail)

    def _key(self, caller: CanaryCaller, hold: Callable[[str, Principal, bytes], str]) -> str:
        """The text of the key for a caller: one and the same for all canaries that come as it."""
        said = msgspec.json.encode(caller, order="deterministic")
        secret = hmac_sha256(self._tools.purposes.canaries, b"credential " + said)
        name = hashlib.sha256(said).hexdigest()[:12]
        principal = Principal(
            id=f"{_PREFIXES[caller.kind]}:wardlaw-canary-{name}",
            kind=caller.kind,
            name="Canary",
            team=caller.team,
            groups=caller.groups,
            acting_for=PERSON if caller.for_person else "",
            registered=caller.registered,
            app_user_channel=caller.user_channel,
        )
        return hold(name, principal, secret)

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
