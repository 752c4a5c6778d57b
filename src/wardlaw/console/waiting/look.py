"""Whoever looks at what waits: what they may answer, what they may see, what is their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import msgspec

from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Turn
from wardlaw.facts.person import Permission, Role
from wardlaw.facts.waiting import UNANSWERED, WaitingItem
from wardlaw.governance.operations import OPERATIONS, admit
from wardlaw.governance.rights import Circumstances, Permitted, holds_any, roles_with

MOST = 200
"""Of each kind; whoever has more than that waiting answers the newest first."""


class Waits(msgspec.Struct, frozen=True):
    """One thing that waits, as one person stands to it.

    Attributes:
        is_due: Their word is wanted, and they may give it.
        is_seen: They may see it although it is not theirs.
    """

    item: WaitingItem
    is_due: bool
    is_seen: bool


class Look(msgspec.Struct, frozen=True):
    """One person's look at what waits.

    Attributes:
        only_due: Only what is due is asked for, so that what somebody may not answer is not even read.
    """

    turn: Turn
    deps: ApiDependencies
    only_due: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Everything the human who looks is called."""
        return self.turn.selves | {self.turn.person.id}

    def is_me(self, *names: str) -> bool:
        """Whether one of these is the human who looks, by any account."""
        return not self.names.isdisjoint(names)

    def has_role(self, roles: Iterable[Role]) -> bool:
        """Whether they hold one of these."""
        return not set(roles).isdisjoint(self.turn.person.roles)

    def may(self, operation: str, **circumstances: Any) -> bool:
        """Whether they may do an operation under these circumstances: the question the operation itself asks."""
        context = Circumstances(selves=self.turn.selves, **circumstances)
        answer = admit(self.turn.person, OPERATIONS[operation], context=context, book=self.deps.roles)
        return isinstance(answer, Permitted)

    def holds(self, *permissions: Permission) -> bool:
        """Whether they hold one of these permissions."""
        return holds_any(self.turn.person, permissions, book=self.deps.roles)

    def passes(self, operation: str) -> bool:
        """Whether a kind need not be read at all: only what is due is wanted, and they may answer none of it."""
        return self.only_due and not self.holds(*OPERATIONS[operation].permissions)

    def roles_for(self, operation: str) -> tuple[Role, ...]:
        """Roles of which somebody may do an operation."""
        able = {role for one in OPERATIONS[operation].permissions for role in roles_with(one, self.deps.roles)}
        return tuple(role for role in Role if role in able)

    def found(self, item: WaitingItem, *, is_due: bool, seen_by: str) -> Waits:
        """What waits, as it stands to whoever looks.

        Args:
            seen_by: The operation that shows it: whoever may do that may see that it waits for others.
        """
        is_mine = bool(item.asked_by) and self.is_me(item.asked_by)
        item = msgspec.structs.replace(item, unanswered=UNANSWERED[item.kind], asked_by_me=is_mine)
        return Waits(item, is_due, self.may(seen_by))


Source: TypeAlias = Callable[[Look], Iterator[Waits]]


def in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Roles in the order the house names them, each once."""
    wanted = set(roles)
    return tuple(role for role in Role if role in wanted)
