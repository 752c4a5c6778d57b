"""Takes tokens, app passwords and sessions away in one Workspace: one call for each person and app, since Google has none for
an app as a whole. Only this file of Google's writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never
from urllib.parse import quote

from wardlaw.connectors.google import DIRECTORY, is_missing
from wardlaw.connectors.revoking import no_call
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

_DELEGATION = (
    "Take it away in the Admin console: Security, Access and data control, API controls, Manage domain-wide delegation."
)


class GoogleRevoker:
    """Revokes in one Workspace.

    Args:
        client: With a credential for ``admin.directory.user.security``.
        clock: Unix seconds.
    """

    platform = "google"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """One deletion for each person and app, and each app password; see ``Revoker.plan``.

        Whoever knew an app password knew a way to sign in, so the sessions of its account end with it.
        """
        steps: dict[str, RevocationStep] = {}
        sessions: dict[str, RevocationStep] = {}
        for thing in things:
            step = _of_grant(thing) if isinstance(thing, Grant) else _of_password(thing)
            _path(step)  # what could not be called must not be planned
            steps.setdefault(step.id, step)
            if step.kind is StepKind.CREDENTIAL:
                ending = _of_sessions(step.account)
                sessions.setdefault(ending.id, ending)
        return (*steps.values(), *sessions.values())

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Make the call of a step; see ``Revoker.carry_out``."""
        try:
            if step.kind is StepKind.SESSIONS:
                answer = self._client.post_form(_path(step), {}, bucket="directory")
            else:
                answer = self._client.delete(_path(step), bucket="directory")
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)
        if is_missing(answer):
            return CallOutcome(done=True, status=404, detail="There was nothing left to take away.")
        done = answer.status in (200, 204)
        return CallOutcome(done, answer.status, "" if done else f"Google answers {answer.status}.")

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Read it again; see ``Revoker.verify``."""
        at = self._clock()
        if step.kind is StepKind.SESSIONS:
            return RevocationProof(Presence.UNKNOWN, "none", at=at, detail="Google does not tell of sessions.")
        try:
            answer = self._client.get(_path(step), bucket="directory")
        except UnavailableError as error:
            return RevocationProof(Presence.UNKNOWN, "re-read", at=at, detail=error.message)
        presence, detail = _presence(answer)
        return RevocationProof(presence, "re-read", answer.status, answer.digest, at, detail=detail)


def _of_grant(grant: Grant) -> RevocationStep:
    if not grant.account:
        raise no_call("Domain-wide delegation", _DELEGATION)
    # What the log tells of a use has an id of its own, and is the same token.
    key = f"{grant.account}/{grant.app}"
    call = f"DELETE {DIRECTORY}/{grant.account}/tokens/{grant.app}"
    undo = "The person lets the app in again, as far as the API controls allow."
    return RevocationStep(f"grant {key}", StepKind.GRANT, key, grant.account, grant.app, call, undo)


def _of_password(credential: Credential) -> RevocationStep:
    prefix, _, code = credential.id.rpartition("/")
    if prefix != f"asp/{credential.account}" or not code:
        raise no_call(f"A credential of type {credential.type}", "Take it away in the Google Cloud console.")
    call = f"DELETE {DIRECTORY}/{credential.account}/asps/{code}"
    undo = "The person makes a new app password."
    return RevocationStep(
        f"credential {credential.id}", StepKind.CREDENTIAL, credential.id, credential.account, "", call, undo
    )


def _of_sessions(account: str) -> RevocationStep:
    call = f"POST {DIRECTORY}/{account}/signOut"
    return RevocationStep(
        f"sessions {account}", StepKind.SESSIONS, account, account, "", call, "The person signs in again."
    )


def _path(step: RevocationStep) -> str:
    match step.kind:
        case StepKind.GRANT:
            rest = f"tokens/{quote(step.app, safe='')}"
        case StepKind.CREDENTIAL:
            rest = f"asps/{quote(step.subject.rpartition('/')[2], safe='')}"
        case StepKind.SESSIONS:
            rest = "signOut"
        case StepKind.APP:
            raise no_call(
                "An app as a whole", "Block it in the Admin console under API controls; its tokens can go here."
            )
        case never:
            assert_never(never)
    if {step.account, rest.rpartition("/")[2]} & {"", ".", ".."}:  # parts of an address that lead elsewhere
        raise no_call("What has no id of Google's", "Look for it in the Admin console.")
    return f"{DIRECTORY}/{quote(step.account, safe='')}/{rest}"


def _presence(answer: VendorAnswer) -> tuple[Presence, str]:
    if is_missing(answer):
        return Presence.GONE, ""
    if answer.status == 200:
        return Presence.THERE, "Google still lists it."
    return Presence.UNKNOWN, f"Google answers {answer.status}."
