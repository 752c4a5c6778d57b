from __future__ import annotations

import asyncio

from wardlaw.cli.listening.app import Asked
from wardlaw.cli.listening.handing import Hand
from wardlaw.cli.roles.listener import (
    _receiver,
    listener_of,
    poll_routes,
    pollers_of,
    publishing,
    routes_of,
)
from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.model import Config
from wardlaw.config.pushed import DeliveryListener, SignalReceiver, Signals, SignalSending
from wardlaw.config.secretref import SecretRef
from wardlaw.config.tls import Tls

SECRET = SecretRef("env", "NOBODY_SETS_THIS")


def configured(listener: DeliveryListener, *directories: Directory) -> Config:
    return Config(inventory=InventorySettings(directories, listener=listener))


def test_only_directories_with_a_secret_have_a_route() -> None:
    own = (Directory("a", Platform.GITHUB, SECRET, push_secret=SECRET), Directory("b", Platform.GITHUB, SECRET))
    assert set(routes_of(configured(DeliveryListener("localhost:1"), *own), Hand(lambda: None), {})) == {"/hooks/a"}


def test_where_it_listens() -> None:
    assert listener_of(configured(DeliveryListener("localhost:81"))).host == "127.0.0.1"
    listener = listener_of(configured(DeliveryListener("0.0.0.0:443", Tls("c.pem", "k.pem"))))
    assert (listener.port, str(listener.certificate), str(listener.key)) == (443, "c.pem", "k.pem")


def test_signals_are_taken_where_an_issuer_is_named_and_our_own_key_is_published() -> None:
    own = Directory("a", Platform.OKTA, SECRET, signals=Signals("https://i", "aud", jwks_file="keys.json"))
    config = Config(inventory=InventorySettings((own,), sending=SignalSending("https://us.example")))
    hand = Hand(lambda: None)
    assert set(routes_of(config, hand, {"a": _receiver(own, hand)})) == {
        "/signals/a", "/.well-known/ssf-configuration", "/.well-known/ssf-jwks.json",
    }  # fmt: skip


def test_what_is_published_is_given_to_everybody_who_asks_and_cannot_be_sent_to() -> None:
    async def read() -> bytes:
        return b""

    answers = [asyncio.run(publishing(lambda: b"{}")(Asked(method, "/", {}, read))) for method in ("GET", "POST")]
    assert [(one.status, one.body) for one in answers] == [(200, b"{}"), (405, b"")]


def test_what_is_fetched_has_a_route_of_its_own_and_what_we_fetch_has_none() -> None:
    fetching = Signals("https://i", "aud", jwks_file="keys.json", poll_url="https://i/poll")
    own = Directory("a", Platform.OKTA, SECRET, signals=fetching)
    receivers = (SignalReceiver("idp", "", "aud", SECRET), SignalReceiver("siem", "https://siem", "aud"))
    config = Config(inventory=InventorySettings((own,), sending=SignalSending("https://us.example", receivers)))
    hand = Hand(lambda: None)
    known = {"a": _receiver(own, hand)}
    assert set(poll_routes(config, lambda: None)) == {"/ssf/poll/idp"}
    assert "/signals/a" not in routes_of(config, hand, known)
    assert len(pollers_of(config, known)) == 1
