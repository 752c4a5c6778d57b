"""Takes keys of AI vendors away: OpenAI deletes them, Anthropic makes them inactive; each is read again afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

from wardlaw.connectors.adminlists import AdminLists
from wardlaw.connectors.openaiadmin import ACCOUNT_KEY, ADMIN_KEY
from wardlaw.connectors.revoking import no_call
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

_NO_GRANT = "Take the keys of the project or workspace away one by one, or archive it in the vendor's console."


class OpenaiRevoker:
    """Deletes keys, and service accounts whose keys go only with them.

    Args:
        client: With an admin key that may write.
        clock: Unix seconds.
    """

    platform = "openai"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """One step for each key; see ``Revoker.plan``."""
        steps: dict[str, RevocationStep] = {}
        for thing in _keys(things, app):
            step = _openai_step(thing)
            steps.setdefault(step.id, step)
        return tuple(steps.values())

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Delete it; see ``Revoker.carry_out``."""
        try:
            answer = self._client.delete(_path(step), bucket="write")
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)
        if answer.status == 404:
            return CallOutcome(done=True, status=404, detail="It was not there any more.")
        is_done = answer.status == 200 and isinstance(answer.body, dict) and answer.body.get("deleted") is True
        return CallOutcome(is_done, answer.status, "" if is_done else f"OpenAI answers {answer.status}.")

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Read it again; see ``Revoker.verify``."""
        lists = AdminLists(self._client, of="OpenAI", cursor="after")
        return _Look(self._client, lists, lambda _body: True).at(_path(step), self._clock())


class AnthropicRevoker:
    """Makes keys inactive: Anthropic deletes none.

    Args:
        client: With an admin key that may write.
        clock: Unix seconds.
    """

    platform = "anthropic"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """One step for each key; see ``Revoker.plan``."""
        return tuple(_anthropic_step(thing) for thing in _keys(things, app))

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Make it inactive; see ``Revoker.carry_out``."""
        try:
            answer = self._client.post_json(_path(step), {"status": "inactive"}, bucket="write")
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)
        if answer.status == 404:
            return CallOutcome(done=True, status=404, detail="It was not there any more.")
        is_done = answer.status == 200 and not _is_active(answer.body)
        return CallOutcome(is_done, answer.status, "" if is_done else f"Anthropic answers {answer.status}.")

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Read it again; see ``Revoker.verify``."""
        lists = AdminLists(self._client, of="Anthropic", cursor="after_id")
        return _Look(self._client, lists, _is_active).at(_path(step), self._clock())


def _keys(things: tuple[Grant | Credential, ...], app: str) -> list[Credential]:
    keys = []
    for thing in things:
        if isinstance(thing, Grant):
            raise no_call(f"The grant {thing.id}", _NO_GRANT)
        keys.append(thing)
    if app and not keys:
        raise no_call(f"{app} as a whole", _NO_GRANT)
    return keys


def _part(name: str) -> str:
    """An id as one part of a path. An imported one may be anything; none may lead the call to another address."""
    if not name.strip("."):
        raise no_call(f"What has the id {name!r}", "No vendor gives such an id: look where it was imported from.")
    return quote(name, safe="")


def _openai_step(thing: Credential) -> RevocationStep:
    key = _part(thing.id)
    subject, undo = thing.id, "A deleted key does not come back: make another."
    if thing.type == ADMIN_KEY:
        path = f"/v1/organization/admin_api_keys/{key}"
    elif thing.type == ACCOUNT_KEY:
        # OpenAI deletes such a key only together with its account.
        subject = thing.account
        path = f"/v1/organization/projects/{_part(thing.app)}/service_accounts/{_part(thing.account)}"
        undo = "The service account and all its keys go, and do not come back: make another."
    else:
        path = f"/v1/organization/projects/{_part(thing.app)}/api_keys/{key}"
    return RevocationStep(
        f"delete/{subject}", StepKind.CREDENTIAL, subject, thing.account, thing.app, f"DELETE {path}", undo
    )


def _anthropic_step(thing: Credential) -> RevocationStep:
    path = f"/v1/organizations/api_keys/{_part(thing.id)}"
    undo = "Make the key active again in Anthropic's console, or with the same call."
    return RevocationStep(
        f"deactivate/{thing.id}", StepKind.CREDENTIAL, thing.id, thing.account, thing.app, f"POST {path}", undo
    )


def _path(step: RevocationStep) -> str:
    return step.call.partition(" ")[2]


def _is_active(body: Any) -> bool:
    return not isinstance(body, dict) or body.get("status") not in ("inactive", "archived", "expired")


class _Look:
    """Reads a key again.

    Args:
        is_there: Whether what was read of it says that it works.
    """

    def __init__(self, client: VendorClient, lists: AdminLists, is_there: Callable[[Any], bool]) -> None:
        self._client = client
        self._lists = lists
        self._is_there = is_there

    def at(self, path: str, now: float) -> RevocationProof:
        presence, status, digest = Presence.UNKNOWN, 0, ""
        try:
            answer = self._client.get(path, bucket="read")
            status, digest, detail = answer.status, answer.digest, f"The vendor answers {answer.status}."
            if status == 404:
                presence, detail = self._listed(path)
            elif status == 200 and isinstance(answer.body, dict):
                presence = Presence.THERE if self._is_there(answer.body) else Presence.GONE
        except UnavailableError as error:
            detail = error.message
        return RevocationProof(presence, "re-read", status, digest, now, detail=detail)

    def _listed(self, path: str) -> tuple[Presence, str]:
        # Not found is also what somebody is told who may not see it: the list must be readable, and not show it.
        place, _, name = path.rpartition("/")
        ids = [
            entry.get("id") for page in self._lists.pages(place, "keys") for entry in page if isinstance(entry, dict)
        ]
        if unquote(name) in ids:
            return Presence.THERE, "It is not found alone, and stands in the list."
        return Presence.GONE, "It is not found, and does not stand in the list."
