"""What a background process and its supervisor agree on: when it serves, and what ends it."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping

READY_FD = "WARDLAW_READY_FD"
"""Descriptor a process writes one byte to when it serves; given by the supervisor."""


def tell_ready(env: Mapping[str, str] = os.environ) -> None:
    """Tell the supervisor, if there is one, that this process serves."""
    if text := env.get(READY_FD, ""):
        descriptor = int(text)
        os.write(descriptor, b"1")
        os.close(descriptor)


def ending_signals(env: Mapping[str, str] = os.environ) -> tuple[signal.Signals, ...]:
    """The signals that end this process.

    Under the supervisor ctrl-C reaches every process at once, but the order of ending is the supervisor's:
    the gateway first, the log last. So only SIGTERM counts there.
    """
    if READY_FD in env:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return (signal.SIGTERM,)
    return (signal.SIGINT, signal.SIGTERM)
