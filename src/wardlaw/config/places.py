"""Paths of the configuration: relative ones are taken from the folder of the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import msgspec

from wardlaw.config.connected import InventorySettings
from wardlaw.config.model import DATA_DIR, Aws, Config
from wardlaw.config.secretref import SecretRef

_SQLITE = "sqlite:///"
# Keys whose text is a path.
_PATHS = (
    "data_dir",
    "gateway.tls.cert",
    "gateway.tls.key",
    "control.socket",
    "control.tls.cert",
    "control.tls.key",
    "console.oidc.ca",
    "console.catalogues",
    "inventory.listener.tls.cert",
    "inventory.listener.tls.key",
    "policies.dir",
    "law.questions",
    "keys.dir",
    "audit.spool",
    "audit.log",
    "audit.write_once",
)
_SECRETS = ("keys.kek", "state.password", "database.password", "console.oidc.client_secret")


def resolve(config: Config, root: PurePath) -> Config:
    """The configuration with every path joined to ``root`` and default paths under the data directory in force."""
    data_dir = str(root / config.data_dir)

    def place(text: str) -> str:
        return str(root / text.replace(DATA_DIR, data_dir)) if text else ""

    def secret(ref: SecretRef) -> SecretRef:
        return SecretRef("file", str(root / ref.name)) if ref.kind == "file" else ref

    def text(value: str) -> str:
        return "file:" + str(root / value.removeprefix("file:")) if value.startswith("file:") else value

    def database(url: str) -> str:
        return _SQLITE + place(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else url

    for path in _PATHS:
        config = _changed(config, path.split("."), place)
    for path in _SECRETS:
        config = _changed(config, path.split("."), secret)
    config = _changed(config, ["database", "url"], database)
    config = _changed(config, ["audit", "witness", "public_key"], text)
    upstreams = tuple(
        msgspec.structs.replace(
            upstream,
            key=secret(upstream.key),
            aws=Aws(
                secret(upstream.aws.access_key),
                secret(upstream.aws.secret_key),
                secret(upstream.aws.session_token),
                upstream.aws.region,
            ),
            headers={name: text(value) for name, value in upstream.headers.items()},
        )
        for upstream in config.upstreams
    )
    issuers = tuple(msgspec.structs.replace(one, jwks_file=place(one.jwks_file)) for one in config.identity.issuers)
    notify = msgspec.structs.replace(
        config.notify,
        webhooks=tuple(
            msgspec.structs.replace(one, url=text(one.url), secret=secret(one.secret), ca=place(one.ca))
            for one in config.notify.webhooks
        ),
        mail=tuple(
            msgspec.structs.replace(one, password=secret(one.password), ca=place(one.ca)) for one in config.notify.mail
        ),
        syslog=tuple(msgspec.structs.replace(one, ca=place(one.ca)) for one in config.notify.syslog),
    )
    targets = tuple(
        msgspec.structs.replace(one, path=place(one.path), token=secret(one.token), ca=place(one.ca))
        for one in config.export.targets
    )
    config = msgspec.structs.replace(config, export=msgspec.structs.replace(config.export, targets=targets))
    identity = msgspec.structs.replace(config.identity, issuers=issuers)
    servers = tuple(
        msgspec.structs.replace(
            server,
            cwd=place(server.cwd) or (str(root) if server.command else ""),
            env={name: text(value) for name, value in server.env.items()},
            headers={name: text(value) for name, value in server.headers.items()},
        )
        for server in config.mcp.servers
    )
    config = msgspec.structs.replace(config, mcp=msgspec.structs.replace(config.mcp, servers=servers))
    detectors = {name: msgspec.structs.replace(one, key=secret(one.key)) for name, one in config.detectors.items()}
    config = msgspec.structs.replace(config, inventory=_inventory(config.inventory, place, secret))
    return msgspec.structs.replace(config, upstreams=upstreams, identity=identity, detectors=detectors, notify=notify)


def _inventory(
    settings: InventorySettings, place: Callable[[str], str], secret: Callable[[SecretRef], SecretRef]
) -> InventorySettings:
    directories = tuple(
        msgspec.structs.replace(
            one,
            credential=secret(one.credential),
            write_credential=secret(one.write_credential),
            push_secret=secret(one.push_secret),
            signals=msgspec.structs.replace(
                one.signals, jwks_file=place(one.signals.jwks_file), token=secret(one.signals.token)
            ),
            ca=place(one.ca),
        )
        for one in settings.directories
    )
    receivers = tuple(
        msgspec.structs.replace(one, token=secret(one.token), ca=place(one.ca)) for one in settings.sending.receivers
    )
    sending = msgspec.structs.replace(settings.sending, receivers=receivers)
    return msgspec.structs.replace(settings, directories=directories, sending=sending)


def lies_under(path: str, folder: str) -> bool:
    """The path is the folder or in it, by name alone (links are not followed)."""
    inner, outer = _plain(path), _plain(folder)
    return inner[: len(outer)] == outer


def _plain(path: str) -> list[str]:
    """The parts of a path without ``.`` and with ``..`` taken back."""
    parts: list[str] = []
    for part in PurePath(path).parts:
        if part == ".." and parts and parts[-1] not in ("..", "/"):
            parts.pop()
        else:
            parts.append(part)
    return parts


def _changed(struct: Any, path: list[str], change: Callable[[Any], Any]) -> Any:
    """A copy of nested frozen structs with the value at ``path`` changed."""
    name, *rest = path
    value = getattr(struct, name)
    return msgspec.structs.replace(struct, **{name: _changed(value, rest, change) if rest else change(value)})
