from __future__ import annotations

import pytest

from wardlaw.cli.planning import StepPlanner
from wardlaw.config.connected import Directory, Platform
from wardlaw.config.secretref import SecretRef
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Consent, Credential, Grant
from wardlaw.inventory.revocation import StepKind

READ, WRITE = SecretRef("env", "NOBODY_SETS_R"), SecretRef("env", "NOBODY_SETS_W")
MADE = {platform: Directory(platform.value, platform, READ, WRITE, organisation="acme") for platform in Platform}
PLANNER = StepPlanner((*MADE.values(), Directory("read-only", Platform.GOOGLE, READ)))
GRANT = Grant("ada/app-1", "ada", "app-1", Consent.USER)


def test_calls_are_worked_out_without_any_credential() -> None:
    (step,) = PLANNER("google", (GRANT,), "")
    assert (step.kind, step.subject) == (StepKind.GRANT, "ada/app-1")
    assert step.call.startswith("DELETE ")
    assert PLANNER("okta", (Grant("user/00u1/0oa1", "00u1", "0oa1"),), "")
    assert [step.kind for step in PLANNER("entra", (), "app-1")] == [StepKind.APP]
    assert PLANNER("slack", (), "A1")
    assert PLANNER("openai", (Credential("key_1", "user-1", "admin key"),), "")


@pytest.mark.parametrize(
    ("directory", "code"),
    [("none", "WL-INV-012"), ("read-only", "WL-INV-021"), ("oauth", "WL-INV-123"), ("salesforce", "WL-INV-123"), ("scim", "WL-INV-123")],
)  # fmt: skip
def test_where_nothing_can_be_planned_it_says_why(directory: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        PLANNER(directory, (GRANT,), "")
    assert caught.value.code == code
