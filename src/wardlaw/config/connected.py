"""The shape of ``inventory:``: organisations that are connected."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.secretref import Certificates, SecretRef


class Platform(StrEnum):
    """A platform that can be read."""

    GOOGLE = "google"
    GITHUB = "github"


class Directory(msgspec.Struct, frozen=True):
    """A connected organisation of a platform; read with one credential, which need not be able to write, and changed only
    with the other."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Name, such as `acme-google`.")]
    platform: Annotated[Platform, Meta(description="`google` (Workspace) or `github`.")]
    credential: Annotated[
        SecretRef,
        Meta(
            description="`env:NAME` or `file:/path`: the JSON key file of a service account (google), a token (github)."
        ),
    ]
    write_credential: Annotated[
        SecretRef, Meta(description="What revokes there, `env:NAME` or `file:/path`; without it nothing is revoked.")
    ] = SecretRef()
    organisation: Annotated[str, Meta(description="Login of the organisation (github).")] = ""
    subject: Annotated[
        str, Meta(description="Mail address of the administrator the service account stands for (google).")
    ] = ""
    url: Annotated[
        str, Meta(description="Address of the interface, `https` (or `http` on loopback); empty: the platform's own.")
    ] = ""
    ca: Certificates = ""


class InventorySettings(msgspec.Struct, frozen=True):
    """What `wardlaw inventory sync` reads."""

    directories: Annotated[tuple[Directory, ...], Meta(description="Connected organisations.")] = ()
    sanctioned: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")], ...],
        Meta(description="AI vendors that may be used, as `wardlaw shadow-ai report` names them."),
    ] = ()
