from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from wardlaw.documents.packed import Package, ending
from wardlaw.documents.piece import Bounds, DocumentError
from wardlaw.testing.papers import package


def test_members_are_read() -> None:
    made = Package(package({"a.xml": "hello", "b/c.XML": b"\x00"}), Bounds())
    assert made.names == ("a.xml", "b/c.XML")
    assert (made.read("a.xml"), "a.xml" in made, "d" in made, ending("b/c.XML")) == (b"hello", True, False, ".xml")


def test_a_bomb_unpacks_to_no_more_than_the_bounds() -> None:
    bomb = Package(package({"a": b"0" * 5_000_000, "b": b"0" * 5_000_000}), Bounds(unpacked_bytes=6_000_000))
    assert len(bomb.read("a")) == 5_000_000
    with pytest.raises(DocumentError, match="more than 6000000 bytes"):
        bomb.read("b")


def test_a_claim_of_a_small_size_is_not_believed() -> None:
    made = bytearray(package({"a": b"0" * 100_000}))
    place = made.index(b"PK\x01\x02") + 24  # the unpacked size in the central directory
    made[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(DocumentError, match="damaged"):
        Package(bytes(made), Bounds()).read("a")


def test_a_claim_of_a_gigabyte_costs_nothing() -> None:
    made = bytearray(package({"a": b"hello"}))
    place = made.index(b"PK\x01\x02") + 24
    made[place : place + 4] = (1 << 30).to_bytes(4, "little")
    assert Package(bytes(made), Bounds(unpacked_bytes=100)).read("a") == b"hello"


def test_what_two_readers_see_differently_is_refused() -> None:
    with pytest.raises(DocumentError, match="one name"):
        Package(package({"a.xml": "1", "A.xml": "2"}), Bounds())
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w") as packed:
            packed.writestr("a", "1")
            packed.writestr("a", "2")
    with pytest.raises(DocumentError, match="one name"):
        Package(out.getvalue(), Bounds())


def test_too_many_members_other_methods_and_encryption_are_refused() -> None:
    with pytest.raises(DocumentError, match="more than 2 parts"):
        Package(package(dict.fromkeys("abc", "")), Bounds(parts=2))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as packed:
        packed.writestr("a", "1")
    with pytest.raises(DocumentError, match="unusual way"):
        Package(out.getvalue(), Bounds())
    made = bytearray(package({"a": "1"}))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DocumentError, match="encrypted"):
        Package(bytes(made), Bounds())


def test_damage_is_one_clear_error() -> None:
    made = package({"a": b"hello" * 100})
    with pytest.raises(DocumentError, match="damaged"):
        Package(made[: len(made) // 2], Bounds())
    broken = bytearray(made)
    broken[35] ^= 0xFF
    with pytest.raises(DocumentError, match="damaged"):
        Package(bytes(broken), Bounds()).read("a")
