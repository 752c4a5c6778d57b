"""An AI system of the company, and which callers, routes and models are its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from fnmatch import fnmatchcase, translate
from typing import Annotated

import msgspec

from wardlaw.facts.gate import GateMode
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.register.lifecycle import Lifecycle

UNREGISTERED = "unregistered"
"""Under which name the traffic stands that belongs to no system; no system may be called so."""

# "(?!\n)": "$" alone would let a trailing newline pass.
SystemId = Annotated[str, msgspec.Meta(pattern=r"^(?!unregistered$)[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Line = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Purpose = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Member = Annotated[str, msgspec.Meta(pattern=r"^(user|agent|nhi|app):[A-Za-z0-9*?._@+:/-]{1,200}$(?!\n)")]
_Pattern = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9*?._@+:/-]{1,200}$(?!\n)")]
_Annex = Annotated[str, msgspec.Meta(pattern=r"^(annex-i|annex-iii-[1-8][a-e]?)?$(?!\n)")]
_Members = Annotated[tuple[_Member, ...], msgspec.Meta(max_length=500)]
_Patterns = Annotated[tuple[_Pattern, ...], msgspec.Meta(max_length=200)]
_Digest = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$(?!\n)")]
_Listed = Annotated[tuple[_Said, ...], msgspec.Meta(max_length=200)]
_Entries = Annotated[tuple[SystemId, ...], msgspec.Meta(max_length=200)]


class MadeOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a system is made of, by SHA-256 in lower-case hex; ``""`` where nobody said.

    Attributes:
        model: Of the weights, or of what the vendor calls the version.
        prompt: Of the system prompt.
        tools: Of the tools' definitions.
        data: Of what it was trained on or looks things up in.
    """

    model: _Digest = ""
    prompt: _Digest = ""
    tools: _Digest = ""
    data: _Digest = ""


class System(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One AI system.

    Attributes:
        owner: The person who answers for it, ``person:…``.
        purpose: What it is for, in plain words.
        roles: What we are for it; empty while nobody has said, so that every role's duties count.
        tier: Legal risk tier.
        annex_point: ``annex-iii-4a`` and the like, or ``annex-i``; empty when none.
        placed_at: The day it was put on the market or into service; None when it was not yet, or nobody has said.
        principals: Whose calls are its own: ids or patterns with ``*``, of users, agents, machines and apps.
        routes: Only calls on these routes; empty means all.
        models: Only calls of these models; empty means all. Calls of tools belong to whoever makes them.
        users: Who uses it, in words: ``recruiters``, ``customers``.
        data_classes: What it processes: ``cv``, ``special-category``.
        built_on: Ids of registered models.
        datasets: Ids of registered datasets.
        vendors: Ids of registered vendors.
        tools: Names or patterns of tools it calls.
        regions: Where it is used and where its data goes.
        made_of: Digests of what it is made of; a change asks for a new classification and a new verdict.
        lifecycle: Where it stands between a wish and its end.
        gate_mode: What the door does while it has no live verdict.
    """

    id: SystemId
    title: _Said
    owner: _Said
    purpose: _Purpose
    roles: Annotated[tuple[SystemRole, ...], msgspec.Meta(max_length=8)] = ()
    tier: Tier = Tier.UNDETERMINED
    annex_point: _Annex = ""
    placed_at: date | None = None
    principals: _Members = ()
    routes: _Patterns = ()
    models: _Patterns = ()
    environment: _Line = "production"
    users: _Listed = ()
    data_classes: _Listed = ()
    built_on: _Entries = ()
    datasets: _Entries = ()
    vendors: _Entries = ()
    tools: _Patterns = ()
    regions: _Listed = ()
    made_of: MadeOf = MadeOf()
    lifecycle: Lifecycle = Lifecycle.PROPOSED
    gate_mode: GateMode = GateMode.WARN

    @property
    def kinds(self) -> frozenset[str]:
        """Which kinds of callers it has (``user``, ``agent``, ``nhi``, ``app``)."""
        return frozenset(one.partition(":")[0] for one in self.principals)


class Traffic(msgspec.Struct, frozen=True):
    """Calls that are alike as far as it matters whose they are.

    Attributes:
        principal: Id of the caller.
        acting_for: Id of the person an agent acts for; ``""`` for nobody.
        kind: Of the principal, ``User``, ``Agent`` or ``ServiceAccount``.
        action: What was asked for.
        route: Which surface.
        resource: ``model:…``, ``tool:…`` or ``app:…``.
    """

    principal: str
    acting_for: str
    kind: str
    action: str
    route: str
    resource: str


def belongs(traffic: Traffic, system: System) -> bool:
    """Whether traffic is a system's own. A system that names nothing has none."""
    if not (system.principals or system.routes or system.models):
        return False
    return (not system.principals or _callers_match(traffic, system.principals)) and reaches(traffic, system)


def reaches(traffic: Traffic, system: System) -> bool:
    """Whether traffic goes over a system's routes and to its models, whoever's it is."""
    if system.routes and not any(fnmatchcase(traffic.route, one) for one in system.routes):
        return False
    kind, _, name = traffic.resource.partition(":")
    return not system.models or kind != "model" or any(fnmatchcase(name, one) for one in system.models)


def owners_of(systems: Iterable[System]) -> Callable[[Traffic], tuple[str, ...]]:
    """For traffic, the systems it belongs to; ``unregistered`` for none. What it was asked once it remembers."""
    # Compiled here: the cache of fnmatch holds 256 patterns, fewer than a register may have.
    listed = [
        (one, re.compile("|".join(map(translate, one.principals))) if one.principals else None) for one in systems
    ]
    by_caller: dict[tuple[str, ...], tuple[System, ...]] = {}
    known: dict[Traffic, tuple[str, ...]] = {}

    def owners(traffic: Traffic) -> tuple[str, ...]:
        found = known.get(traffic)
        if found is None:
            callers = _callers(traffic)
            if callers not in by_caller:
                by_caller[callers] = tuple(
                    one for one, pattern in listed if pattern is None or any(map(pattern.match, callers))
                )
            mine = tuple(one.id for one in by_caller[callers] if belongs(traffic, one))
            found = known[traffic] = mine or (UNREGISTERED,)
        return found

    return owners


def unregistered() -> System:
    """What stands for the traffic that belongs to no system: nothing is known of it, so everything applies."""
    # Built past the check of ids, which keeps this name for this one purpose.
    return System(UNREGISTERED, "Traffic that belongs to no system", "nobody", "nobody has said")


def _callers_match(traffic: Traffic, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(caller, one) for one in patterns for caller in _callers(traffic))


def _callers(traffic: Traffic) -> tuple[str, ...]:
    """Everybody whose call it is: who makes it, for whom, and the app that is granted something."""
    app = traffic.resource if traffic.resource.startswith("app:") else ""
    return tuple(one for one in (traffic.principal, traffic.acting_for, app) if one)
