"""Judges a part of the log by two sets: what runs, and what would run with one version enforced."""

from __future__ import annotations

import threading
from collections.abc import Callable

import msgspec
from sqlalchemy.engine import Connection

from wardlaw.console.api.lifedesk import BacktestAsked, BacktestPart
from wardlaw.console.desks.replay import PART_S, open_inputs
from wardlaw.decision.backtest import Backtesting, Span
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.clauselife import Backtest
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.facts.record import Inputs
from wardlaw.governance.check import Checked
from wardlaw.store.keyring import Keyring
from wardlaw.store.replaying import PAGE, Stretch, read_inputs, stretch_of

_MOST = 8  # backtests under way at once; a few people look at clauses at one time
_decoder = msgspec.json.Decoder(Inputs)


class _Running(msgspec.Struct):
    adding: Backtesting
    stretch: Stretch
    next: int
    is_busy: bool = True


class BacktestDesk:
    """Backtests under way, each by whoever asked; what comes of one is taken from here and not from the caller.

    Args:
        keyring: Opens what is not erased.
        clock: Unix seconds.
    """

    def __init__(self, keyring: Keyring, *, clock: Callable[[], float]) -> None:
        self._keyring = keyring
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], _Running] = {}

    def part(
        self,
        connection: Connection,
        digest: str,
        asked: BacktestAsked,
        sets: Callable[[float], tuple[Checked, Checked]],
        *,
        by: str,
    ) -> BacktestPart:
        """Judge for about a second; the next part begins where this one ended.

        Args:
            asked: With ``begin`` and ``end`` 0 a new backtest begins.
            sets: What runs and what would, at a time.

        Raises:
            InputError: The part does not follow the one before (WL-LIF-012).
        """
        key = (digest, by)
        one = self._begun(connection, key, asked, sets) if not asked.end else self._following(key, asked)
        span = {"since_ms": one.adding.span.since_ms, "until_ms": one.adding.span.until_ms}
        begin, stop_at = one.next, self._clock() + PART_S
        while one.next < one.stretch.end:
            page = read_inputs(connection, Stretch(one.next, one.stretch.end), **span)
            for row in page:
                self._judge(one.adding, subject=row[5], envelope=row[6], ciphertext=row[7])
            one.next = int(page[-1][0]) + 1 if len(page) == PAGE else one.stretch.end
            if self._clock() >= stop_at:
                break
        one.is_busy = False
        result = one.adding.result(by=by, at=self._clock())
        return BacktestPart(begin, one.stretch.end, one.next, result)

    def finished(self, digest: str, *, by: str) -> Backtest:
        """What a backtest found that has come to its end; it is given once.

        Raises:
            InputError: There is none (WL-LIF-012).
        """
        with self._lock:
            one = self._under_way.get((digest, by))
            if one is None or one.is_busy or one.next < one.stretch.end:
                raise _not_begun()
            del self._under_way[(digest, by)]
        return one.adding.result(by=by, at=self._clock())

    def _begun(
        self,
        connection: Connection,
        key: tuple[str, str],
        asked: BacktestAsked,
        sets: Callable[[float], tuple[Checked, Checked]],
    ) -> _Running:
        before, after = (PolicySet.build(checked.text) for checked in sets(self._clock()))
        span = Span(asked.since_ms, asked.until_ms)
        stretch = stretch_of(connection, since_ms=span.since_ms, until_ms=span.until_ms)
        one = _Running(Backtesting(key[0], span, before=before, after=after), stretch, stretch.begin)
        with self._lock:
            self._under_way.pop(key, None)
            if len(self._under_way) >= _MOST:
                self._under_way.pop(next(iter(self._under_way)))
            self._under_way[key] = one
        return one

    def _following(self, key: tuple[str, str], asked: BacktestAsked) -> _Running:
        with self._lock:
            one = self._under_way.get(key)
            if one is None or one.is_busy or (one.next, one.stretch.end) != (asked.begin, asked.end):
                raise _not_begun()
            one.is_busy = True
        return one

    def _judge(self, adding: Backtesting, *, subject: str, envelope: bytes, ciphertext: bytes | None) -> None:
        try:
            opened = open_inputs(self._keyring, subject, envelope, ciphertext)
            if opened is None:
                adding.erased()
                return
            inputs = _decoder.decode(opened)
        except (EvidenceError, msgspec.MsgspecError):
            adding.unread()
            return
        adding.judge(inputs)


def _not_begun() -> InputError:
    return InputError(
        "WL-LIF-012", "No backtest of this text has come so far.", "Run `wardlaw policy backtest` from the beginning."
    )
