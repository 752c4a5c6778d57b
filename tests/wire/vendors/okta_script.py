"""Run by okta's own interpreter: what it reads at an address, and what is left after revoking. Prints JSON."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys

os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = (
    "true"  # the client refuses http, and takes this from nowhere else
)

from okta.client import Client


async def main() -> None:
    client = Client({"orgUrl": sys.argv[1], "token": sys.argv[2]})
    told: dict = {
        "users": [[one.id, one.profile.login, str(one.status.value)] for one in await pages(client.list_users, limit=1)]
    }
    apps = await pages(client.list_applications, limit=1)
    told["apps"] = [[one.id, one.label, one.credentials.oauth_client.client_id] for one in apps]
    told["grants"] = {}
    for user, _, _ in told["users"]:
        grants, _, error = await client.list_user_grants(user)
        told["grants"][user] = [[one.client_id, one.scope_id, one.created.isoformat()] for one in done(grants, error)]
    told["own"], told["tokens"], told["connections"] = {}, {}, {}
    for app in apps:
        own = done(*(await client.list_scope_consent_grants(app.id))[::2])
        told["own"][app.id] = [[one.id, one.scope_id, one.source.value] for one in own]
        tokens = done(*(await client.list_o_auth2_tokens_for_application(app.id))[::2])
        told["tokens"][app.id] = [[one.id, one.user_id, one.scopes, one.expires_at.isoformat()] for one in tokens]
        across = done(*(await client.get_all_cross_app_access_connections(app.id))[::2])
        told["connections"][app.id] = [[one.id, one.resource_app_instance_id, one.status] for one in across]
    keys = done(*(await client.list_api_tokens())[::2])
    told["api_tokens"] = [[one.id, one.name, one.user_id] for one in keys]
    events = done(*(await client.list_log_events(since="2020-01-01T00:00:00Z", until="2030-01-01T00:00:00Z"))[::2])
    told["log"] = [[one.uuid, one.event_type, one.actor.id] for one in events]
    user, app = told["users"][0][0], apps[0].id
    await checked(client.revoke_grants_for_user_and_client(user, app))
    await checked(client.revoke_tokens_for_user_and_client(user, app))
    await checked(client.revoke_scope_consent_grant(app, told["own"][app][0][0]))
    await checked(client.delete_cross_app_access_connection(app, told["connections"][app][0][0]))
    await checked(client.revoke_api_token(keys[0].id))
    await checked(client.revoke_user_sessions(user))
    again = await client.revoke_api_token(keys[0].id)
    told["again"] = again[-1].status
    print(json.dumps(told))


async def pages(call, **query) -> list:
    """All pages, each asked for with what its link says."""
    found: list = []
    after = None
    while True:
        part, response, error = await call(**query, after=after)
        found += done(part, error)
        onward = re.search(r'[?&]after=([^&>]*)[^>]*>; rel="next"', str(response.headers.get("Link")))
        if onward is None:
            return found
        after = onward[1]


def done(found, error):
    if error is not None:
        raise RuntimeError(error)
    return found


async def checked(call) -> None:
    *_, error = await call
    done(None, error)


asyncio.run(main())
