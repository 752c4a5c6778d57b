"""How Entra writes its logs: directory audits and sign-ins."""

from __future__ import annotations

import json
from typing import Any

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent
from wardlaw.testing.saas.entrashape import GRAPH, EntraShapes, guid, stamp

AUDITED = {
    Deed.CONSENT: "Consent to application",
    Deed.REVOKE: "Remove delegated permission grant",
    Deed.CREDENTIAL_ADDED: "Add service principal credentials",
    Deed.CREDENTIAL_REMOVED: "Remove service principal credentials",
    Deed.ROLE_ASSIGNED: "Add app role assignment to service principal",
    Deed.DELEGATION_ADDED: "Set federation settings on domain",
    Deed.APP_CREATED: "Add service principal",
    Deed.APP_CHANGED: "Update application",
    Deed.APP_DELETED: "Remove service principal",
    Deed.OTHER: "Add user",
}


def audit(one: Activity, shapes: EntraShapes) -> dict[str, Any] | None:
    """An entry of ``directoryAudits``; None for what stands in no such log."""
    if one.deed not in AUDITED:
        return None
    principal = shapes.principal_id(one.app)
    who = one.actor or one.account
    by_app = who.startswith("app:")
    target = {
        "id": shapes.principal_id(GRAPH) if one.deed in (Deed.ROLE_ASSIGNED, Deed.REVOKE) else principal,
        "displayName": one.app_name or one.object,
        "type": "ServicePrincipal",
        "userPrincipalName": None,
        "groupType": None,
        "modifiedProperties": [
            {"displayName": name, "oldValue": old, "newValue": new} for name, old, new in _properties(one, principal)
        ],
    }
    return {
        "id": f"Directory_{one.id}",
        "category": "ApplicationManagement",
        "correlationId": guid(one.id),
        "result": "success",
        "resultReason": "",
        "activityDisplayName": AUDITED[one.deed],
        "activityDateTime": stamp(one.at),
        "loggedByService": "Core Directory",
        "operationType": "Assign",
        "initiatedBy": {
            "user": None if by_app else {"id": guid(who), "userPrincipalName": who, "ipAddress": one.ip},
            "app": {"appId": None, "displayName": who[4:], "servicePrincipalId": guid(who)} if by_app else None,
        },
        "targetResources": [target],
        "additionalDetails": [{"key": "User-Agent", "value": one.user_agent or "EvoSTS"}],
    }


def sign_in(one: Activity, shapes: EntraShapes) -> dict[str, Any]:
    """An entry of ``signIns`` in its beta form."""
    by_app = not one.account or one.account == one.agent or bool(one.credential)
    return {
        "id": one.id,
        "createdDateTime": stamp(one.at),
        "appId": one.app,
        "appDisplayName": one.app_name,
        "ipAddress": one.ip,
        "autonomousSystemNumber": one.asn or None,
        "userAgent": one.user_agent or None,
        "location": {"city": None, "state": None, "countryOrRegion": one.country or None},
        "status": {"errorCode": 0, "failureReason": None},
        "resourceDisplayName": "Microsoft Graph",
        "resourceId": GRAPH,
        "authenticationProtocol": "deviceCode" if one.via == "device_code" else "none",
        "signInEventTypes": ["servicePrincipal" if by_app else "interactiveUser"],
        "userId": "00000000-0000-0000-0000-000000000000" if by_app else guid(one.account),
        "servicePrincipalId": shapes.principal_id(one.app) if by_app else None,
        "servicePrincipalName": one.app_name if by_app else None,
        "servicePrincipalCredentialKeyId": guid(one.credential) if one.credential else None,
        "agent": {"agentType": "agenticAppInstance" if one.agent else "notAgentic", "parentAppId": None},
    }


def _properties(one: Activity, principal: str) -> list[tuple[str, str | None, str | None]]:
    told: list[tuple[str, str | None, str | None]] = []
    scopes = " ".join(one.scopes)
    match one.deed:
        case Deed.CONSENT:
            everybody = one.consent is Consent.ADMIN
            entry = (
                f"[[Id: x, ClientId: {principal}, PrincipalId: {'' if everybody else guid(one.account)}, ResourceId: y, "
                f"ConsentType: {'AllPrincipals' if everybody else 'Principal'}, Scope:  {scopes}, CreatedDateTime: , "
                "LastModifiedDateTime ]]; "
            )
            told += [
                ("ConsentContext.IsAdminConsent", None, json.dumps(str(everybody))),
                ("ConsentContext.OnBehalfOfAll", None, json.dumps(str(everybody))),
                ("ConsentAction.Permissions", json.dumps(""), json.dumps(f"[] => {entry}")),
            ]
        case Deed.REVOKE:
            told += [
                ("DelegatedPermissionGrant.Scope", json.dumps(scopes), json.dumps("")),
                (
                    "DelegatedPermissionGrant.ConsentType",
                    json.dumps("Principal" if one.account else "AllPrincipals"),
                    None,
                ),
                ("ServicePrincipal.ObjectID", json.dumps(principal), None),
                ("ServicePrincipal.AppId", None, json.dumps(one.app)),
                ("DelegatedPermissionGrant.PrincipalId", json.dumps(guid(one.account) if one.account else ""), None),
            ]
        case Deed.ROLE_ASSIGNED:
            told += [
                ("AppRole.Value", None, json.dumps(scopes)),
                ("ServicePrincipal.ObjectID", None, json.dumps(principal)),
                ("ServicePrincipal.DisplayName", None, json.dumps(one.app_name)),
                ("ServicePrincipal.AppId", None, json.dumps(one.app)),
            ]
        case Deed.CREDENTIAL_ADDED | Deed.CREDENTIAL_REMOVED:
            key = f"[KeyIdentifier={guid(one.credential)},KeyType=Password,KeyUsage=Verify,DisplayName=x]"
            values = (json.dumps([]), json.dumps([key]))
            told.append(("KeyDescription", *(values if one.deed is Deed.CREDENTIAL_ADDED else values[::-1])))
    if one.deed is not Deed.ROLE_ASSIGNED:
        told.append(("TargetId.ServicePrincipalNames", None, json.dumps(f"{one.app};https://app.example")))
    return told
