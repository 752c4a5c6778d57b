from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.groups import GroupBook
from wardlaw.inventory.importing.groups import membership
from wardlaw.inventory.model import Item, Membership


def item(one: Membership, *, directory: str = "acme", gone: bool = False) -> Item:
    return Item(directory, "groups", one, 1.0, 1.0, 1.0, 2.0 if gone else 0.0)


def book(*pairs: tuple[str, str, bool]) -> GroupBook:
    return GroupBook(item(membership(group, member, is_group=is_group)) for group, member, is_group in pairs)


def test_members_come_through_groups_within_groups() -> None:
    found = book(("all", "sales", True), ("sales", "emea", True), ("emea", "ada", False), ("all", "bob", False))
    assert found.members("acme", "all") == {"ada", "bob"}
    assert found.members("acme", "emea") == {"ada"}
    assert found.holds("acme", ("none", "sales"), "ada")


def test_what_nobody_tells_is_no_membership() -> None:
    gone = item(membership("sales", "eve", is_group=False), gone=True)
    other = item(membership("sales", "out", is_group=False), directory="other")
    found = GroupBook([gone, other, item(membership("sales", "ada", is_group=False)), item(Membership("m", "sales")),
                       item(Membership("m", "", "zed"))])  # fmt: skip
    assert found.members("acme", "sales") == {"ada"}
    assert found.members("acme", "") == frozenset()
    for account in ("eve", "out", "", "sales", "ADA"):
        assert not found.holds("acme", ("sales", "", "none"), account)
    assert not GroupBook().holds("acme", ("sales",), "ada")


def test_groups_that_hold_each_other_end() -> None:
    found = book(("a", "b", True), ("b", "a", True), ("a", "a", True), ("b", "ada", False))
    assert found.members("acme", "a") == found.members("acme", "b") == {"ada"}


def test_a_group_is_no_account_of_the_same_name() -> None:
    found = book(("all", "ada", True))
    assert found.members("acme", "all") == frozenset()


def test_fifty_thousand_members_nested_two_hundred_deep() -> None:
    pairs = [(f"g{n}", f"g{n + 1}", True) for n in range(200)] + [
        (f"g{n % 201}", f"p{n}", False) for n in range(50_000)
    ]
    found = book(*pairs)
    assert len(found.members("acme", "g0")) == 50_000
    assert found.holds("acme", ("g0",), "p49999")
    assert not found.holds("acme", ("g200",), "p0")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcxyz"), st.booleans()), max_size=20))
def test_a_member_is_reached_by_a_chain_and_nobody_else_is(pairs: list[tuple[str, str, bool]]) -> None:
    reached = {"a"}
    for _ in range(5):
        reached |= {member for group, member, is_group in pairs if is_group and group in reached}
    expected = {member for group, member, is_group in pairs if not is_group and group in reached}
    assert book(*pairs).members("acme", "a") == expected
