"""The rules that directories of ``inventory:`` keep."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from wardlaw.config.connected import InventorySettings, Platform
from wardlaw.config.notify import is_safe_webhook


def directory_faults(inventory: InventorySettings) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with the directories: code, dotted key, message and hint."""
    names = [one.name for one in inventory.directories]
    for index, one in enumerate(inventory.directories):
        path = f"inventory.directories[{index}]"
        if one.name in names[:index]:
            yield "WL-CFG-010", path, f"the directory {one.name} is defined twice", "Names are unique."
        if not one.credential:
            yield "WL-CFG-005", f"{path}.credential", "must be set", "Such as file:/etc/wardlaw/google.json."
        if one.url and not is_safe_webhook(one.url):
            hint = "Its credential would travel in the clear."
            yield "WL-CFG-008", f"{path}.url", "must be https (or http on loopback), without a user in it", hint
        if one.platform is Platform.GOOGLE and "@" not in one.subject:
            yield "WL-CFG-005", f"{path}.subject", "must be a mail address", "An administrator of the Workspace."
        if one.platform is Platform.GITHUB and not one.organisation:
            yield "WL-CFG-005", f"{path}.organisation", "must be set", "The login of the organisation."
    yield from _app_faults(inventory)


def _app_faults(inventory: InventorySettings) -> Iterator[tuple[str, str, str, str]]:
    seen: set[tuple[str, str]] = set()
    for index, one in enumerate(inventory.apps):
        path = f"inventory.apps[{index}]"
        if (one.directory, one.app) in seen:
            yield "WL-CFG-010", path, f"the app {one.app} of {one.directory} is defined twice", "Say all of it once."
        seen.add((one.directory, one.app))
        for place, address in enumerate(one.addresses):
            try:
                ip_network(address)
            except ValueError:
                hint = "Such as 203.0.113.0/24 or 2001:db8::/32, without bits beyond the prefix."
                yield "WL-CFG-005", f"{path}.addresses[{place}]", "must be a network", hint
