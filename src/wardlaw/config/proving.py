"""How clauses are proved to hold, and where the log that says so is told to."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.address import is_loopback, is_private, url_parts
from wardlaw.config.secretref import Certificates, SecretRef


class Canaries(msgspec.Struct, frozen=True):
    """Synthetic requests that clauses must stop."""

    enabled: Annotated[bool, Meta(description="Send them with `up`, by a timetable and when somebody asks.")] = True
    every_h: Annotated[
        float, Meta(gt=0, le=720, description="Hours within which each clause is tried on each of its routes.")
    ] = 24.0
    pace_s: Annotated[float, Meta(ge=0, le=3_600, description="Seconds between two that are due.")] = 5.0
    start_s: Annotated[
        float, Meta(ge=0, le=86_400, description="Seconds after the start in which none is sent unasked.")
    ] = 60.0
    within_s: Annotated[
        float, Meta(gt=0, le=60, description="Seconds in which a verdict must have come; one that comes later is none.")
    ] = 5.0
    keep_days: Annotated[
        int,
        Meta(
            ge=7,
            le=3_660,
            description="Days for which what became of each is listed. The newest of each clause, route and outcome stays; the log keeps all.",
        ),
    ] = 400


class ExportKind(StrEnum):
    """How a target is spoken to."""

    WEBHOOK = "webhook"
    FILE = "file"
    OTLP = "otlp"
    SYSLOG = "syslog"


class ExportTarget(msgspec.Struct, frozen=True):
    """A place every record of the log is told to."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$",
            description="Name in lower case; unique, and never changed: how far the target has read hangs on it.",
        ),
    ]
    kind: Annotated[
        ExportKind,
        Meta(
            description="`webhook` and `file`: OCSF 1.8, a JSON event a line; `otlp`: OTLP/HTTP logs in JSON; `syslog`: CEF in RFC 5424."
        ),
    ]
    url: Annotated[
        str,
        Meta(
            description="`https://…` (or `http` on loopback), for syslog `tls://host:port` or `tcp://` to a private address."
        ),
    ] = ""
    path: Annotated[str, Meta(description="`file` only: the file that is appended to.")] = ""
    token: Annotated[SecretRef, Meta(description="Credential sent as bearer token, `env:NAME` or `file:/path`.")] = (
        SecretRef()
    )
    ca: Certificates = ""
    timeout_s: Annotated[float, Meta(gt=0, le=120, description="Seconds a target may take for one batch.")] = 10.0
    batch: Annotated[int, Meta(ge=1, le=5_000, description="Records of one batch, at most.")] = 1_000


class Export(msgspec.Struct, frozen=True):
    """Where the log is told to, beside the log itself."""

    targets: Annotated[tuple[ExportTarget, ...], Meta(description="Targets; each reads for itself.")] = ()


def export_faults(export: Export) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with the targets: code, dotted key, message and hint."""
    names = [one.name for one in export.targets]
    for index, target in enumerate(export.targets):
        where = f"export.targets[{index}]"
        if target.name in names[:index]:
            yield "WL-CFG-010", where, f"the target {target.name} is defined twice", "Names are unique."
        if target.kind is ExportKind.FILE:
            if not target.path or target.url:
                yield "WL-CFG-005", where, "a file target has a path and no url", "Set path."
        elif not is_safe_target(target):
            hint = "https (http on loopback), or for syslog tls:// (tcp:// to a private address); no user in it."
            yield "WL-CFG-008", f"{where}.url", "the log would travel in the clear, or the address is none", hint


def is_safe_target(target: ExportTarget) -> bool:
    """Whether the log may be sent to a target's address."""
    parts = url_parts(target.url)
    if parts is None or not parts.hostname or parts.username or parts.password or target.path:
        return False
    if target.kind is ExportKind.SYSLOG:
        private = parts.scheme == "tcp" and is_private(parts.hostname)
        return bool(parts.port) and (parts.scheme == "tls" or private)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))
