"""Counts each gateway's records: a gap, a double, or a receipt whose record is not there is found here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from wardlaw.audit.envelope import Position, decode, position, positions
from wardlaw.audit.receipt import receipt_claim, verify_receipt
from wardlaw.audit.report import ProblemKind
from wardlaw.facts.errors import EvidenceError

_FIRST_SEQ = 0  # every epoch of a gateway begins with it


class AddProblem(Protocol):
    """Takes one problem; see ``report.Problem``."""

    def __call__(self, kind: ProblemKind, where: str, message: str, *, index: int = -1) -> None: ...


class GatewayKey(msgspec.Struct, frozen=True):
    """A key that signs, or once signed, a gateway's receipts.

    Attributes:
        public: Raw Ed25519 public key.
        until_ms: When it was replaced, Unix milliseconds; 0 while it is in force.
    """

    public: bytes
    until_ms: int = 0


GatewayKeys = Mapping[str, Sequence[GatewayKey]]
"""All keys of each gateway, by its id."""


class SequenceCheck:
    """Follows (gateway, epoch, seq) through the log in its order; one count per gateway is kept.

    Args:
        receipts: Receipts callers kept; each must find its record.
        gateway_keys: Keys of each gateway, those replaced meanwhile included.
        add: Where problems go.
        is_pruned: The log does not begin with its first record, so a gateway may be met in the middle.
        end_ms: The log's own key was replaced then (Unix milliseconds): no record may be later; 0 for no end.
    """

    def __init__(
        self,
        receipts: Collection[str],
        gateway_keys: GatewayKeys,
        add: AddProblem,
        *,
        is_pruned: bool,
        end_ms: int = 0,
    ) -> None:
        self._add = add
        self._keys = gateway_keys
        self._is_pruned = is_pruned
        self._end_ms = end_ms
        self._next: dict[str, list[int]] = {}  # gateway -> [epoch, seq expected next]
        self._unread = 0  # records lost to damage that is already reported; they excuse as many missing numbers
        self._wanted: dict[tuple[str, int, int], list[str]] = {}
        for receipt in receipts:
            self._want(receipt)

    def skip(self, count: int) -> None:
        """Pass over records whose damage is reported elsewhere."""
        self._unread += count

    def feed(
        self, entries: Sequence[bytes], leaves: Sequence[bytes], first: int, *, skip: Collection[int] = ()
    ) -> None:
        """Count the records of one bundle.

        Args:
            leaves: Leaf hash of each entry.
            first: Index of the first entry in the log.
            skip: Offsets of entries known to be changed.
        """
        places: Sequence[Position | None] | None = None if skip else positions(entries)
        if places is None:
            places = [self._read(entry, first + at, skip=at in skip) for at, entry in enumerate(entries)]
        expected, wanted = self._next, self._wanted
        for offset, place in enumerate(places):
            if place is None:
                continue
            count = expected.get(place.gateway)
            if count is not None and count[1] == place.seq and count[0] == place.epoch:
                count[1] += 1
            else:
                self._step(place, count, first + offset)
            if wanted:
                self._match(place, entries[offset], leaves[offset], first + offset)
            if self._end_ms:
                self._hold_to_end(entries[offset], first + offset)

    def finish(self) -> tuple[tuple[str, int, int], ...]:
        """Report receipts that found no record; gives (gateway, epoch, seq) of each gateway's newest record."""
        for gateway, epoch, seq in self._wanted:
            self._add(
                ProblemKind.RECEIPT_WITHOUT_RECORD,
                f"{gateway} epoch {epoch} seq {seq}",
                "The gateway gave a receipt for this record, the log does not hold it.",
            )
        return tuple((gateway, epoch, following - 1) for gateway, (epoch, following) in sorted(self._next.items()))

    def _read(self, entry: bytes, index: int, *, skip: bool) -> Position | None:
        if not skip:
            try:
                return position(entry)
            except EvidenceError as error:
                self._add(ProblemKind.ENTRY_UNREADABLE, f"record {index}", error.message, index=index)
        self._unread += 1
        return None

    def _step(self, place: Position, count: list[int] | None, index: int) -> None:
        """Any record that is not simply the next of its epoch."""
        if count is not None and (place.epoch, place.seq) < (count[0], count[1]):
            self._add(
                ProblemKind.SEQ_DUPLICATE,
                f"record {index}",
                f"{place.gateway} epoch {place.epoch} seq {place.seq} stands twice or out of order.",
                index=index,
            )
            return
        if count is not None and place.epoch == count[0]:
            self._gap(place, place.seq - count[1], count[1], index)
        elif place.seq > _FIRST_SEQ and not (count is None and self._is_pruned):
            self._gap(place, place.seq - _FIRST_SEQ, _FIRST_SEQ, index)
        self._next[place.gateway] = [place.epoch, place.seq + 1]

    def _gap(self, place: Position, missing: int, since: int, index: int) -> None:
        excused = min(self._unread, missing)
        self._unread -= excused
        if missing > excused:
            self._add(
                ProblemKind.SEQ_GAP,
                f"record {index}",
                f"{place.gateway} epoch {place.epoch}: {missing - excused} missing from seq {since} to {place.seq}.",
                index=index,
            )

    def _want(self, receipt: str) -> None:
        try:
            claim = receipt_claim(receipt)
        except EvidenceError as error:
            self._add(ProblemKind.RECEIPT_FALSE, "receipt", error.message)
            return
        self._wanted.setdefault((claim.gateway, claim.epoch, claim.seq), []).append(receipt)

    def _match(self, place: Position, entry: bytes, leaf: bytes, index: int) -> None:
        for receipt in self._wanted.pop((place.gateway, place.epoch, place.seq), ()):
            keys = self._keys.get(place.gateway, ())
            why = _judge(receipt, entry, leaf, keys) if keys else f"No key of {place.gateway} is given."
            if why:
                self._add(ProblemKind.RECEIPT_FALSE, f"record {index}", why, index=index)

    def _hold_to_end(self, entry: bytes, index: int) -> None:
        at = _made_at(entry)
        if at is None or at > self._end_ms:
            self._add(
                ProblemKind.RECORD_AFTER_KEY,
                f"record {index}",
                "It was made after the key that signed this log had been replaced.",
                index=index,
            )


def _judge(receipt: str, entry: bytes, leaf: bytes, keys: Sequence[GatewayKey]) -> str:
    """Why a receipt does not hold; ``""`` when it does."""
    why = ""
    for key in keys:
        try:
            verify_receipt(receipt, leaf, key.public)
        except EvidenceError as error:
            why = error.message
            continue
        at = _made_at(entry) if key.until_ms else 0
        if at is None or at > key.until_ms > 0:
            # A key that leaked and was replaced must be worth nothing from then on.
            return "It is signed by a key that had been replaced before the record was made."
        return ""
    return why


def _made_at(entry: bytes) -> int | None:
    """When a record says it was made, Unix milliseconds; None when it does not say."""
    try:
        return decode(entry).at
    except EvidenceError:
        return None
