from __future__ import annotations

import pytest

from tests.unit.connectors.scripted import Answer, Platform
from wardlaw.connectors.github import CREDENTIALS, INSTALLATIONS, REQUESTS, TOKENS, GithubConnector
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.model import App, Consent, Credential, Grant

INSTALLATION = {
    "id": 25381, "app_id": 2218, "app_slug": "deployer", "permissions": {"contents": "write", "metadata": "read"},
    "created_at": "2017-05-16T08:47:09.000-07:00", "suspended_at": None,
}  # fmt: skip
TOKEN = {
    "id": 1, "owner": {"login": "ada"}, "permissions": {"organization": {"members": "read"}, "repository": {"metadata": "read"}},
    "access_granted_at": "2023-05-16T08:47:09.000-07:00", "token_name": "ci", "token_expired": False, "token_expires_at": None,
    "token_last_used_at": None,
}  # fmt: skip
CREDENTIAL = {
    "login": "ada", "credential_id": 7, "credential_type": "personal access token", "token_last_eight": "71c3fc11",
    "credential_authorized_at": "2023-01-26T19:06:43Z", "credential_accessed_at": "2023-02-26T19:06:43Z", "scopes": ["user", "repo"],
    "authorized_credential_expires_at": "2023-02-25T19:06:43Z",
}  # fmt: skip


def read(platform: Platform, feed):
    return list(GithubConnector(platform.client(), "acme").read(feed, ""))


def things(pages, kind):
    return [one.thing for page in pages for one in page.sightings if isinstance(one.thing, kind)]


def test_installations_over_pages_under_a_quota(platform: Platform) -> None:
    more = {"link": '<https://api.example/x?page=2>; rel="next"'}
    platform.on(
        "/orgs/acme/installations",
        Answer({"total_count": 2, "installations": [INSTALLATION]}, **more),
        Answer({"message": "secondary rate limit"}, 403, retry_after="60"),
        Answer({"installations": [INSTALLATION | {"id": 2, "app_id": 3}]}),
    )
    pages = read(platform, INSTALLATIONS)
    assert [(one.id, one.app, one.scopes, one.consent) for one in things(pages, Grant)] == [
        ("installation/25381", "app:2218", ("contents:write", "metadata:read"), Consent.INSTALLATION),
        ("installation/2", "app:3", ("contents:write", "metadata:read"), Consent.INSTALLATION),
    ]  # fmt: skip
    assert things(pages, Grant)[0].granted_at == 1494949629
    assert things(pages, App)[0].name == "deployer"
    assert platform.slept[0] == 60
    assert [query["page"] for _, _, query in platform.asked] == ["1", "2", "2"]


def test_tokens_requests_and_credentials(platform: Platform) -> None:
    platform.on("/orgs/acme/personal-access-tokens", Answer([TOKEN, {key: TOKEN[key] for key in ("id", "owner")}]))
    first, second = things(read(platform, TOKENS), Credential)
    assert (first.account, first.name, first.scopes, first.never_expires) == (
        "ada",
        "ci",
        ("members:read", "metadata:read"),
        True,
    )
    assert (second.never_expires, second.expires_at) == (False, 0)
    platform.on("/orgs/acme/personal-access-token-requests", Answer([TOKEN]))
    assert [(one.consent, one.account) for one in things(read(platform, REQUESTS), Grant)] == [
        (Consent.REQUESTED, "ada")
    ]
    platform.on("/orgs/acme/credential-authorizations", Answer([CREDENTIAL]))
    (credential,) = things(read(platform, CREDENTIALS), Credential)
    assert (credential.type, credential.scopes, credential.expires_at) == (
        "personal access token",
        ("repo", "user"),
        1677352003,
    )
    assert "71c3fc11" not in repr(credential)


def test_what_is_not_licensed_is_said_and_what_fails_is_no_empty_list(platform: Platform) -> None:
    (page,) = read(platform, CREDENTIALS)
    assert "Enterprise Cloud" in page.gaps[0]
    for feed in (INSTALLATIONS, TOKENS):
        with pytest.raises(UnavailableError):
            read(platform, feed)
    platform.on("/orgs/acme/personal-access-tokens", Answer({"message": "x"}))
    with pytest.raises(UnavailableError):
        read(platform, TOKENS)
    platform.on("/orgs/acme/personal-access-tokens", Answer([{"id": 1}, 7, TOKEN | {"permissions": [1]}, TOKEN]))
    (page,) = read(platform, TOKENS)
    assert len(page.gaps) == 3
    assert len(things([page], Credential)) == 1
    assert len(GithubConnector(platform.client(), "acme").feeds()) == 7
