"""The rules that directories of ``inventory:`` keep."""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.config.connected import Directory, InventorySettings, Platform
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
        for field, message, hint in _needs(one):
            yield "WL-CFG-005", f"{path}.{field}", message, hint


def _needs(one: Directory) -> Iterator[tuple[str, str, str]]:
    """What a platform needs and the directory has not: field, message and hint."""
    if one.platform is Platform.GOOGLE and "@" not in one.subject:
        yield "subject", "must be a mail address", "An administrator of the Workspace."
    if one.platform is Platform.GITHUB and not one.organisation:
        yield "organisation", "must be set", "The login of the organisation."
    if one.platform is Platform.OAUTH and not one.url:
        yield "url", "must be set", "The issuer, letter by letter as the server's metadata name it."
    if one.platform is Platform.OAUTH and not one.tokens:
        yield "tokens", "must be set", "The file that names the tokens; OAuth has no listing."
    if one.platform is Platform.SALESFORCE and not one.url:
        yield "url", "must be set", "The organisation's own address, such as https://acme.my.salesforce.com."
