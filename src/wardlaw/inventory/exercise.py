"""Which scopes a platform's methods need: what an app was seen calling says what its grant could do without.

A method is allowed by any one of several scopes. Some of these allow it for part of the things only (files the app itself
made): such a partial scope counts as used wherever it would do, and is never put forward as enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.risk import scope_risk

IN_TOKEN = "token with "
"""Before a scope that was in a token, where that is all that a log tells."""

_USES = (Deed.USE, Deed.EXPORT)


def exercised(activity: Activity) -> tuple[str, ...]:
    """What an event says was used: a method, or each scope of a token that Okta gave an app. Nothing for other events."""
    if activity.deed in _USES:
        return (activity.method,)
    is_token = (
        activity.deed is Deed.SIGN_IN
        and activity.method.startswith("app.oauth2.")
        and ".token.grant" in activity.method
    )
    # A token without a word of its scopes may have had any.
    return tuple(f"{IN_TOKEN}{scope}" for scope in activity.scopes) or ("",) if is_token else ()


class MethodNeed(msgspec.Struct, frozen=True):
    """Methods that the same scopes allow.

    Attributes:
        methods: In the platform's words; a ``*`` at the end stands for the rest.
        scopes: Each of them will do.
        narrow: Another of them may be put forward in place of the one that is held.
    """

    methods: tuple[str, ...]
    scopes: tuple[str, ...]
    narrow: bool = True


class ExerciseTable(msgspec.Struct, frozen=True):
    """One platform's table.

    Attributes:
        prefix: What ``~`` stands for at the begin of a scope.
        feeds: Whose events tell methods.
        partial: Scopes that allow a method for part of the things only.
        untold: Scopes of which use is not told whole, and why not.
        by_token: The log tells no calls, but the scopes of each token that an app got itself: one that was in none of them
            cannot have been used.
    """

    source: str
    date: str
    prefix: str
    feeds: tuple[str, ...]
    partial: frozenset[str]
    untold: Mapping[str, str]
    needs: tuple[MethodNeed, ...]
    platform: str = ""
    by_token: bool = False

    def need_of(self, method: str) -> MethodNeed | None:
        """What a method needs; None for one that stands in no table."""
        if self.by_token and method.startswith(IN_TOKEN):
            return MethodNeed((method,), (method.removeprefix(IN_TOKEN),), narrow=False)
        return _need_of(self.platform, method)

    def services_of(self, scope: str) -> frozenset[str]:
        """The services (first words of methods) that a scope opens something of."""
        if self.by_token:
            return frozenset({IN_TOKEN})
        return _services_of(self.platform, scope)

    @property
    def services(self) -> frozenset[str]:
        """All services that the table knows."""
        return frozenset(method.partition(".")[0] for need in self.needs for method in need.methods)


def exercise_table(platform: str) -> ExerciseTable | None:
    """The table of a platform; None where no log of it tells what a scope was used for."""
    return _tables().get(platform)


def used_by(table: ExerciseTable, scope: str, held: Collection[str], methods: Iterable[str]) -> list[str]:
    """The methods called that rest on a scope: those it allows, and no narrower whole one that is held does."""
    return sorted(
        method
        for method in methods
        if (need := table.need_of(method)) is not None
        and scope in need.scopes
        and (scope in table.partial or not _narrower(table, scope, set(need.scopes) & set(held)))
    )


def narrower_for(table: ExerciseTable, scope: str, methods: Collection[str]) -> str:
    """The narrowest whole scope that allows all these methods, where it is narrower than this one; empty for none."""
    needs = [need for method in methods if (need := table.need_of(method)) is not None]
    if not needs or scope in table.partial or not all(need.narrow for need in needs):
        return ""
    enough = set(needs[0].scopes).intersection(*(need.scopes for need in needs))
    return min(_narrower(table, scope, enough), key=lambda one: _breadth(table.platform, one), default="")


def _narrower(table: ExerciseTable, scope: str, among: Iterable[str]) -> list[str]:
    own = _breadth(table.platform, scope)
    return sorted(one for one in among if one not in table.partial and _breadth(table.platform, one) < own)


@lru_cache(maxsize=4_096)  # asked for each grant again; the words come from logs, so there is an end to it
def _need_of(platform: str, method: str) -> MethodNeed | None:
    for need in _tables()[platform].needs:
        if any(method == one or (one.endswith("*") and method.startswith(one[:-1])) for one in need.methods):
            return need
    return None


@lru_cache(maxsize=4_096)
def _services_of(platform: str, scope: str) -> frozenset[str]:
    needs = _tables()[platform].needs
    return frozenset(method.partition(".")[0] for need in needs if scope in need.scopes for method in need.methods)


@lru_cache(maxsize=4_096)
def _breadth(platform: str, scope: str) -> tuple[int, bool, int]:
    """How much a scope allows: its class, whether it writes, and how many methods."""
    risk = scope_risk(platform, scope)
    allowed = sum(len(need.methods) for need in _tables()[platform].needs if scope in need.scopes)
    return int(risk.privilege), risk.writes, allowed


@cache
def _tables() -> dict[str, ExerciseTable]:
    raw = files("wardlaw.inventory").joinpath("data").joinpath("exercise.json").read_bytes()
    tables = msgspec.json.decode(raw, type=dict[str, ExerciseTable])
    return {name: _expanded(name, table) for name, table in tables.items()}


def _expanded(platform: str, table: ExerciseTable) -> ExerciseTable:
    def whole(scope: str) -> str:
        return table.prefix + scope[1:] if scope.startswith("~") else scope

    return msgspec.structs.replace(
        table,
        platform=platform,
        partial=frozenset(map(whole, table.partial)),
        untold={whole(scope): why for scope, why in table.untold.items()},
        needs=tuple(
            msgspec.structs.replace(need, scopes=tuple(sorted(map(whole, need.scopes)))) for need in table.needs
        ),
    )
