"""Salesforce's REST interface over one organisation: tokens, SOQL with its pages, event log files.

In ``extras``: ``{"app 0H4…": {"installed": false, "admin_approved": true}}``, ``{"account 005…": {"profile": "…"}}``,
``{"client ID": {"secret": "…"}}``, ``{"missing OBJECT": {"code": "INVALID_TYPE"}}`` for what is not licensed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import AccountKind, AccountState
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.soql import SoqlError, parse_soql
from wardlaw.testing.saas.world import World

BASE = "/services/data/v62.0"
_HOUR_S = 3_600
_COLUMNS = (
    "EVENT_TYPE", "TIMESTAMP_DERIVED", "REQUEST_ID", "USER_ID", "CLIENT_IP", "USER_AGENT", "CONNECTED_APP_ID", "METHOD_NAME",
    "ENTITY_NAME", "ENTITY_TYPE", "OPERATION_TYPE", "ROWS_PROCESSED", "RESPONSE_SIZE", "JOB_ID", "JOB_STATUS", "URI", "QUERY",
)  # fmt: skip


class SalesforcePlatform:
    """One organisation.

    Attributes:
        page: Rows an answer.
    """

    def __init__(self, world: World, *, page: int = 2_000) -> None:
        self.world = world
        self.page = page
        self._cursors: dict[str, list[dict[str, Any]]] = {}

    def answer(self, request: SaasRequest) -> SaasResponse:
        """A token, a query, more of one, a log file, or a revocation."""
        if request.path == "/services/oauth2/token":
            return self._token(request)
        if request.path == "/services/oauth2/revoke":
            return self._revoke(request.form().get("token", ""))
        if request.headers.get("authorization") != f"Bearer {self._bearer()}":
            return _error(401, "INVALID_SESSION_ID")
        if request.path == f"{BASE}/query":
            return self._query(request.query.get("q", ""))
        if request.path in self._cursors:
            name, _, begin = request.path.rpartition("-")
            return self._page(self._cursors[request.path], name, int(begin))
        file_id = request.path.removeprefix(f"{BASE}/sobjects/EventLogFile/").removesuffix("/LogFile")
        for row, events in self._files():
            if row["Id"][:15] == file_id:
                return SaasResponse(200, _csv(row["EventType"], events).encode(), {"content-type": "text/csv"})
        return _error(404, "NOT_FOUND")

    def empty(self, request: SaasRequest) -> SaasResponse:
        """A result without rows, or a file without lines."""
        if request.path.endswith("/LogFile"):
            return SaasResponse(200, b"", {"content-type": "text/csv"})
        return SaasResponse(200, {"totalSize": 0, "done": True, "records": []})

    def _bearer(self) -> str:
        return f"00D!{self.world.name}"

    def _token(self, request: SaasRequest) -> SaasResponse:
        form = request.form()
        secret = self.world.extra("client", form.get("client_id", "")).get("secret")
        if form.get("grant_type") != "client_credentials" or secret is None or secret != form.get("client_secret"):
            return SaasResponse(400, {"error": "invalid_client"})
        return SaasResponse(200, {"access_token": self._bearer(), "token_type": "Bearer", "scope": "api"})

    def _revoke(self, token: str) -> SaasResponse:
        grant = token.removeprefix("del-")
        if not token.startswith("del-") or self.world.revoke(grant) is None:
            return SaasResponse(400, {"error": "invalid_token"})
        return SaasResponse(200)

    def _query(self, text: str) -> SaasResponse:
        try:
            soql = parse_soql(text)
        except SoqlError:
            return _error(400, "MALFORMED_QUERY")
        if missing := self.world.extra("missing", soql.object):
            return _error(400, missing["code"])
        rows = list(self._rows(soql.object))
        if soql.fields == ("COUNT()",):
            total = sum(soql.takes(row) for row in rows)
            return SaasResponse(200, {"totalSize": total, "done": True, "records": []})
        try:
            found = soql.result(rows)
        except KeyError:
            return _error(400, "INVALID_FIELD")
        return self._page(found, f"{BASE}/query/{quote(soql.object)}{len(self._cursors)}", 0)

    def _page(self, rows: list[dict[str, Any]], name: str, begin: int) -> SaasResponse:
        end = begin + self.page
        told: dict[str, Any] = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[begin:end]}
        if end < len(rows):
            told["nextRecordsUrl"] = f"{name}-{end}"
            self._cursors[f"{name}-{end}"] = rows
        return SaasResponse(200, told)

    def _rows(self, of: str) -> Iterator[dict[str, Any]]:
        told = self.world.activities
        match of:
            case "User":
                yield from self._users()
            case "ConnectedApplication":
                yield from self._apps()
            case "OauthToken":
                yield from self._tokens()
            case "LoginHistory":
                yield from (self._login(one) for one in told if one.deed in (Deed.SIGN_IN, Deed.CONSENT))
            case "SetupAuditTrail":
                yield from (_change(one) for one in told if one.deed in _ACTIONS)
            case "EventLogFile":
                yield from (row for row, _ in self._files())

    def _users(self) -> Iterator[dict[str, Any]]:
        for account in self.world.accounts.values():
            yield {
                "Id": account.id,
                "Username": account.name,
                "UserType": "Standard" if account.acts_as is AccountKind.HUMAN else "CloudIntegrationUser",
                "IsActive": account.state is AccountState.ACTIVE,
                "Profile.Name": self.world.extra("account", account.id).get("profile", "Standard User"),
            }

    def _apps(self) -> Iterator[dict[str, Any]]:
        for app in self.world.apps.values():
            extra = self.world.extra("app", app.id)
            if extra.get("installed", True):
                approved = extra.get("admin_approved", False)
                yield {"Id": app.id, "Name": app.name, "OptionsAllowAdminApprovedUsersOnly": approved}

    def _tokens(self) -> Iterator[dict[str, Any]]:
        for grant in self.world.grants.values():
            yield {
                "AppName": self.world.apps[grant.app].name,
                "UserId": grant.account,
                "LastUsedDate": _when(grant.last_used_at) if grant.last_used_at else None,
                "UseCount": 1,
                "DeleteToken": f"del-{grant.id}",
            }

    def _login(self, one: Activity) -> dict[str, Any]:
        app = self.world.apps.get(one.app)
        return {
            "Id": _id("0Ya", one.id),
            "UserId": one.account,
            "LoginTime": _when(one.at),
            "LoginType": "Remote Access 2.0" if one.app else "Application",
            "LoginSubType": "OauthDeviceFlow" if one.via == "device_code" else one.via,
            "SourceIp": one.ip,
            "Application": one.app_name or (app.name if app else "Browser"),
            "Status": "Success",
            "CountryIso": one.country,
            "Browser": one.user_agent,
        }

    def _files(self) -> Iterator[tuple[dict[str, Any], list[Activity]]]:
        groups: dict[tuple[int, str], list[Activity]] = {}
        for one in self.world.since(0.0):
            if kind := _file_of(one):
                groups.setdefault((int(one.at // _HOUR_S), kind), []).append(one)
        for (hour, kind), events in sorted(groups.items()):
            row = {
                "Id": _id("0AT", f"{hour}{kind}"),
                "EventType": kind,
                "Interval": "Hourly",
                "LogFileLength": 1_000.0,
                "CreatedDate": _when((hour + 1) * _HOUR_S),
            }
            yield row, events


_ACTIONS = {
    Deed.APP_CREATED: "insertConnectedApplication",
    Deed.APP_DELETED: "deleteConnectedApplication",
    Deed.ROLE_ASSIGNED: "PermSetAssign",
}


def _change(one: Activity) -> dict[str, Any]:
    return {
        "Id": _id("0Ym", one.id),
        "Action": _ACTIONS[one.deed],
        "Section": "Connected Apps",
        "Display": one.object,
        "CreatedDate": _when(one.at),
        "CreatedById": one.actor or one.account,
        "DelegateUser": None,
    }


def _file_of(one: Activity) -> str:
    match one.deed:
        case Deed.USE:
            return "API"
        case Deed.EXPORT:
            return "ReportExport" if one.method == "report export" else "BulkApi2"
        case Deed.TRACE_REMOVED:
            return "BulkApi2"
        case _:
            return ""


def _csv(kind: str, events: list[Activity]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    for one in events:
        is_bulk = kind == "BulkApi2"
        row = {
            "EVENT_TYPE": kind,
            "TIMESTAMP_DERIVED": _when(one.at),
            "REQUEST_ID": one.id,
            "USER_ID": one.account[:15],
            "CLIENT_IP": one.ip,
            "USER_AGENT": one.user_agent,
            "CONNECTED_APP_ID": one.app[:15],
            "METHOD_NAME": "" if is_bulk else one.method,
            "ENTITY_TYPE" if is_bulk else "ENTITY_NAME": one.object,
            "OPERATION_TYPE": "query" if is_bulk else "",
            "ROWS_PROCESSED": str(one.items),
            "RESPONSE_SIZE": str(one.bytes),
            "JOB_ID": one.credential or one.id if is_bulk else "",
            "JOB_STATUS": "" if not is_bulk else "deleted" if one.deed is Deed.TRACE_REMOVED else "complete",
            "URI": one.object if kind == "ReportExport" else "",
            "QUERY": f"SELECT COUNT() FROM {one.object}" if one.method == "select count()" else "",
        }
        writer.writerow(row)
        # An event that stands for several calls is so many rows, of which the first has all that was read.
        writer.writerows([row | {"ROWS_PROCESSED": "0", "RESPONSE_SIZE": "0"}] * (0 if is_bulk else one.calls - 1))
    return out.getvalue()


def _id(prefix: str, text: str) -> str:
    """An id of 18 characters made of a text."""
    return f"{prefix}{sha256(text.encode()).hexdigest()[:12]}AAA"


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(status: int, code: str) -> SaasResponse:
    return SaasResponse(status, [{"message": code.lower(), "errorCode": code}])
