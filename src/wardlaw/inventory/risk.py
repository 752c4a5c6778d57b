"""How much a scope lets an app do, and with which kind of data; from the tables shipped beside this file."""

from __future__ import annotations

from enum import IntEnum
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from wardlaw.inventory.model import Consent, Grant


class Privilege(IntEnum):
    """How much a scope allows; Microsoft's four levels, used for every platform."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class ScopeSource(msgspec.Struct, frozen=True, rename={"by": "class"}):
    """Where the entries of a platform come from; ``by`` is ``vendor`` or ``ours``."""

    source: str
    date: str
    by: str


class ScopeRisk(msgspec.Struct, frozen=True):
    """What is known of one scope.

    Attributes:
        data: Kind of data, such as ``mail``; ``unknown`` for a scope nobody has classed.
        writes: It changes things, and does not only read them.
        known: It stands in the table. One that does not counts as high until somebody has looked at it.
    """

    scope: str
    privilege: Privilege
    data: str
    writes: bool
    known: bool
    source: str


class _Platform(msgspec.Struct, frozen=True):
    provenance: ScopeSource
    scopes: dict[str, str]


_MOST_KEPT = 4_096  # sets of scopes whose classes are remembered: thousands of grants have the same
_NOT_CLASSED = "not classed"


def scope_risk(platform: str, scope: str, *, application: bool = False) -> ScopeRisk:
    """The class of a scope.

    Args:
        platform: Such as ``google``; one without a table has no scope that is known.
        application: The app acts as itself, and not for a person (Entra tells the two apart).
    """
    table = _tables().get(platform)
    found = None
    if table is not None:
        found = (table.scopes.get(f"app:{scope}") if application else None) or table.scopes.get(scope)
    if table is None or found is None:
        return ScopeRisk(scope, Privilege.HIGH, "unknown", writes=True, known=False, source=_NOT_CLASSED)
    mark, _, data = found.partition(" ")
    source = f"{table.provenance.source} ({table.provenance.date})"
    return ScopeRisk(scope, Privilege(int(mark[0])), data, writes=mark[1] == "w", known=True, source=source)


def grant_risks(platform: str, grant: Grant, *, as_itself: bool = False) -> list[ScopeRisk]:
    """The classes of a grant's scopes, the most powerful first.

    Args:
        as_itself: The account is the app's own, and no person's.
    """
    application = grant.consent is Consent.ADMIN and (as_itself or not grant.account)
    return list(_scope_risks(platform, grant.scopes, application=application))


@lru_cache(maxsize=_MOST_KEPT)
def _scope_risks(platform: str, scopes: tuple[str, ...], *, application: bool) -> tuple[ScopeRisk, ...]:
    found = [scope_risk(platform, scope, application=application) for scope in scopes]
    return tuple(sorted(found, key=lambda risk: (-risk.privilege, risk.scope)))


def scope_classed(platform: str, data: str, privilege: int) -> str:
    """A scope of a platform with this kind of data (any where it is empty) and class; ``""`` where none is classed so."""
    table = _tables().get(platform)
    if table is None:
        return ""
    for scope, text in sorted(table.scopes.items()):
        mark, _, kind = text.partition(" ")
        if int(mark[0]) == privilege and data in ("", kind) and not scope.startswith("app:"):
            return scope
    return ""


def platforms() -> dict[str, ScopeSource]:
    """The platforms that have a table, and where it comes from."""
    return {name: table.provenance for name, table in _tables().items()}


@cache
def _tables() -> dict[str, _Platform]:
    found: dict[str, _Platform] = {}
    for entry in files("wardlaw.inventory").joinpath("data").iterdir():
        if "scopes" in entry.name and entry.name.endswith(".json"):
            found |= msgspec.json.decode(entry.read_bytes(), type=dict[str, _Platform])
    return found
