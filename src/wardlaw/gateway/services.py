"""What every exchange of a worker shares, and how one exchange counts its own time."""

from __future__ import annotations

import time
from typing import NamedTuple

from wardlaw.config.model import Files, Limits
from wardlaw.gateway.gists import Leaks
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.judge import Judge, Judgement
from wardlaw.gateway.keeping import Keeping
from wardlaw.gateway.mcp.catalogue import Catalogue
from wardlaw.gateway.metering import Meter
from wardlaw.gateway.metrics import Metrics
from wardlaw.gateway.registry import Registry
from wardlaw.gateway.shelf import AnswerShelf
from wardlaw.gateway.sightings import Sightings
from wardlaw.gateway.traces import Traces
from wardlaw.gateway.upstream import Upstreams


class Services(NamedTuple):
    """The parts of a worker.

    Attributes:
        session_key: Key under which session ids are derived.
        state_secret: Key of the digests under which the state authority knows people.
        phrase_chars: Letters and digits of the longest registered pass phrase.
        receipts: Answers carry the signed receipt of their record.
        shows_metrics: Metrics are served.
        keeping: Whose the files and batches at vendors are; ``None`` where none are served.
        leaks: What tells that an answer gives its conversation away.
        catalogue: The tools of servers behind ``/mcp``; ``None`` where none are configured.
        mcp_url: Address callers reach ``/mcp`` at; ``""`` where the configuration does not say.
        authorization_servers: Identity providers whose tokens are accepted, for the metadata of ``/mcp``.
        traces: What conversations have seen, for tracing tool calls.
        shelf: Where answers with a held call wait; ``None`` where none are kept.
        sightings: Keeps which tools requests name.
        is_tls: Callers reach the gateway itself by TLS.
    """

    registry: Registry
    judge: Judge
    inspection: Inspection
    meter: Meter
    upstreams: Upstreams
    metrics: Metrics
    limits: Limits
    session_key: bytes
    state_secret: bytes
    leaks: Leaks
    traces: Traces
    phrase_chars: int = 0
    receipts: bool = True
    shows_metrics: bool = True
    files: Files = Files()
    keeping: Keeping | None = None
    catalogue: Catalogue | None = None
    mcp_url: str = ""
    authorization_servers: tuple[str, ...] = ()
    is_tls: bool = False
    shelf: AnswerShelf | None = None
    sightings: Sightings | None = None

    def decided(self, judgement: Judgement, action: str) -> None:
        """Count a decision, unless it is a canary's: figures are of what people and programs do."""
        if not judgement.canary:
            self.metrics.decided(judgement.decision, action)


class Stopwatch:
    """Time of one exchange, split into ours and the upstream's."""

    __slots__ = ("_away", "_left", "_started")

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._away = 0.0
        self._left = 0.0

    def leave(self) -> None:
        """The upstream's time begins."""
        self._left = time.perf_counter()

    def back(self) -> None:
        """The upstream's time ends."""
        self._away += time.perf_counter() - self._left

    @property
    def total_s(self) -> float:
        """Seconds since the request arrived."""
        return time.perf_counter() - self._started

    @property
    def overhead_us(self) -> int:
        """Microseconds spent by the gateway itself."""
        return int((self.total_s - self._away) * 1e6)
