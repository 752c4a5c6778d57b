"""Records what people do to Wardlaw itself, before it counts as done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.store.keyring import Keyring
from wardlaw.store.spool import SpoolWriter

CONTROL_CLASS = "control"
"""Class of the sealed part that says who did it and with which details."""

_ID_BYTES = 13  # 26 hex digits, as all our ids have
_NOBODY = "control:nobody"  # subject of records whose caller was not known


class ControlFacts(msgspec.Struct, frozen=True):
    """What the sealed part of a control record holds."""

    actor: str
    operation: str
    facts: dict[str, str | int]


class ControlRecorder:
    """Appends control records to a spool of its own.

    Args:
        spool: The control process's spool.
        keyring: Seals names: actor and facts may say who somebody is.
        clock: Unix seconds.
        entropy: That many random bytes.
    """

    def __init__(
        self, spool: SpoolWriter, keyring: Keyring, *, clock: Callable[[], float], entropy: Callable[[int], bytes]
    ) -> None:
        self._spool = spool
        self._keyring = keyring
        self._clock = clock
        self._entropy = entropy

    async def record(self, kind: str, actor: str, operation: str, facts: Mapping[str, str | int]) -> str:
        """Append one record, its facts sealed, and answer its id once it is durable.

        Raises:
            WardlawError: The record is not durable; the change must be rolled back.
        """
        return await self.record_told(kind, actor, operation, facts, told={})

    async def record_told(
        self,
        kind: str,
        actor: str,
        operation: str,
        facts: Mapping[str, str | int],
        *,
        told: Mapping[str, str | int],
    ) -> str:
        """As ``record``, with facts that everybody may read.

        Args:
            facts: Sealed, since they may name persons.
            told: Further facts that stand open in the log for ever; never about a person.

        Raises:
            WardlawError: The record is not durable; the change must be rolled back.
        """
        now = self._clock()
        subject = actor or _NOBODY
        month = datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m")
        pseudonym = await asyncio.to_thread(self._keyring.prepare, subject, month, (CONTROL_CLASS,))
        plaintext = msgspec.json.encode(ControlFacts(actor, operation, dict(facts)))
        sealed = self._keyring.seal(subject, CONTROL_CLASS, month, plaintext)
        envelope = Envelope(
            at=int(now * 1000),
            epoch=0,
            facts={"operation": operation, **told},
            gateway="",
            id=f"ctl_{self._entropy(_ID_BYTES).hex()}",
            kind=RecordKind(kind),
            sealed=(sealed.part,),
            seq=0,
            subject=pseudonym,
        )
        await self._spool.append(envelope, blobs=(sealed.blob,))
        return envelope.id
