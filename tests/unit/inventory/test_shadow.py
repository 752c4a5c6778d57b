from __future__ import annotations

from wardlaw.inventory.shadow import ShadowVendor, mark_sanctioned


def vendor(name: str, accounts: int) -> ShadowVendor:
    return ShadowVendor(name, False, accounts, 1.0, 0.0, (), (), ())


def test_what_nobody_allowed_comes_first_then_what_most_use() -> None:
    found = mark_sanctioned((vendor("openai", 9), vendor("otter", 1), vendor("mistral", 5)), {"openai"})
    assert [(one.vendor, one.sanctioned) for one in found] == [("mistral", False), ("otter", False), ("openai", True)]
