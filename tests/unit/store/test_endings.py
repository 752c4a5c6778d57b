from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.audit.note import signer_key
from wardlaw.facts.errors import EvidenceError, UnavailableError
from wardlaw.store.endings import EndingsFile, read_endings

KEY, OTHER = signer_key("bundle.example", b"b" * 32), signer_key("bundle.example", b"o" * 32)
KEYS = (KEY.verifier,)


def made(path: Path, key=KEY) -> EndingsFile:
    return EndingsFile(path, sign=key.sign, keys=lambda: (key.verifier,))


def test_ends_are_remembered_for_as_long_as_they_matter(tmp_path: Path) -> None:
    path = tmp_path / "ended"
    assert read_endings(path, KEYS) == {}
    made(path).add("wvr_1", at=10.0, until=100.0)
    made(path).add("wvr_1", at=50.0, until=100.0)  # an end is never moved to a later moment
    made(path).add("brk_1", at=60.0, until=90.0)
    assert {name: (one.at, one.until) for name, one in read_endings(path, KEYS).items()} == {
        "wvr_1": (10.0, 100.0),
        "brk_1": (60.0, 90.0),
    }
    made(path).add("wvr_2", at=95.0, until=200.0)
    assert set(read_endings(path, KEYS)) == {"wvr_1", "wvr_2"}


@pytest.mark.parametrize("content", [b"", b"not ours", b"\x80", None])
def test_what_is_not_ours_is_refused_and_not_written_over(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ended"
    if content is None:
        made(path, OTHER).add("wvr_1", at=10.0, until=100.0)
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(EvidenceError, match="WL-WVR-015"):
        read_endings(path, KEYS)
    with pytest.raises(EvidenceError, match="WL-WVR-015"):
        made(path).add("wvr_2", at=10.0, until=100.0)
    assert path.read_bytes() == before


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="WL-WVR-016"):
        made(tmp_path / "nowhere" / "ended").add("wvr_1", at=10.0, until=100.0)
