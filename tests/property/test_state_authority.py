"""Both authorities against a model that keeps every event and counts from scratch."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.authorities import authority, redis_missing
from wardlaw.facts.request import Snapshot
from wardlaw.state.authority import DAY_S, Ask, Ticket
from wardlaw.state.ledger import Ledger
from wardlaw.state.rebuild import load_snapshot, save_snapshot

PRINCIPALS = [bytes([n]) * 16 for n in (1, 2, 3)]
PERSONS = [b"", PRINCIPALS[0], PRINCIPALS[1]]
SESSIONS = [b"", b"S" * 16, b"T" * 16]
SUBJECTS = [bytes([n]) * 8 for n in range(6)]


class Reservation(msgspec.Struct):
    ask: Ask
    day: int
    state: str = "open"


class Model:
    """Everything that happened, and what follows from it."""

    def __init__(self) -> None:
        self.reservations: list[Reservation] = []
        self.tokens: dict[tuple[bytes, int], int] = {}
        self.day: dict[bytes, int] = {}
        self.probes: list[tuple[Ask, int]] = []
        self.forgiven: dict[bytes, int] = {}  # how many of the probes a release of the key has made forgotten
        self.taints: list[tuple[Ask, tuple[str, ...]]] = []
        self.locked: dict[bytes, tuple[str, float]] = {}
        self.used: set[bytes] = set()

    @staticmethod
    def holders(ask: Ask) -> set[bytes]:
        return {ask.principal, ask.person} - {b""}

    def touch(self, ask: Ask) -> None:
        for key in self.holders(ask):
            self.day[key] = max(self.day.get(key, 0), int(ask.at // DAY_S))

    def reserve(self, ask: Ask) -> Reservation:
        self.touch(ask)
        made = Reservation(ask, int(ask.at // DAY_S))
        self.reservations.append(made)
        for key in self.holders(ask):
            self.add_tokens(key, made.day, ask.tokens)
        return made

    def add_tokens(self, key: bytes, day: int, change: int) -> None:
        self.tokens[key, day] = max(0, self.tokens.get((key, day), 0) + change)

    def settle(self, made: Reservation, *, released: bool, tokens: int | None) -> None:
        if made.state != "open":
            return
        made.state = "released" if released else "taken back"
        spent = tokens if tokens is not None else made.ask.tokens if released else 0
        for key in self.holders(made.ask):
            change = spent - made.ask.tokens
            today = self.day[key]
            self.add_tokens(key, today, change if today == made.day else max(0, change))

    def snapshot(self, ask: Ask) -> dict[str, Any]:
        per_holder = [self._of(key, ask.at) for key in self.holders(ask)]
        session = ask.session or ask.principal
        in_session = [
            r for r in self.reservations if (r.ask.session or r.ask.principal) == session and r.state != "taken back"
        ]
        probes = sum(
            w for a, w in self._probes(session) if (a.session or a.principal) == session and a.at > ask.at - 600
        )
        labels = {label for a, named in self.taints if (a.session or a.principal) == session for label in named}
        labels |= {
            label
            for a, named in self.taints
            if self.holders(a) & self.holders(ask) and a.at > ask.at - 3_600
            for label in named
        }
        locked = [self.locked[key] for key in (ask.principal, ask.person, session) if key in self.locked]
        return {
            "calls_minute": max(one["calls"] for one in per_holder),
            "tokens_day": max(one["tokens"] for one in per_holder),
            "subjects_day": max(one["subjects"] for one in per_holder),
            "bytes_day": max(one["bytes"] for one in per_holder),
            "session_subjects": len({s for r in in_session for s in r.ask.subjects}),
            "session_bytes": sum(r.ask.result_bytes for r in in_session),
            "probes": max(probes, *(one["probes"] for one in per_holder)),
            "taint": tuple(sorted(labels)),
            "quarantined": next((reason for reason, until in locked if until == 0 or until > ask.at), ""),
        }

    def _of(self, key: bytes, at: float) -> dict[str, int]:
        day = int(at // DAY_S)
        mine = [r for r in self.reservations if key in self.holders(r.ask)]
        moved = [r for r in mine if r.day == day and r.state != "taken back"]
        return {
            "calls": sum(r.ask.calls for r in mine if r.ask.at > at - 60),
            "tokens": self.tokens.get((key, day), 0),
            "subjects": len({s for r in moved for s in r.ask.subjects}),
            "bytes": sum(r.ask.result_bytes for r in moved),
            "probes": sum(w for a, w in self._probes(key) if key in self.holders(a) and a.at > at - 600),
        }

    def _probes(self, key: bytes) -> list[tuple[Ask, int]]:
        return self.probes[self.forgiven.get(key, 0) :]


class AuthorityMachine(RuleBasedStateMachine):
    kind = "ledger"

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.state = self.runner.run(self.stack.enter_async_context(authority(self.kind)))
        self.model = Model()
        self.at = 20_700 * DAY_S + 86_000.0  # shortly before midnight
        self.tickets: list[tuple[Ticket, Reservation]] = []
        self.deltas: list[bytes] = []

    def run(self, action: Any) -> Any:
        return self.runner.run(action)

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    def ask(self, who: tuple[int, int, int], **more: Any) -> Ask:
        return Ask(PRINCIPALS[who[0]], PERSONS[who[1]], SESSIONS[who[2]], self.at, **more)

    people = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))

    @rule(step=st.sampled_from([0.5, 10.0, 30.0, 61.0, 250.0, 601.0, 3_601.0]))
    def time_passes(self, step: float) -> None:
        self.at += step

    @rule(
        who=people,
        calls=st.integers(0, 2),
        tokens=st.integers(0, 50),
        subjects=st.frozensets(st.sampled_from(SUBJECTS), max_size=4),
        moved=st.integers(0, 9),
    )
    def reserve(self, who: Any, calls: int, tokens: int, subjects: Any, moved: int) -> None:
        ask = self.ask(who, calls=calls, tokens=tokens, subjects=subjects, result_bytes=moved)
        ticket = self.run(self.state.reserve(ask))
        made = self.model.reserve(ask)
        expected = self.model.snapshot(ask)
        got = ticket.snapshot
        assert {name: getattr(got, name) for name in expected} == expected
        assert got == Snapshot(**expected)
        self.tickets.append((ticket, made))
        self.deltas.append(ticket.delta)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), released=st.booleans(), tokens=st.none() | st.integers(0, 90))
    def settle(self, data: Any, released: bool, tokens: int | None) -> None:
        ticket, made = data.draw(st.sampled_from(self.tickets[-6:]))
        if made.ask.at < self.at - 3_600:
            return  # past `ticket_s`: stays counted
        if not (made.ask.tokens or made.ask.result_bytes or made.ask.subjects):
            tokens = None  # it holds nothing to settle; tokens known later go through `correct_tokens`
        self.deltas.append(self.run(self.state.settle(ticket, released=released, tokens=tokens)))
        self.model.settle(made, released=released, tokens=tokens)

    @rule(who=people, weight=st.integers(1, 3))
    def probe(self, who: Any, weight: int) -> None:
        ask = self.ask(who)
        self.deltas.append(self.run(self.state.probe(ask, weight)))
        self.model.touch(ask)
        self.model.probes.append((ask, weight))

    @rule(who=people, labels=st.sets(st.sampled_from(["web", "mail", "é"]), min_size=1))
    def taint(self, who: Any, labels: set[str]) -> None:
        ask = self.ask(who)
        self.deltas.append(self.run(self.state.taint(ask, labels)))
        self.model.touch(ask)
        self.model.taints.append((ask, tuple(labels)))

    @rule(key=st.sampled_from([*PRINCIPALS, *SESSIONS[1:]]), life=st.sampled_from([0.0, 20.0]))
    def quarantine(self, key: bytes, life: float) -> None:
        until = self.at + life if life else 0.0
        self.deltas.append(self.run(self.state.quarantine([key], f"for {life}", until=until, at=self.at)))
        held = self.model.locked.get(key)
        if held is None or (held[1] and (not until or until > held[1])):  # the later end stands
            self.model.locked[key] = (f"for {life}", until)

    @rule(key=st.sampled_from([*PRINCIPALS, *SESSIONS[1:]]))
    def release(self, key: bytes) -> None:
        self.deltas.append(self.run(self.state.release([key])))
        self.model.locked.pop(key, None)
        self.model.forgiven[key] = len(self.model.probes)

    @rule(token=st.sampled_from([b"one", b"two", b"three"]))
    def use_once(self, token: bytes) -> None:
        once = self.run(self.state.use_once(token, until=20_800 * DAY_S, at=self.at))
        assert bool(once) is (token not in self.model.used)
        self.deltas.append(once.delta)
        self.model.used.add(token)


class LedgerMachine(AuthorityMachine):
    """The ledger moreover comes back the same from its deltas, and from a snapshot file in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(self.runner.run(self.temporary()))

    async def temporary(self) -> str:
        return self.stack.enter_context(tempfile.TemporaryDirectory())

    @invariant()
    def each_subject_is_accounted_for(self) -> None:
        assert isinstance(self.state, Ledger)
        holders = [*self.state.accounts.values(), *self.state.sessions.values()]
        packed = sum(packed.subjects for packed in self.state.packed.values())
        assert self.state.subjects_total == packed + sum(holder.meter.size() for holder in holders)

    @invariant()
    def packing_everything_changes_nothing(self) -> None:
        assert isinstance(self.state, Ledger)
        while self.state.accounts and self.state.number % 3 == 0:
            self.state._pack_oldest()

    def teardown(self) -> None:
        try:
            assert isinstance(self.state, Ledger)
            again = Ledger(epoch=0)
            for place, delta in enumerate(self.deltas):
                again.replay((1, place), delta)
                again.replay((1, place), delta)  # passed over
            path = self.folder / "state"
            save_snapshot(self.state, path, (1, len(self.deltas)))
            loaded = load_snapshot(path)
            assert loaded is not None
            for at in (self.at, self.at + 50, self.at + 3_000):
                expected = answers(self.state, at)
                assert answers(again, at) == expected
                assert answers(loaded[0], at) == expected
        finally:
            super().teardown()


def answers(ledger: Ledger, at: float) -> list[Any]:
    """What the ledger says to everybody."""
    asks = [Ask(p, o, s, at) for p in PRINCIPALS for o in PERSONS for s in SESSIONS]
    return [*(ledger.reserve_now(ask).snapshot for ask in asks), ledger.used, ledger.quarantines, ledger.subjects_total]


class RedisMachine(AuthorityMachine):
    kind = "redis"


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)


@pytest.mark.redis
def test_redis() -> None:
    if why := asyncio.run(redis_missing()):
        pytest.skip(why)
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        RedisMachine,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
