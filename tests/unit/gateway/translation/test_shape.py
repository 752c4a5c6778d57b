"""What has no counterpart is an error that names its place."""

from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.gateway.translation.shape import as_members, only, refuse, unsaid


def test_the_place_is_named() -> None:
    with pytest.raises(InputError, match="no counterpart for a part at /messages/0") as caught:
        refuse("/messages/0", "a part")
    assert (caught.value.code, caught.value.http_status) == ("WL-GW-130", 400)


def test_only_what_is_known_or_says_nothing_passes() -> None:
    only({"a": 1, "b": None}, frozenset("a"), "")
    with pytest.raises(InputError, match="/x/b"):
        only({"a": 1, "b": 0}, frozenset("a"), "/x")


def test_what_must_be_an_object_is_one() -> None:
    assert as_members({"a": 1}, "/x", "it") == {"a": 1}
    with pytest.raises(InputError):
        as_members([], "/x", "it")


def test_an_answer_without_counterpart_is_the_upstreams_matter() -> None:
    assert (unsaid("thinking").code, unsaid("thinking").http_status) == ("WL-GW-211", 502)
