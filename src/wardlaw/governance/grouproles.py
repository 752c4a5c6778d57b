"""Roles by group of the identity provider: what somebody gains and loses when they sign in through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from wardlaw.facts.person import Role


class RoleChange(msgspec.Struct, frozen=True):
    """Roles somebody is given and loses, each in order."""

    given: tuple[Role, ...] = ()
    taken: tuple[Role, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.given or self.taken)

    def applied(self, held: Iterable[Role]) -> tuple[Role, ...]:
        """What is held afterwards, in order."""
        return tuple(sorted((set(held) | set(self.given)) - set(self.taken)))

    def only_taken(self) -> RoleChange:
        """The same without what is given."""
        return RoleChange(taken=self.taken)


def change_of_roles(held: Iterable[Role], groups: Iterable[str], mapping: Mapping[str, tuple[Role, ...]]) -> RoleChange:
    """What the groups give and no longer give.

    Only roles that some group of the mapping gives are taken: the others were given by an admin and stay theirs.
    """
    has, belongs = set(held), set(groups)
    governed = {role for roles in mapping.values() for role in roles}
    due = {role for group, roles in mapping.items() if group in belongs for role in roles}
    return RoleChange(tuple(sorted(due - has)), tuple(sorted((has & governed) - due)))
