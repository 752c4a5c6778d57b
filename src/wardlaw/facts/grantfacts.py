"""What a clause may ask about a grant of the inventory; no id of a person, only what kind of account it is."""

from __future__ import annotations

import msgspec


class GrantFacts(msgspec.Struct, frozen=True):
    """One grant as the clauses see it; the words are those of ``wardlaw.inventory``.

    Attributes:
        grant: Id of the grant in its directory.
        publisher: As the platform names it.
        verified: Whether the platform has verified the publisher: yes, no or unknown.
        first_party: Whether it is the platform's own: yes, no or unknown.
        known_bad: The client id was seen in attacks.
        vendor: The AI vendor it belongs to; empty for none.
        privilege: The highest class of its scopes, 1 to 4; 0 for a grant without scopes.
        data: Kinds of data its scopes reach, sorted.
        consent: Who agreed: user, admin, installation, requested or unknown.
        approval: How it stands to the approvals: unapproved, approved, expired or exceeds-approval.
        account_kind: human, nhi, agent or unknown; organisation for a grant over the whole directory.
    """

    directory: str
    platform: str
    grant: str
    app: str
    publisher: str = ""
    verified: str = "unknown"
    first_party: str = "unknown"
    known_bad: bool = False
    vendor: str = ""
    privilege: int = 0
    data: tuple[str, ...] = ()
    consent: str = "unknown"
    approval: str = "unapproved"
    account_kind: str = "unknown"


NO_GRANT = GrantFacts("", "", "", "", approval="approved")
"""What stands in the context of everything that is no grant."""
