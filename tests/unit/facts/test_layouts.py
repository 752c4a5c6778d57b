"""Structs are worked out before threads ask for them."""

from __future__ import annotations

import msgspec

from wardlaw.facts.approval import CallAnswer, CallApproval
from wardlaw.facts.layouts import settle_layouts


class Plain(msgspec.Struct):
    """A struct of this module."""

    name: str


class Finer(Plain):
    """One that comes of another."""

    size_bytes: int


class Undecodable(msgspec.Struct):
    """Of no form that JSON has: two texts in one union."""

    which: str | msgspec.UnsetType | CallAnswer | CallApproval


def test_structs_of_the_package_are_settled_and_no_others() -> None:
    found = settle_layouts()
    assert {CallAnswer, CallApproval} <= set(found)
    assert {one.__module__.partition(".")[0] for one in found} == {"wardlaw"}
    assert set(settle_layouts()) == set(found)


def test_descendants_count_and_what_cannot_be_decoded_is_left_out() -> None:
    found = settle_layouts(__name__)
    assert set(found) == {Plain, Finer}
    assert settle_layouts("wardlaw.fact") == ()
