"""The in-process authority of one gateway worker: dictionaries, no I/O, no clock.

Every method is synchronous underneath, so that one change is never seen half done; the asynchronous
ones only keep the contract of ``StateAuthority``.

Memory: accounts beyond ``limits.accounts`` are packed, longest idle first, and unpacked when seen
again; packed ones are dropped only when their day, windows and taint are all over. Quarantines are
kept apart and never evicted. Sessions beyond the bound go longest idle first, those with taint or
quarantine last; their principal's daily counters stay.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping

import msgspec

from wardlaw.facts.request import Snapshot
from wardlaw.state.account import Account, AccountImage, Meter, Session, picture_account, revive_account
from wardlaw.state.authority import (
    DAY_S,
    OVER,
    Ask,
    Limits,
    Once,
    Ticket,
    bounded,
    call_digest,
    subject_digests,
)
from wardlaw.state.deltas import (
    Change,
    Corrected,
    Freed,
    Probed,
    Quarantined,
    Remembered,
    Reserved,
    Settled,
    Tainted,
    Used,
    decode_delta,
    encode_delta,
)
from wardlaw.state.window import Window

_SWEEP_EVERY = 4_096  # changes between two sweeps of tokens and open reservations
_UNPACK_EVERY_S = 3_600  # packed accounts are looked through once an hour


class Holding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An open reservation: what to settle, and on which days it was counted."""

    reserved: Reserved
    principal_day: int
    person_day: int
    over: tuple[bool, bool, bool]  # would pass the bound of principal, person, session


class Packed(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An idle account in its compact form."""

    moot_at: float
    subjects: int
    image: bytes


class Ledger:
    """The state of one installation with one gateway worker.

    Args:
        epoch: Life of this ledger: greater than every earlier one (the spool's epoch).
    """

    def __init__(self, *, epoch: int, limits: Limits | None = None) -> None:
        self.epoch = epoch
        self.limits = limits or Limits()
        self.number = 0
        self.high = 0.0  # latest time seen
        self.accounts: OrderedDict[bytes, Account] = OrderedDict()
        self.packed: dict[bytes, Packed] = {}
        self.sessions: OrderedDict[bytes, Session] = OrderedDict()
        self.quarantines: dict[bytes, tuple[str, float]] = {}
        self.open: dict[tuple[int, int], Holding] = {}
        self.used: dict[bytes, float] = {}
        self.used_floor = 0.0  # tokens valid up to here were forgotten: none of them is accepted again
        self.calls: OrderedDict[tuple[bytes, bytes], tuple[bytes, float]] = OrderedDict()
        self.subjects_total = 0
        self.swept = 0
        self.replayed: tuple[int, int] = (-1, -1)  # position of the last frame replayed
        self.seen: tuple[int, int] = (epoch, 0)  # changes up to here were in the snapshot it came from

    # -- the contract ---------------------------------------------------------------------------

    async def reserve(self, ask: Ask) -> Ticket:
        """See ``StateAuthority.reserve``."""
        return self.reserve_now(ask)

    async def settle(self, ticket: Ticket, *, released: bool, tokens: int | None = None) -> bytes:
        """See ``StateAuthority.settle``."""
        place = (ticket.epoch, ticket.number)
        if place not in self.open:
            return b""  # it held nothing, or was settled before
        if released and tokens is None and not ticket.ask.subjects:
            # What was counted stays counted, as it does for a reservation that is never settled: nothing changes.
            del self.open[place]
            return b""
        known = -1 if tokens is None else bounded(tokens)
        return self._commit(Settled(self.epoch, self._next(), ticket.epoch, ticket.number, released, known))

    async def correct_tokens(self, ask: Ask, change: int) -> bytes:
        """See ``StateAuthority.correct_tokens``."""
        change = -bounded(-change) if change < 0 else bounded(change)
        return self._commit(Corrected(self.epoch, self._next(), ask.principal, ask.person, ask.at, change))

    async def probe(self, ask: Ask, weight: int = 1) -> bytes:
        """See ``StateAuthority.probe``."""
        number = self._next()
        return self._commit(Probed(self.epoch, number, ask.principal, ask.person, ask.session, ask.at, bounded(weight)))

    async def taint(self, ask: Ask, labels: Collection[str]) -> bytes:
        """See ``StateAuthority.taint``."""
        named = tuple(sorted(set(labels)))
        number = self._next()
        return self._commit(Tainted(self.epoch, number, ask.principal, ask.person, ask.session, ask.at, named))

    async def quarantine(self, keys: Collection[bytes], reason: str, *, until: float, at: float) -> bytes:
        """See ``StateAuthority.quarantine``."""
        named = tuple(sorted(key for key in set(keys) if key))
        return self._commit(Quarantined(self.epoch, self._next(), named, reason or "quarantined", until, at))

    async def release(self, keys: Collection[bytes]) -> bytes:
        """See ``StateAuthority.release``."""
        return self._commit(Freed(self.epoch, self._next(), tuple(sorted(set(keys)))))

    async def use_once(self, token: bytes, *, until: float, at: float) -> Once:
        """See ``StateAuthority.use_once``."""
        if until <= self.used_floor or until <= at or token in self.used:
            return Once(first=False)
        return Once(first=True, delta=self._commit(Used(self.epoch, self._next(), token, until, at)))

    async def released_calls(self, ask: Ask, calls: Mapping[str, bytes]) -> bytes:
        """See ``StateAuthority.released_calls``."""
        if not calls:
            return b""
        named = tuple(sorted((call_digest(call_id), digest) for call_id, digest in calls.items()))
        return self._commit(Remembered(self.epoch, self._next(), ask.principal, ask.at, named))

    async def was_released(self, principal: bytes, *call_ids: str) -> dict[str, bytes]:
        """See ``StateAuthority.was_released``."""
        edge = self.high - self.limits.released_call_s
        found: dict[str, bytes] = {}
        for call_id in call_ids:
            known = self.calls.get((principal, call_digest(call_id)))
            if known is not None and known[1] > edge:
                found[call_id] = known[0]
        return found

    async def close(self) -> None:
        """Nothing to let go of."""

    # -- changes --------------------------------------------------------------------------------

    def reserve_now(self, ask: Ask) -> Ticket:
        """``reserve`` without a loop."""
        number = self._next()
        subjects = subject_digests(ask.subjects) if ask.subjects else ()
        reserved = Reserved(
            self.epoch,
            number,
            ask.principal,
            ask.person,
            ask.session,
            ask.at,
            bounded(ask.calls),
            bounded(ask.tokens),
            subjects,
            bounded(ask.result_bytes),
        )
        snapshot, fresh = self._reserve(reserved)
        return Ticket(ask, snapshot, self.epoch, number, fresh, encode_delta(reserved))

    def apply(self, change: Change) -> None:  # noqa: C901 -- one case for each kind of change
        """Make one change."""
        match change:
            case Reserved():
                self._reserve(change)
            case Settled():
                self._settle(change)
            case Corrected():
                for account in self._holders(change.principal, change.person, change.at):
                    account.tokens = max(0, account.tokens + change.change)
            case Probed():
                self._probe(change)
            case Tainted():
                self._taint(change)
            case Quarantined():
                for key in change.keys:
                    self._lock(key, change.reason, change.until)
            case Freed():
                for key in change.keys:
                    self._free(key)
            case Used():
                self.high = max(self.high, change.at)
                self.used[change.token] = change.until
            case Remembered():
                self._remember(change)

    def replay(self, position: tuple[int, int], delta: bytes) -> None:
        """Make the changes of a spool frame again; frames and changes already held are passed over.

        Args:
            position: (epoch, seq) of the frame; frames come in this order.

        Raises:
            EvidenceError: The delta cannot be read (WL-STA-002).
        """
        if position <= self.replayed:
            return
        for change in decode_delta(delta):
            if (change.epoch, change.number) > self.seen:
                self.apply(change)
        self.replayed = position

    def begin(self, epoch: int, *, fresh: bool) -> None:
        """Start a new life after replay; what was open can never be settled and stays counted.

        Change number 1 belongs to a ledger without a past alone, so that a spool which holds it is
        known to reach back to the very beginning.
        """
        self.epoch, self.number = epoch, 0 if fresh else 1
        self.seen = (epoch, self.number)
        self.open.clear()

    def _next(self) -> int:
        self.number += 1
        if self.number % _SWEEP_EVERY == 0:
            self._sweep()
        return self.number

    def _commit(self, change: Change) -> bytes:
        self.apply(change)
        return encode_delta(change)

    def _reserve(self, asked: Reserved) -> tuple[Snapshot, tuple[bytes, ...]]:
        at, arrival = asked.at, asked.calls > 0
        self.high = max(self.high, at)
        first = self._account(asked.principal, at, arrival=arrival)
        now = first.high
        calls = first.calls.add(now, asked.calls)
        first.tokens += asked.tokens
        first.moved += asked.result_bytes
        second: Account | None = None
        if asked.person and asked.person != asked.principal:
            second = self._account(asked.person, at, arrival=arrival)
            calls = max(calls, second.calls.add(second.high, asked.calls))
            second.tokens += asked.tokens
            second.moved += asked.result_bytes
        born = (asked.epoch, asked.number)
        session = self._session(asked.session or asked.principal, at, born, arrival=arrival)
        session.moved += asked.result_bytes

        over = (False, False, False)
        fresh: tuple[bytes, ...] = ()
        if asked.subjects:
            fresh, over = self._hold(asked.subjects, (first.meter, second.meter if second else None, session.meter))
        person_day = second.day if second else first.day
        if asked.tokens or asked.result_bytes or asked.subjects:
            self.open[(asked.epoch, asked.number)] = Holding(asked, first.day, person_day, over)
        return self._snapshot(asked, calls, (first, second, session), over), fresh

    def _snapshot(
        self,
        asked: Reserved,
        calls: int,
        holders: tuple[Account, Account | None, Session],
        over: tuple[bool, bool, bool],
    ) -> Snapshot:
        first, second, session = holders
        tokens, moved, subjects = first.tokens, first.moved, OVER if over[0] else first.meter.count()
        probes = first.probes.count(first.high) if first.probes.total else 0
        labels: set[str] | None = set(first.labels(first.high)) if first.taint else None
        if second is not None:
            tokens, moved = max(tokens, second.tokens), max(moved, second.moved)
            subjects = max(subjects, OVER if over[1] else second.meter.count())
            if second.probes.total:
                probes = max(probes, second.probes.count(second.high))
            if second.taint:
                labels = (labels or set()).union(second.labels(second.high))
        if session.probes.total:
            probes = max(probes, session.probes.count(session.high))
        if session.taint:
            labels = (labels or set()) | session.taint
        return Snapshot(
            calls,
            tokens,
            OVER if over[2] else session.meter.count(),
            subjects,
            session.moved,
            moved,
            probes,
            tuple(sorted(labels)) if labels else (),
            self._locked(asked) if self.quarantines else "",
        )

    def _hold(
        self, subjects: tuple[bytes, ...], meters: tuple[Meter, Meter | None, Meter]
    ) -> tuple[tuple[bytes, ...], tuple[bool, bool, bool]]:
        """Count the subjects on each meter that has room; say which were new today and which had none."""
        bound, over, fresh = self.limits.subjects, [False, False, False], set[bytes]()
        for place, meter in enumerate(meters):
            if meter is None:
                continue
            missing = meter.missing(subjects)
            if place < 2:
                fresh.update(missing)
            full = (
                meter.size() + len(missing) > bound or self.subjects_total + len(missing) > self.limits.subjects_total
            )
            if missing and full:
                over[place] = True
                continue
            meter.hold(subjects)
            self.subjects_total += len(missing)
        return tuple(sorted(fresh)), (over[0], over[1], over[2])

    def _settle(self, change: Settled) -> None:
        holding = self.open.pop((change.ticket_epoch, change.ticket_number), None)
        if holding is None:
            return
        asked = holding.reserved
        spent = asked.tokens if change.tokens < 0 and change.released else max(0, change.tokens)
        holders = self._holders(asked.principal, asked.person, asked.at)
        for place, account in enumerate(holders):
            same_day = account.day == (holding.person_day if place else holding.principal_day)
            more = spent - asked.tokens
            # What was counted yesterday is not taken back from today; what is missing is added.
            account.tokens = max(0, account.tokens + (more if same_day else max(0, more)))
            if not same_day:
                continue
            if not change.released:
                account.moved = max(0, account.moved - asked.result_bytes)
            self._settle_meter(account.meter, asked.subjects, released=change.released, over=holding.over[place])
        session = self.sessions.get(asked.session or asked.principal)
        if session is not None and session.born <= (asked.epoch, asked.number):
            if not change.released:
                session.moved = max(0, session.moved - asked.result_bytes)
            self._settle_meter(session.meter, asked.subjects, released=change.released, over=holding.over[2])

    def _settle_meter(self, meter: Meter, subjects: tuple[bytes, ...], *, released: bool, over: bool) -> None:
        if over:
            meter.over = meter.over or released
            return
        before = meter.size()
        meter.settle(subjects, released=released)
        self.subjects_total -= before - meter.size()

    def _lock(self, key: bytes, reason: str, until: float) -> None:
        """Of two quarantines the one that ends later stands: a second one must not shorten the first."""
        held = self.quarantines.get(key)
        if held is None or (held[1] != 0.0 and (until == 0.0 or until > held[1])):
            self.quarantines[key] = (reason, until)

    def _free(self, key: bytes) -> None:
        """What people have looked at no longer counts as probing, or the next request would lock again."""
        self.quarantines.pop(key, None)
        if key in self.accounts or key in self.packed:
            account = self._account(key, self.high, arrival=False)
            account.probes = Window(self.limits.probes_s, self.limits.exact_calls)
        session = self.sessions.get(key)
        if session is not None:
            session.probes = Window(self.limits.probes_s, self.limits.exact_calls)

    def _probe(self, change: Probed) -> None:
        for account in self._holders(change.principal, change.person, change.at):
            account.probes.add(account.high, change.weight)
        session = self._session(
            change.session or change.principal, change.at, (change.epoch, change.number), arrival=False
        )
        session.probes.add(session.high, change.weight)

    def _taint(self, change: Tainted) -> None:
        for account in self._holders(change.principal, change.person, change.at):
            for label in change.labels:
                until = account.high + self.limits.inherit_s(label)
                account.taint[label] = max(until, account.taint.get(label, 0.0))
        session = self._session(
            change.session or change.principal, change.at, (change.epoch, change.number), arrival=False
        )
        session.taint = session.taint.union(change.labels)

    def _remember(self, change: Remembered) -> None:
        self.high = max(self.high, change.at)
        for call_id, digest in change.calls:
            self.calls[(change.principal, call_id)] = (digest, change.at)
            self.calls.move_to_end((change.principal, call_id))
        while len(self.calls) > self.limits.released_calls:
            self.calls.popitem(last=False)

    # -- holders --------------------------------------------------------------------------------

    def _locked(self, asked: Reserved) -> str:
        now = max(asked.at, self.accounts[asked.principal].high)
        for key in (asked.principal, asked.person, asked.session or asked.principal):
            held = self.quarantines.get(key)
            if held is None:
                continue
            if held[1] == 0.0 or held[1] > now:
                return held[0]
            del self.quarantines[key]
        return ""

    def _holders(self, principal: bytes, person: bytes, at: float) -> list[Account]:
        self.high = max(self.high, at)
        first = self._account(principal, at, arrival=False)
        return [first, self._account(person, at, arrival=False)] if person and person != principal else [first]

    def _account(self, key: bytes, at: float, *, arrival: bool) -> Account:
        account = self.accounts.get(key)
        if account is None:
            packed = self.packed.pop(key, None)
            account = (
                revive_account(_image_decoder.decode(packed.image), self.limits) if packed else Account(at, self.limits)
            )
            self.accounts[key] = account
            if len(self.accounts) > self.limits.accounts:
                self._pack_oldest()
        else:
            self.accounts.move_to_end(key)
        if account.high <= at < (account.day + 1) * DAY_S:
            account.high = at  # what `now` would do, on nearly every call
            return account
        before = account.meter
        account.now(at, arrival=arrival)
        if account.meter is not before:
            self.subjects_total -= before.size()
        return account

    def _pack_oldest(self) -> None:
        key, account = self.accounts.popitem(last=False)
        size, moot_at = account.meter.size(), account.moot_at()
        if moot_at <= self.high:
            self.subjects_total -= size
        else:
            self.packed[key] = Packed(moot_at, size, _image_encoder.encode(picture_account(account)))

    def _session(self, key: bytes, at: float, born: tuple[int, int], *, arrival: bool) -> Session:
        session = self.sessions.get(key)
        if session is not None and at - session.high > self.limits.session_idle_s:
            self.subjects_total -= session.meter.size()
            session = None
        if session is None:
            if len(self.sessions) >= self.limits.sessions and key not in self.sessions:
                self._drop_session()
            session = self.sessions[key] = Session(at, self.limits, born)
        self.sessions.move_to_end(key)
        if at >= session.high:
            session.high = at
        else:
            session.now(at, arrival=arrival)
        return session

    def _drop_session(self) -> None:
        # A second chance for what carries taint or quarantine, bounded so that one call stays short.
        for _ in range(16):
            key = next(iter(self.sessions))
            if not (self.sessions[key].taint or key in self.quarantines):
                break
            self.sessions.move_to_end(key)
        _, session = self.sessions.popitem(last=False)
        self.subjects_total -= session.meter.size()

    def _sweep(self) -> None:
        """Forget what can never matter again."""
        expired = [token for token, until in self.used.items() if until <= self.high]
        if expired:
            self.used_floor = max(self.used_floor, *(self.used.pop(token) for token in expired))
        edge = self.high - self.limits.ticket_s
        for place in [place for place, holding in self.open.items() if holding.reserved.at < edge]:
            del self.open[place]
        if int(self.high // _UNPACK_EVERY_S) == self.swept:
            return
        self.swept = int(self.high // _UNPACK_EVERY_S)
        for key in [key for key, packed in self.packed.items() if packed.moot_at <= self.high]:
            self.subjects_total -= self.packed.pop(key).subjects


_image_encoder = msgspec.msgpack.Encoder()
_image_decoder = msgspec.msgpack.Decoder(AccountImage)
