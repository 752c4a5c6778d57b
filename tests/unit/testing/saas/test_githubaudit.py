"""What happened becomes an entry of the audit log under the action GitHub has for it."""

from __future__ import annotations

import pytest

from tests.worlds import NOW, github_world
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.saas.githubaudit import audit_entry, numbered


@pytest.mark.parametrize("deed", list(Deed))
def test_every_deed_has_an_action_and_says_only_what_is_known(deed: Deed) -> None:
    entry = audit_entry(Activity("x", NOW, deed, "ada"), github_world())
    assert "." in entry["action"]
    assert (entry["actor"], entry["@timestamp"]) == ("ada", int(NOW * 1000))
    assert {"repo", "token_id", "actor_location", "token_scopes", "integration"} & {*entry} == set()


def test_a_text_becomes_the_same_number_each_time() -> None:
    assert numbered("25") == 25
    assert numbered("web") == numbered("web") != numbered("api")
