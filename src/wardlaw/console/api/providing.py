"""What the API needs for signing in through an identity provider, as a narrow promise."""

from __future__ import annotations

from typing import Protocol

import msgspec

from wardlaw.config.provider import Provider
from wardlaw.security.idtoken import Identified, LoggedOut
from wardlaw.store.providerlogins import ProviderOrigin


class Beginning(msgspec.Struct, frozen=True):
    """Where a browser goes to sign in, and what it brings back from there.

    Attributes:
        address: Of the provider, with everything it must be told.
        attempt: Sealed; kept by the browser alone, for minutes.
    """

    address: str
    attempt: str


class ProviderAnswer(msgspec.Struct, frozen=True):
    """What the provider sent a browser back with (RFC 6749, 4.1.2; RFC 9207)."""

    state: str = ""
    code: str = ""
    iss: str = ""
    error: str = ""
    error_description: str = ""


class Vouching(msgspec.Struct, frozen=True):
    """What the provider says, believed.

    Attributes:
        to: The path of ours that was asked for before.
        session: Of the console, whose person proves again who they are; empty where a session is to begin.
        person: Whose session that is.
        old: Text of the session the browser had before, which ends; empty without one.
    """

    said: Identified
    id_token: str
    to: str
    session: str = ""
    person: str = ""
    old: str = ""


class ProviderDesk(Protocol):
    """Speaks with the identity provider."""

    @property
    def settings(self) -> Provider:
        """As the configuration has them."""

    def may_try(self, client: str) -> bool:
        """Whether somebody at this address may try now; each call counts."""

    async def begin(self, to: str, *, session: str = "", person: str = "", old: str = "") -> Beginning:
        """Send a browser away.

        Args:
            to: Path of ours to come back to.
            session: Whose person is to prove again who they are.
            person: Theirs.
            old: As of ``Vouching``.

        Raises:
            WardlawError: The provider cannot be asked.
        """

    async def prove(self, attempt: str, answer: ProviderAnswer) -> Vouching:
        """Believe what a browser came back with, once.

        Raises:
            WardlawError: It is not believed, or the provider cannot be asked.
        """

    async def read_logout(self, text: str) -> LoggedOut:
        """Believe a logout token.

        Raises:
            WardlawError: It is not the provider's, or the provider cannot be asked.
        """

    def keep_hint(self, session: str, id_token: str) -> None:
        """Remember what the provider knows a session by, for when it is to end there as well."""

    async def farewell(self, session: str, origin: ProviderOrigin) -> str:
        """Where a browser ends its session at the provider too; empty where the provider offers nothing."""
