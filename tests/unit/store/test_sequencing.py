"""What the sequencer works with, from the configuration."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from wardlaw.config.model import Audit, WitnessLink
from wardlaw.facts.errors import ConfigError
from wardlaw.store.sequencing import read_keep_from, read_witness_key, second_places
from wardlaw.witness.folder import create_key


def test_keep_from(tmp_path: Path) -> None:
    assert read_keep_from(tmp_path) is None
    (tmp_path / "keep-from").write_text("3 41\n")
    assert read_keep_from(tmp_path) == (3, 41)
    for text in ("", "x y", "1"):
        (tmp_path / "keep-from").write_text(text)
        assert read_keep_from(tmp_path) == (0, 0)  # it cannot be told, so everything is kept


def test_second_places(tmp_path: Path) -> None:
    assert second_places(Audit()) == ()
    key = create_key(tmp_path / "w", "witness.example/one")
    audit = Audit(
        witness=WitnessLink("http://127.0.0.1:1", key.text), write_once=str(tmp_path), syslog="udp://127.0.0.1:514"
    )
    assert [place.name for place in second_places(audit)] == [
        "witness.example/one",
        f"write-once folder {tmp_path}",
        "syslog udp://127.0.0.1:514",
    ]


def test_a_witness_key_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "w.pub").write_text("line\n")
    assert read_witness_key(f"file:{tmp_path / 'w.pub'}") == "line"
    assert read_witness_key("line") == "line"
    with pytest.raises(ConfigError, match="WL-CFG-013"):
        read_witness_key(f"file:{tmp_path / 'none'}")
    with pytest.raises(ConfigError):
        second_places(msgspec.structs.replace(Audit(), witness=WitnessLink("http://127.0.0.1:1", "nonsense")))
