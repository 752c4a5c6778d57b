"""Recording what is done to a stopped Wardlaw, where nobody is signed in: the account that did it is named."""

from __future__ import annotations

import asyncio
import getpass
import os
import time
from collections.abc import Mapping
from pathlib import Path

from wardlaw.audit.envelope import RecordKind
from wardlaw.cli.roles.control import CONTROL_SPOOL
from wardlaw.config.model import Config
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.store.installation import Installation
from wardlaw.store.keyring import Keyring
from wardlaw.store.spool import SpoolSettings, SpoolWriter


def record_by_account(
    config: Config,
    keyring: Keyring,
    operation: str,
    facts: Mapping[str, str | int],
    *,
    kind: RecordKind = RecordKind.CONTROL,
    told: Mapping[str, str | int] | None = None,
) -> str:
    """Put one record into the spool of the stopped control process, durably; answers its id.

    The caller holds the instance lock. Record first, then act: a change nobody wrote down would be worse than the
    record of an attempt.

    Raises:
        WardlawError: It is not durable; what it tells of must not be done.
    """
    settings = SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes)
    sign = Installation(config).gateway_signer()

    async def append() -> str:
        spool = SpoolWriter(Path(config.audit.spool), gateway=CONTROL_SPOOL, sign=sign, settings=settings)
        try:
            recorder = ControlRecorder(spool, keyring, clock=time.time, entropy=os.urandom)
            account = f"account:{getpass.getuser()}"
            return await recorder.record_told(kind.value, account, operation, facts, told=told or {})
        finally:
            await asyncio.to_thread(spool.close)

    return asyncio.run(append())
