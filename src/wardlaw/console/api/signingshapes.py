"""The bodies of signing in, which the console's pages send and nobody from outside."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from wardlaw.console.api.shapes import MaybeLine, _Body
from wardlaw.facts.person import Person
from wardlaw.facts.signin import SignInMethod

_Secret = Annotated[str, msgspec.Meta(max_length=1_024)]
_Short = Annotated[str, msgspec.Meta(max_length=256)]


class Browser(msgspec.Struct, frozen=True):
    """Who is at the other end, as the console's pages saw it.

    Attributes:
        address: Where from; ``""`` where that cannot be known.
        label: What the browser calls itself.
        device: Its cookie of a known device.
        session: The session it had until now, which ends.
    """

    address: _Short = ""
    label: Annotated[str, msgspec.Meta(max_length=512)] = ""
    device: Annotated[str, msgspec.Meta(max_length=256)] = ""
    session: _Short = ""


class TokenSignIn(_Body, frozen=True):
    """Signing in with a one-time token."""

    token: _Short
    browser: Browser = Browser()

    def __repr__(self) -> str:
        """Without the token: whoever prints a request must not print it."""
        return "TokenSignIn()"


class PasswordSignIn(_Body, frozen=True):
    """Signing in with a password; ``person`` is an id, with or without its ``person:``."""

    person: _Short
    password: _Secret
    browser: Browser = Browser()

    def __repr__(self) -> str:
        """Without the password."""
        return f"PasswordSignIn({self.person!r})"


class Asked(_Body, frozen=True):
    """Where a passkey is to be asked for.

    Attributes:
        rp_id: Name under which the browser reached the console.
        origin: Where its pages come from.
        bound: Cookie of the page somebody signs in at; a session's own requests need none.
    """

    rp_id: _Short
    origin: _Short
    bound: _Short = ""


class PasskeySignIn(_Body, frozen=True):
    """Signing in with a passkey."""

    ceremony: _Short
    credential: dict[str, Any]
    bound: _Short
    browser: Browser = Browser()


class NewPasskey(_Body, frozen=True):
    """A passkey a browser made for somebody who is signed in."""

    ceremony: _Short
    credential: dict[str, Any]
    name: MaybeLine = ""


class NewPassword(_Body, frozen=True):
    """The password somebody chose."""

    password: _Secret

    def __repr__(self) -> str:
        """Without it."""
        return "NewPassword()"


class ProofGiven(_Body, frozen=True):
    """What somebody shows again: a password, or a passkey."""

    password: _Secret = ""
    ceremony: _Short = ""
    credential: dict[str, Any] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        """Without the password."""
        return f"ProofGiven({self.ceremony!r})"


class Leaving(_Body, frozen=True):
    """Signing out: of this browser, or of all."""

    everywhere: bool = False


class Entered(msgspec.Struct, frozen=True):
    """A session that begins, or goes on with another secret.

    Attributes:
        session: Text of its cookie; ``""`` where it goes on as it was.
        device: Cookie by which this browser is known from now on; ``""`` to keep the one it has.
    """

    person: Person
    method: SignInMethod
    session: str
    device: str = ""


class Ended(msgspec.Struct, frozen=True):
    """How many sessions ended."""

    sessions: int


class ResetDone(msgspec.Struct, frozen=True):
    """What was taken away."""

    person: str
    password: bool
    passkeys: int
    sessions: int
