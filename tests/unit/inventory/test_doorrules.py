from __future__ import annotations

from wardlaw.inventory.doorrules import MARGIN_CALLS, LockedPrincipal, beside_the_door, locked_out
from wardlaw.inventory.model import FeedKind, Item, SyncRun, Use
from wardlaw.inventory.view import assemble

NOW = 1_790_000_000.0  # 2026-09-21
DAY = "2026-09-20"


def test_who_is_locked_out_is_found_with_each_app_that_it_is() -> None:
    locked = LockedPrincipal("agent:reports", "qua_1", "odd", NOW, (("acme", "app-1"),))
    first, second = locked_out([locked], door="gateway")
    assert (first.directory, first.about, first.account) == ("gateway", "account agent:reports", "agent:reports")
    assert (second.directory, second.about, second.app) == ("acme", "app app-1", "app-1")
    assert "odd" in first.evidence[0]
    assert "qua_1" in first.remedy


def beside(*uses: Use, door=None, platform: str = "openai"):
    run = SyncRun("r", "acme-openai", platform, "usage", FeedKind.EVENTS, NOW, "person:a")
    inventory = assemble([Item("acme-openai", "usage", use, 1.0, 1.0, NOW) for use in uses], [run])
    return list(beside_the_door(inventory, door or {}, at=NOW, days=30))


def use(calls: int, account: str = "key-1", day: str = DAY) -> Use:
    return Use(f"{account} {day}", account, "gpt", day, calls)


def test_use_that_the_gateway_did_not_carry_is_found() -> None:
    (one,) = beside(use(900), use(400, "key-2"), use(500, day="2026-09-19"), door={("openai", DAY): 300})
    assert (one.rule, one.about, one.directory, one.account) == (
        "use-beside-the-door",
        "vendor openai",
        "acme-openai",
        "",
    )
    assert "1500 calls more" in one.evidence[0]
    assert "most on 2026-09-20 (1000)" in one.evidence[0]
    assert "key-1 (1400 calls), key-2 (400 calls)" in one.evidence[1]
    assert beside(use(900))[0].account == "key-1"


def test_what_must_not_fire() -> None:
    assert beside(use(900), door={("openai", DAY): 900}) == []
    assert beside(use(1_000), door={("openai", DAY): 955}) == []  # within the margin
    assert beside(use(MARGIN_CALLS)) == []
    assert beside(use(900), door={("openai", DAY): 5_000}) == []
    assert beside(use(900, day="2026-08-01")) == []  # before what the log can tell
    assert beside(use(900), platform="google") == []
    assert beside(use(900, day="")) == []
