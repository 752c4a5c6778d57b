"""Small organisations for the platforms to tell, in the ids that the connectors give."""

from __future__ import annotations

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    Credential,
    Grant,
    Group,
    Tristate,
)
from wardlaw.testing.saas.world import Charter, World

NOW = 1_790_000_000.0
DAY = 86_400.0
SLOT = 10_000.0
"""Between two events: longer than what a run reads again of the one before."""
MAIL, OPENID, DRIVE = "https://mail.google.com/", "openid", "https://www.googleapis.com/auth/drive"


def google_world() -> World:
    """Five people, one of them suspended and one without any app; three apps, app passwords, and a day of the logs."""
    world = World(Charter("acme.example", "google", NOW))
    people = [f"10{number}" for number in range(5)]
    for number, id_ in enumerate(people):
        state = AccountState.SUSPENDED if number == 3 else AccountState.ACTIVE
        world.put(Account(id_, AccountKind.HUMAN, f"p{number}@acme.example", "", state))
    world.put(
        App("notes.apps", "Notes"),
        App("evil.apps", "<b>Go\u202eogle</b>\u0007", verified=Tristate.NO),
        App("sheets.apps", "Sheets <script>"),
        Grant("100/notes.apps", "100", "notes.apps", Consent.USER, (MAIL, OPENID)),
        Grant("100/evil.apps", "100", "evil.apps", Consent.USER, (DRIVE,)),
        Grant("104/notes.apps", "104", "notes.apps", Consent.USER, (OPENID,)),
        Grant("102/sheets.apps", "102", "sheets.apps", Consent.USER, ("scope.nobody.knows",)),
        Grant("103/notes.apps", "103", "notes.apps", Consent.USER, (OPENID,)),
        Group("g1", "staff@acme.example"),
        Group("g2", "sales@acme.example"),
        Group("g3", "nobody@acme.example"),
        membership("g1", "100", is_group=False),
        membership("g1", "101", is_group=False),
        membership("g1", "g2", is_group=True),
        membership("g2", "102", is_group=False),
        Credential("asp/100/7", "100", "app password", "mail", created_at=NOW - 9 * DAY, never_expires=True),
        Credential(
            "asp/104/8", "104", "app password", "old", created_at=NOW - DAY, last_used_at=NOW, never_expires=True
        ),
    )
    world.extras |= {
        "agent ag-1": {"agentName": "Minutes", "agentType": "GEMINI", "owner": "p1@acme.example"},
        "policy api_controls.unconfigured_third_party_apps": {"accessLevel": "BLOCK_ALL"},
        "policy api_controls.internal_apps": {"trustInternalApps": True},
    }
    at = NOW - DAY
    world.happen(
        Activity("a1", at, Deed.CONSENT, "100", app="notes.apps", app_name="Notes", consent=Consent.USER,
                 scopes=(MAIL, OPENID), via="WEB", ip="192.0.2.1", asn=64500, country="DE", method="authorize"),
        Activity("a2", at + 1 * SLOT, Deed.USE, "100", app="notes.apps", app_name="Notes", via="WEB",
                 method="gmail.users.messages.get", bytes=5000, asn=64501),
        Activity("a3", at + 2 * SLOT, Deed.EXPORT, "100", app="notes.apps", app_name="Notes", via="WEB",
                 method="drive.files.export", bytes=9_000_000),
        Activity("a4", at + 3 * SLOT, Deed.EXPORT, "102", app="sheets.apps", method="drive.download", object="doc-1", items=1,
                 agent="ag-1"),
        Activity("a5", at + 4 * SLOT, Deed.DELEGATION_ADDED, actor="101", app="1234", consent=Consent.ADMIN, scopes=(DRIVE,),
                 method="AUTHORIZE_API_CLIENT_ACCESS", object="acme.example"),
        Activity("a6", at + 5 * SLOT, Deed.ROLE_ASSIGNED, "102", actor="101", method="ASSIGN_ROLE", object="_SEED_ADMIN_ROLE"),
        Activity("a7", at + 6 * SLOT, Deed.SIGN_IN, "103", app="notes.apps", method="login_success", via="exchange"),
        Activity("a8", at + 7 * SLOT, Deed.REFUSAL, "104", app="evil.apps", scopes=(DRIVE,), via="WEB", method="deny"),
        Activity("a9", at + 7.1 * SLOT, Deed.EXPORT, "101", method="vault.create_export_begin", object="matter-1"),
        Activity("a10", at + 7.2 * SLOT, Deed.EXPORT, "101", method="vault.export_file_download", object="matter-1"),
        Activity("a11", at + 7.3 * SLOT, Deed.USE, "100", method="gemini_in_workspace_apps.feature_utilization.summarize",
                 object="docs", agent="ag-1"),
        Activity("a12", at + 7.4 * SLOT, Deed.USE, "102", method="workspace_studio.flow_run.start", object="drive", agent="ag-1"),
    )  # fmt: skip
    return world


def github_world() -> World:
    """Three members, two installed apps, three tokens, a request, credentials, keys of two repositories, and a log."""
    world = World(Charter("acme", "github", NOW))
    for login in ("ada", "bob", "cem"):
        world.put(Account(login, AccountKind.HUMAN, login, "", AccountState.ACTIVE))
    world.put(
        App("app:7", "deployer"),
        App("app:8", "reviewer"),
        App("app:9", "packer"),
        Grant("installation/25", "", "app:7", Consent.INSTALLATION, ("contents:write", "metadata:read"), NOW - DAY),
        Grant("installation/26", "", "app:8", Consent.INSTALLATION, ("metadata:read",), NOW - 2 * DAY),
        Grant("installation/27", "", "app:9", Consent.INSTALLATION, ("packages:read",), NOW - 2 * DAY),
        Grant("token-request/3", "cem", "", Consent.REQUESTED, ("metadata:read",)),
        Group("11", "builders"),
        Group("12", "reviewers"),
        Group("13", "nobody"),
        membership("11", "ada", is_group=False),
        membership("11", "bob", is_group=False),
        membership("11", "cem", is_group=False),
        membership("12", "cem", is_group=False),
        Credential("token/1", "ada", "fine-grained personal access token", "ci", "", ("contents:read",), NOW - DAY,
                   never_expires=True),
        Credential("token/2", "bob", "fine-grained personal access token", "<i>x</i>", "", ("issues:write",),
                   NOW - 40 * DAY, NOW + DAY, NOW - 10),
        Credential("token/4", "bob", "fine-grained personal access token", "y", "", ("metadata:read",), NOW, NOW + DAY),
        Credential("credential/9", "ada", "personal access token", "laptop", "", ("repo", "user"), NOW - DAY,
                   NOW + DAY, NOW - 60),
        Credential("credential/10", "bob", "SSH key", "key", "", (), NOW - DAY),
        Credential("credential/11", "cem", "SSH key", "key", "", (), NOW - DAY),
        Credential("deploy-key/acme/web/4", "ada", "deploy key", "deploy", "", ("contents:write",), NOW - DAY, 0.0, NOW,
                   never_expires=True),
        Credential("deploy-key/acme/web/5", "ada", "deploy key", "mirror", "", ("contents:read",), NOW - DAY,
                   never_expires=True),
        Credential("deploy-key/acme/web/6", "bob", "deploy key", "old", "", ("contents:read",), NOW - DAY,
                   never_expires=True),
        Credential("deploy-key/acme/api/7", "bob", "deploy key", "x", "", ("contents:read",), NOW - DAY,
                   never_expires=True),
    )  # fmt: skip
    world.extras |= {"repo acme/web": {}, "repo acme/api": {}, "repo acme/empty": {}}
    at = NOW - DAY
    world.happen(
        Activity("g1", at, Deed.CONSENT, actor="ada", app="app:7", app_name="deployer", consent=Consent.INSTALLATION,
                 method="integration_installation.create"),
        Activity("g2", at + 5 * SLOT, Deed.EXPORT, "bob", method="git.clone", object="acme/web", items=1,
                 credential="token/2", via="Fine-grained personal access token", ip="192.0.2.9", country="DE",
                 user_agent="git/2.43"),
        Activity("g3", at + 6 * SLOT, Deed.USE, "ada", app="app:7", app_name="deployer", method="GET /repos/:owner/:repo",
                 object="acme/api"),
        Activity("g4", at + 7 * SLOT, Deed.TRACE_REMOVED, "ada", method="audit_log_streaming.destroy"),
        Activity("g5", at + 8 * SLOT, Deed.USE, "coder", method="git.push", object="acme/web", agent="coder"),
    )  # fmt: skip
    return world
