"""Whatever callers, people and clocks do: each use was of exactly the call that enough people approved in time, once."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.gateway.test_holding import NOW, _Kek, matter
from wardlaw.facts.approval import CallAnswer, CallPass, HeldCall
from wardlaw.facts.errors import InputError
from wardlaw.gateway.holding import HeldMatter, TableHolding
from wardlaw.governance.approvals import short_name
from wardlaw.store.approvals import answer_call, get_approval
from wardlaw.store.database import writing
from wardlaw.store.keyring import Keyring
from wardlaw.testing.databases import sqlite_database

# Calls that are easily taken for one another.
ARGUMENTS = ('{"to": "ana"}', '{"to": "\\u0430na"}', '{"to": "ana "}', '{"to": "ana", "to": "ana"}', '{"to": ["ana"]}')
CALLS = st.tuples(
    st.sampled_from(ARGUMENTS),
    st.sampled_from(("agent:bot", "agent:b0t")),
    st.sampled_from(("user:ada", "")),
    st.sampled_from(("tool:pay", "tool:p\u0430y")),
    st.sampled_from(((), ("saw:mail",))),
    st.sampled_from(("", "pin2")),
)
ACTS = st.one_of(
    st.tuples(st.just("call"), CALLS),
    st.tuples(
        st.just("answer"),
        st.tuples(
            st.integers(0, 3), st.sampled_from(("ana", "ben", "ada", "Ada")), st.sampled_from((True, True, False))
        ),
    ),
    st.tuples(st.just("wait"), st.sampled_from((60.0, 400.0))),
)


def made(call: tuple[str, str, str, str, tuple[str, ...], str], at: float) -> HeldMatter:
    arguments, principal, acting_for, resource, taint, pin = call
    base = matter(arguments, taint=taint)
    who = msgspec.structs.replace(base.request.principal, id=principal, acting_for=acting_for)
    what = msgspec.structs.replace(base.request.resource, id=resource)
    asked = msgspec.structs.replace(base.request, principal=who, resource=what, at=at)
    return msgspec.structs.replace(base, request=asked, pin=pin)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, max_size=24))
def test_each_use_was_approved_for_exactly_this_call(acts: list[tuple[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder, sqlite_database(Path(folder)) as engine:
        keyring = Keyring(f"sqlite:///{folder}/deks.db", _Kek())
        table = TableHolding(engine, keyring, secret=b"k" * 32, inspect=lambda _text, _channel: ())
        now, known, uses = NOW, [], []

        def get(name: str):  # type: ignore[no-untyped-def]
            with writing(engine) as connection:
                return get_approval(connection, name)

        async def call(held: HeldMatter) -> tuple[HeldCall, CallPass | None]:
            used = await table.use(held)
            if used is None and (notice := await table.park(held)).approval and notice.approval not in known:
                known.append(notice.approval)
            return held.call(), used

        async def story() -> None:
            nonlocal now
            for kind, what in acts:
                if kind == "wait":
                    now += what  # type: ignore[operator]
                elif kind == "call":
                    asked, used = await call(made(what, now))  # type: ignore[arg-type]
                    if used is not None:
                        uses.append((asked, used, now))
                elif known:
                    place, by, approves = what  # type: ignore[misc]
                    try:
                        with writing(engine) as connection:
                            answer_call(
                                connection, known[place % len(known)], CallAnswer(f"person:{by}", now, approves, "r")
                            )
                    except InputError:
                        pass

        asyncio.run(story())
        keyring.close()
        assert len({used.approval for _, used, _ in uses}) == len(uses)
        for asked, used, at in uses:
            approval = get(used.approval)
            assert used.digest == asked.digest() != approval.digest
            assert (approval.principal, approval.acting_for, approval.resource) == (
                asked.principal, asked.acting_for, asked.resource,
            )  # fmt: skip
            assert used.clauses == asked.clauses
            assert at < approval.expires_at
            yes = {short_name(one.by) for one in approval.answers}
            assert all(one.approves for one in approval.answers)
            assert len(yes) >= approval.approvers == (2 if asked.taint else 1)
            assert approval.approvers == 1 or "ada" not in yes or asked.acting_for != "user:ada"
