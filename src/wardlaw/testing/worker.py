"""A gateway worker of real parts in a folder: spool, keyring, ledger, starter pack; only its edges are in memory."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from datetime import UTC, date
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wardlaw.adapters.weights import load_weights
from wardlaw.audit.envelope import Envelope, RecordKind, decode
from wardlaw.config.detection import Planting
from wardlaw.config.model import Config, Files, Limits, Model, ModelUpstream, Upstream
from wardlaw.config.tools import RegisteredTool
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.facts.record import Content, Inputs
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.exchange import ModelExchange
from wardlaw.gateway.gists import Gists, Leaks
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.judge import Case, Judge, Notice, PolicyHolder
from wardlaw.gateway.metering import Meter
from wardlaw.gateway.metrics import Metrics
from wardlaw.gateway.recorder import Recorder
from wardlaw.gateway.registry import Registry
from wardlaw.gateway.remembering import frames_of
from wardlaw.gateway.services import Services
from wardlaw.gateway.surfaces import BY_PATH
from wardlaw.gateway.traces import Traces
from wardlaw.governance.check import check
from wardlaw.governance.shipped import starter_sources
from wardlaw.security.fingerprint import FingerprintBook, make_fingerprint
from wardlaw.security.inspect import Inspector
from wardlaw.security.tripwire import PromptTripwires
from wardlaw.state.callers import state_key
from wardlaw.state.habits import Habits
from wardlaw.state.ledger import Ledger
from wardlaw.state.rebuild import restore
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import LocalKek
from wardlaw.store.spool import SpoolSettings, SpoolWriter
from wardlaw.store.spoolread import read_frames
from wardlaw.testing.edges import MemoryCall, MemoryKeeping, MemoryUpstreams

NOON = 1_793_793_600.0  # Wednesday 4 November 2026, 12:00 UTC
SECRET = "wk_live_Zq81kTb7LmXw2vRc9sYh"
TRIPWIRE = "trap_live_Hj3nPq8sWd5fGk2m"
_KEY = b"k" * 32
TRIPWIRES = PromptTripwires(_KEY)
_SIGNER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
_SMALL = SpoolSettings(segment_bytes=256 * 1024, reserve_bytes=64 * 1024, stall_s=2.0, retry_s=0.02)

ADA = Principal(id="user:ada", kind=PrincipalKind.USER, name="Ada", team="support", credential="key:ada")
BOT = Principal(id="agent:bot", kind=PrincipalKind.AGENT, acting_for="user:ada", credential="key:bot")

CONFIG = Config(
    upstreams=(
        Upstream("near", "http://127.0.0.1:1/v1", region="eu", trust=Trust.INTERNAL),
        Upstream("far", "https://far.example/v1", region="us", trust=Trust.PARTNER),
        Upstream("other", "https://other.example/v1", kind=UpstreamKind.ANTHROPIC, region="eu", trust=Trust.PARTNER),
    ),
    models=(
        Model("demo", (ModelUpstream("near"),)),
        Model("abroad", (ModelUpstream("far", model="far-large"),)),
        Model("both", (ModelUpstream("far"), ModelUpstream("near"))),
        Model("sonnet", (ModelUpstream("other"),)),
        Model("planted", (ModelUpstream("near"),), tripwire=Planting.ALWAYS),
        Model("planted-sonnet", (ModelUpstream("other"),), tripwire=Planting.ALWAYS, translate=True),
    ),
    tools=(
        RegisteredTool("query_customers", ToolEffect.READ),
        RegisteredTool("read_file", ToolEffect.READ),
        RegisteredTool("pay", ToolEffect.PAYMENT),
    ),
)


class Clock:
    """Time that stands until it is set."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        """Unix seconds."""
        return self.now


class _GivenKek:
    """A key-encryption key that stands in memory."""

    def load(self) -> Sequence[LocalKek]:
        """The one key."""
        return (LocalKek(b"\x01" * 32),)


@functools.cache
def starter_set() -> PolicySet:
    """The starter pack; a policy set is immutable, so that all tests share it."""
    checked = check(starter_sources(), today=date(2026, 11, 4))
    assert checked.ok, checked.problems
    return PolicySet.build(checked.text)


@functools.cache
def inspector() -> Inspector:
    """All detectors, with one registered secret and one tripwire."""
    secrets: tuple[RegisteredSecret, ...] = (
        make_fingerprint(SECRET, id="secret:internal", key=_KEY, base=257),
        make_fingerprint(TRIPWIRE, id="tripwire:wiki", key=_KEY, base=257, tripwire=True),
    )
    book = FingerprintBook(secrets, key=_KEY, base=257, tripwires=TRIPWIRES)
    return Inspector(book=book, subject_key=_KEY, weights=load_weights())


class Worker:
    """One worker; to be used within one event loop, and closed.

    Args:
        folder: Empty folder for spool and key database.
        mode: Whether decisions are carried out or only recorded.
        keep_content: Whether the judged text is recorded.
    """

    def __init__(
        self,
        folder: Path,
        *,
        mode: RouteMode = RouteMode.ENFORCE,
        keep_content: bool = True,
        limits: Limits | None = None,
        policies: PolicySet | None = None,
    ) -> None:
        self.folder = folder
        self.clock = Clock()
        self.spool = SpoolWriter(folder, gateway="gw", sign=_SIGNER.sign, settings=_SMALL)
        self.keyring = Keyring(f"sqlite:///{folder}/deks.db", _GivenKek())
        self.ledger = Ledger(epoch=self.spool.epoch)
        self.upstreams = MemoryUpstreams()
        self.noticed: list[tuple[Case, Notice]] = []
        self.holder = PolicyHolder(policies or starter_set())
        recorder = Recorder(self.spool, self.keyring, clock=self.clock, random=os.urandom, keep_content=keep_content)
        judge = Judge(
            self.holder,
            self.ledger,
            recorder,
            clock=self.clock,
            random=os.urandom,
            zone=UTC,
            notice=lambda case, notice: self.noticed.append((case, notice)),
        )
        judge.habits = Habits(_KEY)
        installation = msgspec.structs.replace(CONFIG.installation, mode=mode)
        self.config = msgspec.structs.replace(CONFIG, installation=installation)
        self.services = Services(
            registry=Registry(self.config, lambda _ref: ""),
            judge=judge,
            inspection=Inspection(inspector()),
            meter=Meter(_KEY),
            upstreams=self.upstreams,
            metrics=Metrics(),
            limits=limits or self.config.gateway.limits,
            session_key=_KEY,
            state_secret=_KEY,
            leaks=Leaks(Gists(), TRIPWIRES, self.config.gateway.tripwires.passage_words),
            traces=Traces(),
            files=Files(upstream="near"),
            keeping=MemoryKeeping(),
        )

    @property
    def judge(self) -> Judge:
        """The judge in service."""
        return self.services.judge

    def case(self, principal: Principal = ADA, *, session: str = "ses_1", mode: RouteMode | None = None) -> Case:
        """An exchange as the gateway opens it."""
        person = principal.acting_for
        return Case(
            exchange=self.judge.new_id("exc"),
            principal=principal,
            session=session,
            route="chat.completions",
            mode=mode or self.services.registry.mode("chat.completions"),
            principal_key=state_key(_KEY, "caller", principal.id),
            person_key=state_key(_KEY, "caller", person) if person else b"",
            session_key=state_key(_KEY, "session", principal.id, session),
        )

    async def serve(self, call: MemoryCall, *, admitted: Admitted | None = None) -> MemoryCall:
        """Serve one request of an admitted caller, as the door does."""
        await ModelExchange(self.services, call, admitted or Admitted(ADA), BY_PATH[call.path]).run(call.raw)
        return call

    def close(self) -> None:
        """Write what waits and let go."""
        self.spool.close()
        self.keyring.close()

    def envelopes(self, kind: RecordKind | None = None) -> list[Envelope]:
        """Every record so far, after what waits has been written; the spool is closed for that."""
        self.spool.close()
        found = [decode(frame.envelope) for frame in read_frames(self.folder / "gw")]
        return [envelope for envelope in found if kind is None or envelope.kind is kind]

    def outcomes(self) -> list[dict[str, str | int]]:
        """How the exchanges ended, in order."""
        return [dict(envelope.facts) for envelope in self.envelopes(RecordKind.OUTCOME)]

    def inputs(self) -> list[Inputs]:
        """The inputs of every decision, unsealed from the spool."""
        return [msgspec.json.decode(raw, type=Inputs) for raw in self._unsealed("inputs")]

    def contents(self) -> list[Content]:
        """The judged text of every decision, unsealed from the spool."""
        return [msgspec.json.decode(raw, type=Content) for raw in self._unsealed("content")]

    def rebuilt_ledger(self) -> Ledger:
        """The state as a restart after a crash, without any picture of it, finds it in the spool."""
        self.spool.close()
        restored = restore(self.folder / "no.state", frames_of(self.folder / "gw"), epoch=self.spool.epoch + 1)
        return restored.ledger

    def _unsealed(self, klass: str) -> list[bytes]:
        self.spool.close()
        found: list[bytes] = []
        for frame in read_frames(self.folder / "gw"):
            envelope = decode(frame.envelope)
            for part, blob in zip(envelope.sealed, frame.blobs, strict=True):
                if part.klass == klass:
                    found.append(self.keyring.unseal(envelope.subject, part, blob))
        return found
