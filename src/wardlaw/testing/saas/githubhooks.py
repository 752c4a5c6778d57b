"""Deliveries of an organisation's webhook: signed, each with an id of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent, Credential, Grant
from wardlaw.testing.saas.github import installation, iso, permissions, simple_user, token_request
from wardlaw.testing.saas.githubaudit import numbered
from wardlaw.testing.saas.world import World

SendDelivery = Callable[[dict[str, str], bytes], None]
"""Carries a delivery out: headers, body."""


class GithubHooks:
    """The webhook of an organisation.

    Args:
        secret: What deliveries are signed with.
    """

    def __init__(self, world: World, secret: str, send: SendDelivery) -> None:
        self._world = world
        self._secret = secret
        self._send = send
        self._told = len(world.activities)
        self._count = 0
        self._seen: dict[str, Grant] = dict(world.grants)

    def notify(self) -> int:
        """Deliver what has happened since the last time; how many deliveries went out."""
        fresh = self._world.activities[self._told :]
        self._told = len(self._world.activities)
        self._seen |= self._world.grants
        sent = 0
        for activity in fresh:
            told = self._payload(activity)
            if told is not None:
                self.deliver(*told)
                sent += 1
        return sent

    def deliver(self, event: str, payload: dict[str, Any]) -> None:
        """Send one delivery of an event."""
        self._count += 1
        self._send(*signed_delivery(event, payload, secret=self._secret, number=self._count))

    def _payload(self, one: Activity) -> tuple[str, dict[str, Any]] | None:
        match one.deed:
            case Deed.CONSENT | Deed.REVOKE | Deed.APP_CHANGED if not one.account:
                grant = next(
                    (known for known in self._seen.values() if known.app == one.app and not known.account), None
                )
                return self._installed(one, grant) if grant else None
            case Deed.REVOKE:
                return "github_app_authorization", {"action": "revoked", "sender": simple_user(one.account)}
            case Deed.CONSENT if one.consent is Consent.REQUESTED:
                asked = next((known for known in self._seen.values() if known.account == one.account), None)
                if asked is None:
                    return None
                return "personal_access_token_request", _requested(asked, self._world, "created")
            case Deed.CREDENTIAL_ADDED:
                known = self._world.credentials.get(one.credential)
                return ("personal_access_token_request", _granted(known, self._world)) if known else None
            case _:
                return None

    def _installed(self, one: Activity, grant: Grant) -> tuple[str, dict[str, Any]]:
        told = installation(grant, self._world) | {"created_at": int(grant.granted_at), "updated_at": int(one.at)}
        payload = {"installation": told, "sender": simple_user(one.actor or "ghost")}
        match one.deed:
            case Deed.CONSENT:
                return "installation", payload | {"action": "created", "repositories": []}
            case Deed.REVOKE:
                return "installation", payload | {"action": "deleted", "repositories": []}
            case _:
                gained = [{"id": numbered(one.object), "full_name": one.object}] if one.object else []
                more = {"action": "added", "repositories_added": gained, "repositories_removed": []}
                return "installation_repositories", payload | more | {"repository_selection": "selected"}


def signed_delivery(event: str, payload: dict[str, Any], *, secret: str, number: int) -> tuple[dict[str, str], bytes]:
    """Headers and body of a delivery."""
    body = json.dumps(payload).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/fake",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": f"00000000-0000-4000-8000-{number:012d}",
        "X-GitHub-Hook-ID": "1",
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    return headers, body


def _requested(grant: Grant, world: World, action: str) -> dict[str, Any]:
    asked = token_request(grant)
    own = {
        "permissions_added": asked["permissions"],
        "permissions_upgraded": {},
        "permissions_result": asked["permissions"],
    }
    return {
        "action": action,
        "personal_access_token_request": asked | own,
        "organization": {"login": world.name},
        "sender": asked["owner"],
    }


def _granted(credential: Credential, world: World) -> dict[str, Any]:
    asked = {
        "id": numbered(credential.id.rpartition("/")[2]),
        "owner": simple_user(credential.account),
        "permissions_result": {"repository": permissions(credential.scopes)},
        "created_at": iso(credential.created_at),
        "token_expires_at": iso(credential.expires_at),
    }
    return {
        "action": "approved",
        "personal_access_token_request": asked,
        "organization": {"login": world.name},
        "sender": simple_user(credential.account),
    }
