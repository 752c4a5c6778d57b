"""The shape of ``inventory:``: organisations that are connected."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.pushed import DeliveryListener, Signals, SignalSending, Watching
from wardlaw.config.secretref import Certificates, SecretRef
from wardlaw.inventory.ruling import RevokingMode


class Platform(StrEnum):
    """A platform that can be read."""

    GOOGLE = "google"
    GITHUB = "github"
    OAUTH = "oauth"
    SLACK = "slack"
    SALESFORCE = "salesforce"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    ENTRA = "entra"
    OKTA = "okta"
    SCIM = "scim"


class Directory(msgspec.Struct, frozen=True):
    """A connected organisation of a platform; read with one credential, which need not be able to write, and changed only
    with the other."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Name, such as `acme-google`.")]
    platform: Annotated[Platform, Meta(description="Which; docs/connectors has a page for each.")]
    credential: Annotated[
        SecretRef,
        Meta(
            description="What reads there, `env:NAME` or `file:/path`; its page in docs/connectors says what it holds."
        ),
    ]
    write_credential: Annotated[
        SecretRef, Meta(description="What revokes there, `env:NAME` or `file:/path`; without it nothing is revoked.")
    ] = SecretRef()
    push_secret: Annotated[
        SecretRef,
        Meta(
            description="What its deliveries prove themselves with, `env:NAME` or `file:/path` (github, google, okta); none: none are taken."
        ),
    ] = SecretRef()
    signals: Annotated[Signals, Meta(description="Shared Signals of its identity provider.")] = Signals()
    organisation: Annotated[
        str, Meta(description="Login of the organisation (github), id of the enterprise or workspace (slack).")
    ] = ""
    subject: Annotated[
        str, Meta(description="Mail address of the administrator the service account stands for (google).")
    ] = ""
    tenant: Annotated[str, Meta(description="Id of the tenant (entra).")] = ""
    client: Annotated[
        str, Meta(description="Client id of the app that `credential` is of (entra; okta with a key).")
    ] = ""
    write_client: Annotated[str, Meta(description="Client id of the app that `write_credential` is of (the same).")] = (
        ""
    )
    login: Annotated[
        str, Meta(description="Address that gives tokens, `https` (entra); empty: `https://login.microsoftonline.com`.")
    ] = ""
    url: Annotated[
        str,
        Meta(
            description="Address of the interface, `https` (or `http` on loopback); empty: the platform's own. The issuer (oauth)."
        ),
    ] = ""
    tokens: Annotated[
        str, Meta(description="File of the tokens to look at, `NAME env:VARIABLE` or `NAME file:/path` a line (oauth).")
    ] = ""
    ca: Certificates = ""
    groups: Annotated[
        bool,
        Meta(
            description="Read groups and their members too (google, entra, okta; of github teams). The pages in docs/connectors say what it needs."
        ),
    ] = False


class DecidedApp(msgspec.Struct, frozen=True):
    """What the company says of one app; detectors hold what it does against this."""

    directory: Annotated[str, Meta(description="Name of the directory.")]
    app: Annotated[str, Meta(min_length=1, description="Client id.")]
    approved: Annotated[bool, Meta(description="It may be used.")] = False
    scopes: Annotated[
        tuple[str, ...], Meta(description="Roles and delegations the approval names; without any it covers none.")
    ] = ()
    addresses: Annotated[
        tuple[str, ...],
        Meta(description="Networks its vendor says it comes from, such as `203.0.113.0/24`."),
    ] = ()
    vendor: Annotated[str, Meta(description="Whose app it is, in the words of advisories.")] = ""


class InventorySettings(msgspec.Struct, frozen=True):
    """What `wardlaw inventory sync` reads, and how far clauses may take grants away."""

    directories: Annotated[tuple[Directory, ...], Meta(description="Connected organisations.")] = ()
    apps: Annotated[tuple[DecidedApp, ...], Meta(description="What the company says of apps.")] = ()
    listener: Annotated[DeliveryListener, Meta(description="Where platforms deliver events to.")] = DeliveryListener()
    watching: Annotated[Watching, Meta(description="Reading again and again.")] = Watching()
    sending: Annotated[SignalSending, Meta(description="Signals that are transmitted.")] = SignalSending()
    revoke_automatically: Annotated[
        RevokingMode,
        Meta(
            description="Whether a clause that denies a grant takes it away: `off`, `shadow` (recorded only) or `on`."
        ),
    ] = RevokingMode.OFF
    protected_apps: Annotated[
        tuple[str, ...], Meta(description="Client ids whose grants only people take away, and always two of them.")
    ] = ()
    revoke_per_hour: Annotated[
        int,
        Meta(ge=1, le=10_000, description="Grants that clauses may take away within an hour; more trips the breaker."),
    ] = 10
    confirm_above: Annotated[
        int, Meta(ge=0, le=1_000_000, description="A revocation of more things than this needs a second person.")
    ] = 20
    door_keys: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^(openai|anthropic):[!-~]{1,256}$")], ...],
        Meta(
            description="Keys of AI vendors that only this gateway holds, `VENDOR:ID`; use by any other of that vendor is beside the door."
        ),
    ] = ()
    activity_days: Annotated[
        int,
        Meta(
            ge=7,
            le=3_660,
            description="Days for which events of platforms' logs are kept as they came; counts by the hour stay. Longer than "
            "any log delays its events (Google: up to 3 days), and than the month that detectors look back.",
        ),
    ] = 40
    gone_days: Annotated[
        int,
        Meta(
            ge=90,
            le=36_600,
            description="Days for which things that are gone, and days of use, are kept. The year that PCI DSS 10.5.1 "
            "wants of audit trails, and a month.",
        ),
    ] = 396
    sanctioned: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")], ...],
        Meta(description="AI vendors that may be used, as `wardlaw shadow-ai report` names them."),
    ] = ()
