"""Takes away in Okta: grants with their tokens, scopes of apps, connections, tokens; switches apps off, and ends sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never
from urllib.parse import quote

from wardlaw.connectors.okta import API
from wardlaw.connectors.oktareader import says_missing
from wardlaw.connectors.revoking import no_call
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.importing.badrow import name_of
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

TOKEN_LIFE_S = 86_400.0
"""Longest life of an access token that was given before, in seconds: what a custom authorization server may be set to."""

_NO_PART = ("", ".", "..")
_BY_HAND = "A person does it in the Admin Console, under Applications or Security, API."


class OktaRevoker:
    """Takes away in one organisation.

    Args:
        client: With a token for ``okta.users.manage``, ``okta.apps.manage``, ``okta.appGrants.manage``,
            ``okta.apiTokens.manage`` and ``okta.sessions.manage``, each where such things are taken away.
        clock: Unix seconds.
    """

    platform = "okta"

    def __init__(self, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """See ``Revoker.plan``: the app's switch first, then grants and tokens, then the sessions of the people.

        An app that is switched off gets no new token, so nobody has to sign in again for it.
        """
        steps = [_switch(app)] if app else []
        steps += [_of_grant(one) if isinstance(one, Grant) else _of_token(one) for one in things]
        people = {_read_grant(one.id)[1] for one in things if isinstance(one, Grant) and one.id.startswith("user/")}
        return (*steps, *(_sessions(person) for person in sorted(people if not app else ())))

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """See ``Revoker.carry_out``."""
        try:
            match step.kind:
                case StepKind.APP:
                    answer = self._client.post_json(f"{API}/apps/{_quoted(step.app)}/lifecycle/deactivate", {})
                case StepKind.GRANT:
                    return self._drop_grant(step)
                case StepKind.CREDENTIAL:
                    answer = self._client.delete(_token_path(step))
                case StepKind.SESSIONS:
                    answer = self._client.delete(f"{API}/users/{_quoted(step.subject)}/sessions?oauthTokens=true")
                case never:
                    assert_never(never)
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)
        return _outcome(answer)

    def verify(self, step: RevocationStep) -> RevocationProof:
        """See ``Revoker.verify``."""
        try:
            match step.kind:
                case StepKind.APP:
                    answer = self._client.get(f"{API}/apps/{_quoted(step.app)}")
                    told = answer.body if isinstance(answer.body, dict) else {}
                    is_off = says_missing(answer) or told.get("status") == "INACTIVE"
                    return self._proof(answer, gone=is_off, known=says_missing(answer) or "status" in told)
                case StepKind.GRANT:
                    return self._look(step)
                case StepKind.CREDENTIAL:
                    answer = self._client.get(_token_path(step))
                    return self._proof(
                        answer, gone=says_missing(answer), known=answer.status == 200 or says_missing(answer)
                    )
                case StepKind.SESSIONS:
                    why = "Okta lists no sessions; the answer to the call is all that shows it."
                    return RevocationProof(Presence.UNKNOWN, "re-read", at=self._clock(), detail=why)
                case never:
                    assert_never(never)
        except UnavailableError as error:
            return RevocationProof(Presence.UNKNOWN, "re-read", at=self._clock(), detail=error.message)

    def _drop_grant(self, step: RevocationStep) -> CallOutcome:
        kind, first, second = _read_grant(step.subject)
        if kind == "connection":
            return _outcome(self._client.delete(f"{API}/apps/{_quoted(first)}/cwo/connections/{_quoted(second)}"))
        if kind == "user":
            base = f"{API}/users/{_quoted(first)}/clients/{_quoted(second)}"
            answer = self._client.delete(f"{base}/grants")
            # The refresh tokens of the grant would go on giving access without it.
            tokens = self._client.delete(f"{base}/tokens")
            return _outcome(tokens if _is_done(answer) else answer)
        base = f"{API}/apps/{_quoted(first)}/grants"
        listed = self._client.get(base)
        if says_missing(listed):
            return _outcome(listed)
        if listed.status != 200 or not isinstance(listed.body, list):
            return CallOutcome(done=False, status=listed.status, detail="Okta does not say what there is.")
        last, failed = listed.status, 0
        for entry in listed.body:
            id_ = str(entry.get("id", "")) if isinstance(entry, dict) else ""
            if id_ in _NO_PART:
                failed += 1
                continue
            answer = self._client.delete(f"{base}/{_quoted(id_)}")
            last = answer.status
            failed += not _is_done(answer)
        detail = f"{failed} of {len(listed.body)} scopes were not taken away." if failed else ""
        return CallOutcome(done=not failed, status=last, detail=detail)

    def _look(self, step: RevocationStep) -> RevocationProof:
        kind, first, second = _read_grant(step.subject)
        if kind == "connection":
            answer = self._client.get(f"{API}/apps/{_quoted(first)}/cwo/connections/{_quoted(second)}")
            return self._proof(answer, gone=says_missing(answer), known=answer.status == 200 or says_missing(answer))
        whose = f"users/{_quoted(first)}" if kind == "user" else f"apps/{_quoted(first)}"
        path = f"{API}/{whose}/clients/{_quoted(second)}/grants" if kind == "user" else f"{API}/{whose}/grants"
        answer = self._client.get(path)
        if (
            answer.status == 200 and answer.body == []
        ):  # asked again, and held against something that must be there (0042)
            answer = self._client.get(path)
        known = says_missing(answer) or (answer.status == 200 and isinstance(answer.body, list))
        if known and not answer.body and not self._is_readable(f"{API}/{whose}", first):
            known = False
        return self._proof(answer, gone=known and (says_missing(answer) or not answer.body), known=known)

    def _is_readable(self, path: str, id_: str) -> bool:
        """Whether Okta still shows whose grants these were, or says itself that they are gone."""
        answer = self._client.get(path)
        told = answer.body if isinstance(answer.body, dict) else {}
        return says_missing(answer) or (answer.status == 200 and told.get("id") == id_)

    def _proof(self, answer: VendorAnswer, *, gone: bool, known: bool) -> RevocationProof:
        presence = (Presence.GONE if gone else Presence.THERE) if known else Presence.UNKNOWN
        now = self._clock()
        until = now + TOKEN_LIFE_S if presence is Presence.GONE else 0.0
        detail = "" if known else f"Okta answers {answer.status} and does not say."
        return RevocationProof(presence, "re-read", answer.status, answer.digest, now, until, detail)


def _of_grant(grant: Grant) -> RevocationStep:
    kind, first, second = _read_grant(grant.id)
    match kind:
        case "user":
            call = f"DELETE {API}/users/{first}/clients/{second}/grants, then …/tokens"
            undo = "The person consents again."
        case "connection":
            call = f"DELETE {API}/apps/{first}/cwo/connections/{second}"
            undo = "An administrator connects the two apps again."
        case _:
            call = f"DELETE {API}/apps/{first}/grants/{{each}}"
            undo = "An administrator grants the app its scopes again."
    return RevocationStep(f"grant {grant.id}", StepKind.GRANT, grant.id, grant.account, grant.app, call, undo)


def _of_token(token: Credential) -> RevocationStep:
    if token.type not in ("API token", "refresh token") or (token.type == "refresh token" and not token.app):
        raise no_call(f"The credential {name_of(token.id)[:100]}", _BY_HAND)
    app = token.app if token.type == "refresh token" else ""
    bare = RevocationStep(f"credential {token.id}", StepKind.CREDENTIAL, token.id, token.account, app, "")
    return RevocationStep(bare.id, bare.kind, bare.subject, bare.account, app, f"DELETE {_token_path(bare)}")


def _token_path(step: RevocationStep) -> str:
    if step.app:
        return f"{API}/apps/{_quoted(step.app)}/tokens/{_quoted(step.subject)}"
    return f"{API}/api-tokens/{_quoted(step.subject)}"


def _switch(app: str) -> RevocationStep:
    call = f"POST {API}/apps/{_quoted(app)}/lifecycle/deactivate"
    return RevocationStep(f"app {app}", StepKind.APP, app, "", app, call, "An administrator activates the app again.")


def _sessions(person: str) -> RevocationStep:
    call = f"DELETE {API}/users/{_quoted(person)}/sessions?oauthTokens=true"
    return RevocationStep(
        f"sessions {person}", StepKind.SESSIONS, person, person, "", call, "The person signs in again."
    )


def _read_grant(id_: str) -> tuple[str, str, str]:
    kind, _, rest = id_.partition("/")
    first, _, second = rest.partition("/")
    if kind not in ("user", "app", "connection") or not first or not second:
        raise no_call(f"The grant {name_of(id_)[:100]}", _BY_HAND)
    for part in (first, second):
        _quoted(part)
    return kind, first, second


def _quoted(text: str) -> str:
    """An id as a part of an address; one that would lead elsewhere is none.

    Raises:
        InputError: As ``Revoker.plan``.
    """
    if text in _NO_PART:
        raise no_call("What has no id of Okta's", _BY_HAND)
    return quote(text, safe="")


def _outcome(answer: VendorAnswer) -> CallOutcome:
    done = _is_done(answer)
    return CallOutcome(done, answer.status, "" if done else f"Okta answers {answer.status}.")


def _is_done(answer: VendorAnswer) -> bool:
    """Whether it is done, or there was nothing left to do."""
    return answer.status in (200, 202, 204) or says_missing(answer)
