"""The sequencer process: from the spools into the log."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

from wardlaw.cli.readiness import ending_signals, tell_ready
from wardlaw.cli.upkeep import Upkeep
from wardlaw.config.model import Config
from wardlaw.facts.errors import UnavailableError
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.sequencer import Sequencer, SequencerSettings
from wardlaw.store.sequencing import log_parts

_RETRY_S = (1.0, 30.0)  # first and longest pause while database or disk cannot be used
_IDLE_S = 0.1
_log = logging.getLogger("wardlaw.sequencer")


def run_sequencer(config: Config) -> int:
    """Append the spools to the log until told to stop.

    Raises:
        EvidenceError: The log shrank, forked or is damaged; nothing more is appended.
    """
    stop = threading.Event()
    for number in ending_signals():
        signal.signal(number, lambda *_: stop.set())
    places = Installation(config)
    engine = open_database(places.database_url(os.environ))
    keyring = places.open_keyring(os.environ)
    sequencer = Sequencer(
        log_parts(places, engine), now=time.time, settings=SequencerSettings(checkpoint_s=config.audit.checkpoint_s)
    )
    upkeep = Upkeep(config, engine, keyring)
    pause, first_try = _RETRY_S[0], True
    try:
        while not stop.is_set():
            try:
                sequencer.run_once()
                upkeep.tick(now=time.time())
                upkeep.draw()
            except UnavailableError as error:
                _log.error("%s", error)
                stop.wait(pause)
                pause = min(pause * 2, _RETRY_S[1])
                continue
            if first_try:
                tell_ready()
            pause, first_try = _RETRY_S[0], False
            # Also while records keep coming: what comes meanwhile shares a transaction and a set of files.
            stop.wait(_IDLE_S)
    finally:
        sequencer.close()
        keyring.close()
        engine.dispose()
    return 0
