"""The listener process: takes deliveries and signals of connected organisations, and hands them to the control process."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec

from wardlaw.adapters.keysets import JwksStore
from wardlaw.cli.client import ManagementClient
from wardlaw.cli.listening.app import Answer, Asked, Hook, ListenerApp, Route
from wardlaw.cli.listening.handing import Hand
from wardlaw.cli.listening.polling import PollRoute, SignalPoller, asking
from wardlaw.cli.listening.signals import SignalReceiver, configuration, issuer_of
from wardlaw.cli.readiness import ending_signals, tell_ready
from wardlaw.config.address import parse_listen
from wardlaw.config.connected import Directory
from wardlaw.config.load import read_secret
from wardlaw.config.model import Config
from wardlaw.console.serve import TcpListener, serve_control
from wardlaw.gateway.jwks import JwksFetcher
from wardlaw.governance.operations import Service
from wardlaw.store.servicetokens import read_service_token
from wardlaw.store.signalkey import published_keys

MOST_AT_ONCE = 512
"""Connections; a platform that sends more at once is told to come back."""


def run_listener(config: Config) -> int:
    """Take deliveries until told to stop."""
    asyncio.run(_serve(config))
    return 0


async def _serve(config: Config) -> None:
    keys, socket_path = Path(config.keys.dir), Path(config.control.socket)

    def connect() -> ManagementClient:
        return ManagementClient(socket_path=socket_path, token=read_service_token(keys, Service.LISTENER))

    hand = Hand(connect)
    receivers = {one.name: _receiver(one, hand) for one in config.inventory.directories if one.signals.issuer}
    routes = routes_of(config, hand, receivers) | poll_routes(config, connect)
    app = ListenerApp(routes, body_bytes=config.inventory.listener.delivery_bytes)
    hand.start()
    pollers = pollers_of(config, receivers)
    for poller in pollers:
        poller.start()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in ending_signals():
        loop.add_signal_handler(number, stop.set)
    try:
        await serve_control(app, (listener_of(config),), stop=stop, started=tell_ready, most_at_once=MOST_AT_ONCE)
    finally:
        for poller in pollers:
            await poller.stop()
        await hand.stop()


def routes_of(config: Config, hand: Hand, receivers: Mapping[str, SignalReceiver]) -> dict[str, Route]:
    """A route for each directory that delivers."""
    routes: dict[str, Route] = {}
    for one in config.inventory.directories:
        if one.push_secret:
            routes[f"/hooks/{one.name}"] = _hook(one, hand).answer
        if one.name in receivers and not one.signals.poll_url:
            routes[f"/signals/{one.name}"] = receivers[one.name].answer
    if issuer := config.inventory.sending.issuer:
        told = msgspec.json.encode(configuration(issuer))
        keys = Path(config.keys.dir)
        routes["/.well-known/ssf-configuration"] = publishing(lambda: told)
        routes["/.well-known/ssf-jwks.json"] = publishing(lambda: published_keys(keys))
    return routes


def poll_routes(config: Config, connect: Callable[[], ManagementClient]) -> dict[str, Route]:
    """A route for each receiver that fetches its signals."""
    found: dict[str, Route] = {}
    for one in config.inventory.sending.receivers:
        if not one.url:
            bearer = partial(read_secret, one.token, env=os.environ, what=f"the token of {one.name}")
            found[f"/ssf/poll/{one.name}"] = PollRoute(one.name, bearer, connect).answer
    return found


def pollers_of(config: Config, receivers: Mapping[str, SignalReceiver]) -> tuple[SignalPoller, ...]:
    """What fetches signals, for each directory whose transmitter is polled."""
    return tuple(
        SignalPoller(receivers[one.name], asking(one.signals.poll_url, _bearer(one), authority=one.ca))
        for one in config.inventory.directories
        if one.name in receivers and one.signals.poll_url
    )


def publishing(read: Callable[[], bytes]) -> Route:
    """A route that answers everybody the same JSON."""

    async def answer(asked: Asked) -> Answer:
        if asked.method != "GET":
            return Answer(405, headers=(("allow", "GET"),))
        return Answer(200, await asyncio.to_thread(read), (("content-type", "application/json"),))

    return answer


def listener_of(config: Config) -> TcpListener:
    """Where it listens."""
    listener = config.inventory.listener
    host, port = parse_listen(listener.listen)
    return TcpListener(
        "127.0.0.1" if host == "localhost" else host,
        port,
        Path(listener.tls.cert) if listener.tls else None,
        Path(listener.tls.key) if listener.tls else None,
    )


def _hook(directory: Directory, hand: Hand) -> Hook:
    def secret() -> str:
        return read_secret(directory.push_secret, env=os.environ, what=f"the push secret of {directory.name}")

    return Hook(directory, secret, hand=hand, clock=time.time)


def _bearer(directory: Directory) -> Callable[[], str]:
    def bearer() -> str:
        ref = directory.signals.token
        return read_secret(ref, env=os.environ, what=f"the signal token of {directory.name}") if ref else ""

    return bearer


def _receiver(directory: Directory, hand: Hand) -> SignalReceiver:
    keys = JwksStore((issuer_of(directory),), JwksFetcher().fetch)
    return SignalReceiver(directory, keys, hand=hand, bearer=_bearer(directory), clock=time.time)
