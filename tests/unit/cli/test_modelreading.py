"""Files of models on a disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from wardlaw.cli.modelreading import look_at, model_files, read_allowed
from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.modelfiles.allowed import Allowed


def test_folders_are_read_whole_and_names_are_below_them(tmp_path: Path) -> None:
    (tmp_path / "m" / "variables").mkdir(parents=True)
    (tmp_path / "m" / "variables" / "variables.data-00000-of-00001").write_bytes(b"\x07\x08\xfe" * 9)
    (tmp_path / "one.txt").write_text("words")
    found = model_files([str(tmp_path / "m"), str(tmp_path / "one.txt")])
    assert [name for _, name in found] == ["variables/variables.data-00000-of-00001", "one.txt"]
    one = look_at(*found[0], Allowed())
    assert (one.looked.outcome, one.size_bytes) == (CheckOutcome.PASS, 27)
    assert one.digest == hashlib.sha256(b"\x07\x08\xfe" * 9).hexdigest()
    with pytest.raises(InputError):
        model_files([str(tmp_path / "nowhere")])
    with pytest.raises(InputError):
        look_at(tmp_path / "nowhere", "x", Allowed())


def test_a_list_of_names_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "allowed"
    path.write_text("# ours\nourcompany.models.Ranker  # by the search team\n\n")
    assert read_allowed(str(path)).extra == {"ourcompany.models.Ranker"}
    for text in ("os.*\n", "Ranker\n", "a b\n"):
        path.write_text(text)
        with pytest.raises(ConfigError):
            read_allowed(str(path))
    with pytest.raises(ConfigError):
        read_allowed(str(tmp_path / "nowhere"))
