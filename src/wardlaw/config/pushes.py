"""The rules that deliveries and signals of ``inventory:`` keep."""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.notify import is_safe_webhook

DELIVERING = (Platform.GITHUB, Platform.GOOGLE, Platform.OKTA)
"""Platforms whose deliveries can be read."""
_NAMED = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")

Found = Iterator[tuple[str, str, str, str]]


def pushed_faults(inventory: InventorySettings) -> Found:
    """What is wrong with what organisations send: code, dotted key, message and hint."""
    for index, one in enumerate(inventory.directories):
        path = f"inventory.directories[{index}]"
        if one.push_secret and one.platform not in DELIVERING:
            hint = f"Deliveries are read of: {', '.join(DELIVERING)}."
            yield "WL-CFG-005", f"{path}.push_secret", f"{one.platform} delivers nothing that is read", hint
        if one.signals.issuer:
            yield from _signal_faults(one, f"{path}.signals")
    address = inventory.listener.address
    if address and not is_safe_webhook(address):
        yield "WL-CFG-008", "inventory.listener.address", "must be https", "Platforms deliver to https only."
    yield from _sending_faults(inventory)


def _signal_faults(one: Directory, path: str) -> Found:
    signals = one.signals
    if not signals.audience:
        yield "WL-CFG-005", f"{path}.audience", "must be set", "As the stream at the transmitter has it."
    if bool(signals.jwks_url) == bool(signals.jwks_file):
        yield "WL-CFG-005", f"{path}.jwks_url", "set jwks_url or jwks_file", "Exactly one of the two."
    if signals.jwks_url and not is_safe_webhook(signals.jwks_url):
        yield "WL-CFG-008", f"{path}.jwks_url", "must be https (or http on loopback)", "Keys decide who is believed."
    if signals.poll_url and not is_safe_webhook(signals.poll_url):
        hint = "Its token would travel in the clear."
        yield "WL-CFG-008", f"{path}.poll_url", "must be https (or http on loopback), without a user in it", hint
    for place, name in enumerate(signals.algorithms):
        if name not in _NAMED:
            hint = f"Such as {', '.join(_NAMED)}: none, and shared secrets, let anybody sign."
            yield "WL-CFG-005", f"{path}.algorithms[{place}]", f"no signature algorithm {name}", hint


def _sending_faults(inventory: InventorySettings) -> Found:
    sending = inventory.sending
    if sending.receivers and not is_safe_webhook(sending.issuer):
        hint = "The address under which receivers reach the listener, for the key our signals are signed with."
        yield "WL-CFG-005", "inventory.sending.issuer", "must be an https address", hint
    names = [one.name for one in sending.receivers]
    for index, one in enumerate(sending.receivers):
        path = f"inventory.sending.receivers[{index}]"
        if one.name in names[:index]:
            yield "WL-CFG-010", path, f"the receiver {one.name} is defined twice", "Names are unique."
        if not one.audience:
            yield "WL-CFG-005", f"{path}.audience", "must be set", "As the receiver expects it."
        if not one.url and not one.token:
            hint = "A receiver without a url fetches its signals, and shows this token."
            yield "WL-CFG-005", f"{path}.token", "must be set where url is empty", hint
        if one.url and not is_safe_webhook(one.url):
            hint = "Its token would travel in the clear."
            yield "WL-CFG-008", f"{path}.url", "must be https (or http on loopback), without a user in it", hint
