from __future__ import annotations

from wardlaw.state.account import (
    Account,
    Meter,
    Session,
    picture_account,
    picture_session,
    revive_account,
    revive_session,
)  # fmt: skip
from wardlaw.state.authority import DAY_S, OVER, Limits

LIMITS = Limits(taint_s=100.0, probes_s=50.0)
A, B, C = b"a" * 8, b"b" * 8, b"c" * 8


def test_a_subject_counts_while_anybody_holds_it() -> None:
    meter = Meter()
    meter.hold((A, B))
    meter.hold((B, C))
    assert meter.missing((A, B, C)) == []
    meter.settle((A, B), released=False)
    assert (meter.count(), meter.missing((A, B))) == (2, [A])
    meter.settle((B, C), released=True)
    meter.hold((B,))
    meter.settle((B,), released=False)
    assert (meter.settled, meter.held) == ({B, C}, {})
    meter.over = True
    assert meter.count() == OVER
    assert meter.size() == 2


def test_settling_more_often_than_holding_changes_nothing() -> None:
    meter = Meter()
    meter.hold((A,))
    meter.settle((A, B), released=True)
    meter.settle((A, B), released=False)
    assert (meter.settled, meter.held) == ({A}, {})


def test_a_day_begins_once() -> None:
    account = Account(10 * DAY_S + 5, LIMITS)
    account.tokens = 7
    assert account.now(11 * DAY_S, arrival=True) == 11 * DAY_S
    assert (account.day, account.tokens) == (11, 0)
    account.tokens = 3
    account.now(11 * DAY_S - 1_000, arrival=True)  # set back over midnight
    account.now(11 * DAY_S + 1, arrival=True)
    assert (account.day, account.tokens) == (11, 3)


def test_a_leap_of_the_clock_is_undone_but_nothing_is_given_back() -> None:
    account = Account(400 * DAY_S, LIMITS)
    account.tokens = 9
    account.taint = {"web": 400 * DAY_S + 100}
    account.now(10 * DAY_S, arrival=True)
    assert (account.day, account.tokens, account.taint) == (10, 9, {"web": 10 * DAY_S + 100})
    account.now(11 * DAY_S, arrival=True)
    assert (account.tokens, account.labels(account.high)) == (0, [])


def test_only_an_arrival_sets_a_clock_back() -> None:
    account, session = Account(1_000.0, LIMITS), Session(1_000.0, LIMITS, (0, 0))
    assert account.now(10.0, arrival=False) == session.now(10.0, arrival=False) == 1_000.0
    assert account.now(950.0, arrival=True) == session.now(950.0, arrival=True) == 1_000.0
    assert account.now(10.0, arrival=True) == session.now(10.0, arrival=True) == 10.0


def test_moot_when_day_windows_and_taint_are_over() -> None:
    account = Account(10 * DAY_S + 5, LIMITS)
    assert account.moot_at() == 11 * DAY_S
    account.now(11 * DAY_S - 1, arrival=True)
    assert account.moot_at() == 11 * DAY_S + 59
    account.taint["web"] = 12 * DAY_S
    assert account.moot_at() == 12 * DAY_S


def test_pictures_bring_everything_back() -> None:
    account, session = Account(5.0, LIMITS), Session(5.0, LIMITS, (3, 4))
    for holder in (account, session):
        holder.meter.hold((A, B))
        holder.meter.settle((A,), released=True)
        holder.meter.over = True
        holder.moved = 9
        holder.probes.add(5.0, 2)
    account.tokens = 8
    account.calls.add(5.0, 3)
    account.taint = {"web": 50.0}
    session.taint = frozenset({"mail"})
    account_image, session_image = picture_account(account), picture_session(session)
    assert picture_account(revive_account(account_image, LIMITS)) == account_image
    assert picture_session(revive_session(session_image, LIMITS)) == session_image
    back = revive_account(account_image, LIMITS)
    assert (back.meter.settled, back.meter.held, back.calls.total, back.probes.span_s) == ({A}, {B: 1}, 3, 50.0)
