"""What an installation has recorded, read from its spool."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.wire.house import House
from wardlaw.audit.envelope import Envelope, RecordKind, decode
from wardlaw.facts.record import Inputs
from wardlaw.store.spool_format import Frame
from wardlaw.store.spoolread import SpoolReader

SOON_S = 10.0


class Trail:
    """The records of one gateway."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._reader = SpoolReader(Path(house.config.audit.spool) / "gateway-1")
        self._frames: list[Frame] = []
        self._records: list[Envelope] = []

    def frames(self) -> list[Frame]:
        """Every frame so far; read on from where the last look ended."""
        for frame in self._reader.frames():
            self._frames.append(frame)
            self._records.append(decode(frame.envelope))
        return self._frames

    def all(self) -> list[Envelope]:
        self.frames()
        return self._records

    def find(self, decision: str) -> Envelope:
        """The record of a decision."""
        return next(record for record in reversed(self.all()) if record.id == decision)

    def decisions(self, exchange: str) -> list[Envelope]:
        return [one for one in self.all() if one.kind is RecordKind.DECISION and one.exchange == exchange]

    def outcome(self, decision: str) -> Envelope:
        """The outcome of the exchange a decision belongs to; waits for it."""
        exchange = self.find(decision).exchange
        return self.wait(lambda one: one.kind is RecordKind.OUTCOME and one.exchange == exchange)

    def outcomes(self) -> list[Envelope]:
        return [one for one in self.all() if one.kind is RecordKind.OUTCOME]

    def settled(self) -> int:
        """How many outcomes there are once those of every exchange that was decided are in: they come after the answer."""
        end = time.monotonic() + SOON_S
        while time.monotonic() < end:
            decided = {one.exchange for one in self.all() if one.kind is RecordKind.DECISION}
            found = self.outcomes()
            if decided <= {one.exchange for one in found}:
                return len(found)
            time.sleep(0.02)
        raise AssertionError("an exchange has no outcome")

    def next_outcome(self, known: int) -> Envelope:
        """The first outcome after that many; waits for it."""
        end = time.monotonic() + SOON_S
        while time.monotonic() < end:
            found = self.outcomes()
            if len(found) > known:
                return found[known]
            time.sleep(0.02)
        raise AssertionError(f"no outcome was recorded after {known}")

    def wait(self, wanted: Callable[[Envelope], bool]) -> Envelope:
        """The first record that is wanted; waits for it."""
        end = time.monotonic() + SOON_S
        while time.monotonic() < end:
            for record in self.all():
                if wanted(record):
                    return record
            time.sleep(0.02)
        raise AssertionError("no such record was written")

    def inputs(self, decision: str) -> Inputs:
        """Every input of a decision, opened from its sealed part."""
        keyring = self._house.places.open_keyring(os.environ)
        try:
            for frame, record in zip(self.frames(), self._records, strict=True):
                if record.id == decision:
                    place = [part.klass for part in record.sealed].index("inputs")
                    opened = keyring.unseal(record.subject, record.sealed[place], frame.blobs[place])
                    return msgspec.json.decode(opened, type=Inputs)
        finally:
            keyring.close()
        raise AssertionError(f"{decision} is not recorded")
