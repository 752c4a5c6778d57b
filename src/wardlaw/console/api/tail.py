"""The newest records of the log, and those that arrive: long polling, judged anew at each look."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from wardlaw.audit.envelope import Envelope, RecordKind, decode
from wardlaw.console.api.deps import Glance
from wardlaw.console.api.desk import Call, Given, Turn
from wardlaw.console.api.watching import LOOK_S, News, Passed
from wardlaw.evidence.running import RunningClause
from wardlaw.facts.clause import Wing
from wardlaw.facts.errors import RefusedError
from wardlaw.facts.person import Permission
from wardlaw.governance.rights import holds_any
from wardlaw.store.records import (
    RecordRow,
    count_decisions,
    newest_decisions,
    outcomes_of,
    records_after,
    records_end,
    stored_class,
)

MAY_KNOW_NAMES = (Permission.KILL_CONNECTION, Permission.REVOKE_NHI)
"""Who callers are, by name: for those who may stop them. Others see the log's pseudonym."""

MAY_KNOW_WHICH = (Permission.VIEW_AUDIT_LOG,)
"""Which decision it was, of whom and about what: for readers of the log. Whoever sees figures alone sees how it came out."""

_KINDS = (RecordKind.DECISION.value, RecordKind.OUTCOME.value)
_INPUTS = "inputs"
_OVERHEAD = "overhead_us"
_CANARY = "canary"
_MOST_OPENED = 200
_MOST_COUNTED = 20_000  # records that are counted when more came than one look takes
_FIRST_LOOK = 300  # nothing was shown yet: a page is filled, not caught up with

_After = Annotated[int, QueryParameter(ge=-1, le=2**53)]
_Wait = Annotated[float, QueryParameter(ge=0, le=25)]
_Limit = Annotated[int, QueryParameter(ge=1, le=200)]
_Last = Annotated[int, QueryParameter(ge=-1, le=200)]
_Sample = Annotated[bool, QueryParameter()]
_Word = Annotated[str, QueryParameter(max_length=128)]

MOST_LOOKED_AT = 2_000
"""Decisions one look of a sample passes in review, the newest; some 2 MB."""


class Sieve(msgspec.Struct, frozen=True):
    """Which decisions are wanted, and whether a sample of the newest will do; an empty field asks nothing.

    Attributes:
        wing: Of the clauses a decision rests on: ``governance`` or ``security``.
        principal: Part of a caller's name, or the beginning of its pseudonym.
        sample: Only decisions of traffic, without canaries, and of many only the newest ``limit``: for watching, not for keeping.
    """

    effect: str = ""
    route: str = ""
    wing: str = ""
    principal: str = ""
    sample: bool = False


class TailLine(msgspec.Struct, frozen=True):
    """One decision or outcome.

    Attributes:
        id, exchange, principal, resource: ``""`` for whoever sees figures but not the log.
        principal: Name by right, else the pseudonym of the log; ``""`` for an outcome.
        resource: ``""`` for an outcome, and where the inputs were erased.
        result: How an exchange ended, for an outcome; ``status`` is what the caller got.
        canary: The canary it was; ``""`` for ordinary traffic.
        wing: Whose clause it rests on first; ``""`` where none objected.
        reason: Title of that clause.
        added_us: What the gateway added to the exchange, microseconds; 0 while it is not known.
    """

    leaf_index: int
    at_ms: int
    id: str
    kind: str
    exchange: str
    route: str
    effect: str = ""
    demanded: str = ""
    clauses: tuple[str, ...] = ()
    code: str = ""
    action: str = ""
    principal: str = ""
    resource: str = ""
    result: str = ""
    status: int = 0
    canary: str = ""
    wing: str = ""
    reason: str = ""
    added_us: int = 0


class TailPage(msgspec.Struct, frozen=True):
    """Lines in the order of the log; ``next`` is what to ask ``after`` next time.

    Attributes:
        fitting: Decisions that fit, of which a sample shows the newest.
        unseen: Decisions, whether they fit or not, that went by before a sample was asked for again: so many at least.
    """

    lines: tuple[TailLine, ...]
    next: int
    fitting: int = 0
    unseen: int = 0


async def provide_sieve(
    *, effect: _Word = "", route: _Word = "", wing: _Word = "", principal: _Word = "", sample: _Sample = False
) -> Sieve:
    """Which decisions are wanted."""
    return Sieve(effect, route, wing, principal.strip().casefold(), sample)


@get(
    "/tail",
    operation_id="decisions.tail",
    summary="Decisions and outcomes as they are sequenced",
    dependencies={"sieve": Provide(provide_sieve)},
)
async def tail_decisions(
    call: Given,
    sieve: NamedDependency[Sieve],
    *,
    after: _After = -1,
    last: _Last = -1,
    wait_s: _Wait = 0,
    limit: _Limit = 200,
) -> TailPage:
    """Records after one, -1 for all; with ``last`` that many of the newest instead.

    Waits up to ``wait_s`` for the first record. Rights are looked at again each time: whoever loses them sees no more.
    A sample that goes on is taken of what is read once for everybody, at most half a second ago.
    """
    watch = call.watch
    is_watched = sieve.sample and last < 0 <= after

    def work(turn: Turn) -> TailPage:
        look = _Look(call, turn, sieve)
        if is_watched:
            watch.catch_up(after, look.news, now=turn.now)
            return look.watched(after, most=limit)
        end = records_end(turn.connection)
        start = after if last < 0 or sieve.sample else max(-1, end - 1 - last)
        if sieve.sample:
            return look.sample(start, end, most=last if after < 0 <= last else limit)
        rows = records_after(turn.connection, start, limit=limit) if end - 1 > start else ()
        return TailPage(look.lines([row for row in rows if look.fits(row)]), rows[-1].leaf_index if rows else start)

    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_s
    page = await call.read(work)
    while not page.lines and page.next == after and loop.time() + LOOK_S <= deadline:
        await asyncio.sleep(LOOK_S)
        if is_watched and watch.end <= after and not watch.is_due(call.deps.clock()):
            continue  # somebody else looks for us
        page = await call.read(work)
    return page


class _Opened(NamedTuple):
    """A line with its caller's name; the pseudonym stands in its place for whoever may not know that."""

    line: TailLine
    subject: str


class _Look:
    """One look at the log for one person."""

    def __init__(self, call: Call, turn: Turn, sieve: Sieve) -> None:
        self._turn, self._sieve, self._watch = turn, sieve, call.watch
        self._glance = call.deps.explainer.glance
        self._named = holds_any(turn.person, MAY_KNOW_NAMES, book=call.deps.roles)
        self._which = holds_any(turn.person, MAY_KNOW_WHICH, book=call.deps.roles)
        if sieve.principal and not self._which:
            raise RefusedError(
                "WL-RGT-010", "Only readers of the log may ask for somebody's decisions. (ROLE)", "Leave the name out."
            )
        self._clauses = {one.id: one for one in call.deps.coverage.running()}

    def sample(self, start: int, end: int, *, most: int) -> TailPage:
        """The newest that fit, and how many there were."""
        if end - 1 <= start or not most:
            return TailPage((), max(start, end - 1))
        rows = newest_decisions(
            self._turn.connection,
            start,
            effect=self._sieve.effect,
            route=self._sieve.route,
            limit=MOST_LOOKED_AT if start >= 0 else _FIRST_LOOK,
        )
        fitting = [row for row in rows if self.fits(row)]
        lines = self.lines(fitting[-_MOST_OPENED:] if self._sieve.principal else fitting[-most:])
        if self._sieve.principal:
            # Who a caller is stands sealed: of so many at most it is looked at.
            return TailPage(lines[-most:], end - 1, len(lines))
        return TailPage(lines, end - 1, len(fitting))

    def news(self, after: int) -> News:
        """What everybody who watches may choose from: the newest decisions, without canaries."""
        connection, end = self._turn.connection, records_end(self._turn.connection)
        if end - 1 <= after:
            return News((), end - 1)
        rows = newest_decisions(connection, after, limit=MOST_LOOKED_AT)
        is_cut = len(rows) == MOST_LOOKED_AT
        begin = max(after, end - _MOST_COUNTED)
        skipped = count_decisions(connection, begin, rows[0].leaf_index) if is_cut else 0
        opened = [(row, decode(row.envelope)) for row in rows]
        passed = [Passed(row, self._wings(one)) for row, one in opened if not one.facts.get(_CANARY)]
        return News(passed, end - 1, skipped)

    def watched(self, after: int, *, most: int) -> TailPage:
        """The newest of the ring that fit, and how many there were."""
        since, sieve = self._watch.since(after), self._sieve
        fitting = [
            one for one in since.passed if self._has_place(one.row) and (not sieve.wing or sieve.wing in one.wings)
        ]
        seen = fitting[-_MOST_OPENED:] if sieve.principal else fitting[-most:]
        lines = self._shown(self._watch.lines(seen, self._open))
        count = len(lines) if sieve.principal else len(fitting)
        return TailPage(lines[-most:], since.next, count, since.gone)

    def fits(self, row: RecordRow) -> bool:
        """Whether the sieve lets a record through, as far as can be told before it is opened."""
        sieve = self._sieve
        if row.kind not in _KINDS or not self._has_place(row):
            return False
        if not (sieve.wing or sieve.sample):
            return True
        envelope = decode(row.envelope)
        if sieve.sample and envelope.facts.get(_CANARY):
            return False
        return not sieve.wing or sieve.wing in self._wings(envelope)

    def lines(self, rows: Sequence[RecordRow]) -> tuple[TailLine, ...]:
        """Records as they are shown."""
        return self._shown(tuple(self._open(rows).values()))

    def _has_place(self, row: RecordRow) -> bool:
        effect, route = self._sieve.effect, self._sieve.route
        return (not effect or row.effect == effect) and (not route or row.route == route)

    def _wings(self, envelope: Envelope) -> frozenset[str]:
        return frozenset(wing_of(one, self._clauses) for one in envelope.clauses)

    def _open(self, rows: Sequence[RecordRow]) -> dict[int, _Opened]:
        """Lines with all that is in them, by leaf."""
        parts = stored_class(self._turn.connection, [row.leaf_index for row in rows], _INPUTS)
        exchanges = {row.exchange for row in rows if row.kind == RecordKind.DECISION.value}
        ended = outcomes_of(self._turn.connection, sorted(exchanges))
        found = {}
        for row in rows:
            seen = self._glance(row, (parts[row.leaf_index],)) if row.leaf_index in parts else Glance()
            found[row.leaf_index] = _Opened(self._titled(_line(row, seen), ended.get(row.exchange)), row.subject)
        return found

    def _shown(self, opened: Sequence[_Opened]) -> tuple[TailLine, ...]:
        """What of them this person asked for, and may know."""
        asked, found = self._sieve.principal, []
        for line, subject in opened:
            named = line if self._named and line.principal else msgspec.structs.replace(line, principal=subject)
            if line.kind == RecordKind.OUTCOME.value:
                named = line
            if not asked or asked in named.principal.casefold() or subject.startswith(asked):
                found.append(named if self._which else _unnamed(named))
        return tuple(found)

    def _titled(self, line: TailLine, outcome: bytes | None) -> TailLine:
        first = line.clauses[0] if line.clauses else ""
        known = self._clauses.get(first)
        added = decode(outcome).facts.get(_OVERHEAD, 0) if outcome is not None else 0
        return msgspec.structs.replace(
            line,
            wing=wing_of(first, self._clauses) if first else "",
            reason=known.title if known is not None else "",
            added_us=added if isinstance(added, int) else 0,
        )


def _unnamed(line: TailLine) -> TailLine:
    return msgspec.structs.replace(line, id="", exchange="", principal="", resource="")


def wing_of(clause: str, clauses: Mapping[str, RunningClause]) -> str:
    """Whose clause it is; one written by hand, or no longer published, by the beginning of its name."""
    known = clauses.get(clause)
    if known is not None and known.clause is not None:
        return known.clause.wing.value
    return (Wing.SECURITY if clause.startswith("SEC-") else Wing.GOVERNANCE).value


def _line(row: RecordRow, glance: Glance) -> TailLine:
    envelope = decode(row.envelope)
    if row.kind == RecordKind.OUTCOME.value:
        status = envelope.facts.get("status", 0)
        return TailLine(
            row.leaf_index,
            row.at_ms,
            row.id,
            row.kind,
            row.exchange,
            row.route,
            result=str(envelope.facts.get("result", "")),
            status=status if isinstance(status, int) else 0,
            canary=str(envelope.facts.get("canary", "")),
        )
    return TailLine(
        row.leaf_index,
        row.at_ms,
        row.id,
        row.kind,
        row.exchange,
        row.route,
        row.effect,
        row.demanded,
        tuple(envelope.clauses),
        row.code,
        row.action,
        glance.principal,
        glance.resource,
        canary=str(envelope.facts.get("canary", "")),
    )
