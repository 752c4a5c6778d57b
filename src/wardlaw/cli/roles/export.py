"""The export process: tells the log to the targets of the configuration."""

from __future__ import annotations

import os
import signal
import threading
import time

from wardlaw.cli.exportkeeping import TargetKeeper
from wardlaw.cli.readiness import ending_signals, tell_ready
from wardlaw.config.model import Config
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation


def run_export(config: Config) -> int:
    """Send until told to stop; a target that hangs is left to its thread, which ends with the process."""
    stop = threading.Event()
    for number in ending_signals():
        signal.signal(number, lambda *_: stop.set())
    places = Installation(config)
    engine = open_database(places.database_url(os.environ))
    threads = [
        threading.Thread(
            target=TargetKeeper(engine, one, origin=places.origin, env=os.environ, clock=time.time).keep,
            args=(stop,),
            name=f"export-{one.name}",
            daemon=True,
        )
        for one in config.export.targets
    ]
    for thread in threads:
        thread.start()
    tell_ready()
    stop.wait()
    ends = time.monotonic() + 5.0
    for thread in threads:
        thread.join(max(0.0, ends - time.monotonic()))
    engine.dispose()
    return 0
