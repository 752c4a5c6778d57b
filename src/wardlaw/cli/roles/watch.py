"""The watching process: reads connected organisations again and again, and keeps their notification channels open."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType

from wardlaw.cli.appclients import Moments
from wardlaw.cli.carrying import Carrier
from wardlaw.cli.channelling import ChannelledDirectory, tend_channels
from wardlaw.cli.client import ManagementClient
from wardlaw.cli.opening import open_channels, open_connector, open_revoker
from wardlaw.cli.readiness import ending_signals, tell_ready
from wardlaw.cli.watching import WatchedFeed, WatchPlan, watch
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.load import read_secret
from wardlaw.config.model import Config
from wardlaw.connectors.revoking import Revoker
from wardlaw.facts.errors import InputError, WardlawError
from wardlaw.governance.operations import Service
from wardlaw.store.servicetokens import read_service_token

TENDED_S = 300.0
"""How often channels are looked after, and directories opened that could not be."""
_PAUSE_S = 5.0
_log = logging.getLogger("wardlaw.watch")


def run_watch(config: Config) -> int:
    """Read until told to stop. A reading that is cut off so is read again at the next start."""
    for number in ending_signals():
        signal.signal(number, _end)
    tell_ready()
    stop = threading.Event()
    carrying = threading.Thread(target=carrier(config).run_until, args=(stop,), name="carrying")
    if config.inventory.watching.carry_out:
        carrying.start()
    try:
        while True:
            try:
                _round(config)
            except WardlawError as error:  # one directory, or the control process for a while: not the end of watching
                _log.error("%s", error)
                time.sleep(_PAUSE_S)
    except _Ended:
        return 0
    finally:
        stop.set()
        if carrying.is_alive():
            carrying.join()  # between two steps of a revocation nothing is left half told


class _Ended(BaseException):
    """Somebody ends this process."""


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _Ended


def carrier(config: Config) -> Carrier:
    """What carries out confirmed revocations, with the write credential of each directory read when it is needed."""
    directories = {one.name: one for one in config.inventory.directories}

    def revoker(name: str) -> Revoker:
        if name not in directories:
            raise InputError("WL-INV-012", f"There is no directory {name} here.", "See inventory.directories.")
        return open_revoker(directories[name], env=os.environ, clock=time.time, sleep=time.sleep)

    return Carrier(lambda: _client(config), revoker, say=_log.info, sleep=time.sleep)


def _client(config: Config) -> ManagementClient:
    token = read_service_token(Path(config.keys.dir), Service.WATCH)
    return ManagementClient(socket_path=Path(config.control.socket), token=token)


def _round(config: Config) -> None:
    """Watch for a while, with everything that can be opened now."""
    client = _client(config)
    tend_channels(channelled(config), client, clock=time.time, say=_log.info)
    until = time.time() + TENDED_S
    moments = Moments(time.time, time.sleep)
    watch(watched(config), client, plan=plan_of(config), moments=moments, say=_log.info, until=until)


def plan_of(config: Config) -> WatchPlan:
    """How often what is read, as the configuration has it."""
    watching = config.inventory.watching
    hours, _, minutes = watching.nightly.partition(":")
    return WatchPlan(watching.events_minutes * 60, int(hours) * 3_600.0 + int(minutes) * 60.0)


def watched(config: Config) -> list[WatchedFeed]:
    """Every feed of every directory that can be opened; others are told, and tried again later."""
    found: list[WatchedFeed] = []
    for one in config.inventory.directories:
        try:
            connector = open_connector(one, env=os.environ, clock=time.time, sleep=time.sleep)
        except WardlawError as error:
            _log.error("%s is not watched: %s", one.name, error)
            continue
        found += [WatchedFeed(one.name, connector, feed) for feed in connector.feeds()]
    return found


def channelled(config: Config) -> list[ChannelledDirectory]:
    """The directories whose logs are to tell at once: those of Google that have a token, where there is a listener."""
    address = config.inventory.listener.address.rstrip("/")
    found: list[ChannelledDirectory] = []
    for one in config.inventory.directories:
        if address and one.platform is Platform.GOOGLE and one.push_secret:
            try:
                found.append(_channelled(one, f"{address}/hooks/{one.name}"))
            except WardlawError as error:
                _log.error("%s has no channels: %s", one.name, error)
    return found


def _channelled(one: Directory, address: str) -> ChannelledDirectory:
    def token() -> str:
        return read_secret(one.push_secret, env=os.environ, what=f"the push secret of {one.name}")

    channels = open_channels(one, env=os.environ, clock=time.time, sleep=time.sleep)
    return ChannelledDirectory(one.name, address, token, channels)
