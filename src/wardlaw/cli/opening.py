"""What reads a directory, and what revokes there, each with its own credential read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import assert_never

from wardlaw.cli.appclients import OKTA_GROUPS, OKTA_READS, OKTA_WRITES, Moments, entra_client, okta_client
from wardlaw.cli.directoryaccess import DirectoryAccess
from wardlaw.cli.vendoraccess import VendorAccess
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.load import read_secret
from wardlaw.connectors.entra import EntraConnector
from wardlaw.connectors.entrarevoking import EntraRevoker
from wardlaw.connectors.feed import Connector
from wardlaw.connectors.github import GithubConnector
from wardlaw.connectors.githubrevoking import GithubRevoker
from wardlaw.connectors.google import GoogleConnector
from wardlaw.connectors.googlechannel import GoogleChannels
from wardlaw.connectors.googlerevoking import GoogleRevoker
from wardlaw.connectors.googletoken import GROUP_SCOPES, POLICY_SCOPES, SCOPES, WRITE_SCOPES
from wardlaw.connectors.okta import OktaConnector
from wardlaw.connectors.oktarevoking import OktaRevoker
from wardlaw.connectors.revoking import Revoker
from wardlaw.facts.errors import ConfigError, InputError

_GOOGLE, _POLICIES = "https://admin.googleapis.com", "https://cloudidentity.googleapis.com"


def open_connector(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Connector:
    """The connector of a directory, with its credential read.

    Raises:
        ConfigError: The credential cannot be read or used.
    """
    access = _reading(directory, env=env, clock=clock, sleep=sleep)
    vendor = VendorAccess(directory, access.secret, env=env, clock=clock, sleep=sleep)
    match directory.platform:
        case Platform.GITHUB:
            return GithubConnector(access.github(), directory.organisation, groups=directory.groups)
        case Platform.GOOGLE:
            groups = access.google(_GOOGLE, GROUP_SCOPES) if directory.groups else None
            policies = access.google(_POLICIES, POLICY_SCOPES)
            return GoogleConnector(access.google(_GOOGLE, SCOPES), policies, groups=groups)
        case Platform.ENTRA:
            graph = entra_client(directory, access.secret, client=directory.client, moments=Moments(clock, sleep))
            return EntraConnector(graph, directory.tenant, groups=directory.groups)
        case Platform.OKTA:
            moments = Moments(clock, sleep)
            scopes = OKTA_READS + OKTA_GROUPS if directory.groups else OKTA_READS
            okta = okta_client(directory, access.secret, client=directory.client, scopes=scopes, moments=moments)
            return OktaConnector(okta, clock=clock, groups=directory.groups)
        case Platform.OAUTH:
            return vendor.oauth()
        case Platform.SLACK:
            return vendor.slack()
        case Platform.SALESFORCE:
            return vendor.salesforce()
        case Platform.OPENAI:
            return vendor.openai()
        case Platform.ANTHROPIC:
            return vendor.anthropic()
        case Platform.SCIM:
            return vendor.scim()
        case never:
            assert_never(never)


def open_revoker(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> Revoker:
    """What revokes in a directory, with its write credential read; the credential that reads is never used for it.

    Raises:
        ConfigError: There is no write credential (WL-INV-021), or it cannot be read or used.
    """
    if not directory.write_credential:
        raise ConfigError(
            "WL-INV-021",
            f"Nothing can be revoked in {directory.name}: it has no write credential.",
            f"Set write_credential of {directory.name} under inventory.directories; docs/connectors says what it needs.",
        )
    what = f"the write credential of {directory.name}"
    secret = read_secret(directory.write_credential, env=env, what=what)
    access = DirectoryAccess(directory, secret, what, clock, sleep)
    vendor = VendorAccess(directory, secret, env=env, clock=clock, sleep=sleep)
    match directory.platform:
        case Platform.GITHUB:
            return GithubRevoker(access.github(), directory.organisation, clock=clock)
        case Platform.GOOGLE:
            return GoogleRevoker(access.google(_GOOGLE, WRITE_SCOPES), clock=clock)
        case Platform.ENTRA:
            graph = entra_client(directory, secret, client=directory.write_client, moments=Moments(clock, sleep))
            return EntraRevoker(graph, clock=clock)
        case Platform.OKTA:
            client, moments = directory.write_client, Moments(clock, sleep)
            okta = okta_client(directory, secret, client=client, scopes=OKTA_WRITES, moments=moments)
            return OktaRevoker(okta, clock=clock)
        case Platform.OAUTH:
            return vendor.oauth_revoker()
        case Platform.SLACK:
            return vendor.slack_revoker()
        case Platform.SALESFORCE:
            return vendor.salesforce_revoker()
        case Platform.OPENAI:
            return vendor.openai_revoker()
        case Platform.ANTHROPIC:
            return vendor.anthropic_revoker()
        case Platform.SCIM:
            raise ConfigError(
                "WL-INV-118",
                f"Nothing is revoked over SCIM: {directory.name} is read only.",
                "Disable the agent or take its roles away where it is managed, then read the directory again.",
            )
        case never:
            assert_never(never)


def open_channels(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> GoogleChannels:
    """What opens notification channels of a directory, with the credential that reads.

    Raises:
        InputError: Its platform has none (WL-INV-012).
        ConfigError: The credential cannot be read or used.
    """
    if directory.platform is not Platform.GOOGLE:
        raise InputError(
            "WL-INV-012",
            f"{directory.name} has no notification channels; only Google has.",
            "Set up a webhook there; docs/connectors says how.",
        )
    return GoogleChannels(_reading(directory, env=env, clock=clock, sleep=sleep).google(_GOOGLE, SCOPES))


def _reading(
    directory: Directory, *, env: Mapping[str, str], clock: Callable[[], float], sleep: Callable[[float], None]
) -> DirectoryAccess:
    what = f"the credential of {directory.name}"
    return DirectoryAccess(directory, read_secret(directory.credential, env=env, what=what), what, clock, sleep)
