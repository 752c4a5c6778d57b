"""Apps that nobody registered, counted in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.unit.store.test_vendorstanding import AT, approval, known
from wardlaw.inventory.granting import ApprovalBook, GrantApproval
from wardlaw.inventory.shadow import VendorStanding
from wardlaw.store.database import reading
from wardlaw.store.shadowapps import MOST_WHO, shadow_apps

__all__ = ["known"]


def found(
    database: Any,
    *approvals: GrantApproval,
    claimed: Callable[[str, str], bool] = lambda _where, _app: False,
    limit: int = 200,
) -> Any:
    with reading(database) as connection:
        return shadow_apps(connection, ApprovalBook(approvals), claimed, at=AT, limit=limit)


def test_each_app_is_counted_with_what_is_there_and_who(known: Any) -> None:
    apps, total = found(known)
    assert total == 2
    told = {one.app: (one.grants, one.credentials, one.uses, one.accounts, one.who) for one in apps}
    assert told == {
        "chat": (3, 1, 0, 4, ("ada", "bob", "bot", "cy")),
        "site": (0, 0, 6, 3, ("p0", "p1", "p2")),
    }
    assert [one.app for one in apps] == ["chat", "site"]  # most accounts first
    assert (apps[0].name, apps[0].vendor, apps[0].directory) == ("ChatGPT", "openai", "acme")
    assert apps[0].standing == VendorStanding(unapproved=4)
    assert 0 < apps[0].first_at <= AT
    assert len(apps[0].who) <= MOST_WHO


def test_what_a_system_claims_or_an_approval_covers_is_left_out(known: Any) -> None:
    apps, total = found(known, claimed=lambda where, app: (where, app) == ("acme", "chat"))
    assert ([one.app for one in apps], total) == (["site"], 1)
    apps, _ = found(known, approval("site", scopes=("*",)))
    assert [one.app for one in apps] == ["chat"]
    apps, _ = found(known, approval("chat"))  # a wider grant stands beyond it
    assert {one.app: one.standing.exceeding for one in apps}["chat"] == 1
    assert [one.app for one in found(known, approval("site", scopes=("*",), until=50.0))[0]] == ["chat", "site"]


def test_a_page_is_bounded_and_tells_how_many_there_are(known: Any) -> None:
    apps, total = found(known, limit=1)
    assert ([one.app for one in apps], total) == (["chat"], 2)
