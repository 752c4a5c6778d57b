"""Groups of directories and who is in them, groups within groups included.

INVARIANT: only an account that a directory tells to be in a group, by a chain of memberships that are all there now, is a
member. A group that nobody tells of, an account without an id, and another directory's group of the same id have none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from wardlaw.inventory.model import Item, Membership


class GroupBook:
    """Memberships that are there, by directory and group.

    Args:
        items: Things of the inventory; everything but memberships is passed over.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._accounts: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._inner: dict[tuple[str, str], set[str]] = defaultdict(set)
        for item in items:
            one = item.thing
            if isinstance(one, Membership) and item.is_there and one.group:
                if one.account:
                    self._accounts[item.directory, one.group].add(one.account)
                elif one.inner:
                    self._inner[item.directory, one.group].add(one.inner)
        self._whole: dict[tuple[str, str], frozenset[str]] = {}

    def members(self, directory: str, group: str) -> frozenset[str]:
        """Ids of the accounts in a group and in the groups within it; groups that hold each other are read once."""
        key = (directory, group)
        if key not in self._whole:
            seen, waiting = {group}, [group]
            found: set[str] = set()
            while waiting:
                name = waiting.pop()
                found |= self._accounts.get((directory, name), set())
                fresh = self._inner.get((directory, name), set()) - seen
                seen |= fresh
                waiting += fresh
            self._whole[key] = frozenset(found)
        return self._whole[key]

    def holds(self, directory: str, groups: Iterable[str], account: str) -> bool:
        """Whether an account is a member of any of these groups."""
        return bool(account) and any(account in self.members(directory, group) for group in groups)
