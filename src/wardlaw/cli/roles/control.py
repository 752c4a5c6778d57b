"""The control process: the management API."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from litestar.types import ASGIApp
from sqlalchemy.engine import Engine

from wardlaw import __version__
from wardlaw.cli.planning import StepPlanner
from wardlaw.cli.providing import provider_desk
from wardlaw.cli.readiness import ending_signals, tell_ready
from wardlaw.config.address import parse_listen
from wardlaw.config.loosening import detecting_of, looser
from wardlaw.config.model import ClauseLife, Config, Origin
from wardlaw.config.notify import channels
from wardlaw.config.values import every_value
from wardlaw.console.api.app import build_api
from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.house import ConnectedDirectory, House
from wardlaw.console.api.lifedesk import LifePlan
from wardlaw.console.api.signalling import GatewayLocks
from wardlaw.console.desks.backtest import BacktestDesk
from wardlaw.console.desks.canaries import CanaryDesk, approved_texts, registered_systems
from wardlaw.console.desks.counting import BackgroundCount
from wardlaw.console.desks.coverage import CoverageDesk
from wardlaw.console.desks.credentials import CredentialDesk
from wardlaw.console.desks.drafts import DraftDesk
from wardlaw.console.desks.grants import GrantDesk
from wardlaw.console.desks.habits import HabitDesk
from wardlaw.console.desks.hearing import HearingDesk
from wardlaw.console.desks.held import HeldDesk
from wardlaw.console.desks.life import LifeDesk
from wardlaw.console.desks.log import LogDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.desks.provider import ProviderDesk
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.console.desks.records import RecordDesk
from wardlaw.console.desks.replay import ReplayDesk
from wardlaw.console.desks.reports import ReportDesk
from wardlaw.console.desks.samples import sample_sender
from wardlaw.console.desks.signing import SigningDesk, SigningSettings
from wardlaw.console.notify.notifier import Notifier
from wardlaw.console.notify.overdue import OverdueReviews
from wardlaw.console.notify.rounds import Rounds
from wardlaw.console.notify.signals import SignalSender
from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.entrance import Entrance
from wardlaw.console.pages.front import join
from wardlaw.console.pages.inside import InsideApi
from wardlaw.console.pages.keptforms import KeptForms
from wardlaw.console.pages.oidc import BEGIN_PATH
from wardlaw.console.pages.rendering import Renderer
from wardlaw.console.pages.site import build_site
from wardlaw.console.pages.translations import SHIPPED, languages
from wardlaw.console.pages.visit import Front
from wardlaw.console.rolebook import load_role_book
from wardlaw.console.serve import Listener, TcpListener, UnixListener, serve_control
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.keytext import key_digest
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.life import LifeRules
from wardlaw.governance.moves import ADOPTED
from wardlaw.governance.operations import Service
from wardlaw.governance.shipped import shipped_frameworks
from wardlaw.inventory.watching.surroundings import AppFacts
from wardlaw.register.questionnaire import Questionnaire, shipped_questionnaire, with_own
from wardlaw.security.fingerprint import make_fingerprint
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.detectingbook import DetectingBook, read_approved
from wardlaw.store.endings import EndingsFile
from wardlaw.store.installation import Installation
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_signing import trusted_keys
from wardlaw.store.lawpacks import frameworks_in_force
from wardlaw.store.life import LifeStore
from wardlaw.store.migrate import upgrade
from wardlaw.store.purposes import Purposes, derive_purposes
from wardlaw.store.servicetokens import make_service_token
from wardlaw.store.sessions import SessionLimits
from wardlaw.store.signalkey import Sign, signal_signer, unsigned
from wardlaw.store.signalsout import SignalPlan
from wardlaw.store.spool import SpoolSettings, SpoolWriter

CONTROL_SPOOL = "control"
_COUNT_EVERY_S = 1.0


def run_control(config: Config, origins: Mapping[str, Origin]) -> int:
    """Serve the management API until told to stop; ``origins`` says where each value comes from."""
    asyncio.run(_serve_control(config, origins))
    return 0


async def _serve_control(config: Config, origins: Mapping[str, Origin]) -> None:
    places = Installation(config)
    engine = await asyncio.to_thread(open_database, places.database_url(os.environ))
    await asyncio.to_thread(upgrade, engine)
    keyring = await asyncio.to_thread(places.open_keyring, os.environ)
    settings = SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes)
    spool = SpoolWriter(
        Path(config.audit.spool), gateway=CONTROL_SPOOL, sign=places.gateway_signer(), settings=settings
    )
    purposes = derive_purposes(keyring)
    policies = PolicyDesk(places, clock=time.time, frameworks=partial(_frameworks, engine, places))
    await asyncio.to_thread(policies.keep_published)
    records = RecordDesk(keyring, policies.set_of)
    recorder = ControlRecorder(spool, keyring, clock=time.time, entropy=os.urandom)
    life = life_desk(config, policies, keyring)
    detecting = detecting_book(config, places)
    if life.is_on:
        await begin_life(life, engine, recorder, at=time.time())
        await begin_detecting(detecting, recorder, at=time.time())

    provider = await asyncio.to_thread(provider_desk, config, os.environ)
    coverage = coverage_desk(config, places, keyring, policies, life)
    counting = BackgroundCount(coverage, engine)
    api = build_api(
        ApiDependencies(
            engine=engine,
            roles=load_role_book(),
            recorder=recorder,
            explainer=records,
            contents=records,
            log=LogDesk(engine, places, keyring, clock=time.time),
            habits=HabitDesk(Path(config.data_dir) / "state", purposes.state, same_subject=keyring.same_subject),
            held=HeldDesk(keyring),
            credentials=CredentialDesk(keyring),
            policies=policies,
            grants=GrantDesk(config, policies.in_force, secret=purposes.state),
            replays=ReplayDesk(keyring, clock=time.time),
            coverage=coverage,
            reports=ReportDesk(places, life),
            life=life,
            drafts=DraftDesk(policies, life),
            canaries=canary_desk(config, places, engine, purposes),
            fingerprint=partial(_fingerprint, purposes),
            health=partial(_health, spool),
            clock=time.time,
            entropy=os.urandom,
            keys=places.bundle_keys,
            questionnaire=await asyncio.to_thread(questionnaire_of, config),
            sign=lambda message: places.bundle_signer().sign(message),
            endings=endings_file(places),
            detecting=detecting,
            signing=signing_desk(config, purposes),
            app_facts=app_facts(config),
            export_targets=tuple(one.name for one in config.export.targets),
            services=await asyncio.to_thread(service_digests, config),
            signals=signal_plan(config),
            sign_signal=await asyncio.to_thread(signal_signing, config),
            provider=provider,
            samples=sample_sender(config, time.sleep),
            house=await asyncio.to_thread(house_of, config, origins),
            plan_steps=StepPlanner(config.inventory.directories),
            requests_per_hour=config.control.requests_per_hour,
        )
    )
    rounds = Rounds(counting, every_s=_COUNT_EVERY_S, what="the log could not be counted for coverage")
    tellers = (*await asyncio.to_thread(make_tellers, config, engine, purposes), rounds)
    for teller in tellers:
        teller.start()
    stop = _stop_when_told()
    try:
        await serve_control(
            with_console(api, config, stop=stop), control_listeners(config), stop=stop, started=tell_ready
        )
    finally:
        counting.end()
        await _end(tellers, provider)
        await asyncio.to_thread(spool.close)
        keyring.close()
        engine.dispose()


def _stop_when_told() -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in ending_signals():
        loop.add_signal_handler(number, stop.set)
    return stop


async def _end(
    tellers: Sequence[Notifier | OverdueReviews | SignalSender | Rounds], provider: ProviderDesk | None
) -> None:
    """Let go of whoever is spoken with outside."""
    for teller in tellers:
        await teller.stop()
    if provider is not None:
        await provider.close()


def canary_desk(config: Config, places: Installation, engine: Engine, purposes: Purposes) -> CanaryDesk:
    """What says which canaries there are, and has them sent."""
    approved = approved_texts(config, engine, purposes.life)
    return CanaryDesk(places, purposes.canaries, clock=time.time, approved=approved, systems=registered_systems(engine))


def house_of(config: Config, origins: Mapping[str, Origin]) -> House:
    """How this installation is built, as people are shown it.

    Raises:
        ConfigError: The log's public keys cannot be read.
    """
    wanted = config.inventory
    return House(
        version=__version__,
        mode=config.installation.mode.value,
        connected=tuple(
            ConnectedDirectory(
                one.name, one.platform.value, bool(one.write_credential), bool(one.push_secret),
                bool(one.signals.issuer), one.groups,
            )
            for one in wanted.directories
        ),
        watches=wanted.watching.enabled,
        carries_out=wanted.watching.enabled and wanted.watching.carry_out,
        channels=tuple(channel.name for channel in channels(config.notify)),
        receivers=tuple(one.name for one in wanted.sending.receivers),
        log_keys=tuple(
            f"{one.verifier.name}+{one.verifier.key_id:08x}" for one in trusted_keys(Installation(config).log_key_path)
        ),
        settings=every_value(config, origins),
    )  # fmt: skip


def _frameworks(engine: Engine, places: Installation) -> dict[str, Framework]:
    """The frameworks that count now, those of applied packs among them."""
    with reading(engine) as connection:
        return frameworks_in_force(connection, shipped_frameworks(), keys=places.bundle_keys())


def make_tellers(
    config: Config, engine: Engine, purposes: Purposes
) -> tuple[Notifier | OverdueReviews | SignalSender, ...]:
    """What tells people and other systems in the background.

    Raises:
        ConfigError: The key that signals are signed with cannot be made or read.
    """
    notifier = Notifier(engine, config.notify, installation=config.installation.name, env=os.environ, clock=time.time)
    names = tuple(channel.name for channel in channels(config.notify))
    overdue = OverdueReviews(engine, LifeStore(purposes.life), channels=names, clock=time.time)
    sender = signal_sender(config, engine, GrantDesk.door_key_of(purposes.state))
    return (notifier, overdue) if sender is None else (notifier, overdue, sender)


def coverage_desk(
    config: Config, places: Installation, keyring: Keyring, policies: PolicyDesk, life: LifeDesk
) -> CoverageDesk:
    """What says how clauses stand."""
    return CoverageDesk(
        keyring,
        policies.published,
        heard=hearing_desk(config, places, life).hear,
        readings=config.law.readings,
        clock=time.time,
        keys=places.bundle_keys,
    )


def hearing_desk(config: Config, places: Installation, life: LifeDesk) -> HearingDesk:
    """What is known of clauses beside the log."""
    return HearingDesk(life, places.bundle_keys, places.endings_path, lambda: detectors_drift(config, places))


def detectors_drift(config: Config, places: Installation) -> str:
    """What the configuration would let detectors overlook, in words; empty when nothing."""
    if config.policies.life is not ClauseLife.ON:
        return ""
    approved = read_approved(places.detecting_path, places.bundle_keys())
    less = () if approved is None else looser(approved.detecting, detecting_of(config))
    return f"the configuration is looser than what was approved: {', '.join(less)}" if less else ""


def detecting_book(config: Config, places: Installation) -> DetectingBook:
    """What detectors must see, as the configuration wants it and as it was approved."""
    return DetectingBook(
        places.detecting_path,
        detecting_of(config),
        sign=lambda message: places.bundle_signer().sign(message),
        keys=places.bundle_keys,
    )


async def begin_detecting(book: DetectingBook, recorder: ControlRecorder, *, at: float) -> None:
    """Where nothing was approved yet, what the configuration says now is what less is told by from here on.

    Raises:
        EvidenceError: What is there is not ours (WL-LIF-018).
    """
    if await asyncio.to_thread(book.approved) is None:
        await recorder.record("control", "", "detectors.adopt", {"detectors": book.wanted.digest})
        await asyncio.to_thread(book.approve, asked_by="", by=ADOPTED, at=at)


def endings_file(places: Installation) -> EndingsFile:
    """Where it is remembered which waivers and broken glass were ended before their time."""
    return EndingsFile(
        places.endings_path, sign=lambda message: places.bundle_signer().sign(message), keys=places.bundle_keys
    )


def _health(spool: SpoolWriter) -> dict[str, str]:
    return {"status": "ok" if spool.healthy else "records cannot be made durable", "version": __version__}


def _fingerprint(purposes: Purposes, text: str, name: str, tripwire: bool) -> RegisteredSecret:
    return make_fingerprint(text, id=name, key=purposes.fingerprint, base=purposes.fingerprint_base, tripwire=tripwire)


def life_desk(config: Config, policies: PolicyDesk, keyring: Keyring) -> LifeDesk:
    """The life of clauses as the configuration wants it."""
    wanted = config.policies
    rules = LifeRules(load_role_book(), sign_off_days=wanted.sign_off_days, backtest_days=wanted.backtest_days)
    store = LifeStore(derive_purposes(keyring).life)
    backtests = BacktestDesk(keyring, clock=time.time)
    return LifeDesk(policies, store, backtests, rules, is_on=wanted.life is ClauseLife.ON)


async def begin_life(life: LifeDesk, engine: Engine, recorder: ControlRecorder, *, at: float) -> None:
    """Where clauses have a life for the first time, what is in force becomes the first version of each.

    Raises:
        InputError: It cannot (WL-LIF-011).
    """

    def adopt() -> LifePlan | None:
        with reading(engine) as connection:
            return life.adopt(connection, at=at)

    def keep(plan: LifePlan, record: str) -> None:
        with writing(engine) as connection:
            life.keep(connection, plan, by=ADOPTED, at=at, reason="it was in force already", record=record)

    plan = await asyncio.to_thread(adopt)
    if plan is not None:
        record = await recorder.record("control", "", "policy.adopt", {"clauses": len(plan.moves)})
        await asyncio.to_thread(keep, plan, record)


def app_facts(config: Config) -> dict[str, dict[str, AppFacts]]:
    """What the configuration says of apps, by directory and client id."""
    found: dict[str, dict[str, AppFacts]] = {}
    for one in config.inventory.apps:
        facts = AppFacts(one.approved, one.scopes, one.addresses, one.vendor)
        found.setdefault(one.directory, {})[one.app] = facts
    return found


def questionnaire_of(config: Config) -> Questionnaire:
    """The law's questions, with those the company asks beside them.

    Raises:
        WardlawError: The company's cannot be read or used; nothing is classified without them.
    """
    shipped = shipped_questionnaire()
    if not config.law.questions:
        return shipped
    try:
        text = Path(config.law.questions).read_bytes()
    except OSError as error:
        raise ConfigError(
            "WL-CLS-001", f"{config.law.questions} cannot be read: {error.strerror}.", "Mend law.questions."
        ) from error
    return with_own(shipped, text)


def signal_plan(config: Config) -> SignalPlan:
    """Who is sent our signals."""
    sending = config.inventory.sending
    return SignalPlan(sending.issuer, {one.name: one.audience for one in sending.receivers})


def signal_signing(config: Config) -> Sign:
    """What signs signals that are fetched.

    Raises:
        ConfigError: As ``signal_sender``.
    """
    return signal_signer(Path(config.keys.dir)) if config.inventory.sending.receivers else unsigned


def signal_sender(config: Config, engine: Engine, door_key: Callable[[str], str]) -> SignalSender | None:
    """What sends our signals; None where nobody is sent any.

    Raises:
        ConfigError: The key they are signed with cannot be made or read.
    """
    sending = config.inventory.sending
    if not sending.receivers:
        return None
    locks = GatewayLocks(engine, signal_plan(config), door_key)
    sign = signal_signer(Path(config.keys.dir))
    return SignalSender(engine, sending, sign=sign, env=os.environ, clock=time.time, queue=locks.queue)


def service_digests(config: Config) -> dict[str, Service]:
    """The processes that may show themselves, by the digest of their token; only those that the configuration wants.

    Raises:
        ConfigError: A token cannot be made or read.
    """
    wanted = {
        Service.LISTENER: bool(config.inventory.listener.listen),
        Service.WATCH: config.inventory.watching.enabled,
    }
    keys = Path(config.keys.dir)
    return {key_digest(make_service_token(keys, one)): one for one, is_wanted in wanted.items() if is_wanted}


def signing_desk(config: Config, purposes: Purposes) -> SigningDesk:
    """What signing in to the console remembers.

    Where the console is for its own machine alone, the first admin goes on in the shell of the account this process
    runs as.
    """
    wanted = config.control.sessions
    limits = SessionLimits(float(wanted.idle_s), float(wanted.longest_s), float(wanted.proof_s))
    own_uid = -1 if config.control.tls else os.getuid()
    settings = SigningSettings(limits, own_uid=own_uid, words=(config.installation.name,))
    return SigningDesk(settings, device_key=purposes.devices, clock=time.time, entropy=os.urandom)


def with_console(api: ASGIApp, config: Config, *, stop: asyncio.Event) -> ASGIApp:
    """The API and, where it has an address that browsers reach, the console beside it; pages that follow the log end with ``stop``."""
    if not config.control.listen:
        return api
    assets = Assets()
    folders = (Path(config.console.catalogues), SHIPPED)
    front = Front(
        api=InsideApi(api),
        entrance=Entrance(secure=bool(config.control.tls), port=parse_listen(config.control.listen)[1]),
        renderer=Renderer(assets, languages(config.console.languages, folders=folders)),
        assets=assets,
        installation=config.installation.name,
        mode=config.installation.mode.value,
        clock=time.time,
        providers=((config.console.oidc.name, BEGIN_PATH),) if config.console.oidc else (),
        kept=KeptForms(time.time) if config.console.oidc else None,
        stop=stop,
    )
    return join(api, build_site(front), entrance=front.entrance)


def control_listeners(config: Config) -> tuple[Listener, ...]:
    """Where the management API listens: always the socket, and an address where one is set."""
    listeners: list[Listener] = [UnixListener(Path(config.control.socket))]
    if config.control.listen:
        host, port = parse_listen(config.control.listen)
        tls = config.control.tls
        listeners.append(
            TcpListener(
                "127.0.0.1" if host == "localhost" else host,
                port,
                Path(tls.cert) if tls else None,
                Path(tls.key) if tls else None,
            )
        )
    return tuple(listeners)
