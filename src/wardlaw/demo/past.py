"""Puts weeks that have passed into a new installation: decided by its clauses, sealed, signed and in its log as if they
had come through the gateway then.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from wardlaw.config.model import Config
from wardlaw.decision.decide import decide
from wardlaw.decision.policyset import PolicySet
from wardlaw.demo.crowd import Heard
from wardlaw.facts.record import Inputs
from wardlaw.gateway.recorder import Recorder
from wardlaw.governance.bundle import parse_bundle
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.sequencer import Sequencer, SequencerSettings
from wardlaw.store.sequencing import log_parts
from wardlaw.store.spool import SpoolSettings, SpoolWriter

_TOGETHER = 256
"""Records that share one synced write; the order in the log stays theirs."""

_PATIENCE_S = 300.0

SPOOL = "gateway-past"

Say = Callable[[float, str], None]


def put_past(config: Config, moments: Iterable[Heard], *, about: int, now: Callable[[], float], say: Say) -> int:
    """Decide and record moments, oldest first; answers how many.

    Args:
        about: How many there will be, for the progress.
        now: Unix seconds, when the log itself is written.
        say: Told the share that is done, and a word.
    """
    places = Installation(config)
    keyring = places.open_keyring(os.environ)
    bundle = places.bundle_reader(SPOOL).read(trusted_keys=places.bundle_keys())
    policies = PolicySet.build(parse_bundle(bundle.payload).text)
    # Nobody waits for an answer here, so that a busy disk is waited for.
    settings = SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes, stall_s=_PATIENCE_S)
    spool = SpoolWriter(Path(config.audit.spool), gateway=SPOOL, sign=places.gateway_signer(), settings=settings)
    recorder = Recorder(spool, keyring, clock=now, random=os.urandom, keep_content=True)
    try:
        written = asyncio.run(_record(recorder, policies, moments, about=about, say=say))
        spool.close()
        say(0.95, "and into the log")
        _sequence(places, now)
    finally:
        keyring.close()
    return written


async def _record(recorder: Recorder, policies: PolicySet, moments: Iterable[Heard], *, about: int, say: Say) -> int:
    written, rest = 0, iter(moments)
    while batch := list(islice(rest, _TOGETHER)):
        for heard in batch:  # the keys first: who waits for one would come after the others
            await recorder.ready(heard.request.principal.acting_for or heard.request.principal.id, heard.request.at)
        await asyncio.gather(*(_one(recorder, policies, heard) for heard in batch))
        written += len(batch)
        say(min(0.95, 0.95 * written / max(about, 1)), f"{written:,} decisions")
    return written


async def _one(recorder: Recorder, policies: PolicySet, heard: Heard) -> None:
    decision = decide(heard.request, heard.findings, policies, heard.state)
    inputs = Inputs(heard.request, heard.findings, heard.state, decision)
    await recorder.decision(inputs, segments=heard.segments, calls=heard.calls)


def _sequence(places: Installation, now: Callable[[], float]) -> None:
    engine = open_database(places.database_url(os.environ))
    sequencer = Sequencer(log_parts(places, engine), now=now, settings=SequencerSettings())
    try:
        while sequencer.run_once():
            pass
    finally:
        sequencer.close()
        engine.dispose()
