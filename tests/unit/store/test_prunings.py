"""Requests to prune, and how long they stand."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from wardlaw.facts.errors import EvidenceError, InputError, UnavailableError
from wardlaw.store.prunings import Pruning, PruningBook

ONE = Pruning("prn_1", 512, "why", "person:a", 100.0, 200.0)


def test_requests_are_kept_newest_first_and_replaced_by_id(tmp_path: Path) -> None:
    book = PruningBook(tmp_path / "p.json")
    assert book.list() == ()
    two = msgspec.structs.replace(ONE, id="prn_2")
    book.keep(ONE)
    book.keep(two)
    assert PruningBook(tmp_path / "p.json").list() == (two, ONE)
    done = msgspec.structs.replace(ONE, confirmed_by="person:b")
    book.keep(done)
    assert book.list() == (done, two)


def test_only_a_standing_request_is_pending(tmp_path: Path) -> None:
    book = PruningBook(tmp_path / "p.json")
    with pytest.raises(InputError, match="WL-STO-075"):
        book.pending("prn_1", now=150.0)
    book.keep(ONE)
    assert book.pending("prn_1", now=199.9) == ONE
    with pytest.raises(InputError, match="WL-STO-076"):
        book.pending("prn_1", now=200.0)
    book.keep(msgspec.structs.replace(ONE, confirmed_by="person:b"))
    with pytest.raises(InputError, match="WL-STO-076"):
        book.pending("prn_1", now=150.0)


def test_a_damaged_book_and_a_lost_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{")
    with pytest.raises(EvidenceError, match="WL-STO-077"):
        PruningBook(tmp_path / "p.json").list()
    with pytest.raises(UnavailableError, match="WL-STO-078"):
        PruningBook(tmp_path / "gone" / "p.json").keep(ONE)
