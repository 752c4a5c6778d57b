"""Run by msgraph-sdk's own interpreter: what it reads at an address, and what is left after revoking. Prints JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import (
    RemovePasswordPostRequestBody,
)
from msgraph.generated.models.service_principal import ServicePrincipal


async def main() -> None:
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = f"{sys.argv[1]}/v1.0"
    client = GraphServiceClient(request_adapter=adapter)
    told: dict = {
        "users": [[one.id, one.user_principal_name, one.account_enabled] for one in await pages(client.users)]
    }
    principals = await pages(client.service_principals)
    told["principals"] = [
        [one.id, one.app_id, one.display_name, str(one.app_owner_organization_id), type(one).__name__]
        for one in principals
    ]
    grants = await pages(client.oauth2_permission_grants)
    told["grants"] = [[one.id, one.client_id, one.consent_type, one.principal_id, one.scope] for one in grants]
    told["roles"] = {}
    for principal in principals:
        given = await pages(client.service_principals.by_service_principal_id(principal.id).app_role_assignments)
        told["roles"][principal.app_id] = [
            [one.id, str(one.app_role_id), one.created_date_time.isoformat()] for one in given
        ]
    own = await pages(client.applications)
    told["credentials"] = [
        [str(key.key_id), key.display_name, key.end_date_time.isoformat()]
        for one in own
        for key in [*one.password_credentials, *one.key_credentials]
    ]
    told["audits"] = [
        [one.id, one.activity_display_name, one.target_resources[0].display_name]
        for one in await pages(client.audit_logs.directory_audits)
    ]
    told["delta"], place = await changes(client.oauth2_permission_grants.delta)
    await client.oauth2_permission_grants.by_o_auth2_permission_grant_id(grants[0].id).delete()
    told["since"], _ = await changes(client.oauth2_permission_grants.delta.with_url(place))
    ledger = next(one for one in principals if told["roles"][one.app_id])
    item = client.service_principals.by_service_principal_id(ledger.id)
    await item.app_role_assignments.by_app_role_assignment_id(told["roles"][ledger.app_id][0][0]).delete()
    await item.patch(ServicePrincipal(account_enabled=False))
    holder = next(one for one in own if one.password_credentials)
    body = RemovePasswordPostRequestBody(key_id=holder.password_credentials[0].key_id)
    await client.applications.by_application_id(holder.id).remove_password.post(body)
    await client.users.by_user_id(told["users"][0][0]).revoke_sign_in_sessions.post()
    try:
        await client.oauth2_permission_grants.by_o_auth2_permission_grant_id(grants[0].id).delete()
    except APIError as error:
        told["again"] = error.response_status_code
    print(json.dumps(told))


async def changes(builder) -> tuple[list, str]:
    """What has changed, whether it was removed, and where the next look goes on."""
    found = []
    while True:
        page = await builder.get()
        found += [[one.id, "@removed" in one.additional_data] for one in page.value]
        if page.odata_delta_link:
            return found, page.odata_delta_link
        builder = builder.with_url(page.odata_next_link)


async def pages(builder) -> list:
    page = await builder.get()
    found = list(page.value)
    while page.odata_next_link:
        page = await builder.with_url(page.odata_next_link).get()
        found += page.value
    return found


asyncio.run(main())
