"""msgraph-sdk, unmodified, reads of our stand-in what the tenant is, and changes it."""

from __future__ import annotations

from tests.organisations import (
    ADA,
    BOB,
    CERTIFICATE,
    HELPER,
    HELPER_SP,
    LEDGER,
    LEDGER_SP,
    NOTES,
    OFFICE,
    SECRET,
    tenant,
)
from tests.wire.vendorclients import run_client
from wardlaw.testing.saas.entra import EntraPlatform
from wardlaw.testing.saas.entrashape import MICROSOFT, TENANT, EntraShapes, guid
from wardlaw.testing.saas.server import serve


def test_the_vendors_client_reads_the_tenant_and_takes_things_away() -> None:
    world = tenant()
    before = EntraShapes(tenant())
    platform = EntraPlatform(world)
    platform.page_size = 2
    with serve(platform) as served:
        told = run_client("entra", served.url)
    assert told["users"] == [[ADA, "ada@acme.example", True], [BOB, "bob@acme.example", False]]
    principals = {app: (id_, name, tenant_, kind) for id_, app, name, tenant_, kind in told["principals"]}
    assert principals[LEDGER] == (LEDGER_SP, "Ledger", TENANT, "ServicePrincipal")
    assert principals[HELPER] == (HELPER_SP, "Helper", TENANT, "AgentIdentity")
    assert principals[OFFICE][2] == MICROSOFT
    wanted = before.delegated()
    assert told["grants"] == [
        [one["id"], one["clientId"], one["consentType"], one["principalId"], one["scope"]] for one in wanted
    ]
    assert told["delta"] == [[one["id"], False] for one in wanted]
    assert [role for _, role, _ in told["roles"][LEDGER]] == [guid("role Files.Read.All"), guid("role Mail.Read")]
    assert told["roles"][NOTES] == []
    assert {key for key, _, _ in told["credentials"]} == {SECRET, CERTIFICATE}
    assert [word for _, word, _ in told["audits"]] == ["Add service principal credentials", "Consent to application"]
    assert told["since"] == [[wanted[0]["id"], True]]
    assert told["again"] == 404
    assert "on-mail" not in world.grants
    assert world.grants["itself"].scopes == ("Mail.Read",)
    assert world.extra("app", LEDGER)["disabled"] is True
    assert SECRET not in world.credentials
    assert world.extra("account", ADA)["sessions_from"] == world.now
