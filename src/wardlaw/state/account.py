"""What the in-process authority holds of one principal, person or session.

Mutable on purpose and private to the ledger: nothing here crosses a boundary except as an image.
"""

from __future__ import annotations

import msgspec

from wardlaw.state.authority import (
    CALLS_WINDOW_S,
    CLOCK_LEAP_DAYS,
    CLOCK_SLACK_S,
    DAY_S,
    OVER,
    Limits,
)
from wardlaw.state.window import Window


class Meter:
    """Distinct data subjects: settled ones, and those of open reservations with how many hold them.

    A subject counts while it is settled or somebody still holds it, so that taking back one of two
    reservations of the same subject does not lose the other.
    """

    __slots__ = ("held", "over", "settled")

    def __init__(self) -> None:
        self.settled: set[bytes] | frozenset[bytes] = frozenset()  # shared while it is empty
        self.held: dict[bytes, int] = {}
        self.over = False

    def size(self) -> int:
        """Distinct subjects counted."""
        return len(self.settled) + len(self.held)

    def count(self) -> int:
        """Distinct subjects, ``OVER`` once the bound was passed."""
        return OVER if self.over else len(self.settled) + len(self.held)

    def missing(self, subjects: tuple[bytes, ...]) -> list[bytes]:
        """Those of ``subjects`` that do not count yet."""
        settled, held = self.settled, self.held
        return [subject for subject in subjects if subject not in settled and subject not in held]

    def hold(self, subjects: tuple[bytes, ...]) -> None:
        """Count ``subjects`` for one open reservation."""
        settled, held = self.settled, self.held
        for subject in subjects:
            if subject not in settled:
                held[subject] = held.get(subject, 0) + 1

    def settle(self, subjects: tuple[bytes, ...], *, released: bool) -> None:
        """End one reservation of ``subjects``: they moved, or they are taken back."""
        if released:
            moved = {subject for subject in subjects if self.held.pop(subject, 0)}
            if isinstance(self.settled, frozenset):
                self.settled = moved or self.settled
            else:
                self.settled |= moved
            return
        for subject in subjects:
            holders = self.held.get(subject)
            if holders is None:
                continue
            if holders > 1:
                self.held[subject] = holders - 1
            else:
                del self.held[subject]


class Account:
    """A principal or a person: today's counters, two windows, taint for a while."""

    __slots__ = ("calls", "day", "high", "limits", "meter", "moved", "probes", "taint", "tokens")

    def __init__(self, at: float, limits: Limits) -> None:
        self.limits = limits
        self.high = at
        self.day = int(at // DAY_S)
        self.tokens = 0
        self.moved = 0
        self.meter = Meter()
        self.calls = Window(CALLS_WINDOW_S, limits.exact_calls)
        self.probes = Window(limits.probes_s, limits.exact_calls)
        self.taint: dict[str, float] = {}

    def now(self, at: float, *, arrival: bool) -> float:
        """The account's own time at ``at``; never runs back, and starts a new day where one begins.

        Only an arrival tells that a clock was set back: what ends a long stream names an old time too.

        INVARIANT: nothing counted before a clock was set back counts for less after it.
        """
        high = self.high
        if at >= high:
            self.high = now = at
        elif not arrival or at >= high - CLOCK_SLACK_S:
            now = high
        else:
            self.high = now = at
            self.calls.restart(at)
            self.probes.restart(at)
            self.taint = {label: min(until, at + self.limits.inherit_s(label)) for label, until in self.taint.items()}
        day = int(now // DAY_S)
        if day > self.day:
            self.day, self.tokens, self.moved, self.meter = day, 0, 0, Meter()
        elif self.day - day > CLOCK_LEAP_DAYS:
            self.day = day
        return now

    def labels(self, now: float) -> list[str]:
        """Taint that still holds at ``now``."""
        if not self.taint:
            return []
        self.taint = {label: until for label, until in self.taint.items() if until > now}
        return list(self.taint)

    def moot_at(self) -> float:
        """When nothing it holds can matter any more: its day, windows and taint are over."""
        return max(
            (self.day + 1) * DAY_S, self.high + max(self.limits.probes_s, CALLS_WINDOW_S), *self.taint.values(), 0.0
        )


class Session:
    """A session: what moved in it and its taint, for as long as it lives."""

    __slots__ = ("born", "high", "meter", "moved", "probes", "taint")

    def __init__(self, at: float, limits: Limits, born: tuple[int, int]) -> None:
        self.high = at
        self.born = born
        self.moved = 0
        self.meter = Meter()
        self.probes = Window(limits.probes_s, limits.exact_calls)
        self.taint: frozenset[str] = frozenset()

    def now(self, at: float, *, arrival: bool) -> float:
        """The session's own time at ``at``; never runs back."""
        if at >= self.high:
            self.high = at
        elif arrival and at < self.high - CLOCK_SLACK_S:
            self.high = at
            self.probes.restart(at)
        return self.high


class AccountImage(msgspec.Struct, frozen=True, array_like=True):
    """An account at rest: packed while it is idle, and in the snapshot file."""

    high: float
    day: int
    tokens: int
    moved: int
    over: bool
    settled: bytes  # 8 bytes each
    held: list[tuple[bytes, int]]
    calls: list[tuple[float, int]]
    probes: list[tuple[float, int]]
    taint: list[tuple[str, float]]


class SessionImage(msgspec.Struct, frozen=True, array_like=True):
    """A session at rest, in the snapshot file."""

    high: float
    born: tuple[int, int]
    moved: int
    over: bool
    settled: bytes
    held: list[tuple[bytes, int]]
    probes: list[tuple[float, int]]
    taint: list[str]


def picture_account(account: Account) -> AccountImage:
    """The account at rest."""
    meter = account.meter
    return AccountImage(
        account.high,
        account.day,
        account.tokens,
        account.moved,
        meter.over,
        b"".join(meter.settled),
        list(meter.held.items()),
        list(account.calls.entries),
        list(account.probes.entries),
        list(account.taint.items()),
    )


def revive_account(image: AccountImage, limits: Limits) -> Account:
    """The account as it was."""
    account = Account(image.high, limits)
    account.day, account.tokens, account.moved = image.day, image.tokens, image.moved
    account.meter = _revive_meter(image.settled, image.held, over=image.over)
    account.calls = Window(CALLS_WINDOW_S, limits.exact_calls, image.calls)
    account.probes = Window(limits.probes_s, limits.exact_calls, image.probes)
    account.taint = dict(image.taint)
    return account


def picture_session(session: Session) -> SessionImage:
    """The session at rest."""
    meter = session.meter
    return SessionImage(
        session.high,
        session.born,
        session.moved,
        meter.over,
        b"".join(meter.settled),
        list(meter.held.items()),
        list(session.probes.entries),
        sorted(session.taint),
    )


def revive_session(image: SessionImage, limits: Limits) -> Session:
    """The session as it was."""
    session = Session(image.high, limits, image.born)
    session.moved = image.moved
    session.meter = _revive_meter(image.settled, image.held, over=image.over)
    session.probes = Window(limits.probes_s, limits.exact_calls, image.probes)
    session.taint = frozenset(image.taint)
    return session


def _revive_meter(settled: bytes, held: list[tuple[bytes, int]], *, over: bool) -> Meter:
    meter = Meter()
    meter.over = over
    meter.settled = {settled[place : place + 8] for place in range(0, len(settled), 8)}
    meter.held = dict(held)
    return meter
