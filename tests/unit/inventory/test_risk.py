from __future__ import annotations

import pytest

from wardlaw.inventory.risk import Privilege, platforms, scope_risk


@pytest.mark.parametrize(("platform", "scope", "level", "data", "writes"), [
    ("google", "https://mail.google.com/", 4, "mail", True),
    ("google", "https://www.googleapis.com/auth/drive.readonly", 3, "files", False),
    ("entra", "Mail.Read", 2, "mail", False),
    ("slack", "channels:history", 2, "chat", False),
    ("slack", "user:channels:history", 3, "chat", False),
    ("slack", "admin.apps:write", 4, "admin", True),
    ("salesforce", "full", 4, "crm", True),
    ("github", "repo", 4, "code", True),
    ("github", "metadata:read", 1, "other", False),
    ("okta", "okta.users.manage", 4, "admin", True),
    ("okta", "okta.logs.read", 3, "security", False),
    ("okta", "openid", 1, "identity", False),
])  # fmt: skip
def test_known_scopes(platform, scope, level, data, writes) -> None:
    risk = scope_risk(platform, scope)
    assert (risk.privilege, risk.data, risk.writes, risk.known) == (level, data, writes, True)
    assert risk.source


def test_an_app_that_acts_as_itself_may_more() -> None:
    assert scope_risk("entra", "Mail.Read", application=True).privilege > scope_risk("entra", "Mail.Read").privilege


@pytest.mark.parametrize("platform", ["google", "nowhere"])
def test_what_nobody_has_classed_counts_as_high(platform) -> None:
    risk = scope_risk(platform, "something.new")
    assert (risk.privilege, risk.known, risk.data) == (Privilege.HIGH, False, "unknown")


def test_every_platform_says_where_its_classes_come_from() -> None:
    assert set(platforms()) >= {"google", "entra", "github", "okta", "slack", "salesforce"}
    assert all(one.source and one.date and one.by in ("ours", "vendor") for one in platforms().values())
    assert platforms()["entra"].by == "vendor"
