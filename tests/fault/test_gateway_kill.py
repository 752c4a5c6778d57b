"""kill -9 of a real gateway under load, again and again on the same installation.

Whoever was told a decision's id finds its record in the log, once, in its place; the log verifies with every
receipt that callers hold. ``WARDLAW_KILL_ROUNDS`` sets the number of kills; the ordinary suite makes few.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.wire.caller import chat, connect, head, read_reply
from tests.wire.house import House
from tests.wire.puppet import Puppet, Turn, completion

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.audit.sequence import GatewayKey
from wardlaw.audit.verify import Expectations, verify_log
from wardlaw.store.database import open_database
from wardlaw.store.keyring_signing import trusted_keys
from wardlaw.store.logdir import LogDirectory
from wardlaw.store.sequencer import Sequencer, SequencerSettings
from wardlaw.store.sequencing import log_parts
from wardlaw.store.spoolread import read_frames

ROUNDS = int(os.environ.get("WARDLAW_KILL_ROUNDS", "5"))
CALLERS = 6
KEYS = 60
WORDS = "Tell me what the weather does and what it did before. "


class Load:
    """Callers that ask as fast as they are answered, until nobody answers."""

    def __init__(self, house: House, keys: list[str]) -> None:
        self._house = house
        self._keys = keys
        self._stop = threading.Event()
        self.told: list[str] = []
        self.receipts: list[str] = []
        self._threads = [threading.Thread(target=self._run, args=(place,)) for place in range(CALLERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def _run(self, place: int) -> None:
        number = 0
        try:
            with connect(self._house.port) as connection:
                connection.settimeout(10)
                while not self._stop.is_set():
                    number += 1
                    key = secrets.choice(self._keys)
                    text = f"{WORDS * (number % 5 + 1)} {place} {number} {secrets.token_hex(4)}"
                    body = chat(text, stream=number % 4 == 0)
                    connection.sendall(head(len(body), key) + body)
                    reply = read_reply(connection, until_closed=False)
                    if reply.decision:
                        self.told.append(reply.decision)
                        self.receipts.append(reply.headers["x-wardlaw-receipt"])
                    if not reply.complete or reply.headers.get("connection") == "close":
                        return
        except OSError:
            return


class Ledger:
    """Every frame that was ever seen in the spool."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self.ids: dict[tuple[int, int], str] = {}

    def read(self) -> None:
        """Read what the spool holds now and compare it with what it held before."""
        for frame in read_frames(self._spool):
            record = decode(frame.envelope)
            assert (record.epoch, record.seq) == (frame.epoch, frame.seq)
            assert self.ids.setdefault((frame.epoch, frame.seq), record.id) == record.id
            assert record.kind is not RecordKind.GAP

    def check(self, told: list[str]) -> None:
        """Nobody holds an id that is not there; nothing is there twice; no place is empty."""
        names = list(self.ids.values())
        assert len(set(names)) == len(names)
        assert set(told) <= set(names)
        last: dict[int, int] = {}
        for epoch, seq in sorted(self.ids):
            assert seq == last.get(epoch, -1) + 1
            last[epoch] = seq


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    puppet = Puppet()
    puppet.default = _answer
    made = House(tmp_path, puppet.url)
    yield made
    made.stop(signal.SIGKILL)
    puppet.close()


def _answer(turn: Turn) -> None:
    if turn.doc.get("stream"):
        turn.stream(["It rains ", "everywhere ", "today."])
    else:
        turn.answer(completion("It rains everywhere today."))


def _sequence(house: House) -> None:
    """Take the records over into the log, as the background process does."""
    engine = open_database(house.places.database_url(os.environ))
    sequencer = Sequencer(log_parts(house.places, engine), now=time.time, settings=SequencerSettings(checkpoint_s=0.0))
    sequencer.run_once()
    sequencer.close()
    engine.dispose()


def test_no_answered_request_is_without_its_record(house: House) -> None:
    keys = list(house.keys([f"caller{number}" for number in range(KEYS)]).values())
    ledger = Ledger(Path(house.config.audit.spool) / "gateway-1")
    told: list[str] = []
    receipts: list[str] = []
    for number in range(ROUNDS):
        load = Load(house, keys)
        house.start()
        load.start()
        time.sleep(0.2 + secrets.randbelow(500) / 1000)
        house.stop(signal.SIGKILL)
        load.stop()
        told += load.told
        receipts += load.receipts
        ledger.read()
        ledger.check(told)
        if number % 3 == 2:
            _sequence(house)
    _sequence(house)
    assert len(told) > 10 * ROUNDS
    report = verify_log(
        LogDirectory(Path(house.config.audit.log)),
        Expectations(
            log_key=house.places.log_signer().verifier,
            receipts=tuple(receipts),
            gateway_keys={"gateway-1": (GatewayKey(trusted_keys(house.places.gateway_key_path)[-1].verifier.public),)},
        ),
    )
    assert report.problems == ()
    assert report.records == len(ledger.ids)
    print(f"{ROUNDS} kills, {len(told)} decisions told, {len(ledger.ids)} records, {len(receipts)} receipts verified")
