"""One behaviour, two authorities: every test here runs in process and on Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.authorities import authority, redis_missing
from wardlaw.state.authority import OVER, Ask, Limits, StateAuthority, bounded, subject_digests

DAY = 86_400.0
T0 = 20_700 * DAY + 36_000.0  # ten o'clock on some day
ADA, BEN, AGENT, OTHER_AGENT = (bytes([n]) * 16 for n in (1, 2, 3, 4))
S1, S2, S3 = (bytes([n]) * 16 for n in (11, 12, 13))

Story = Callable[[StateAuthority], Awaitable[None]]


@pytest.fixture(params=["ledger", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "redis" and (why := asyncio.run(redis_missing())):
        pytest.skip(why)
    return str(request.param)


def play(kind: str, story: Story, limits: Limits | None = None) -> None:
    async def run() -> None:
        async with authority(kind, limits) as state:
            await story(state)

    asyncio.run(run())


def ask(
    principal: bytes = ADA,
    at: float = T0,
    *,
    person: bytes = b"",
    session: bytes = S1,
    calls: int = 1,
    tokens: int = 0,
    subjects: tuple[bytes | str, ...] = (),
    moved: int = 0,
) -> Ask:
    return Ask(principal, person, session, at, calls, tokens, frozenset(subjects), moved)


def test_a_minute_of_calls_is_exact(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        seen = [(await state.reserve(ask(at=T0 + second))).snapshot.calls_minute for second in (0, 20, 40, 59.9)]
        assert seen == [1, 2, 3, 4]
        assert (await state.reserve(ask(at=T0 + 60))).snapshot.calls_minute == 4  # the first is just out
        assert (await state.reserve(ask(at=T0 + 200))).snapshot.calls_minute == 1

    play(kind, story)


def test_beyond_the_exact_bound_calls_are_never_under_counted(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        for place in range(40):
            snapshot = (await state.reserve(ask(at=T0 + place * 0.05))).snapshot
            assert snapshot.calls_minute == place + 1
        # Twenty calls lie in the last 60 s; the shared slots may keep up to a quarter second more.
        held = (await state.reserve(ask(at=T0 + 60.99, calls=0))).snapshot.calls_minute
        assert 20 <= held <= 26
        assert (await state.reserve(ask(at=T0 + 63, calls=0))).snapshot.calls_minute == 0

    play(kind, story, Limits(exact_calls=8))


def test_the_larger_of_principal_and_person_counts(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.reserve(ask(ADA, tokens=900, moved=50, subjects=("a", "b")))
        by_agent = (
            await state.reserve(ask(AGENT, person=ADA, session=S2, tokens=10, moved=5, subjects=("b", "c")))
        ).snapshot
        assert (by_agent.calls_minute, by_agent.tokens_day, by_agent.bytes_day, by_agent.subjects_day) == (
            2,
            910,
            55,
            3,
        )
        assert (by_agent.session_subjects, by_agent.session_bytes) == (2, 5)
        alone = (await state.reserve(ask(AGENT, session=S3))).snapshot
        assert (alone.calls_minute, alone.tokens_day, alone.subjects_day) == (2, 10, 2)

    play(kind, story)


def test_a_person_acting_for_themselves_counts_once(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        snapshot = (await state.reserve(ask(ADA, person=ADA, tokens=5, subjects=("a",)))).snapshot
        assert (snapshot.calls_minute, snapshot.tokens_day, snapshot.subjects_day) == (1, 5, 1)

    play(kind, story)


def test_a_fresh_session_gives_no_fresh_ceiling(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.reserve(ask(session=S1, subjects=("a", "b"), moved=10))
        snapshot = (await state.reserve(ask(session=S2, subjects=("c",), moved=1))).snapshot
        assert (snapshot.session_subjects, snapshot.subjects_day) == (1, 3)
        assert (snapshot.session_bytes, snapshot.bytes_day) == (1, 11)
        assert snapshot.calls_minute == 2

    play(kind, story)


def test_no_session_is_a_session_of_its_own(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.reserve(ask(session=b"", moved=10))
        assert (await state.reserve(ask(session=b"", moved=1))).snapshot.session_bytes == 11
        assert (await state.reserve(ask(session=S1, moved=1))).snapshot.session_bytes == 1

    play(kind, story)


def test_concurrent_reservations_cannot_both_slip_under(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        tickets = await asyncio.gather(*(state.reserve(ask(subjects=(f"s{n}",), moved=10)) for n in range(8)))
        assert sorted(ticket.snapshot.subjects_day for ticket in tickets) == list(range(1, 9))
        assert sorted(ticket.snapshot.bytes_day for ticket in tickets) == list(range(10, 90, 10))

    play(kind, story)


def test_what_was_not_released_is_taken_back_but_the_call_stays(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        ticket = await state.reserve(ask(person=BEN, tokens=7, subjects=("a",), moved=10))
        await state.settle(ticket, released=False)
        await state.settle(ticket, released=False)  # once is enough
        for who in (ADA, BEN):
            left = (await state.reserve(ask(who, session=S1, calls=0))).snapshot
            assert (left.calls_minute, left.tokens_day, left.subjects_day, left.bytes_day) == (1, 0, 0, 0)
            assert (left.session_subjects, left.session_bytes) == (0, 0)

    play(kind, story)


def test_taking_one_of_two_back_keeps_the_other(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        first = await state.reserve(ask(subjects=("a", "b")))
        second = await state.reserve(ask(subjects=("b", "c")))
        assert (len(first.fresh), len(second.fresh)) == (2, 1)
        await state.settle(second, released=False)
        assert (await state.reserve(ask())).snapshot.subjects_day == 2
        await state.settle(first, released=True)
        third = await state.reserve(ask(subjects=("a", "d")))
        assert third.fresh == subject_digests(("d",))
        await state.settle(third, released=False)
        assert (await state.reserve(ask())).snapshot.subjects_day == 2

    play(kind, story)


def test_settled_tokens_replace_the_estimate(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        more = await state.reserve(ask(tokens=100))
        less = await state.reserve(ask(tokens=100))
        stays = await state.reserve(ask(tokens=100))
        await state.settle(more, released=True, tokens=150)
        await state.settle(less, released=True, tokens=20)
        await state.settle(stays, released=True)
        assert (await state.reserve(ask())).snapshot.tokens_day == 270
        await state.correct_tokens(ask(), 30)
        assert (await state.reserve(ask())).snapshot.tokens_day == 300
        await state.correct_tokens(ask(), -10_000)
        assert (await state.reserve(ask())).snapshot.tokens_day == 0
        refused = await state.reserve(ask(tokens=100))
        await state.settle(refused, released=False, tokens=12)
        assert (await state.reserve(ask())).snapshot.tokens_day == 12

    play(kind, story)


def test_a_day_ends_at_midnight_utc(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        evening = T0 + 50_399
        late = await state.reserve(ask(at=evening, tokens=5, moved=5, subjects=("a",)))
        morning = (await state.reserve(ask(at=evening + 2, subjects=("b",)))).snapshot
        assert (morning.tokens_day, morning.bytes_day, morning.subjects_day) == (0, 0, 1)
        assert (morning.session_subjects, morning.session_bytes) == (2, 5)  # a session does not end at midnight
        await state.settle(late, released=False)  # yesterday's: today loses nothing
        now = (await state.reserve(ask(at=evening + 3))).snapshot
        assert (now.tokens_day, now.bytes_day, now.subjects_day, now.session_subjects) == (0, 0, 1, 1)

    play(kind, story)


def test_tokens_found_missing_after_midnight_count_today(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        evening = T0 + 50_399
        late = await state.reserve(ask(at=evening, tokens=5))
        await state.reserve(ask(at=evening + 2))
        await state.settle(late, released=True, tokens=105)
        assert (await state.reserve(ask(at=evening + 3))).snapshot.tokens_day == 100

    play(kind, story)


@pytest.mark.parametrize("back_s", [1.0, 59.0, 61.0, 3_600.0, DAY, 2 * DAY, 400 * DAY])
def test_a_clock_set_back_never_gives_allowance_back(kind: str, back_s: float) -> None:
    async def story(state: StateAuthority) -> None:
        await state.probe(ask(at=T0))
        await state.taint(ask(at=T0, session=S2), ["web"])
        before = (await state.reserve(ask(at=T0, tokens=9, moved=9, subjects=("a",)))).snapshot
        after = (await state.reserve(ask(at=T0 - back_s))).snapshot
        assert after.calls_minute == before.calls_minute + 1
        assert (after.tokens_day, after.bytes_day, after.subjects_day) == (9, 9, 1)
        assert (after.probes, after.taint) == (before.probes, before.taint)
        forward = (await state.reserve(ask(at=T0 - back_s + 1))).snapshot
        assert (forward.calls_minute, forward.tokens_day) == (3, 9)

    play(kind, story)


def test_a_clock_set_back_does_not_stop_windows_for_ever(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.taint(ask(at=T0 + 400 * DAY), ["web"])
        await state.probe(ask(at=T0 + 400 * DAY))
        await state.reserve(ask(at=T0 + 400 * DAY, tokens=5))
        now = (await state.reserve(ask(at=T0, session=S2))).snapshot
        assert (now.calls_minute, now.tokens_day, now.probes) == (2, 5, 1)
        later = (await state.reserve(ask(at=T0 + 3_700, session=S2))).snapshot
        assert (later.calls_minute, later.probes, later.taint) == (1, 0, ())
        assert (await state.reserve(ask(at=T0 + DAY, session=S2))).snapshot.tokens_day == 0

    play(kind, story)


def test_the_end_of_a_long_stream_is_no_clock_set_back(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        long = await state.reserve(ask(at=T0, tokens=1))
        await state.reserve(ask(at=T0 + 600))
        await state.settle(long, released=True, tokens=5)
        await state.correct_tokens(long.ask, 5)
        await state.reserve(ask(at=T0, calls=0))  # its answer, judged late
        snapshot = (await state.reserve(ask(at=T0 + 655))).snapshot
        assert (snapshot.calls_minute, snapshot.tokens_day) == (2, 10)
        assert (await state.reserve(ask(at=T0 + 661))).snapshot.calls_minute == 2

    play(kind, story)


def test_too_many_subjects_count_as_over_every_ceiling(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.reserve(ask(subjects=tuple(f"s{n}" for n in range(4))))
        much = await state.reserve(ask(subjects=("x", "y")))
        assert (much.snapshot.subjects_day, much.snapshot.session_subjects) == (OVER, OVER)
        await state.settle(much, released=False)  # it never left: the account is not over
        assert (await state.reserve(ask(subjects=("x",)))).snapshot.subjects_day == 5
        much = await state.reserve(ask(subjects=("z",)))
        await state.settle(much, released=True)
        after = (await state.reserve(ask(session=S2))).snapshot
        assert (after.subjects_day, after.session_subjects) == (OVER, 0)
        assert (await state.reserve(ask(at=T0 + DAY))).snapshot.subjects_day == 0

    play(kind, story, Limits(subjects=5))


def test_probes_count_on_everybody_for_ten_minutes(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.probe(ask(AGENT, person=ADA))
        await state.probe(ask(AGENT, person=BEN, session=S2, at=T0 + 60), 2)
        seen = {
            name: (await state.reserve(question)).snapshot.probes
            for name, question in {
                "agent, new session": ask(AGENT, session=S3, at=T0 + 61),
                "ada herself": ask(ADA, session=S3, at=T0 + 61),
                "ben through another agent": ask(OTHER_AGENT, person=BEN, session=S3, at=T0 + 61),
                "session": ask(OTHER_AGENT, session=S2, at=T0 + 61),
            }.items()
        }
        assert seen == {"agent, new session": 3, "ada herself": 1, "ben through another agent": 2, "session": 2}
        assert (await state.reserve(ask(AGENT, session=S3, at=T0 + 600))).snapshot.probes == 2
        assert (await state.reserve(ask(AGENT, session=S3, at=T0 + 660))).snapshot.probes == 0

    play(kind, story)


def test_a_new_session_inherits_taint_for_an_hour(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.taint(ask(AGENT, person=ADA), ["web", "untrusted"])
        for question in (ask(AGENT, session=S2), ask(ADA, session=S2), ask(AGENT, session=S1)):
            assert (await state.reserve(question)).snapshot.taint == ("untrusted", "web")
        assert (await state.reserve(ask(BEN, session=S2))).snapshot.taint == ()
        assert (await state.reserve(ask(AGENT, session=S2, at=T0 + 3_600))).snapshot.taint == ()
        assert (await state.reserve(ask(AGENT, session=S1, at=T0 + 3_600))).snapshot.taint == ("untrusted", "web")

    play(kind, story)


def test_what_was_copied_stays_with_the_caller_and_the_person_for_a_day(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.taint(ask(AGENT, person=ADA), ["copied:bulk", "web"])
        later = ask(BEN, person=ADA, session=S2, at=T0 + 80_000)
        assert (await state.reserve(later)).snapshot.taint == ("copied:bulk",)
        assert (await state.reserve(ask(AGENT, session=S2, at=T0 + 86_400))).snapshot.taint == ()

    play(kind, story)


def test_quarantine_of_a_principal_reaches_each_of_its_sessions(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.quarantine([AGENT], "planted token sent", until=T0 + 100, at=T0)
        for question in (ask(AGENT, session=S1), ask(AGENT, session=S2), ask(AGENT, person=ADA, session=S3)):
            assert (await state.reserve(question)).snapshot.quarantined == "planted token sent"
        for question in (ask(ADA), ask(OTHER_AGENT, person=ADA)):  # the person was not named
            assert (await state.reserve(question)).snapshot.quarantined == ""
        assert (await state.reserve(ask(AGENT, at=T0 + 99.9))).snapshot.quarantined
        assert (await state.reserve(ask(AGENT, at=T0 + 100))).snapshot.quarantined == ""

    play(kind, story)


def test_a_release_forgets_the_probing_of_those_released(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        for _ in range(5):
            await state.probe(ask(AGENT, person=ADA, session=S1))
        await state.probe(ask(BEN, session=S2))
        await state.release([AGENT, ADA])
        assert (await state.reserve(ask(AGENT, person=ADA, session=S1))).snapshot.probes == 5  # the session's own
        assert (await state.reserve(ask(AGENT, person=ADA, session=S2))).snapshot.probes == 1
        await state.release([S1, S2])
        for question in (ask(AGENT, person=ADA, session=S1), ask(ADA, session=S2)):
            assert (await state.reserve(question)).snapshot.probes == 0
        assert (await state.reserve(ask(BEN, session=S2))).snapshot.probes == 1
        await state.probe(ask(AGENT, session=S1))
        assert (await state.reserve(ask(AGENT, session=S1))).snapshot.probes == 1

    play(kind, story)


def test_quarantine_of_a_person_reaches_each_agent_of_theirs(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.quarantine([ADA, b""], "taint\ninto a payment", until=0, at=T0)
        for question in (ask(ADA), ask(AGENT, person=ADA), ask(OTHER_AGENT, person=ADA, at=T0 + 400 * DAY)):
            assert (await state.reserve(question)).snapshot.quarantined == "taint\ninto a payment"
        for question in (ask(AGENT), ask(AGENT, person=BEN)):
            assert (await state.reserve(question)).snapshot.quarantined == ""
        await state.release([ADA])
        assert (await state.reserve(ask(ADA))).snapshot.quarantined == ""

    play(kind, story)


def test_quarantine_of_a_session_stays_there(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.quarantine([S1], "", until=0, at=T0)
        assert (await state.reserve(ask(session=S1))).snapshot.quarantined == "quarantined"
        assert (await state.reserve(ask(session=S2))).snapshot.quarantined == ""

    play(kind, story)


def test_a_token_is_used_once(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        assert await state.use_once(b"jti-1", until=T0 + 60, at=T0)
        assert not await state.use_once(b"jti-1", until=T0 + 60, at=T0 + 1)
        assert await state.use_once(b"jti-2", until=T0 + 60, at=T0 + 1)
        assert not await state.use_once(b"jti-3", until=T0, at=T0 + 1)  # its time is over
        both = await asyncio.gather(*(state.use_once(b"jti-4", until=T0 + 60, at=T0 + 2) for _ in range(5)))
        assert [bool(once) for once in both].count(True) == 1

    play(kind, story)


def test_tool_calls_are_known_by_the_principal_they_were_released_to(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        await state.released_calls(ask(AGENT), {"call_1": b"digest-1", "call_2": b"digest-2"})
        assert await state.released_calls(ask(AGENT), {}) == b""
        assert await state.was_released(AGENT, "call_1", "call_9", "call_2") == {
            "call_1": b"digest-1",
            "call_2": b"digest-2",
        }
        assert await state.was_released(ADA, "call_1") == {}
        assert await state.was_released(AGENT) == {}
        await state.released_calls(ask(AGENT), {"call_1": b"digest-3"})
        assert await state.was_released(AGENT, "call_1") == {"call_1": b"digest-3"}

    play(kind, story)


def test_what_a_caller_could_send_to_upset_the_counters(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        odd = ask(calls=-5, tokens=-(10**30), moved=-1, subjects=(b"", "\udc80", "é", b"12345678", "12345678"))
        snapshot = (await state.reserve(odd)).snapshot
        assert (snapshot.calls_minute, snapshot.tokens_day, snapshot.bytes_day, snapshot.subjects_day) == (0, 0, 0, 5)
        snapshot = (await state.reserve(ask(tokens=10**30, moved=10**30))).snapshot
        assert max(snapshot.tokens_day, snapshot.bytes_day) < OVER
        assert min(snapshot.tokens_day, snapshot.bytes_day) > 0
        await state.released_calls(ask(), {"\udc80:é\n": b"x"})
        assert await state.was_released(ADA, "\udc80:é\n") == {"\udc80:é\n": b"x"}

    play(kind, story)


def test_an_idle_session_starts_anew(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        old = await state.reserve(ask(subjects=("a",), moved=5))
        await state.taint(ask(), ["web"])
        fresh = (await state.reserve(ask(at=T0 + 101, subjects=("b",), moved=1))).snapshot
        assert (fresh.session_subjects, fresh.session_bytes, fresh.subjects_day) == (1, 1, 2)
        await state.settle(old, released=False)  # the old session's: nothing to take from the new one
        now = (await state.reserve(ask(at=T0 + 102))).snapshot
        assert (now.session_subjects, now.session_bytes, now.subjects_day) == (1, 1, 1)

    play(kind, story, Limits(session_idle_s=100.0))


def test_bounded_and_digests() -> None:
    assert [bounded(n) for n in (-1, 0, 5, 2**40, 2**41)] == [0, 0, 5, 2**40, 2**40]
    assert subject_digests((b"12345678", b"12345678")) == (b"12345678",)
    assert subject_digests(("12345678",)) != (b"12345678",)
    assert all(len(digest) == 8 for digest in subject_digests(("a", b"", "x" * 1000)))


def test_of_two_quarantines_the_later_end_stands(kind: str) -> None:
    async def story(state: StateAuthority) -> None:
        for until, reason in ((T0 + 100, "first"), (T0 + 50, "shorter"), (T0 + 200, "longer")):
            await state.quarantine([AGENT], reason, until=until, at=T0)
        assert (await state.reserve(ask(AGENT, at=T0 + 150))).snapshot.quarantined == "longer"
        await state.quarantine([AGENT], "for good", until=0.0, at=T0 + 160)
        await state.quarantine([AGENT], "an hour", until=T0 + 3_600, at=T0 + 160)
        assert (await state.reserve(ask(AGENT, at=T0 + 9_999))).snapshot.quarantined == "for good"

    play(kind, story)
