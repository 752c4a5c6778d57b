"""Run by PyGithub's own interpreter: what it reads at an address, and what is left after revoking. Prints JSON."""

from __future__ import annotations

import json
import sys

from github import Auth, Github, GithubException


def main() -> None:
    client = Github(
        base_url=sys.argv[1], auth=Auth.Token("t"), per_page=2, seconds_between_requests=0, seconds_between_writes=0
    )
    organisation = client.get_organization("acme")
    ask = organisation.requester.requestJsonAndCheck
    told = {"members": [one.login for one in organisation.get_members()]}
    told["installations"] = [
        [one.id, one.app_id, one.raw_data["app_slug"], one.raw_data["permissions"], one.created_at.isoformat()]
        for one in organisation.get_installations()
    ]
    repositories = list(organisation.get_repos())
    told["keys"] = [
        [one.full_name, key.id, key.title, key.read_only, key.added_by]
        for one in repositories
        for key in one.get_keys()
    ]
    told["tokens"] = [
        [one["id"], one["owner"]["login"], one["token_name"]] for one in pages(organisation, "personal-access-tokens")
    ]
    told["credentials"] = [
        [one["credential_id"], one["login"]] for one in pages(organisation, "credential-authorizations")
    ]
    told["requests"] = [
        [one["id"], one["owner"]["login"]] for one in pages(organisation, "personal-access-token-requests")
    ]
    _, audit = ask("GET", f"{organisation.url}/audit-log", parameters={"order": "asc", "per_page": 100})
    told["audit"] = [[one["_document_id"], one["action"], one["actor"]] for one in audit]
    next(iter(repositories[-1].get_keys())).delete()
    ask("POST", f"{organisation.url}/personal-access-tokens/2", input={"action": "revoke"})
    ask("DELETE", f"{organisation.url}/credential-authorizations/9")
    try:
        ask("DELETE", f"{organisation.url}/credential-authorizations/9")
        told["after"] = "there"
    except GithubException as error:
        told["after"] = error.status
    print(json.dumps(told))


def pages(organisation, name: str) -> list:
    found, number = [], 1
    while True:
        headers, part = organisation.requester.requestJsonAndCheck(
            "GET", f"{organisation.url}/{name}", parameters={"per_page": 2, "page": number}
        )
        found += part
        if 'rel="next"' not in headers.get("link", ""):
            return found
        number += 1


main()
