from __future__ import annotations

import pytest

from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.pushed import DeliveryListener, SignalReceiver, Signals, SignalSending
from wardlaw.config.pushes import pushed_faults
from wardlaw.config.secretref import SecretRef

SECRET = SecretRef("env", "T")
SIGNALS = Signals("https://idp.example", "https://us.example", jwks_url="https://idp.example/keys")


def faults(**settings: object) -> list[str]:
    return [f"{code} {path}" for code, path, _, _ in pushed_faults(InventorySettings(**settings))]


def directory(platform: Platform = Platform.GITHUB, **more: object) -> tuple[Directory, ...]:
    return (Directory("a", platform, SECRET, **more),)


def test_good_ones() -> None:
    sending = SignalSending("https://us.example", (SignalReceiver("idp", "https://idp.example/events", "aud"),))
    listener = DeliveryListener("127.0.0.1:1", address="https://us.example")
    own = directory(push_secret=SECRET, signals=SIGNALS)
    assert faults(directories=own, listener=listener, sending=sending) == []


@pytest.mark.parametrize(("settings", "fault"), [
    ({"directories": directory(Platform.SLACK, push_secret=SECRET)}, "WL-CFG-005 inventory.directories[0].push_secret"),
    ({"directories": directory(signals=Signals("i", "", jwks_file="k"))}, "WL-CFG-005 inventory.directories[0].signals.audience"),
    ({"directories": directory(signals=Signals("i", "a"))}, "WL-CFG-005 inventory.directories[0].signals.jwks_url"),
    ({"directories": directory(signals=Signals("i", "a", jwks_url="http://x.example"))}, "WL-CFG-008 inventory.directories[0].signals.jwks_url"),
    ({"directories": directory(signals=Signals("i", "a", jwks_file="k", algorithms=("none",)))}, "WL-CFG-005 inventory.directories[0].signals.algorithms[0]"),
    ({"directories": directory(signals=Signals("i", "a", jwks_file="k", algorithms=("HS256",)))}, "WL-CFG-005 inventory.directories[0].signals.algorithms[0]"),
    ({"listener": DeliveryListener(address="http://x.example")}, "WL-CFG-008 inventory.listener.address"),
    ({"sending": SignalSending("", (SignalReceiver("r", "https://x", "a"),))}, "WL-CFG-005 inventory.sending.issuer"),
    ({"sending": SignalSending("https://u", (SignalReceiver("r", "http://x.example", "a"),))}, "WL-CFG-008 inventory.sending.receivers[0].url"),
])  # fmt: skip
def test_each_fault_is_told_with_its_place(settings: dict[str, object], fault: str) -> None:
    assert faults(**settings) == [fault]


def test_a_receiver_twice() -> None:
    twice = (SignalReceiver("r", "https://x", "a"),) * 2
    assert faults(sending=SignalSending("https://u", twice)) == ["WL-CFG-010 inventory.sending.receivers[1]"]
