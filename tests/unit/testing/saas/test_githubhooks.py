"""Deliveries are signed, numbered, and there for what GitHub delivers."""

from __future__ import annotations

import hashlib
import hmac
import json

from tests.worlds import github_world
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent, Grant
from wardlaw.testing.saas.githubhooks import GithubHooks


def test_what_github_delivers_is_delivered_once() -> None:
    world = github_world()
    sent: list[tuple[dict[str, str], bytes]] = []
    hooks = GithubHooks(world, "s", lambda *told: sent.append(told))
    world.consent(Grant("installation/40", "", "app:8", Consent.INSTALLATION, ("contents:read",), world.now))
    world.revoke("installation/25", actor="ada")
    world.consent(Grant("token-request/5", "bob", "", Consent.REQUESTED, ("issues:read",), world.now))
    world.happen(
        Activity("h1", world.now, Deed.REVOKE, "ada", app="app:7"),
        Activity("h2", world.now, Deed.CREDENTIAL_ADDED, "bob", credential="token/2"),
        Activity("h6", world.now, Deed.APP_CHANGED, actor="ada", app="app:8", object="acme/web"),
        Activity("h3", world.now, Deed.EXPORT, "bob", method="git.clone"),
        Activity("h4", world.now, Deed.CREDENTIAL_ADDED, "bob", credential="token/99"),
        Activity("h5", world.now, Deed.REVOKE, app="app:99"),
    )
    assert (hooks.notify(), hooks.notify()) == (6, 0)
    told = [(headers["X-GitHub-Event"], json.loads(body)["action"]) for headers, body in sent]
    assert told == [
        ("installation", "created"),
        ("installation", "deleted"),
        ("personal_access_token_request", "created"),
        ("github_app_authorization", "revoked"),
        ("personal_access_token_request", "approved"),
        ("installation_repositories", "added"),
    ]
    for headers, body in sent:
        assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()
    assert len({headers["X-GitHub-Delivery"] for headers, _ in sent}) == 6
