"""How the installation is built and how what it is connected to fares."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from litestar import get

from wardlaw.config.values import SettingValue
from wardlaw.console.api.desk import Given, Turn
from wardlaw.console.api.house import ConnectedDirectory
from wardlaw.console.api.inventory import fresh_feeds
from wardlaw.inventory.model import RunState
from wardlaw.inventory.view import Freshness
from wardlaw.store.notifications import ChannelState, states_by_channel
from wardlaw.store.pushes import PushCount, list_pushes
from wardlaw.store.redrawing import DueDrawing, drawings_due
from wardlaw.store.signalsout import ReceiverState, states_by_receiver


class SettingsView(msgspec.Struct, frozen=True):
    """What the installation is.

    Attributes:
        mode: ``enforce``, or ``observe`` where nothing is stopped.
        bundle_keys: Names of the keys that the published clauses are signed with.
        log_keys: Names of the keys that the log is signed with.
        values: Every setting in force; of a secret only the place.
    """

    version: str
    mode: str
    bundle_keys: tuple[str, ...]
    log_keys: tuple[str, ...]
    values: tuple[SettingValue, ...]


class ConnectorHealth(msgspec.Struct, frozen=True):
    """One connected organisation.

    Attributes:
        connected: As the configuration has it; a directory that was imported has none.
        is_well: Every feed was read whole the last time.
        next_step: What somebody should do; empty where nothing is wrong.
    """

    directory: str
    platform: str
    connected: ConnectedDirectory | None
    feeds: tuple[Freshness, ...]
    pushes: tuple[PushCount, ...]
    is_well: bool
    next_step: str


class ConnectorsView(msgspec.Struct, frozen=True):
    """Everything that is read, and everybody who is told.

    Attributes:
        watches: Connected organisations are read again and again by a process of the installation.
        carries_out: That process also carries out revocations that people have confirmed.
    """

    connectors: tuple[ConnectorHealth, ...]
    channels: tuple[ChannelState, ...]
    receivers: tuple[ReceiverState, ...]
    drawing: tuple[DueDrawing, ...]
    watches: bool
    carries_out: bool


@get("/settings", operation_id="settings.show", summary="What is in force, and where it comes from")
async def show_settings(call: Given) -> SettingsView:
    """Version, keys by name, and every setting; never a secret."""

    def work(_turn: Turn) -> SettingsView:
        house = call.deps.house
        names_of_keys = call.deps.keys
        names = tuple(f"{key.name}+{key.key_id:08x}" for key in names_of_keys())
        return SettingsView(house.version, house.mode, names, house.log_keys, house.settings)

    return await call.read(work)


@get("/settings/connectors", operation_id="settings.connectors", summary="How connections fare")
async def show_connectors(call: Given) -> ConnectorsView:
    """Each connected organisation with its feeds, what it may, and what to do next; channels and receivers that are told."""

    def work(turn: Turn) -> ConnectorsView:
        house = call.deps.house
        feeds: dict[str, list[Freshness]] = defaultdict(list)
        for one in fresh_feeds(turn):
            feeds[one.directory].append(one)
        pushes = list_pushes(turn.connection)
        connected = {one.name: one for one in house.connected}
        connectors = tuple(
            _health(name, connected.get(name), tuple(feeds.get(name, ())), pushes)
            for name in sorted(feeds.keys() | connected.keys())
        )
        return ConnectorsView(
            connectors,
            states_by_channel(turn.connection, house.channels),
            states_by_receiver(turn.connection, house.receivers),
            drawings_due(turn.connection),
            house.watches,
            house.carries_out,
        )

    return await call.read(work)


def _health(
    name: str, connected: ConnectedDirectory | None, feeds: tuple[Freshness, ...], pushes: tuple[PushCount, ...]
) -> ConnectorHealth:
    own = tuple(one for one in pushes if one.directory == name)
    bad = [one for one in feeds if one.state is not RunState.COMPLETE]
    platform = connected.platform if connected else feeds[0].platform
    if not feeds:
        step = f"Nothing was read yet: `wardlaw inventory sync {name}`."
    elif bad and bad[0].goes_on:
        step = f"The reading of {bad[0].feed} broke off and goes on: `wardlaw inventory sync {name}`."
    elif bad:
        told = f" It says: {bad[0].gaps[0]}" if bad[0].gaps else ""
        step = f"The reading of {bad[0].feed} was not whole.{told}"
    else:
        step = ""
    return ConnectorHealth(name, platform, connected, feeds, own, bool(feeds) and not bad, step)
