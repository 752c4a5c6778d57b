"""Who asks: a person, an agent, or another non-human identity."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PrincipalKind(StrEnum):
    """The entity types of principals; the values are the Cedar type names."""

    USER = "User"
    AGENT = "Agent"
    NHI = "ServiceAccount"


class Principal(msgspec.Struct, frozen=True):
    """An authenticated caller as the door sees it.

    Attributes:
        id: ``user:<slug>``, ``agent:<slug>`` or ``nhi:<slug>``.
        team: Team or department; ``""`` when unknown. There are no tenants, teams are attributes.
        acting_for: Id of the person an agent acts for; ``""`` when it acts for itself.
        credential: What it authenticated with: ``key:<id>`` or ``jwt:<issuer>``.
        registered: Known to the register of keys and agents. An unregistered agent is refused by base policy.
        app_user_channel: The app is registered with a separate user channel, so that user text counts
            as the human's own words.
    """

    id: str
    kind: PrincipalKind
    name: str = ""
    team: str = ""
    groups: tuple[str, ...] = ()
    acting_for: str = ""
    credential: str = ""
    registered: bool = True
    app_user_channel: bool = False
