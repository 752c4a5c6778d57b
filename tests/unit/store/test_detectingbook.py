from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.audit.note import signer_key
from wardlaw.config.loosening import Detecting
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store.detectingbook import ApprovedDetecting, DetectingBook, read_approved

KEY, OTHER = signer_key("bundle.example", b"b" * 32), signer_key("bundle.example", b"o" * 32)


def made(path: Path, key=KEY, wanted: Detecting = Detecting()) -> DetectingBook:  # noqa: B008 (frozen)
    return DetectingBook(path, wanted, sign=key.sign, keys=lambda: (key.verifier,))


def test_what_was_approved_comes_back(tmp_path: Path) -> None:
    book = made(tmp_path / "d", wanted=Detecting(encoder=False))
    assert book.approved() is None
    done = book.approve(asked_by="person:sec", by="person:ris", at=5.0)
    assert book.approved() == done == ApprovedDetecting(Detecting(encoder=False), "person:sec", "person:ris", 5.0)
    assert done.detecting.digest != Detecting().digest


@pytest.mark.parametrize("content", [b"", b"not ours", None])
def test_what_is_not_ours_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "d"
    if content is None:
        made(path, OTHER).approve(asked_by="", by="x", at=1.0)
    else:
        path.write_bytes(content)
    with pytest.raises(EvidenceError, match="WL-LIF-018"):
        read_approved(path, (KEY.verifier,))


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="WL-LIF-019"):
        made(tmp_path / "nowhere" / "d").approve(asked_by="", by="x", at=1.0)
