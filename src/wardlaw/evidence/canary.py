"""A canary: the request that a clause must stop, made of one of its own examples, for one route."""

from __future__ import annotations

import zlib

import msgspec

from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.resource import ToolEffect, Trust
from wardlaw.facts.routes import WireForm
from wardlaw.inventory.granting import GrantApproval
from wardlaw.inventory.model import Account, App, Grant
from wardlaw.register.system import System

_LARGE_BYTES = 65_536


class CanaryCaller(msgspec.Struct, frozen=True):
    """As whom a canary comes; there is a key for each.

    Attributes:
        system: The system of the register whose traffic it is; ``""`` for none.
    """

    kind: PrincipalKind = PrincipalKind.USER
    team: str = ""
    groups: tuple[str, ...] = ()
    registered: bool = True
    for_person: bool = False
    user_channel: bool = False
    system: str = ""

    @property
    def said(self) -> bytes:
        """Itself in bytes, of which its key is made; without a system as it was before there were any."""
        members = msgspec.to_builtins(self)
        return msgspec.json.encode({name: value for name, value in members.items() if name != "system" or value})


class CanaryRequest(msgspec.Struct, frozen=True):
    """A request as it goes over the wire, and what an upstream is to seem to answer (``b""`` for nothing)."""

    path: str
    body: bytes
    answer: bytes
    caller: CanaryCaller
    method: str = "POST"
    content_type: str = "application/json"
    is_packed: bool = False

    def packed(self) -> CanaryRequest:
        """The same, with a large body in little room: a plan holds hundreds, and some have megabytes of filler."""
        if self.is_packed or len(self.body) <= _LARGE_BYTES:
            return self
        return msgspec.structs.replace(self, body=zlib.compress(self.body, 1), is_packed=True)

    @property
    def sent(self) -> bytes:
        """The body as it goes over the wire."""
        return zlib.decompress(self.body) if self.is_packed else self.body


class CanaryGrant(msgspec.Struct, frozen=True):
    """A grant that nobody gave, put before the clauses as those of the inventory are.

    Attributes:
        platform: Of the directory it would stand in.
        approvals: What the company would have agreed to.
    """

    platform: str
    app: App
    account: Account
    grant: Grant
    approvals: tuple[GrantApproval, ...] = ()


class Canary(msgspec.Struct, frozen=True):
    """One clause on one route.

    Attributes:
        effect: What the clause must do.
        example: The example it is made of; ``None`` where the clause has none for this route.
        request: ``None`` where no request can be what the example says; ``why`` says why.
        policies: The clause's own Cedar text, as its source has it.
        before: What the same caller sends first, in the same session; a caller made for this canary alone.
        after: What is sent afterwards, so that nothing is left of it.
        is_probing: What is sent first is to be stopped.
        grant: For clauses on grants, in place of a request.
        waits: It is not its time: the clause asks about hours or days. Nothing is wrong.
        is_absent: Nothing of what the clause stops ever goes over this route: there is nothing to try, nor to prove.
    """

    clause: str
    route: str
    effect: Effect
    policies: str
    example: Example | None = None
    request: CanaryRequest | None = None
    why: str = ""
    before: tuple[CanaryRequest, ...] = ()
    after: tuple[CanaryRequest, ...] = ()
    is_probing: bool = False
    grant: CanaryGrant | None = None
    waits: bool = False
    is_absent: bool = False

    @property
    def is_expressible(self) -> bool:
        """Whether it can be tried now."""
        return self.request is not None or self.grant is not None

    @property
    def how(self) -> str:
        """How it is tried, in words; ``""`` where it cannot be."""
        if self.grant is not None:
            return "a grant that nobody gave"
        if self.request is None:
            return ""
        steps = len(self.before)
        return f"{steps + 1} requests of a caller made for it" if steps else "one request"


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
        keeper: The upstream that keeps files and runs batches; ``None`` where neither is served.
        batched: Models that upstream serves, each on the route a batch of them is judged on.
        systems: Those of the register.
    """

    models: tuple[ModelPlace, ...] = ()
    tools: tuple[ToolPlace, ...] = ()
    observing: frozenset[str] = frozenset()
    body_bytes: int = 8_388_608
    has_servers: bool = False
    keeper: ModelPlace | None = None
    batched: tuple[ModelPlace, ...] = ()
    systems: tuple[System, ...] = ()
