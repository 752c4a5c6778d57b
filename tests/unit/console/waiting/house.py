"""One person of each role, and where each of them finds what waits."""

from __future__ import annotations

from typing import Any

from tests.console_fakes import Api
from wardlaw.facts.person import Role

ALL = frozenset(Role)


class Inboxes:
    """Everybody's inbox of one installation."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.uids = {role: api.person(role.value, role) for role in Role}

    def ok(self, role: Role, method: str, path: str, body: Any = None) -> Any:
        return self.api.ok(method, path, body, uid=self.uids[role])

    def due(self, kind: str) -> frozenset[Role]:
        """Roles in whose inbox something of a kind waits."""
        return self._in("/inbox", kind)

    def known(self, kind: str) -> frozenset[Role]:
        """Roles that see that something of a kind waits for others."""
        return self._in("/inbox/others", kind)

    def one(self, role: Role, kind: str, *, others: bool = False) -> dict[str, Any]:
        """The only thing of a kind that somebody sees."""
        (found,) = self._of(role, "/inbox/others" if others else "/inbox", kind)
        return found

    def answered(self, role: Role, kind: str) -> list[tuple[str, bool, str, bool]]:
        """Of a kind, what somebody is told was answered: the id, yes or no, the reason, whether by them."""
        found = self._of(role, "/inbox/answered", kind)
        return [(one["id"], one["approves"], one["reason"], one["by_me"]) for one in found]

    def _in(self, path: str, kind: str) -> frozenset[Role]:
        return frozenset(role for role in Role if self._of(role, path, kind))

    def _of(self, role: Role, path: str, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.ok(role, "GET", path) if one["kind"] == kind]
