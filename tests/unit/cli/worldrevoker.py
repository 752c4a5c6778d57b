"""A revoker over an organisation of the tests, and a client that calls the API without a socket."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from tests.console_fakes import Api
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind
from wardlaw.testing.saas.world import World


class WorldRevoker:
    """Takes away in a world; ``failing`` are subjects whose call fails, ``lingering`` how often a look still shows it."""

    platform = "google"

    def __init__(self, world: World) -> None:
        self.world = world
        self.failing: set[str] = set()
        self.lingering = 0
        self.tokens_until = 0.0
        self.calls: list[str] = []

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        if any(thing.id == "cannot" for thing in things):
            raise InputError("WL-INV-020", "There is no call for it.", "Do it by hand.")
        steps = [
            RevocationStep(
                f"{thing.id}", StepKind.GRANT if isinstance(thing, Grant) else StepKind.CREDENTIAL, thing.id, thing.account,
                thing.app, f"DELETE /{thing.id}", f"{thing.account} agrees again.",
            )
            for thing in things
        ]  # fmt: skip
        return tuple(steps)

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        self.calls.append(step.subject)
        if step.subject in self.failing:
            raise UnavailableError("WL-INV-010", "The platform is away.", "Later.")
        if self.lingering == 0:
            self.world.revoke(step.subject)
            self.world.remove_credential(step.subject)
        return CallOutcome(done=True, status=204)

    def verify(self, step: RevocationStep) -> RevocationProof:
        if self.lingering:
            self.lingering -= 1
            if self.lingering == 0:
                self.world.revoke(step.subject)
        there = step.subject in self.world.grants or step.subject in self.world.credentials
        presence = Presence.THERE if there else Presence.GONE
        digest = hashlib.sha256(presence.value.encode()).hexdigest()
        return RevocationProof(presence, "re-read", 200 if there else 404, digest, tokens_until=self.tokens_until)


class ApiClient:
    """The management client's own methods, on the application itself."""

    def __init__(self, api: Api, uid: int) -> None:
        self.api = api
        self.uid = uid

    def get(self, path: str, **query: str | int) -> Any:
        return self._call("GET", path + (f"?{urlencode(query)}" if query else ""), None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._call("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", path, body)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path, None)

    def _call(self, method: str, path: str, body: Any) -> Any:
        status, answer = self.api.call(method, path, body, uid=self.uid)
        if status >= 400:
            raise InputError(answer["error"]["code"], answer["error"]["message"], "x")
        return answer
