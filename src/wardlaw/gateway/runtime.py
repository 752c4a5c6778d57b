"""Everything one worker holds, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Mapping
from math import inf
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Engine

from wardlaw.adapters.encoder import load_encoder
from wardlaw.adapters.keysets import JwksStore
from wardlaw.adapters.weights import load_weights
from wardlaw.config.load import read_secret
from wardlaw.config.loosening import as_approved, detecting_of, looser
from wardlaw.config.model import ClauseLife, Config, ContentClass
from wardlaw.config.notify import channel_names
from wardlaw.config.secretref import SecretRef
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import UnavailableError
from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import Finding
from wardlaw.facts.habit import HabitOrder
from wardlaw.gateway.admission import Admission
from wardlaw.gateway.canaries import CanaryMarks
from wardlaw.gateway.door import Door, Health
from wardlaw.gateway.doubts import Doubts
from wardlaw.gateway.exempting import ExemptionBook
from wardlaw.gateway.gating import GateKeeper
from wardlaw.gateway.gists import Gists, Leaks
from wardlaw.gateway.habits import HabitsFile
from wardlaw.gateway.holding import TableHolding
from wardlaw.gateway.ids import RandomPool
from wardlaw.gateway.inspection import Inspection
from wardlaw.gateway.judge import Judge, PolicyHolder
from wardlaw.gateway.jwks import JwksFetcher
from wardlaw.gateway.keeping import TableKeeping
from wardlaw.gateway.keybook import KeyBook
from wardlaw.gateway.mcp.credentials import TableCredentials
from wardlaw.gateway.mcp.opening import Asking, Opened
from wardlaw.gateway.metering import Meter
from wardlaw.gateway.metrics import Metrics
from wardlaw.gateway.outside import Outside
from wardlaw.gateway.recorder import Recorder
from wardlaw.gateway.registry import Registry
from wardlaw.gateway.remembering import Memory
from wardlaw.gateway.reporting import Reporter
from wardlaw.gateway.services import Services
from wardlaw.gateway.sharing import Sharing
from wardlaw.gateway.shelf import AnswerShelf
from wardlaw.gateway.sightings import Sightings
from wardlaw.gateway.traces import Traces
from wardlaw.gateway.upstream import Upstreams
from wardlaw.gateway.watcher import MAX_AGE_S, Watcher
from wardlaw.governance.bundle import parse_bundle
from wardlaw.register.gates.door import GateDoor
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector
from wardlaw.security.learned import Weights
from wardlaw.security.people import NAME as PEOPLE
from wardlaw.security.tripwire import PromptTripwires
from wardlaw.state.authority import StateAuthority
from wardlaw.state.habits import Habits
from wardlaw.store.database import open_database, reading
from wardlaw.store.detectingbook import read_approved
from wardlaw.store.endings import read_endings
from wardlaw.store.exemptions import Exemptions, load_exemptions
from wardlaw.store.generations import Generation, read
from wardlaw.store.habitorders import list_orders, newest_number
from wardlaw.store.installation import Installation
from wardlaw.store.keyring import Keyring
from wardlaw.store.keys import load_entries
from wardlaw.store.purposes import Purposes, derive_purposes
from wardlaw.store.secrets import load_secrets
from wardlaw.store.spool import SpoolSettings, SpoolWriter
from wardlaw.store.treestate import newest_positions
from wardlaw.store.verdictbook import load_door

_log = logging.getLogger("wardlaw.gateway")
_WL_SPOOL_BUSY = "WL-SPL-008"
_RENEW_S = 60.0
_DAY_S = 86_400.0


class Runtime:
    """One worker.

    Args:
        config: The configuration in force, paths absolute.
        env: Environment, for secrets named ``env:``.
    """

    def __init__(self, config: Config, env: Mapping[str, str] = os.environ) -> None:
        self._config = config
        self._env = env
        self._places = Installation(config)
        self._engine: Engine | None = None
        self._keyring: Keyring | None = None
        self._spool: SpoolWriter | None = None
        self._memory: Memory | None = None
        self._habits: HabitsFile | None = None
        self._sharing: Sharing | None = None
        self._watcher: Watcher | None = None
        self._exemptions = ExemptionBook(lambda: self._watcher.age_s if self._watcher is not None else inf)
        self._gates = GateKeeper(lambda: self._watcher.age_s if self._watcher is not None else inf)
        self._reporter: Reporter | None = None
        self._door: Door | None = None
        self._holder: PolicyHolder | None = None
        self._purposes: Purposes | None = None
        self._weights: Weights | None = None
        self._book = KeyBook()
        self._gateway = ""
        self._admission: Admission | None = None
        self._upstreams = Upstreams()
        self._outside: Outside | None = None
        self._doubts: Doubts | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._tools: Opened | None = None

    def _secret(self, ref: SecretRef, what: str = "a secret of the configuration") -> str:
        return read_secret(ref, env=self._env, what=what)

    async def open(self) -> Door:
        """Open everything.

        Raises:
            WardlawError: Something needed is missing or wrong; the worker must not serve.
        """
        await asyncio.to_thread(self._hold_detectors)
        config = self._config
        await asyncio.to_thread(self._open_models)
        database = self._places.database_url(self._env)
        engine = self._engine = await asyncio.to_thread(open_database, database)
        keyring = self._keyring = await asyncio.to_thread(self._places.open_keyring, self._env)
        purposes = self._purposes = derive_purposes(keyring)
        known = await asyncio.to_thread(newest_positions, engine)
        spool = self._spool = self._open_spool(known)
        password = self._secret(config.state.password, "state.password") if config.state.password else ""
        memory = self._memory = Memory(config, self._gateway, password=password)
        authority = await memory.open(epoch=spool.epoch, at=time.time())
        if memory.warning:
            _log.warning("state rebuilt: %s", memory.warning)
        pool = RandomPool(os.urandom)
        recorder = Recorder(
            spool,
            keyring,
            clock=time.time,
            random=pool.take,
            keep_content=config.audit.content is ContentClass.FULL,
        )
        policies = self._read_policies()
        holder = self._holder = PolicyHolder(policies)
        reporter = self._reporter = self._make_reporter(engine, keyring, purposes)
        judge = Judge(
            holder,
            authority,
            recorder,
            clock=time.time,
            random=pool.take,
            zone=ZoneInfo(config.installation.timezone),
            notice=reporter.notice,
        )
        judge.exemptions = self._exemptions.in_force
        judge.gates, judge.systems = self._gates.closed, self._gates.systems
        judge.habits = await self._open_habits(purposes)
        judge.holding = TableHolding(
            engine, keyring, secret=purposes.state, inspect=self._inspect_text, channels=channel_names(config.notify)
        )
        marks = judge.canaries = CanaryMarks(purposes.canaries, authority)
        judge.forged = reporter.forged
        sharing = self._sharing = self._share_habits(judge.habits, memory)
        self._admission = await self._open_admission(authority)
        metrics = self._metrics(sharing)
        metrics.forgeries = lambda: marks.forgeries
        metrics.policies = len(policies.policies)
        services = self._make_services(judge, metrics, purposes)
        self._door = Door(services, self._admission, health=self._health)
        self._watcher = Watcher(
            self._compare,
            {
                Generation.KEYS: self._load_keys,
                Generation.SECRETS: self._load_secrets,
                Generation.POLICIES: self._load_policies,
                Generation.QUARANTINES: self._load_quarantines,
                Generation.HABITS: self._load_habit_orders,
                Generation.TOOLS: self._load_tools,
                Generation.CREDENTIALS: self._load_credentials,
                Generation.EXEMPTIONS: self._load_exemptions,
                Generation.GATES: self._load_gates,
            },
            clock=time.monotonic,
        )
        watcher = self._watcher
        metrics.age_s = lambda: watcher.age_s
        await self._watcher.tick()
        if self._watcher.trouble:
            raise UnavailableError("WL-GWY-009", self._watcher.trouble, "Mend what is named and start again.")
        self._watcher.start()
        memory.start(self._position)
        return self._door

    def _make_services(self, judge: Judge, metrics: Metrics, purposes: Purposes) -> Services:
        """What the exchanges share; registered secrets are loaded after it."""
        assert self._engine is not None
        config = self._config
        registry = Registry(config, self._secret)
        tools = self._tools = self._open_tools(judge, registry, purposes)
        return Services(
            registry=registry,
            judge=judge,
            inspection=self._inspection((), purposes),
            meter=Meter(purposes.subjects),
            upstreams=self._upstreams,
            metrics=metrics,
            limits=config.gateway.limits,
            session_key=purposes.sessions,
            state_secret=purposes.state,
            leaks=Leaks(Gists(), PromptTripwires(purposes.tripwires), config.gateway.tripwires.passage_words),
            receipts=config.gateway.receipts,
            shows_metrics=config.gateway.metrics,
            traces=Traces(),
            files=config.gateway.files,
            keeping=TableKeeping(self._engine) if config.gateway.files.upstream else None,
            catalogue=tools.catalogue if tools is not None else None,
            mcp_url=config.mcp.url,
            authorization_servers=tuple(dict.fromkeys(one.issuer for one in config.identity.issuers)),
            is_tls=bool(config.gateway.tls),
            shelf=self._shelf(purposes),
            sightings=Sightings.in_table(self._engine, judge.clock),
        )

    def _shelf(self, purposes: Purposes) -> AnswerShelf:
        assert self._engine is not None
        assert self._keyring is not None
        return AnswerShelf(self._engine, self._keyring, secret=purposes.state, random=os.urandom)

    def _metrics(self, sharing: Sharing | None) -> Metrics:
        """Metrics that know what the encoder reads and how shared behaviour is."""
        metrics = Metrics()
        if sharing is not None:
            metrics.habits_age_s, metrics.habits_lost = lambda: sharing.age_s, lambda: sharing.lost
        if (doubts := self._doubts) is not None:
            metrics.texts = lambda: (doubts.seen, doubts.asked)
        return metrics

    def _hold_detectors(self) -> None:
        """Run no setting of a detector that is looser than what was approved, whatever the file says."""
        if self._config.policies.life is not ClauseLife.ON:
            return
        approved = read_approved(self._places.detecting_path, self._places.bundle_keys())
        if approved is None:
            return
        if less := looser(approved.detecting, detecting_of(self._config)):
            _log.error("looser than what was approved, and so not taken over: %s", ", ".join(less))
        self._config = as_approved(self._config, approved.detecting)

    def _open_models(self) -> None:
        """The learned models, without which nothing may serve."""
        # Off by default, and so no news.
        if off := self._config.built_in.names(on=False) - {PEOPLE}:
            _log.warning("detectors switched off: %s", ", ".join(sorted(off)))
        self._weights = load_weights()
        if (encoder := self._config.encoder).enabled:
            detector = load_encoder(self._weights)
            self._doubts = Doubts(detector, timeout_s=encoder.timeout_s, threads=encoder.threads)

    async def _open_admission(self, authority: StateAuthority) -> Admission:
        identity = self._config.identity
        jwks = JwksStore(identity.issuers, JwksFetcher().fetch)
        if identity.issuers:
            await jwks.renew(at=time.time())
            self._renewing = asyncio.get_running_loop().create_task(_renew(jwks))
        return Admission(self._book, identity, keys=jwks, state=authority, look_again=self._look_again)

    def _make_reporter(self, engine: Engine, keyring: Keyring, purposes: Purposes) -> Reporter:
        return Reporter(
            engine,
            keyring,
            clock=time.time,
            random=os.urandom,
            secret=purposes.state,
            channels=channel_names(self._config.notify),
        )

    async def _open_habits(self, purposes: Purposes) -> Habits:
        """The behaviour profiles of what this worker judges."""
        config = self._config
        habits = Habits(purposes.state)
        file = self._habits = HabitsFile(
            habits,
            Path(config.data_dir) / "state",
            self._gateway,
            idle_s=config.audit.retention.habits_days * _DAY_S,
            clock=time.time,
        )
        if warning := await asyncio.to_thread(file.open):
            _log.warning("%s", warning)
        file.start()
        return habits

    @staticmethod
    def _share_habits(habits: Habits, memory: Memory) -> Sharing | None:
        """The exchange with other workers; none where there is one worker and no Redis."""
        if memory.habits_stream is None:
            return None
        sharing = Sharing(habits, memory.habits_stream, clock=time.monotonic)
        sharing.start()
        return sharing

    def _open_spool(self, known: Mapping[str, tuple[int, int]]) -> SpoolWriter:
        """A spool of its own for each worker: the first that nobody writes."""
        config = self._config
        sign = self._places.gateway_signer()
        settings = SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes, stall_s=config.gateway.limits.record_s)
        for number in range(1, config.gateway.workers + 1):
            self._gateway = f"gateway-{number}"
            try:
                return SpoolWriter(
                    Path(config.audit.spool),
                    gateway=self._gateway,
                    sign=sign,
                    settings=settings,
                    # A spool that was lost must not count anew below what the log has.
                    min_epoch=known.get(self._gateway, (-1, -1))[0] + 1,
                )
            except UnavailableError as error:
                if error.code != _WL_SPOOL_BUSY or number == config.gateway.workers:
                    raise
        raise UnavailableError("WL-GWY-010", "Every spool is in use.", "Stop the other gateway first.")

    def _read_policies(self) -> PolicySet:
        bundle = self._places.bundle_reader(self._gateway).read(trusted_keys=self._places.bundle_keys())
        return PolicySet.build(parse_bundle(bundle.payload).text)

    def _inspection(self, secrets: tuple[RegisteredSecret, ...], purposes: Purposes) -> Inspection:
        if self._outside is None:
            self._outside = Outside.from_config(self._config, self._secret)
        tripwires = PromptTripwires(purposes.tripwires)
        book = FingerprintBook(secrets, key=purposes.fingerprint, base=purposes.fingerprint_base, tripwires=tripwires)
        doubted = self._doubts.detector.doubted if self._doubts else None
        built_in = self._config.built_in
        inspector = Inspector(
            book=book,
            subject_key=purposes.subjects,
            weights=self._weights,
            people=built_in.personal_names,
            doubted=doubted,
            only=built_in.names(),
        )
        return Inspection(inspector, outside=self._outside, doubts=self._doubts)

    async def _compare(self) -> Mapping[str, int]:
        assert self._engine is not None
        return await asyncio.to_thread(read, self._engine)

    async def _look_again(self) -> None:
        if self._watcher is not None:
            await self._watcher.look()

    async def _load_keys(self) -> None:
        def load() -> KeyBook:
            assert self._engine is not None
            with reading(self._engine) as connection:
                return KeyBook(load_entries(connection))

        assert self._admission is not None
        self._admission.book = await asyncio.to_thread(load)

    async def _load_secrets(self) -> None:
        assert self._door is not None
        assert self._purposes is not None
        purposes = self._purposes

        def load() -> tuple[Inspection, int]:
            assert self._engine is not None
            with reading(self._engine) as connection:
                secrets = tuple(load_secrets(connection))
            longest = max((secret.length for secret in secrets if secret.spaced), default=0)
            return self._inspection(secrets, purposes), longest

        inspection, longest = await asyncio.to_thread(load)
        self._door.services = self._door.services._replace(inspection=inspection, phrase_chars=longest)
        judge = self._door.services.judge
        if judge.inspected != inspection.mark:
            # Before the first decision that names it: who reads the log must find there what had looked.
            told = f"{inspection.mark}: {', '.join(inspection.detectors)}"
            judge.recorder.control(judge.new_id("ctl"), "detectors.in-force", told)
            judge.inspected = inspection.mark

    async def _load_policies(self) -> None:
        assert self._holder is not None
        assert self._door is not None
        policies = await asyncio.to_thread(self._read_policies)
        if policies.digest != self._holder.current.digest:
            _log.info("policy set %s is in force", policies.digest[:16])
            self._holder.current = policies
            self._door.services.metrics.policies = len(policies.policies)

    async def _load_quarantines(self) -> None:
        assert self._door is not None
        assert self._reporter is not None
        await self._reporter.apply(self._door.services)

    async def _load_habit_orders(self) -> None:
        assert self._habits is not None
        habits = self._habits.habits

        def load() -> tuple[HabitOrder, ...]:
            assert self._engine is not None
            with reading(self._engine) as connection:
                # Tables that were restored from before the last order count on from there.
                habits.orders = min(habits.orders, newest_number(connection))
                return list_orders(connection, after=habits.orders)

        for order in await asyncio.to_thread(load):
            habits.obey(order)

    def _open_tools(self, judge: Judge, registry: Registry, purposes: Purposes) -> Opened | None:
        """Servers of tools; none where none are configured, and nothing is started before it is asked for."""
        if not self._config.mcp.servers:
            return None
        assert self._engine is not None
        assert self._keyring is not None
        assert self._reporter is not None
        return Opened(
            self._config,
            TableCredentials(self._engine, self._keyring),
            Asking(judge, registry, purposes.state, report=self._reporter.report),
            env=self._env,
            inspection=self._current_inspection,
            upstreams=self._upstreams,
        )

    def _current_inspection(self) -> Inspection:
        assert self._door is not None
        return self._door.services.inspection

    def _inspect_text(self, text: str, channel: Channel) -> tuple[Finding, ...]:
        return self._current_inspection().inspect_text(text, channel)

    async def _load_tools(self) -> None:
        if self._tools is not None:
            await self._tools.catalogue.load()

    async def _load_credentials(self) -> None:
        if self._tools is not None:
            await self._tools.load_credentials()

    async def _load_exemptions(self) -> None:
        def load() -> Exemptions:
            assert self._engine is not None
            with reading(self._engine) as connection:
                keys = self._places.bundle_keys()
                ended = read_endings(self._places.endings_path, keys)
                return load_exemptions(connection, now=time.time(), keys=keys, ended=ended)

        await self._exemptions.renew(lambda: asyncio.to_thread(load))

    async def _load_gates(self) -> None:
        def load() -> GateDoor:
            assert self._engine is not None
            with reading(self._engine) as connection:
                return load_door(connection, now=time.time(), keys=self._places.bundle_keys())

        self._gates.door = await asyncio.to_thread(load)

    def _position(self) -> tuple[int, int]:
        """The last frame written; its changes, and those of all before it, are in the ledger."""
        assert self._spool is not None
        stats = self._spool.stats()
        return stats.epoch, stats.next_seq - 1

    def _health(self) -> Health:
        spool, watcher = self._spool, self._watcher
        if spool is None or watcher is None:
            return Health(False, "it is starting")
        if not spool.healthy:
            return Health(False, "records cannot be made durable")
        if watcher.age_s > MAX_AGE_S:
            return Health(False, watcher.trouble or "keys and policies cannot be compared with those in force")
        return Health(True, note=self._sharing.trouble if self._sharing is not None else "")

    async def close(self) -> None:
        """Close everything; records still waiting are written first."""
        if self._watcher is not None:
            await self._watcher.stop()
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        await self._close_tellers()
        if self._memory is not None and self._spool is not None:
            await self._memory.close(self._position())
        if self._spool is not None:
            await asyncio.to_thread(self._spool.close)
        await self._upstreams.close()
        if self._outside is not None:
            await self._outside.close()
        if self._doubts is not None:
            await self._doubts.close()
        if self._keyring is not None:
            self._keyring.close()
        if self._engine is not None:
            self._engine.dispose()

    async def _close_tellers(self) -> None:
        """Close what may still have something to record or to tell."""
        if self._tools is not None:
            await self._tools.close()
        if self._reporter is not None:
            await self._reporter.close()
        if self._sharing is not None:
            await self._sharing.close()
        if self._habits is not None:
            await self._habits.close()


async def _renew(jwks: JwksStore) -> None:
    """Keep the issuers' keys fresh, so that a withdrawn one goes."""
    while True:
        await asyncio.sleep(_RENEW_S)
        await jwks.renew(at=time.time())
