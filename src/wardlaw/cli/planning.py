"""Which calls would take something away, worked out without a credential: the control process must not hold one that writes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NoReturn

from wardlaw.config.connected import Directory, Platform
from wardlaw.connectors.entrarevoking import EntraRevoker
from wardlaw.connectors.githubrevoking import GithubRevoker
from wardlaw.connectors.googlerevoking import GoogleRevoker
from wardlaw.connectors.keyrevoking import AnthropicRevoker, OpenaiRevoker
from wardlaw.connectors.oktarevoking import OktaRevoker
from wardlaw.connectors.revoking import Revoker
from wardlaw.connectors.slackrevoking import SlackRevoker
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import Fault, InputError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import RevocationStep

_NOWHERE = "https://plan.invalid"
"""No such host can be (RFC 2606): whatever asked would fail even if the header did not refuse before."""


class StepPlanner:
    """Plans for the directories of the configuration; see ``Revoker.plan``, which reads nothing.

    Args:
        directories: Those that are connected.
    """

    def __init__(self, directories: Sequence[Directory]) -> None:
        self._directories = {one.name: one for one in directories}

    def __call__(self, name: str, things: tuple[Grant | Credential, ...], app: str) -> tuple[RevocationStep, ...]:
        """The calls that would take these away.

        Raises:
            InputError: There is no such directory, it has no credential that writes, or only the command can plan there.
        """
        directory = self._directories.get(name)
        if directory is None:
            raise InputError(
                "WL-INV-012",
                "Nothing can be revoked there: it is no connected directory.",
                "See inventory.directories.",
            )
        if not directory.write_credential:
            raise InputError(
                "WL-INV-021",
                f"Nothing can be revoked in {name}: it has no write credential.",
                f"Set write_credential of {name} under inventory.directories; docs/connectors says what it needs.",
            )
        return _planner(directory, things).plan(things, app=app)


def _planner(directory: Directory, things: Sequence[Grant | Credential]) -> Revoker:
    client = VendorClient(_NOWHERE, authorise=_refuse, clock=time.time, sleep=time.sleep)
    match directory.platform:
        case Platform.GITHUB:
            return GithubRevoker(client, directory.organisation, clock=time.time)
        case Platform.GOOGLE:
            return GoogleRevoker(client, clock=time.time)
        case Platform.ENTRA:
            return EntraRevoker(client, clock=time.time)
        case Platform.OKTA:
            return OktaRevoker(client, clock=time.time)
        case Platform.SLACK:
            return SlackRevoker(client, directory.organisation, clock=time.time)
        case Platform.OPENAI:
            return OpenaiRevoker(client, clock=time.time)
        case Platform.ANTHROPIC:
            return AnthropicRevoker(client, clock=time.time)
        case Platform.OAUTH | Platform.SALESFORCE | Platform.SCIM:
            ids = " ".join(thing.id for thing in things[:3])
            raise InputError(
                "WL-INV-123",
                f"A revocation in {directory.name} ({directory.platform.value}) is planned by the command alone.",
                f"Run `wardlaw grants revoke {ids} --directory {directory.name} --reason …`.",
            )


def _refuse() -> NoReturn:
    raise Fault("WL-INV-123", "A plan asked a platform something.")
