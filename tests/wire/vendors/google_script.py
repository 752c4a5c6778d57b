"""Run by google-api-python-client's own interpreter: what it reads at an address, and what is left after revoking. Prints JSON."""

from __future__ import annotations

import json
import sys

from google.auth.credentials import AnonymousCredentials
from googleapiclient.discovery import build
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError


def service(name: str, version: str):
    options = {"api_endpoint": sys.argv[1]}
    return build(name, version, credentials=AnonymousCredentials(), client_options=options, static_discovery=True)


def every(resource, request, key: str, following) -> list:
    found = []
    while request is not None:
        answer = request.execute()
        found += answer.get(key, [])
        request = following(request, answer)
    return found


def strange(value, schema: dict, schemas: dict, place: str) -> list[str]:
    """Where a value is not what the vendor's own description of its interface says."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "any": object,
    }
    if not isinstance(value, kinds[schema["type"]]):
        return [f"{place} is no {schema['type']}"]
    if isinstance(value, list):
        return [one for part in value for one in strange(part, schema["items"], schemas, f"{place}[]")]
    if not isinstance(value, dict) or "properties" not in schema:
        return []
    known = schema["properties"]
    found = [f"{place}.{name} is unknown" for name in value if name not in known]
    return found + [
        one
        for name, part in value.items()
        if name in known
        for one in strange(part, known[name], schemas, f"{place}.{name}")
    ]


def described(told: list[tuple[str, str, str, object]]) -> list[str]:
    found = []
    for api, version, schema, value in told:
        schemas = json.loads(get_static_doc(api, version))["schemas"]
        found += strange(value, {"$ref": schema}, schemas, schema)
    return found


def main() -> None:
    directory, reports, identity = (
        service("admin", "directory_v1"),
        service("admin", "reports_v1"),
        service("cloudidentity", "v1"),
    )
    users, tokens, asps = directory.users(), directory.tokens(), directory.asps()
    people = every(users, users.list(customer="my_customer", maxResults=2), "users", users.list_next)
    told = {"users": [[one["id"], one["primaryEmail"], one["suspended"]] for one in people]}
    told["tokens"] = [
        [one["userKey"], one["clientId"], one["displayText"], one["scopes"], one["anonymous"]]
        for person in people
        for one in tokens.list(userKey=person["id"]).execute().get("items", [])
    ]
    told["asps"] = [
        [one["userKey"], one["codeId"], one["name"]]
        for person in people
        for one in asps.list(userKey=person["id"]).execute().get("items", [])
    ]
    activities = reports.activities()
    told["log"] = {}
    for application in ("token", "admin", "drive", "login"):
        asked = activities.list(userKey="all", applicationName=application, maxResults=2)
        entries = every(activities, asked, "items", activities.list_next)
        told["log"][application] = [event["name"] for entry in entries for event in entry["events"]]
    since = activities.list(userKey="all", applicationName="token", startTime=sys.argv[2]).execute()
    told["since"] = [entry["events"][0]["name"] for entry in since["items"]]
    channel = {"id": "one", "type": "web_hook", "address": "https://door.example/push", "token": "t"}
    opened = activities.watch(userKey="all", applicationName="token", body=channel).execute()
    told["channel"] = [opened["id"], bool(opened["resourceId"]), opened["kind"]]
    reports.channels().stop(body={"id": "one", "resourceId": opened["resourceId"]}).execute()
    policies = identity.policies()
    asked = policies.list(pageSize=1, filter="setting.type.matches('^settings/api_controls.*$')")
    told["policies"] = [one["setting"] for one in every(policies, asked, "policies", policies.list_next)]
    told["strange"] = described(
        [
            ("admin", "directory_v1", "Users", users.list(customer="my_customer").execute()),
            ("admin", "directory_v1", "Tokens", tokens.list(userKey="100").execute()),
            ("admin", "directory_v1", "Asps", asps.list(userKey="100").execute()),
            ("admin", "reports_v1", "Channel", opened),
            ("cloudidentity", "v1", "ListPoliciesResponse", policies.list().execute()),
            *(
                ("admin", "reports_v1", "Activities", activities.list(userKey="all", applicationName=one).execute())
                for one in told["log"]
            ),
        ]
    )
    tokens.delete(userKey="100", clientId="notes.apps").execute()
    asps.delete(userKey="100", codeId=7).execute()
    users.signOut(userKey="100").execute()
    try:
        tokens.get(userKey="100", clientId="notes.apps").execute()
        told["after"] = "there"
    except HttpError as error:
        told["after"] = [error.resp.status, error.reason]
    print(json.dumps(told))


main()
