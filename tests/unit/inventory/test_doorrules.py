from __future__ import annotations

from wardlaw.inventory.doorrules import (
    MARGIN_CALLS,
    MARGIN_TOKENS,
    UNCOUNTED_TOKENS,
    DoorTally,
    LockedPrincipal,
    beside_the_door,
    locked_out,
)
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


def beside(*uses: Use, door=None, platform: str = "openai", keys=()):
    run = SyncRun("r", "acme-openai", platform, "usage", FeedKind.EVENTS, NOW, "person:a")
    inventory = assemble([Item("acme-openai", "usage", use, 1.0, 1.0, NOW) for use in uses], [run])
    return list(beside_the_door(inventory, door or {}, at=NOW, days=30, door_keys=keys))


def use(calls: int, account: str = "key-1", day: str = DAY) -> Use:
    return Use(f"{account} {day}", account, "gpt", day, calls)


def test_use_that_the_gateway_did_not_carry_is_found() -> None:
    (one,) = beside(use(900), use(400, "key-2"), use(500, day="2026-09-19"), door={("openai", DAY): DoorTally(300)})
    assert (one.rule, one.about, one.directory, one.account) == (
        "use-beside-the-door",
        "vendor openai",
        "acme-openai",
        "",
    )
    assert "1500 calls more" in one.evidence[0]
    assert "most on 2026-09-20 (1000)" in one.evidence[0]
    assert "key-1 (1400 calls, in gpt), key-2 (400 calls, in gpt)" in one.evidence[1]
    assert beside(use(900))[0].account == "key-1"


def test_what_must_not_fire() -> None:
    assert beside(use(900), door={("openai", DAY): DoorTally(900)}) == []
    assert beside(use(1_000), door={("openai", DAY): DoorTally(955)}) == []  # within the margin
    assert beside(use(MARGIN_CALLS)) == []
    assert beside(use(900), door={("openai", DAY): DoorTally(5_000)}) == []
    assert beside(use(900, day="2026-08-01")) == []  # before what the log can tell
    assert beside(use(900), platform="google") == []
    assert beside(use(900, day="")) == []


def spent(tokens: int, account: str = "apikey_1", day: str = DAY) -> Use:
    return Use(f"{account} {day}", account, "wrkspc_1", day, tokens=tokens)


def tokens(*uses: Use, keys=(), **carried: int):
    return beside(*uses, door={("anthropic", DAY): DoorTally(**carried)}, platform="anthropic", keys=keys)


def test_tokens_are_held_against_tokens_where_a_vendor_counts_no_calls() -> None:
    (one,) = tokens(spent(900_000), spent(300_000, "apikey_2"), calls=100, tokens=400_000)
    assert (one.about, one.account) == ("vendor anthropic", "")
    assert (
        one.evidence[0]
        == "anthropic counted 800000 tokens more than the gateway carried, on 1 days; most on 2026-09-20 (800000)."
    )
    assert "apikey_1 (900000 tokens, in wrkspc_1), apikey_2 (300000 tokens, in wrkspc_1)" in one.evidence[1]
    assert len(one.evidence) == 2
    assert tokens(spent(900_000), calls=100, tokens=900_000) == []
    assert tokens(spent(2_000_000), calls=100, tokens=1_901_000) == []  # five in a hundred
    assert tokens(spent(MARGIN_TOKENS), calls=0) == []
    assert len(tokens(spent(MARGIN_TOKENS + 1), calls=0)) == 1


def test_exchanges_without_a_count_are_taken_at_the_mean_and_said() -> None:
    assert tokens(spent(1_000_000), calls=100, tokens=900_000, uncounted=10) == []  # 90 counted, 10,000 each
    (one,) = tokens(spent(2_000_000), calls=100, tokens=900_000, uncounted=10)
    assert "counted 1000000 tokens more" in one.evidence[0]
    assert one.evidence[2].startswith("10 exchanges of the gateway ended without a count")
    only_cut = {"calls": 40, "uncounted": 40}
    assert tokens(spent(40 * UNCOUNTED_TOKENS + MARGIN_TOKENS), **only_cut) == []
    assert len(tokens(spent(40 * UNCOUNTED_TOKENS + MARGIN_TOKENS + 1), **only_cut)) == 1


def test_where_the_gateways_keys_are_named_any_other_key_is_beside_the_door() -> None:
    keys = {("anthropic", "apikey_1"), ("openai", "key-9")}
    (one,) = tokens(spent(100_000), spent(7, "apikey_2"), keys=keys, calls=9, tokens=900_000)
    assert (one.account, "counted 7 tokens more" in one.evidence[0]) == ("apikey_2", True)
    assert tokens(spent(100_000), keys=keys, calls=9, tokens=100_000) == []
    (over,) = tokens(spent(400_000), keys=keys, calls=9, tokens=100_000)  # the gateway's own key, used elsewhere too
    assert over.account == "apikey_1"
    only_others = beside(use(900), door={("openai", DAY): DoorTally(900)}, keys={("anthropic", "apikey_1")})
    assert only_others == []  # of this vendor no key is named
