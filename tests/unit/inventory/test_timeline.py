from __future__ import annotations

from wardlaw.inventory.model import App, Consent, Credential, Grant, Item, Spell, Use
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.timeline import timeline


def item(thing, first=100.0, last=500.0, gone=0.0, past=(), since=0.0) -> Item:
    return Item("acme", "tokens", thing, first, since or first, last, gone, past)


def test_a_story_in_order_without_times_nobody_told() -> None:
    found = timeline(
        [
            item(App("a", "Notes")),
            item(Grant("g", "ada", "a", Consent.ADMIN, granted_at=50.0, last_used_at=450.0)),
            item(Grant("h", "bob", "a"), 120.0, 200.0, 300.0),
            item(Credential("k", "ada", "key", created_at=40.0, expires_at=900.0), 150.0, past=(Spell(150.0, 180.0),), since=210.0),
            item(Use("u", "ada", "a", calls=3, last_used_at=440.0)),
        ],
        [GrantFinding("owner-gone", Weight.HIGH, "acme", "grant g", "ada", "a", ("It is so.",), "Act.")],
        at=1_000.0,
    )  # fmt: skip
    assert [(one.at, one.what, one.about) for one in found] == [
        (40.0, "key made", "credential k"), (50.0, "consent (admin)", "grant g"), (100.0, "first seen", "app a"),
        (100.0, "first seen", "grant g"), (120.0, "first seen", "grant h"), (150.0, "first seen", "credential k"),
        (180.0, "gone", "credential k"), (210.0, "seen again", "credential k"), (300.0, "gone", "grant h"),
        (440.0, "used, 3 calls that day", "use u"), (450.0, "last used", "grant g"), (900.0, "key ends", "credential k"),
        (1_000.0, "high: owner-gone", "grant g"),
    ]  # fmt: skip
    assert [one.ours for one in found[:3]] == [False, False, True]
    assert found[1].name == "ada → a"
