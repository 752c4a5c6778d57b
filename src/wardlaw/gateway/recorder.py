"""Turns decisions and outcomes into records and hands them to the spool.

An effect is released only after ``decision()`` has returned: its record is then on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

import msgspec

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.facts.decision import Hit
from wardlaw.facts.exchange import Segment, ToolCall
from wardlaw.facts.record import Content, Inputs, Outcome, Passage
from wardlaw.store.keyring import Keyring
from wardlaw.store.spool import SpoolWriter

INPUTS = "inputs"
CONTENT = "content"
_RECORDED = 50_000  # digests of passages that stand in an earlier record, so that history is kept once

_Mark = tuple[str, str, bytes]  # subject, month, digest: what is erased or expires must not be all there was

_encoder = msgspec.json.Encoder()


class Recorder:
    """Writes the records of one gateway.

    Args:
        spool: Where records become durable.
        keyring: Seals their personal parts.
        clock: Unix seconds.
        random: Gives salts and nonces.
        keep_content: Whether the judged text is kept.
    """

    def __init__(
        self,
        spool: SpoolWriter,
        keyring: Keyring,
        *,
        clock: Callable[[], float],
        random: Callable[[int], bytes],
        keep_content: bool,
    ) -> None:
        self._spool = spool
        self._keyring = keyring
        self._clock = clock
        self._random = random
        self._keep_content = keep_content
        self._classes = (INPUTS, CONTENT) if keep_content else (INPUTS,)
        self._recorded: dict[_Mark, None] = {}

    async def decision(
        self,
        inputs: Inputs,
        *,
        segments: Sequence[Segment] = (),
        calls: Sequence[ToolCall] = (),
        delta: bytes = b"",
        signals: Sequence[str] = (),
        told: Mapping[str, str] | None = None,
    ) -> str:
        """Record a decision; returns its signed receipt once the record is durable.

        Args:
            inputs: Every input of ``decide()`` and what it said.
            segments: The texts that were judged.
            calls: The tool calls that were judged.
            delta: What rebuilds the state.
            signals: Clauses on whose ground a quarantine was set.
            told: Further facts that stand open in the log; those that are empty are left out. ``approval``: the one that
                let the call go, or that it waits for; ``canary``: the one it is; ``canary_forgery``: why a mark it
                carries as a canary is not believed.

        Raises:
            UnavailableError: The record could not be made durable; nothing may be released.
        """
        request, decision = inputs.request, inputs.decision
        subject = request.principal.acting_for or request.principal.id
        month = month_of(request.at)
        if not self._keyring.is_ready(subject, month, self._classes):
            await self.ready(subject, request.at)
        parts = [(INPUTS, _encoder.encode(inputs))]
        fresh: list[_Mark] = []
        if self._keep_content:
            content = Content(passages=self._passages((subject, month), segments, fresh), tool_calls=tuple(calls))
            parts.append((CONTENT, _encoder.encode(content)))
        sealed = self._keyring.seal_parts(subject, month, parts, random=self._random)
        facts: dict[str, str | int] = {"quarantine": ",".join(signals)} if signals else {}
        if told:
            facts |= {name: value for name, value in told.items() if value}
        if decision.hits:
            facts |= _noted(decision.hits)
        if decision.glass:
            facts["break_glass"] = ",".join(decision.glass)
        reasons = decision.reasons
        envelope = Envelope(
            action=request.action.value,
            at=int(request.at * 1000),
            clauses=tuple(dict.fromkeys(reason.clause for reason in reasons if reason.clause)) if reasons else (),
            code=reasons[0].code.value if reasons else "",
            demanded=decision.demanded.value,
            effect=decision.effect.value,
            epoch=0,
            exchange=request.exchange,
            facts=facts,
            gateway="",
            id=request.id,
            kind=RecordKind.DECISION,
            policies=decision.policies,
            route=request.route,
            sealed=tuple([one.part for one in sealed.parts]),
            seq=0,
            subject=sealed.pseudonym,
        )
        receipt = await self._spool.append(envelope, blobs=tuple([one.blob for one in sealed.parts]), delta=delta)
        if fresh:
            self._remember(fresh)  # only now: a record that was lost holds no text another may refer to
        return receipt

    def outcome(self, outcome: Outcome, *, record_id: str, route: str, delta: bytes = b"") -> None:
        """Record how an exchange ended; not waited for, a lost one leaves the outcome unknown."""
        fields = msgspec.structs.asdict(outcome)
        facts = {name: value for name, value in fields.items() if name != "exchange" and value not in ("", 0)}
        envelope = Envelope(
            at=int(self._clock() * 1000),
            epoch=0,
            exchange=outcome.exchange,
            facts=facts,
            gateway="",
            id=record_id,
            kind=RecordKind.OUTCOME,
            route=route,
            seq=0,
        )
        self._spool.append_nowait(envelope, delta=delta)

    def control(self, record_id: str, operation: str, target: str, *, delta: bytes = b"") -> None:
        """Record that what people decided has taken effect here."""
        envelope = Envelope(
            at=int(self._clock() * 1000),
            epoch=0,
            facts={"operation": operation, "target": target},
            gateway="",
            id=record_id,
            kind=RecordKind.CONTROL,
            seq=0,
        )
        self._spool.append_nowait(envelope, delta=delta)

    async def ready(self, subject: str, at: float) -> None:
        """Have the subject's keys of the month at hand; making them for the first time takes a disk write."""
        month = month_of(at)
        if not self._keyring.is_ready(subject, month, self._classes):
            await asyncio.to_thread(self._keyring.prepare, subject, month, self._classes)

    def _passages(self, whose: tuple[str, str], segments: Sequence[Segment], fresh: list[_Mark]) -> tuple[Passage, ...]:
        """The texts, each whole or by its digest; the marks of those given whole are added to ``fresh``."""
        passages: list[Passage] = []
        for segment in segments:
            mark = (*whose, segment.sha256)
            channel = segment.channel
            if mark in self._recorded:
                passages.append(Passage(channel=channel, pointer=segment.pointer, sha256=mark[2].hex()))
                continue
            fresh.append(mark)
            passages.append(Passage(channel=channel, pointer=segment.pointer, text=segment.text))
        return tuple(passages)

    def _remember(self, marks: Sequence[_Mark]) -> None:
        if len(self._recorded) + len(marks) > _RECORDED:
            for old in list(self._recorded)[: _RECORDED // 4]:
                self._recorded.pop(old, None)
        self._recorded.update(dict.fromkeys(marks))


def _noted(hits: Sequence[Hit]) -> dict[str, str | int]:
    """Clauses that only watched, and those that were lifted with what lifted them."""
    observed = ",".join(f"{hit.clause}:{hit.mode.value}" for hit in hits if not hit.lifted_by)
    lifted = ",".join(f"{hit.clause}:{hit.lifted_by}" for hit in hits if hit.lifted_by)
    return {name: value for name, value in (("observed", observed), ("lifted", lifted)) if value}


def month_of(at: float) -> str:
    """``YYYY-MM`` of a time, UTC."""
    return _month_of_day(int(at // 86_400))


@lru_cache(maxsize=64)
def _month_of_day(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).strftime("%Y-%m")
