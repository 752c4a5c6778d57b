"""What every connector that takes things away keeps. It is another class than the one that reads, with a credential of
its own where the platform can give one that only reads.
"""

from __future__ import annotations

from typing import Protocol

from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, RevocationProof, RevocationStep


class Revoker(Protocol):
    """Takes grants, credentials and apps away in one organisation on one platform, and looks whether they are gone."""

    platform: str

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """The calls that would take these away; none of them is made. Reads nothing.

        Args:
            app: Client id, when everything of the app is to go: where the platform can switch an app off as a whole, that
                is one step of kind ``app`` beside those of the grants.

        Raises:
            InputError: The platform has no call for one of these (WL-INV-020); the message says where a person does it.
        """

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Make the call of a step. Asking again for what is gone already is done, and no error."""

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Look whether it is gone, by reading it again or by introspection."""


def no_call(what: str, where: str) -> InputError:
    """The error for what a platform's interface cannot take away.

    Args:
        what: The thing, such as ``A grant of a generic OAuth server``.
        where: What a person does instead, one sentence.
    """
    return InputError("WL-INV-020", f"{what} cannot be taken away over the platform's interface.", where)
