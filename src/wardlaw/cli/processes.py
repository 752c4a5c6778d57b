"""Entry points of the background processes: ``python -m wardlaw.cli.processes ROLE CONFIG``.

``up`` starts each in a process of its own; a service manager may do the same by hand.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import uvicorn

from wardlaw import __version__
from wardlaw.cli.upkeep import Upkeep
from wardlaw.config.address import parse_listen
from wardlaw.config.load import load_config
from wardlaw.config.model import Config
from wardlaw.console.api.app import build_api
from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.desks.log import LogDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.console.desks.records import RecordDesk
from wardlaw.console.rolebook import load_role_book
from wardlaw.console.serve import Listener, TcpListener, UnixListener, serve_control
from wardlaw.demo.model import ScriptedModel
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.facts.errors import EvidenceError, UnavailableError, WardlawError
from wardlaw.security.fingerprint import make_fingerprint
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.migrate import upgrade
from wardlaw.store.purposes import derive_purposes
from wardlaw.store.sequencer import Sequencer, SequencerSettings
from wardlaw.store.sequencing import log_parts
from wardlaw.store.spool import SpoolSettings, SpoolWriter

READY_FD = "WARDLAW_READY_FD"
"""Descriptor a process writes one byte to when it serves; given by the supervisor."""

CONTROL_SPOOL = "control"
_RETRY_S = (1.0, 30.0)  # first and longest pause while database or disk cannot be used
_log = logging.getLogger("wardlaw")


def tell_ready(env: Mapping[str, str] = os.environ) -> None:
    """Tell the supervisor, if there is one, that this process serves."""
    if text := env.get(READY_FD, ""):
        descriptor = int(text)
        os.write(descriptor, b"1")
        os.close(descriptor)


def run_control(config: Config) -> int:
    """Serve the management API until told to stop."""
    asyncio.run(_serve_control(config))
    return 0


async def _serve_control(config: Config) -> None:
    places = Installation(config)
    engine = await asyncio.to_thread(open_database, places.database_url(os.environ))
    await asyncio.to_thread(upgrade, engine)
    keyring = await asyncio.to_thread(places.open_keyring, os.environ)
    settings = SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes)
    spool = SpoolWriter(
        Path(config.audit.spool), gateway=CONTROL_SPOOL, sign=places.gateway_signer(), settings=settings
    )
    purposes = derive_purposes(keyring)
    policies = PolicyDesk(places, clock=time.time)
    await asyncio.to_thread(policies.keep_published)
    records = RecordDesk(keyring, policies.set_of)

    def fingerprint(text: str, name: str, tripwire: bool) -> RegisteredSecret:
        return make_fingerprint(
            text, id=name, key=purposes.fingerprint, base=purposes.fingerprint_base, tripwire=tripwire
        )

    api = build_api(
        ApiDependencies(
            engine=engine,
            roles=load_role_book(),
            recorder=ControlRecorder(spool, keyring, clock=time.time, entropy=os.urandom),
            explainer=records,
            contents=records,
            log=LogDesk(engine, places, keyring, clock=time.time),
            policies=policies,
            fingerprint=fingerprint,
            health=lambda: {
                "status": "ok" if spool.healthy else "records cannot be made durable",
                "version": __version__,
            },
            clock=time.time,
            entropy=os.urandom,
        )
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        await serve_control(api, control_listeners(config), stop=stop, started=tell_ready)
    finally:
        await asyncio.to_thread(spool.close)
        keyring.close()
        engine.dispose()


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


def run_sequencer(config: Config) -> int:
    """Append the spools to the log until told to stop.

    Raises:
        EvidenceError: The log shrank, forked or is damaged; nothing more is appended.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    places = Installation(config)
    engine = open_database(places.database_url(os.environ))
    keyring = places.open_keyring(os.environ)
    sequencer = Sequencer(
        log_parts(places, engine), now=time.time, settings=SequencerSettings(checkpoint_s=config.audit.checkpoint_s)
    )
    upkeep = Upkeep(config, engine, keyring)
    pause, first_try = _RETRY_S[0], True
    try:
        while not stop.is_set():
            try:
                appended = sequencer.run_once()
                upkeep.tick(now=time.time())
            except UnavailableError as error:
                _log.error("%s", error)
                stop.wait(pause)
                pause = min(pause * 2, _RETRY_S[1])
                continue
            if first_try:
                tell_ready()
            pause, first_try = _RETRY_S[0], False
            if not appended:
                stop.wait(0.1)
    finally:
        sequencer.close()
        keyring.close()
        engine.dispose()
    return 0


def run_demo_model(config: Config) -> int:
    """Serve the scripted model on loopback until told to stop."""
    host, port = parse_listen(config.demo_model.listen)
    folder = Path(config.data_dir) / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    model = ScriptedModel(folder / "received.jsonl", f"sk-demo-{secrets.token_hex(16)}")
    server = uvicorn.Server(uvicorn.Config(model, host=host, port=port, log_level="warning", lifespan="off"))
    tell_ready()
    server.run()
    return 0


ROLES: Mapping[str, Callable[[Config], int]] = MappingProxyType(
    {"control": run_control, "sequencer": run_sequencer, "demo-model": run_demo_model}
)


def main(arguments: list[str]) -> int:
    """Run one role; answers the exit code."""
    if len(arguments) != 2 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m wardlaw.cli.processes {{{','.join(ROLES)}}} CONFIG\n")
        return 2
    role, path = arguments
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        config = load_config(Path(path))
        logging.getLogger().setLevel(config.logs.level.upper())
        return ROLES[role](config)
    except EvidenceError as error:
        _log.critical("%s", error)
        return error.exit_code
    except WardlawError as error:
        _log.error("%s", error)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
