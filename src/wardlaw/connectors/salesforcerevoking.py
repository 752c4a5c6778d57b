"""Takes tokens of Salesforce away: all of one user's for one app.

Salesforce has no call that blocks an app by what the inventory knows of it: only its metadata interface does, by the app's
consumer key, which nothing tells. A person blocks it, or it can be authorised again at once.
"""

from __future__ import annotations

from collections.abc import Callable

from wardlaw.connectors.feed import not_read
from wardlaw.connectors.revoking import no_call
from wardlaw.connectors.salesforcelogs import label_of_app, record_id
from wardlaw.connectors.salesforcequery import NotHereError, SalesforceQuery, quoted
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.importing.badrow import UnreadableError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

BLOCK = "In Salesforce's Setup, Connected Apps OAuth Usage, choose Block for the app; else it can be authorised again."


class SalesforceRevoker:
    """Takes tokens of one organisation away.

    Args:
        query: As a user that sees the tokens of all users.
        client: Of the organisation's address, without a credential: a delete token is its own.
        clock: Unix seconds.
    """

    platform = "salesforce"

    def __init__(self, query: SalesforceQuery, client: VendorClient, *, clock: Callable[[], float]) -> None:
        self._query = query
        self._client = client
        self._clock = clock
        self._taken: set[str] = set()

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """One step for each user and app; see ``Revoker.plan``."""
        if app and not things:
            raise no_call(f"The app {app} as a whole", BLOCK)
        return tuple(_step(thing) for thing in things)

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Revoke each token of the user for the app; see ``Revoker.carry_out``."""
        try:
            where = self._where(step)
            rows = self._query.rows(f"SELECT DeleteToken FROM {where}", "tokens")
            if len(rows) != self._query.count(where, "tokens"):
                raise not_read("Salesforce tokens", "not as many are shown as are counted")
            statuses = []
            for row in rows:
                token = row.get("DeleteToken") if isinstance(row, dict) else None
                if not isinstance(token, str) or not token:
                    raise not_read("A token", "Salesforce tells no delete token: the user may not manage tokens")
                statuses.append(self._client.post_form("/services/oauth2/revoke", {"token": token}).status)
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)
        except NotHereError as error:
            return CallOutcome(done=False, detail=f"Salesforce answers {error}.")
        done = sum(status == 200 for status in statuses)
        worst = max(statuses, default=200)
        if done:
            self._taken.add(step.id)
        return CallOutcome(done == len(statuses), worst, f"{done} of {len(statuses)} tokens revoked. {BLOCK}")

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Count the tokens that are left; see ``Revoker.verify``."""
        try:
            where = self._where(step)
            left = self._query.count(where, "tokens")
            # A user who may not see others' tokens counts none, too: so some must be seen, or have been taken here; and
            # none is believed only when it is said twice.
            is_seeing = step.id in self._taken or self._query.count("OauthToken", "tokens") > 0
            left = left or self._query.count(where, "tokens")
        except (UnavailableError, NotHereError) as error:
            detail = error.message if isinstance(error, UnavailableError) else f"Salesforce answers {error}."
            return RevocationProof(Presence.UNKNOWN, "re-read", at=self._clock(), detail=detail)
        presence = Presence.THERE if left else Presence.GONE if is_seeing else Presence.UNKNOWN
        detail = f"{left} tokens of this user for this app are left." if is_seeing else "No token of anybody is shown."
        return RevocationProof(presence, "re-read", 200, self._query.digest, self._clock(), detail=detail)

    def _where(self, step: RevocationStep) -> str:
        if not (label := label_of_app(step.app)):
            raise not_read("The app", "it is known by its id alone, and tokens name their app by its label")
        return f"OauthToken WHERE UserId = {quoted(step.account)} AND AppName = {quoted(label)}"


def _step(thing: Grant | Credential) -> RevocationStep:
    try:
        user = record_id(thing.account, "account")
    except UnreadableError as error:
        raise no_call(thing.id, BLOCK) from error
    if isinstance(thing, Credential):
        raise no_call(thing.id, BLOCK)
    call = f"POST /services/oauth2/revoke for each token of {user} for {thing.app}"
    undo = "The user authorises the app again; what it stored in Salesforce is not touched."
    return RevocationStep(f"revoke/{thing.id}", StepKind.GRANT, thing.id, user, thing.app, call, undo)
