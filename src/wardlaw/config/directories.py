"""The rules that directories of ``inventory:`` keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network

import msgspec

from wardlaw.config.connected import Directory, InventorySettings, Platform
from wardlaw.config.notify import is_safe_webhook
from wardlaw.config.pushes import pushed_faults

_GROUPED = (Platform.GOOGLE, Platform.ENTRA, Platform.OKTA, Platform.GITHUB)
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
        if one.groups and one.platform not in _GROUPED:
            hint = "Import them with `wardlaw inventory import FILE --kind groups-csv`."
            yield "WL-CFG-003", f"{path}.groups", f"groups are not read from {one.platform.value}", hint
        for need in _NEEDS.get(one.platform, ()):
            if not need.fits(one):
                yield "WL-CFG-005", f"{path}.{need.field}", need.message, need.hint
    yield from _app_faults(inventory)
    yield from pushed_faults(inventory)


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


class _Need(msgspec.Struct, frozen=True):
    """A field that directories of a platform must have."""

    field: str
    fits: Callable[[Directory], bool]
    message: str
    hint: str


_SET = "must be set"
_NEEDS: Mapping[Platform, tuple[_Need, ...]] = {
    Platform.GOOGLE: (
        _Need(
            "subject", lambda one: "@" in one.subject, "must be a mail address", "An administrator of the Workspace."
        ),
    ),
    Platform.GITHUB: (
        _Need("organisation", lambda one: bool(one.organisation), _SET, "The login of the organisation."),
    ),
    Platform.ENTRA: (
        _Need(
            "tenant",
            lambda one: bool(_GUID.fullmatch(one.tenant)),
            "must be the tenant's id",
            "The Entra admin centre shows it on its first page.",
        ),
        _Need("client", lambda one: bool(one.client), _SET, "The application id of the app that reads."),
        _Need(
            "write_client",
            lambda one: bool(one.write_client or not one.write_credential),
            _SET,
            "The application id of the app that revokes.",
        ),
    ),
    Platform.OKTA: (_Need("url", lambda one: bool(one.url), _SET, "Such as https://acme.okta.com, without -admin."),),
    Platform.OAUTH: (
        _Need("url", lambda one: bool(one.url), _SET, "The issuer, letter by letter as the server's metadata name it."),
        _Need("tokens", lambda one: bool(one.tokens), _SET, "The file that names the tokens; OAuth has no listing."),
    ),
    Platform.SCIM: (
        _Need("url", lambda one: bool(one.url), _SET, "With its path, such as https://sso.acme.example/scim/v2."),
    ),
    Platform.SALESFORCE: (
        _Need(
            "url",
            lambda one: bool(one.url),
            _SET,
            "The organisation's own address, such as https://acme.my.salesforce.com.",
        ),
    ),
}
"""What platforms need beside a name and a credential; the others need nothing."""
