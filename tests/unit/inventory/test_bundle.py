from __future__ import annotations

import pytest

from wardlaw.inventory.bundle import bundle_digest, bundle_of, face_of
from wardlaw.inventory.model import Account, App, Credential, Grant, Use

GRANT, KEY = Grant("g1", "ada", "a"), Credential("k1", "ada", "key")


@pytest.mark.parametrize(
    ("thing", "bundle"),
    [
        (GRANT, "ada"),
        (KEY, "ada"),
        (Use("u1", "ada", "a"), "ada"),
        (Account("ada"), "ada"),
        (App("a"), "\napp a"),
        (Grant("g2", "", "a"), "\ngrant g2"),
    ],
)
def test_a_thing_is_in_the_bundle_of_its_account(thing, bundle) -> None:
    assert bundle_of(thing) == bundle


def test_a_digest_does_not_depend_on_the_order_and_tells_everything_apart() -> None:
    same = bundle_digest([GRANT, KEY])
    assert bundle_digest([KEY, GRANT]) == same
    assert len({same, bundle_digest([GRANT]), bundle_digest([GRANT, KEY, KEY]), bundle_digest([])}) == 4
    assert bundle_digest([Grant("g1", "ada", "a", scopes=("x",)), KEY]) != same
    assert bundle_digest([Account("x"), App("x")]) == bundle_digest([App("x"), Account("x")])


def test_feeds_agree_on_the_face_of_a_grant_and_of_nothing_else() -> None:
    assert face_of(GRANT) == face_of(Grant("another", "ada", "a", scopes=("x",)))
    assert face_of(Grant("g1", "ada", "")) != face_of(Grant("g2", "ada", ""))
    assert face_of(App("x")) != face_of(Account("x"))
