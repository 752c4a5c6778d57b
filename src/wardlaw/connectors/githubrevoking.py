"""Takes tokens, requests for tokens, credentials under single sign-on and deploy keys away in one GitHub organisation. Only
this file of GitHub's writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.revoking import no_call
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.importing.badrow import name_of
from wardlaw.inventory.model import Consent, Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

_MOST_PAGES = 100  # of one person's tokens or one repository's keys, a hundred each
_INSTALLED = (
    "Suspend or uninstall it under Organisation settings, GitHub Apps; the interface lets only the app itself do that."
)
_SUBJECT = re.compile(
    r"(?:token|token-request|credential)/[0-9]+|deploy-key/(?!\.{1,2}/)[\w.-]+/(?!\.{1,2}/)[\w.-]+/[0-9]+", re.ASCII
)
"""Ids that stand in an address of a call that writes; no part of one may lead elsewhere."""

_UNDO = {
    "token": "The owner asks for the token's access again, and an owner of the organisation approves it.",
    "token-request": "The person asks again.",
    "credential": "The person authorises the credential for single sign-on again.",
    "deploy-key": "An administrator of the repository adds the public key again.",
}


class GithubRevoker:
    """Revokes in one organisation.

    Args:
        client: With a token that may write personal access tokens and administration of organisation and repositories.
        organisation: Its login.
        clock: Unix seconds.
    """

    platform = "github"

    def __init__(self, client: VendorClient, organisation: str, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._base = f"/orgs/{quote(organisation, safe='')}"
        self._clock = clock
        self._taken: set[str] = set()

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """One call for each thing; see ``Revoker.plan``. There is none for an installed app."""
        return tuple({step.id: step for step in map(self._step, things)}.values())

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Make the call of a step; see ``Revoker.carry_out``."""
        kind, path = self._path(step.subject)
        try:
            match kind:
                case "token":
                    answer = self._client.post_json(path, {"action": "revoke"}, bucket="rest")
                case "token-request":
                    answer = self._client.post_json(path, {"action": "deny"}, bucket="rest")
                case _:
                    answer = self._client.delete(path, bucket="rest")
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)
        if answer.status == 404 and self.verify(step).presence is Presence.GONE:
            return CallOutcome(done=True, status=404, detail="There was nothing left to take away.")
        done = answer.status in (200, 202, 204)
        if done:
            self._taken.add(step.id)
        return CallOutcome(done, answer.status, "" if done else f"GitHub answers {answer.status}.")

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Look for it in the listing it stood in; see ``Revoker.verify``. GitHub answers 404 for a missing right too, so
        that it is no proof."""
        at = self._clock()
        try:
            found, answer = self._looked_up(step)
            if not found:  # asked again, and held against something that must be there (0042)
                found, answer = self._looked_up(step)
            if not found and step.id not in self._taken and not self._shows_others(step):
                why = "It is not listed, and neither is anything else; that is no proof."
                return RevocationProof(Presence.UNKNOWN, "re-read of the listing", answer.status, at=at, detail=why)
        except UnavailableError as error:
            return RevocationProof(Presence.UNKNOWN, "re-read of the listing", at=at, detail=error.message)
        presence = Presence.THERE if found else Presence.GONE
        detail = "GitHub still lists it." if found else ""
        return RevocationProof(presence, "re-read of the listing", answer.status, answer.digest, at, detail=detail)

    def _step(self, thing: Grant | Credential) -> RevocationStep:
        if isinstance(thing, Grant) and thing.consent is Consent.INSTALLATION:
            raise no_call("An installed GitHub App", _INSTALLED)
        is_grant = isinstance(thing, Grant)
        kind, path = self._path(thing.id)
        calls = {"token": f'POST {path} {{"action": "revoke"}}', "token-request": f'POST {path} {{"action": "deny"}}'}
        return RevocationStep(
            f"{'grant' if is_grant else 'credential'} {thing.id}",
            StepKind.GRANT if is_grant else StepKind.CREDENTIAL,
            thing.id,
            thing.account,
            thing.app,
            calls.get(kind, f"DELETE {path}"),
            _UNDO[kind],
        )

    def _path(self, subject: str) -> tuple[str, str]:
        """Kind and address of what a step is about."""
        if not _SUBJECT.fullmatch(subject):
            raise no_call(f"{name_of(subject)[:100]} of GitHub", "Look for it in the settings of the organisation.")
        kind, _, rest = subject.partition("/")
        above, _, last = rest.rpartition("/")
        id_ = quote(last, safe="")
        match kind:
            case "token":
                return kind, f"{self._base}/personal-access-tokens/{id_}"
            case "token-request":
                return kind, f"{self._base}/personal-access-token-requests/{id_}"
            case "credential":
                return kind, f"{self._base}/credential-authorizations/{id_}"
            case _:
                return kind, f"/repos/{quote(above)}/keys/{id_}"

    def _shows_others(self, step: RevocationStep) -> bool:
        """Whether the listing shows anything at all to who looks."""
        kind, path = self._path(step.subject)
        listing = f"{self._base}/repos" if kind == "deploy-key" else path.rpartition("/")[0]
        answer = self._client.get(listing, {"per_page": 1}, bucket="rest")
        return answer.status == 200 and isinstance(answer.body, list) and bool(answer.body)

    def _looked_up(self, step: RevocationStep) -> tuple[bool, VendorAnswer]:
        """Whether the listing of its owner has it, and the last answer read.

        Raises:
            UnavailableError: The listing cannot be read to its end (WL-INV-010).
        """
        kind, path = self._path(step.subject)
        listing, _, last = path.rpartition("/")
        field = "credential_id" if kind == "credential" else "id"
        query: dict[str, str | int] = {"per_page": 100}
        if kind == "credential" and step.account:
            query["login"] = step.account
        elif kind in ("token", "token-request") and step.account:
            query["owner[]"] = step.account
        for number in range(1, _MOST_PAGES + 1):
            answer = self._client.get(listing, {**query, "page": number}, bucket="rest")
            if answer.status != 200 or not isinstance(answer.body, list):
                raise not_read(f"GitHub {listing}", f"it answers {answer.status}")
            if any(isinstance(one, dict) and str(one.get(field)) == last for one in answer.body):
                return True, answer
            if 'rel="next"' not in answer.headers.get("link", ""):
                return False, answer
        raise not_read(f"GitHub {listing}", "the listing does not end")
