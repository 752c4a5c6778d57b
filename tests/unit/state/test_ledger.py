from __future__ import annotations

import asyncio

from wardlaw.state.authority import DAY_S, OVER, Ask, Limits
from wardlaw.state.ledger import Ledger

T0 = 20_700 * DAY_S + 36_000.0


def key(number: int) -> bytes:
    return number.to_bytes(16, "big")


def ask(
    who: int = 1, at: float = T0, *, session: int = 1, subjects: tuple[str, ...] = (), moved: int = 0, calls: int = 1
) -> Ask:
    return Ask(key(who), b"", b"S" + key(session), at, calls, 0, frozenset(subjects), moved)


def test_idle_accounts_are_packed_and_lose_nothing() -> None:
    ledger = Ledger(epoch=1, limits=Limits(accounts=2))
    ledger.reserve_now(ask(1, moved=5, subjects=("a",)))
    for who in range(2, 10):
        ledger.reserve_now(ask(who))
    assert (len(ledger.accounts), len(ledger.packed)) == (2, 7)
    again = ledger.reserve_now(ask(1)).snapshot
    assert (again.bytes_day, again.subjects_day, again.calls_minute) == (5, 1, 2)


def test_packed_accounts_go_when_nothing_in_them_matters() -> None:
    ledger = Ledger(epoch=1, limits=Limits(accounts=1))
    for who in range(1, 50):
        ledger.reserve_now(ask(who, subjects=("a", "b")))
    for _ in range(5_000):  # a sweep comes by
        ledger.reserve_now(ask(99, at=T0 + 2 * DAY_S, session=99))
    assert (len(ledger.packed), ledger.subjects_total) == (0, 2)  # the two are the idle session's
    assert len(ledger.open) < 50


def test_sessions_beyond_the_bound_go_but_not_those_with_taint_or_quarantine() -> None:
    async def story() -> None:
        ledger = Ledger(epoch=1, limits=Limits(sessions=10))
        await ledger.taint(ask(session=1), ["web"])
        await ledger.quarantine([b"S" + key(2)], "why", until=0, at=T0)
        ledger.reserve_now(ask(session=2))
        for session in range(3, 60):
            ledger.reserve_now(ask(who=session, session=session, moved=1))
        assert len(ledger.sessions) == 10
        assert ledger.reserve_now(ask(who=77, session=1)).snapshot.taint == ("web",)
        assert ledger.reserve_now(ask(who=78, session=2)).snapshot.quarantined == "why"
        assert ledger.reserve_now(ask(who=3, session=3)).snapshot.bytes_day == 1  # the day's ceiling stays

    asyncio.run(story())


def test_a_flood_of_tainted_sessions_is_bounded_too() -> None:
    async def story() -> None:
        ledger = Ledger(epoch=1, limits=Limits(sessions=5))
        for session in range(40):
            await ledger.taint(ask(session=session), ["web"])
        assert len(ledger.sessions) == 5

    asyncio.run(story())


def test_when_no_room_is_left_for_subjects_new_ones_count_as_over() -> None:
    ledger = Ledger(epoch=1, limits=Limits(subjects_total=6))
    ledger.reserve_now(ask(1, subjects=("a", "b")))  # on the account and on the session
    full = ledger.reserve_now(ask(2, session=2, subjects=("c", "d"))).snapshot
    assert (full.subjects_day, full.session_subjects) == (2, OVER)
    assert ledger.reserve_now(ask(3, session=3, subjects=("e",))).snapshot.subjects_day == OVER
    assert ledger.reserve_now(ask(1, subjects=("a", "b"))).snapshot.subjects_day == 2


def test_old_tokens_are_forgotten_but_never_accepted_again() -> None:
    async def story() -> None:
        ledger = Ledger(epoch=1)
        assert await ledger.use_once(b"jti", until=T0 + 60, at=T0)
        for _ in range(5_000):
            ledger.reserve_now(ask(at=T0 + 3_600))
        assert ledger.used == {}
        assert not await ledger.use_once(b"jti", until=T0 + 60, at=T0)  # the clock was set back
        assert await ledger.use_once(b"new", until=T0 + 3_700, at=T0 + 3_600)

    asyncio.run(story())


def test_released_calls_are_bounded_and_age() -> None:
    async def story() -> None:
        ledger = Ledger(epoch=1, limits=Limits(released_calls=3, released_call_s=100.0))
        for number in range(5):
            await ledger.released_calls(ask(), {f"call{number}": b"d"})
        assert set(await ledger.was_released(key(1), *(f"call{n}" for n in range(5)))) == {"call2", "call3", "call4"}
        ledger.reserve_now(ask(at=T0 + 100))
        assert await ledger.was_released(key(1), "call4") == {}

    asyncio.run(story())


def test_reservations_nobody_settles_stay_counted_and_are_let_go() -> None:
    async def story() -> None:
        ledger = Ledger(epoch=1)
        lost = ledger.reserve_now(ask(subjects=("a",), moved=3))
        for _ in range(5_000):
            ledger.reserve_now(ask(at=T0 + 3_601, calls=0))
        assert ledger.open == {}
        await ledger.settle(lost, released=False)
        assert ledger.reserve_now(ask(at=T0 + 3_602)).snapshot.bytes_day == 3

    asyncio.run(story())


def test_changes_of_an_earlier_life_are_settled_by_nobody() -> None:
    async def story() -> None:
        ledger = Ledger(epoch=1)
        ticket = ledger.reserve_now(ask(moved=3))
        ledger.begin(2, fresh=False)
        await ledger.settle(ticket, released=False)
        assert ledger.reserve_now(ask()).snapshot.bytes_day == 3

    asyncio.run(story())


def test_close_is_allowed_at_any_time() -> None:
    asyncio.run(Ledger(epoch=1).close())
