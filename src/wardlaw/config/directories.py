"""The rules that directories of ``inventory:`` keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.notify import is_safe_webhook

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


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
        if one.login and not is_safe_webhook(one.login):
            hint = "Its credential would travel in the clear."
            yield "WL-CFG-008", f"{path}.login", "must be https (or http on loopback), without a user in it", hint
        yield from _entra_faults(one, path) if one.platform is Platform.ENTRA else ()
        if one.platform is Platform.OKTA and not one.url:
            yield "WL-CFG-005", f"{path}.url", "must be set", "Such as https://acme.okta.com, without -admin."
        if one.platform is Platform.GOOGLE and "@" not in one.subject:
            yield "WL-CFG-005", f"{path}.subject", "must be a mail address", "An administrator of the Workspace."
        if one.platform is Platform.GITHUB and not one.organisation:
            yield "WL-CFG-005", f"{path}.organisation", "must be set", "The login of the organisation."


def _entra_faults(one: Directory, path: str) -> Iterator[tuple[str, str, str, str]]:
    if not _GUID.fullmatch(one.tenant):
        yield (
            "WL-CFG-005",
            f"{path}.tenant",
            "must be the tenant's id",
            "The Entra admin centre shows it on its first page.",
        )
    if not one.client:
        yield "WL-CFG-005", f"{path}.client", "must be set", "The application id of the app that reads."
    if one.write_credential and not one.write_client:
        yield "WL-CFG-005", f"{path}.write_client", "must be set", "The application id of the app that revokes."
