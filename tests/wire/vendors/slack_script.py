"""Run with the environment of Slack's own client: what it reads at an address, as JSON on its output."""

import json
import sys

from slack_sdk import WebClient
from slack_sdk.audit_logs import AuditLogsClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

url = sys.argv[1]
web = WebClient("xoxp-1", base_url=f"{url}/api/")
web.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
audit = AuditLogsClient("xoxp-1", base_url=f"{url}/audit/v1/")


def pages(call, name, **arguments):
    """All pages, by the client's own iterator."""
    return [entry for page in call(limit=1, **arguments) for entry in page[name]]


told = {
    "users": [one["id"] for one in pages(web.users_list, "members")],
    "approved": [one["app"]["id"] for one in pages(web.admin_apps_approved_list, "approved_apps", enterprise_id="E1")],
    "restricted": [one["app"]["id"] for one in pages(web.admin_apps_restricted_list, "restricted_apps")],
    "requests": [one["id"] for one in pages(web.admin_apps_requests_list, "app_requests")],
    "servers": [one["url"] for one in pages(web.admin_apps_mcp_servers_list, "servers")],
    "runs": [one["trace_id"] for one in pages(web.admin_apps_activities_list, "activities")],
    "log": [one["user_id"] for one in web.team_integrationLogs(count=100, page=1)["logs"]],
    "audit": [one["id"] for one in audit.logs(limit=100).body["entries"]],
}
web.admin_apps_uninstall(app_id="A1", enterprise_id="E1")
web.admin_apps_restrict(app_id="A1", enterprise_id="E1")
try:
    web.apps_uninstall(client_id="A1", client_secret="x")
except SlackApiError as error:
    told["error"] = error.response["error"]
told["left"] = [one["app"]["id"] for one in pages(web.admin_apps_approved_list, "approved_apps")]
told["now_restricted"] = [one["app"]["id"] for one in pages(web.admin_apps_restricted_list, "restricted_apps")]
told["revoked"] = web.auth_revoke()["revoked"]
print(json.dumps(told))
