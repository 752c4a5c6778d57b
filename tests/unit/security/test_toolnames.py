from __future__ import annotations

import pytest

from wardlaw.security.toolnames import is_server_name, parted, qualified, refused_names


def test_a_qualified_name_comes_apart_again_whatever_the_tool_is_called() -> None:
    for tool in ("read_file", "a__b", "__x", "x.y/z"):
        assert parted(qualified("files-2", tool)) == ("files-2", tool)
    assert [parted(name) for name in ("plain", "__x", "Files__x", "a_b__x", "files__")] == [("", "")] * 5


@pytest.mark.parametrize("name", ["", "a_b", "A", "-a", "a-", "a" * 33, "fïles", "a.b"])
def test_names_of_servers_hold_nothing_that_could_be_taken_for_the_joint(name) -> None:
    assert not is_server_name(name)
    assert is_server_name("files") and is_server_name("a" * 32)


@pytest.mark.parametrize("twin", ["Read_file", "read-file", "read.file", "read/file", "read_fi1e", "read_file"])
def test_both_of_two_names_that_look_alike_are_refused_with_one_reason(twin) -> None:
    refused = refused_names([("files", "read_file"), ("files", "write"), ("files", twin)])
    assert [one.tool for one in refused] == ["read_file", twin]
    assert len({one.why for one in refused}) == 1
    assert f"files__{twin}" in refused[0].why


def test_a_lookalike_of_another_alphabet_is_refused_alone() -> None:
    (refused,) = refused_names([("files", "read_file"), ("files", "rеad_file")])  # the second е is Cyrillic
    assert refused.tool == "rеad_file"
    assert "r\\u0435ad_file" in refused.why


def test_servers_cannot_meet_in_one_name() -> None:
    assert refused_names([("a", "b__c"), ("b", "c"), ("a", "c")]) == ()
    assert len(refused_names([("a-b", "c"), ("a-8", "c")])) == 2
