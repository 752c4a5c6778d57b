"""Takes away in Microsoft Entra: grants, rights of apps, credentials; switches apps off, and ends sessions.

A grant of the inventory is all that an app may do for a person, or as itself; Entra keeps it in parts, one for each resource
or role. They are read when the call is made, so that what was added since is taken away with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never
from urllib.parse import quote, urlencode

from wardlaw.connectors.graphreader import says_missing
from wardlaw.connectors.revoking import no_call
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, time_of
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

TOKEN_LIFE_S = 5_400.0
"""Longest life of a Graph token that was given before, in seconds: 60 to 90 minutes at random, by Microsoft's default."""

_GRANTS = "/v1.0/oauth2PermissionGrants"
_MOST_PARTS = 10_000
_JUST_NOW_S = 3_600.0
_BY_HAND = "A person does it in the Entra admin centre, under Enterprise applications."


class EntraRevoker:
    """Takes away in one tenant.

    Args:
        client: With a token that may write: ``DelegatedPermissionGrant.ReadWrite.All``, ``AppRoleAssignment.ReadWrite.All``,
            ``Application.ReadWrite.All``, ``User.RevokeSessions.All``, each where such things are taken away.
        clock: Unix seconds.
    """

    platform = "entra"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._taken: set[str] = set()

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """See ``Revoker.plan``: the app's switch first, then grants and credentials, then the sessions of the people.

        An app that is switched off gets no new token, so nobody has to sign in again for it.
        """
        steps = [_switch(app)] if app else []
        steps += [_grant_step(one) if isinstance(one, Grant) else _key_step(one) for one in things]
        people = {_read_grant(one.id)[2] for one in things if isinstance(one, Grant)} - {"", "all"}
        return (*steps, *(_sessions(person) for person in sorted(people if not app else ())))

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """See ``Revoker.carry_out``."""
        try:
            match step.kind:
                case StepKind.APP:
                    return _outcome(self._client.patch_json(_principal(step.app), {"accountEnabled": False}))
                case StepKind.GRANT:
                    return self._drop_parts(step)
                case StepKind.CREDENTIAL:
                    return self._drop_key(step)
                case StepKind.SESSIONS:
                    path = f"/v1.0/users/{_quoted(step.subject)}/revokeSignInSessions"
                    return _outcome(self._client.post_json(path, {}))
                case never:
                    assert_never(never)
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)

    def verify(self, step: RevocationStep) -> RevocationProof:
        """See ``Revoker.verify``."""
        try:
            match step.kind:
                case StepKind.APP:
                    answer = self._client.get(f"{_principal(step.app)}?$select=id,appId,accountEnabled")
                    is_off = says_missing(answer) or _field(answer, "accountEnabled") is False
                    return self._proof(step, answer, gone=is_off, known=answer.status == 200 or is_off)
                case StepKind.GRANT:
                    parts, answer = self._parts(step)
                    if parts == []:  # asked again, and held against something that must be there (0042)
                        parts, answer = self._parts(step)
                    known = parts is not None and (bool(parts) or self._is_believed(step))
                    return self._proof(step, answer, gone=not parts, known=known)
                case StepKind.CREDENTIAL:
                    found, answer = self._holder(step)
                    return self._proof(step, answer, gone=not found, known=found is not None)
                case StepKind.SESSIONS:
                    names = "id,signInSessionsValidFromDateTime"
                    answer = self._client.get(f"/v1.0/users/{_quoted(step.subject)}?$select={names}")
                    return self._proof(step, answer, gone=True, known=self._ended_now(answer))
                case never:
                    assert_never(never)
        except UnavailableError as error:
            return RevocationProof(Presence.UNKNOWN, "re-read", at=self._clock(), detail=error.message)

    def _ended_now(self, answer: VendorAnswer) -> bool:
        """Whether sessions hold only from some time within the last hour on; Graph lists no sessions, but tells that."""
        try:
            since = time_of(_field(answer, "signInSessionsValidFromDateTime"), "time")
        except UnreadableError:
            return False
        return says_missing(answer) or since > self._clock() - _JUST_NOW_S

    def _proof(self, step: RevocationStep, answer: VendorAnswer, *, gone: bool, known: bool) -> RevocationProof:
        presence = (Presence.GONE if gone else Presence.THERE) if known else Presence.UNKNOWN
        now = self._clock()
        until = now + TOKEN_LIFE_S if presence is Presence.GONE and step.kind is not StepKind.SESSIONS else 0.0
        detail = "" if known else f"Microsoft Graph answers {answer.status} and does not say."
        return RevocationProof(presence, "re-read", answer.status, answer.digest, now, until, detail)

    def _drop_parts(self, step: RevocationStep) -> CallOutcome:
        parts, answer = self._parts(step)
        if parts is None:
            return _unread(answer)
        failed = 0
        last = answer.status
        for part in parts:
            answer = self._client.delete(part)
            last = answer.status
            failed += not _is_done(answer)
        if failed:
            return CallOutcome(done=False, status=last, detail=f"{failed} of {len(parts)} parts were not taken away.")
        if parts:
            self._taken.add(step.id)
        return CallOutcome(done=True, status=last, detail=f"{len(parts)} parts were taken away.")

    def _is_believed(self, step: RevocationStep) -> bool:
        """Whether an empty list proves something: this process took its entries away, or what it hangs on is still shown."""
        if step.id in self._taken:
            return True
        kind, principal, _ = _read_grant(step.subject)
        if kind == "application":
            answer = self._client.get(f"/v1.0/servicePrincipals/{_quoted(principal)}?$select=id")
            return says_missing(answer) or _field(answer, "id") == principal
        answer = self._client.get(f"{_GRANTS}?$top=1")
        return answer.status == 200 and bool(_field(answer, "value"))

    def _parts(self, step: RevocationStep) -> tuple[list[str] | None, VendorAnswer]:
        """Paths of what a grant consists of; None where they cannot be read."""
        kind, principal, person = _read_grant(step.subject)
        if kind == "application":
            base = f"/v1.0/servicePrincipals/{_quoted(principal)}/appRoleAssignments"
            entries, answer = self._listed(base)
            return (None if entries is None else [f"{base}/{_quoted(_id(one))}" for one in entries]), answer
        wanted_app = urlencode({"$filter": f"clientId eq '{principal}'"})
        entries, answer = self._listed(f"{_GRANTS}?{wanted_app}")
        if entries is None:
            return None, answer
        wanted = person if person != "all" else None
        own = [one for one in entries if one.get("principalId") == wanted]
        return [f"{_GRANTS}/{_quoted(_id(one))}" for one in own], answer

    def _listed(self, target: str) -> tuple[list[dict[str, Any]] | None, VendorAnswer]:
        found: list[dict[str, Any]] = []
        known = 0
        path = target.partition("?")[0]
        while True:
            answer = self._client.get(target)
            if says_missing(answer):
                return found, answer
            entries = _field(answer, "value")
            if answer.status != 200 or not isinstance(entries, list) or len(found) > _MOST_PARTS:
                return None, answer
            found += [one for one in entries if isinstance(one, dict) and _is_plain(_id(one))]
            if len(found) < len(entries) + known:  # an id that could lead a deletion elsewhere is none of Graph's
                return None, answer
            known = len(found)
            link = _field(answer, "@odata.nextLink")
            if not link:
                return found, answer
            target = f"{path}?{str(link).partition('?')[2]}"

    def _drop_key(self, step: RevocationStep) -> CallOutcome:
        found, answer = self._holder(step)
        if found is None:
            return _unread(answer)
        for holder, field, others in found:
            if field == "passwordCredentials":
                answer = self._client.post_json(f"{holder}/removePassword", {"keyId": step.subject})
            else:  # removeKey wants a proof signed with the app's own key, which nobody here has
                answer = self._client.patch_json(holder, {field: others})
            if answer.status not in (200, 204):
                return _outcome(answer)
        return CallOutcome(done=True, status=answer.status)

    def _holder(self, step: RevocationStep) -> tuple[list[tuple[str, str, list[Any]]] | None, VendorAnswer]:
        """Where a key is held: path, field, and the other keys there; None where that cannot be read."""
        found: list[tuple[str, str, list[Any]]] = []
        answer = VendorAnswer(404, {}, None)
        for holder in (f"/v1.0/applications(appId='{_quoted(step.app)}')", _principal(step.app)):
            answer = self._client.get(f"{holder}?$select=id,appId,passwordCredentials,keyCredentials")
            if says_missing(answer):
                continue
            if answer.status != 200 or not isinstance(_field(answer, "id"), str):
                return None, answer
            for field in ("passwordCredentials", "keyCredentials"):
                keys = answer.body.get(field) or []
                if not isinstance(keys, list):
                    return None, answer
                others = [one for one in keys if isinstance(one, dict) and one.get("keyId") != step.subject]
                if len(others) < len(keys):
                    found.append((holder, field, others))
        return found, answer


def _grant_step(grant: Grant) -> RevocationStep:
    kind, principal, person = _read_grant(grant.id)
    if kind == "application":
        call = f"DELETE /v1.0/servicePrincipals/{principal}/appRoleAssignments/{{each}}"
        undo = "An administrator assigns the application permissions again."
    else:
        call = f"DELETE {_GRANTS}/{{each of app {principal} for {person}}}"
        undo = "Whoever needs the app consents again; for everybody, an administrator does."
    return RevocationStep(f"grant {grant.id}", StepKind.GRANT, grant.id, grant.account, grant.app, call, undo)


def _key_step(key: Credential) -> RevocationStep:
    if not key.app:
        raise no_call(f"The credential {name_of(key.id)[:100]}", _BY_HAND)
    is_secret = key.type.startswith("client secret")
    call = "POST …/removePassword" if is_secret else "PATCH … keyCredentials without it"
    call = f"{call} of app {key.app}, key {key.id}"
    return RevocationStep(f"credential {key.id}", StepKind.CREDENTIAL, key.id, key.account, key.app, call)


def _switch(app: str) -> RevocationStep:
    call = f"PATCH {_principal(app)} accountEnabled=false"
    undo = "Set “Enabled for users to sign in” of the enterprise application to yes."
    return RevocationStep(f"app {app}", StepKind.APP, app, "", app, call, undo)


def _sessions(person: str) -> RevocationStep:
    call = f"POST /v1.0/users/{person}/revokeSignInSessions"
    return RevocationStep(
        f"sessions {person}", StepKind.SESSIONS, person, person, "", call, "The person signs in again."
    )


def _read_grant(id_: str) -> tuple[str, str, str]:
    kind, _, rest = id_.partition("/")
    principal, _, person = rest.partition("/")
    if kind not in ("delegated", "application") or not _is_plain(principal) or not _is_plain(person or "all"):
        raise no_call(f"The grant {name_of(id_)[:100]}", _BY_HAND)
    return kind, principal, person


def _is_plain(text: str) -> bool:
    """Whether it can stand in a filter: it ends no quotation there."""
    return bool(text) and all(char.isalnum() or char in "-_" for char in text) and text.isascii()


def _principal(app: str) -> str:
    return f"/v1.0/servicePrincipals(appId='{_quoted(app)}')"


def _quoted(text: str) -> str:
    return quote(text.replace("'", "''"), safe="")


def _id(entry: dict[str, Any]) -> str:
    id_ = entry.get("id")
    return id_ if isinstance(id_, str) else ""


def _field(answer: VendorAnswer, name: str) -> Any:
    return answer.body.get(name) if isinstance(answer.body, dict) else None


def _unread(answer: VendorAnswer) -> CallOutcome:
    """What was to be taken away could not be read, whatever the status: nothing was done."""
    return CallOutcome(done=False, status=answer.status, detail="Microsoft Graph does not say what there is.")


def _outcome(answer: VendorAnswer) -> CallOutcome:
    done = _is_done(answer)
    return CallOutcome(done, answer.status, "" if done else f"Microsoft Graph answers {answer.status}.")


def _is_done(answer: VendorAnswer) -> bool:
    """Whether it is done, or there was nothing left to do."""
    return answer.status in (200, 202, 204) or says_missing(answer)
