"""What an action is done to: a model at one concrete upstream, a tool, or the app that was granted something."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class ResourceKind(StrEnum):
    """The entity types of resources; the values are the Cedar type names."""

    MODEL = "Model"
    TOOL = "Tool"
    APP = "App"


class Trust(StrEnum):
    """How far a destination is trusted."""

    INTERNAL = "internal"
    PARTNER = "partner"
    PUBLIC = "public"
    UNKNOWN = "unknown"


class ToolEffect(StrEnum):
    """What a tool does to the world."""

    READ = "read"
    WRITE = "write"
    EGRESS = "egress"
    SHARE = "share"
    PAYMENT = "payment"
    CREDENTIAL = "credential"
    DESTRUCTIVE = "destructive"
    UNKNOWN = "unknown"


class Resource(msgspec.Struct, frozen=True):
    """One concrete target. A decision is for one upstream; failover decides again.

    Attributes:
        id: ``model:<name>``, ``tool:<name>`` or ``app:<client id>``.
        registered: Named in the configuration; everything else is denied by base policy.
        upstream: Name of the concrete upstream for a model; ``""`` for a tool.
        destination_registered: The upstream itself is named in the configuration.
        region: Where the upstream processes data, lower case (``eu``, ``us``, ``local``); ``unknown`` if not said.
        effect: Effect class of a tool; ``ToolEffect.UNKNOWN`` for models and unregistered tools.
    """

    kind: ResourceKind
    id: str
    registered: bool
    upstream: str = ""
    destination_registered: bool = False
    region: str = "unknown"
    trust: Trust = Trust.UNKNOWN
    effect: ToolEffect = ToolEffect.UNKNOWN
