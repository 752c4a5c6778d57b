from __future__ import annotations

import json

from tests.organisations import ADA, LEDGER, LEDGER_SP, SECRET, tenant
from wardlaw.testing.saas.entra import EntraClient, EntraPlatform
from wardlaw.testing.saas.message import SaasRequest

HOST = {"host": "graph.test"}


def ask(platform: EntraPlatform, path: str, method: str = "GET", body: object = None, **query: str):
    raw = json.dumps(body).encode() if body is not None else b""
    return platform.answer(SaasRequest(method, path, query, HOST, raw))


def test_pages_link_on_and_the_last_does_not() -> None:
    platform = EntraPlatform(tenant())
    platform.page_size = 1
    first = ask(platform, "/v1.0/users").body
    assert first["@odata.nextLink"] == "http://graph.test/v1.0/users?%24skiptoken=1"
    assert "@odata.nextLink" not in ask(platform, "/v1.0/users", **{"$skiptoken": "1"}).body


def test_without_a_token_nothing_is_told_and_a_reader_changes_nothing() -> None:
    world = tenant()
    platform = EntraPlatform(world, {"reader": EntraClient("r"), "writer": EntraClient("w", writes=True)})
    assert ask(platform, "/v1.0/users").status == 401

    def token(client: str, secret: str) -> str:
        form = f"grant_type=client_credentials&client_id={client}&client_secret={secret}&scope=x"
        answer = platform.answer(SaasRequest("POST", "/tenant/oauth2/v2.0/token", {}, {}, form.encode()))
        return answer.body.get("access_token", "")

    assert token("reader", "wrong") == token("nobody", "r") == ""
    path = f"/v1.0/servicePrincipals/{LEDGER_SP}"
    for client, secret, status in (("reader", "r", 403), ("writer", "w", 204)):
        headers = {"authorization": f"Bearer {token(client, secret)}"}
        assert platform.answer(SaasRequest("GET", "/v1.0/users", {}, headers)).status == 200
        body = b'{"accountEnabled": false}'
        assert platform.answer(SaasRequest("PATCH", path, {}, headers, body)).status == status
    assert world.extra("app", LEDGER)["disabled"] is True


def test_a_delta_tells_what_has_changed_since_its_place() -> None:
    world = tenant()
    platform = EntraPlatform(world)
    path = "/v1.0/oauth2PermissionGrants/delta"
    whole = ask(platform, path).body
    assert len(whole["value"]) == 4
    assert whole["@odata.deltaLink"].endswith("?%24deltatoken=0")
    world.revoke("on-sites")
    since = ask(platform, path, **{"$deltatoken": "0"}).body
    assert [one["@removed"] for one in since["value"]] == [{"reason": "deleted"}]
    platform.expire_deltas()
    assert ask(platform, path, **{"$deltatoken": "0"}).status == 410


def test_removals_are_carried_out_on_the_organisation() -> None:
    world = tenant()
    platform = EntraPlatform(world)
    base = f"/v1.0/servicePrincipals(appId='{LEDGER}')"
    roles = ask(platform, f"{base}/appRoleAssignments").body["value"]
    assert ask(platform, f"{base}/appRoleAssignments/{roles[0]['id']}", "DELETE").status == 204
    assert world.grants["itself"].scopes == ("Mail.Read",)
    assert ask(platform, f"{base}/appRoleAssignments/{roles[1]['id']}", "DELETE").status == 204
    assert "itself" not in world.grants
    assert ask(platform, f"{base}/appRoleAssignments/{roles[1]['id']}", "DELETE").status == 404
    own = f"/v1.0/applications(appId='{LEDGER}')"
    assert ask(platform, f"{own}/removePassword", "POST", {"keyId": SECRET}).status == 204
    assert ask(platform, f"{own}/removePassword", "POST", {"keyId": SECRET}).status == 400
    assert ask(platform, f"{own}/removeKey", "POST", {"keyId": SECRET}).status == 400
    assert ask(platform, f"/v1.0/users/{ADA}/revokeSignInSessions", "POST", {}).body == {"value": True}
    assert ask(platform, "/v1.0/users/x/revokeSignInSessions", "POST", {}).status == 404


def test_resources_name_their_roles_and_who_has_them() -> None:
    platform = EntraPlatform(tenant())
    graph = ask(platform, "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')").body
    assert {one["value"] for one in graph["appRoles"]} == {"Files.Read.All", "Mail.Read", "Mail.Send"}
    given = ask(platform, f"/v1.0/servicePrincipals/{graph['id']}/appRoleAssignedTo").body["value"]
    assert len(given) == 3
    assert ask(platform, "/v1.0/servicePrincipals/none").status == 404
    assert ask(platform, "/v2.0/users").status == 404


def test_logs_by_time_and_kind() -> None:
    platform = EntraPlatform(tenant())
    service = {"$filter": "signInEventTypes/any(t: t eq 'servicePrincipal')"}
    assert [one["id"] for one in ask(platform, "/beta/auditLogs/signIns", **service).body["value"]] == ["s1"]
    assert ask(platform, "/v1.0/auditLogs/signIns").body["value"] == []
    later = {"$filter": "activityDateTime ge 2030-01-01T00:00:00Z"}
    assert ask(platform, "/v1.0/auditLogs/directoryAudits", **later).body["value"] == []
    platform.licensed = False
    assert ask(platform, "/beta/reports/servicePrincipalSignInActivities").status == 403
    assert platform.empty(SaasRequest("GET", "/")).body == {"value": []}
