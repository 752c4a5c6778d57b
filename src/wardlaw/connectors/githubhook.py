"""Reads deliveries of GitHub's webhooks. A delivery counts only with the signature of its secret; GitHub signs the body and
nothing else, so that an event is known by its body: sent again under another delivery id it is the same event.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.github import installation_sightings, request_sightings
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import name_of, text_of, time_of
from wardlaw.inventory.model import Consent, Grant, Sighting

MOST_BODY_BYTES = 25 * 1024 * 1024
"""GitHub sends no delivery that is larger (documentation of webhooks)."""

_INSTALLED = {
    "created": Deed.CONSENT,
    "new_permissions_accepted": Deed.CONSENT,
    "unsuspend": Deed.CONSENT,
    "deleted": Deed.REVOKE,
    "suspend": Deed.APP_CHANGED,
}
_ASKED = {
    "created": Deed.OTHER,
    "approved": Deed.CREDENTIAL_ADDED,
    "denied": Deed.REFUSAL,
    "cancelled": Deed.OTHER,
}


def read(headers: Mapping[str, str], body: bytes, secret: str) -> FeedPage:
    """What a delivery tells; nothing for an event that says nothing of apps and tokens.

    An event of which GitHub gives no time has ``at`` 0: it is as new as the delivery.

    Args:
        headers: Names in any case.
        secret: Of the webhook.

    Raises:
        InputError: The secret is not set (WL-INV-034), the signature is missing or wrong (WL-INV-030), it is no delivery
            (WL-INV-032), or its body is not what its event says (WL-INV-033).
    """
    given = {name.lower(): value for name, value in headers.items()}
    check_signature(given.get("x-hub-signature-256", ""), body, secret)
    event = given.get("x-github-event", "")
    if not event or not given.get("x-github-delivery"):
        raise InputError(
            "WL-INV-032", "This is no delivery of GitHub's: its event or id is missing.", "Send it as it came."
        )
    try:
        told = orjson.loads(body)
        id_ = f"hook/{hashlib.sha256(body).hexdigest()[:32]}"
        if event == "github_app_authorization":  # its body says neither which app nor when: each time it is the same
            id_ = f"{id_}/{given['x-github-delivery'][:64]}"
        return _page(event, told, id_)
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        raise InputError(
            "WL-INV-033",
            f"The body of a {name_of(event)[:64]} delivery is not what GitHub describes.",
            "Let the webhook send application/json; look at the delivery in the settings of the webhook.",
        ) from error


def check_signature(signature: str, body: bytes, secret: str) -> None:
    """Compare in constant time.

    Raises:
        InputError: As ``read``.
    """
    if not secret:
        raise InputError("WL-INV-034", "No secret is set for this webhook.", "Set one on both sides.")
    right = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if len(body) > MOST_BODY_BYTES or not hmac.compare_digest(right.encode(), signature.encode()):
        raise InputError(
            "WL-INV-030",
            "The signature of a webhook delivery is missing or wrong.",
            "Compare the secret of the webhook with the one in the configuration.",
        )


def _page(event: str, told: Mapping[str, Any], id_: str) -> FeedPage:
    action = text_of(told.get("action"), "action")
    match event:
        case "installation" | "installation_repositories":
            return _installed(event, action, told, id_)
        case "personal_access_token_request":
            return _asked(action, told, id_)
        case "github_app_authorization":
            who = text_of(told["sender"]["login"], "login")
            return FeedPage(activities=(Activity(id_, 0.0, Deed.REVOKE, account=who, method=f"{event}.{action}"),))
        case _:
            return FeedPage()


def _installed(event: str, action: str, told: Mapping[str, Any], id_: str) -> FeedPage:
    entry = told["installation"]
    sightings = installation_sightings(entry)
    app, grant = sightings[0].thing, sightings[1].thing
    assert isinstance(grant, Grant)
    deed = _INSTALLED.get(action, Deed.APP_CHANGED) if event == "installation" else Deed.APP_CHANGED
    ended = deed is Deed.REVOKE
    # Of a deletion GitHub gives no time: ``updated_at`` is from before it.
    at = 0.0 if ended else time_of(entry.get("updated_at"), "updated_at")
    changed = [*(told.get("repositories_added") or []), *(told.get("repositories_removed") or [])]
    activity = Activity(
        id_,
        at,
        deed,
        actor=text_of((told.get("sender") or {}).get("login"), "login"),
        app=grant.app,
        app_name=getattr(app, "name", ""),
        consent=Consent.INSTALLATION,
        scopes=grant.scopes,
        method=f"{event}.{action}",
        object=name_of(changed[0].get("full_name")) if len(changed) == 1 else "",
        items=len(changed),
    )
    if action == "suspend":  # it is still installed, and listed
        return FeedPage(activities=(activity,))
    seen = tuple(msgspec.structs.replace(one, at=at) for one in sightings)
    return FeedPage((seen[0], msgspec.structs.replace(seen[1], ended=ended)), (activity,))


def _asked(action: str, told: Mapping[str, Any], id_: str) -> FeedPage:
    entry = dict(told["personal_access_token_request"])
    entry["permissions"] = entry.get("permissions_result") or entry.get("permissions") or {}
    account, request = request_sightings(entry)
    assert isinstance(request.thing, Grant)
    is_new = action == "created"
    at = time_of(entry.get("created_at"), "created_at") if is_new else 0.0
    activity = Activity(
        id_,
        at,
        _ASKED.get(action, Deed.OTHER),
        account=request.thing.account,
        actor=text_of((told.get("sender") or {}).get("login"), "login"),
        consent=Consent.REQUESTED if is_new else Consent.UNKNOWN,
        scopes=request.thing.scopes,
        method=f"personal_access_token_request.{action}",
    )
    return FeedPage((account, Sighting(request.thing, at, ended=not is_new)), (activity,))
