"""A canary: the request that a clause must stop, made of one of its own examples, for one route."""

from __future__ import annotations

import msgspec

from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import WireForm


class CanaryCaller(msgspec.Struct, frozen=True):
    """As whom a canary comes; there is a key for each."""

    kind: PrincipalKind = PrincipalKind.USER
    team: str = ""
    groups: tuple[str, ...] = ()
    registered: bool = True
    for_person: bool = False
    user_channel: bool = False


class CanaryRequest(msgspec.Struct, frozen=True):
    """A request as it goes over the wire, and what an upstream is to seem to answer (``b""`` for nothing)."""

    path: str
    body: bytes
    answer: bytes
    caller: CanaryCaller
    method: str = "POST"


class Canary(msgspec.Struct, frozen=True):
    """One clause on one route.

    Attributes:
        effect: What the clause must do.
        example: The example it is made of; ``None`` where the clause has none for this route.
        request: ``None`` where no request can be what the example says; ``why`` says why.
        policies: The clause's own Cedar text, as its source has it.
    """

    clause: str
    route: str
    effect: Effect
    policies: str
    example: Example | None = None
    request: CanaryRequest | None = None
    why: str = ""


class ModelPlace(msgspec.Struct, frozen=True):
    """A model at the upstream it is asked first at, on one route."""

    name: str
    route: str
    upstream: str
    region: str
    trust: Trust
    form: WireForm


class ToolPlace(msgspec.Struct, frozen=True):
    """A registered tool; ``server`` is that behind ``/mcp``, ``""`` for one of the caller's own."""

    name: str
    effect: ToolEffect
    server: str = ""


class Surroundings(msgspec.Struct, frozen=True):
    """What of the installation a canary can be sent to.

    Attributes:
        observing: Routes that carry nothing out.
        body_bytes: Largest body that is taken.
        files: Files and batches are served.
    """

    models: tuple[ModelPlace, ...] = ()
    tools: tuple[ToolPlace, ...] = ()
    observing: frozenset[str] = frozenset()
    body_bytes: int = 8_388_608
    has_servers: bool = False
    files: bool = False
