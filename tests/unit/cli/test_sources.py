"""Reading policy folders and texts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.governance.cases import BULK
from wardlaw.cli.options import Options
from wardlaw.cli.sources import check_set, policy_files, read_sources, read_stdin, read_text
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.governance.shipped import shipped_frameworks


def test_folders_files_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.cedar").write_text("x")
    (tmp_path / "a.yaml").write_text("y")
    (tmp_path / "c.txt").write_text("z")
    assert [path.name for path in policy_files(str(tmp_path), Options())] == ["a.yaml", "b.cedar"]
    assert policy_files(str(tmp_path / "c.txt"), Options()) == [tmp_path / "c.txt"]
    assert list(read_sources([tmp_path / "a.yaml"]).values()) == ["y"]
    for place in ("none", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(InputError, match="WL-CLI-003"):
            policy_files(str(tmp_path / place), Options())


def test_unreadable_texts_are_told(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read_text(tmp_path / "b")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path / "none")


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("ä".encode())))
    assert read_stdin() == "ä"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    with pytest.raises(InputError, match="not UTF-8"):
        read_stdin()


def test_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardlaw.cli.sources.MAX_BYTES", 2)
    (tmp_path / "a").write_text("abc")
    with pytest.raises(InputError, match="larger"):
        read_text(tmp_path / "a")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"abc")))
    with pytest.raises(InputError, match="more than"):
        read_stdin()


def test_a_reference_from_a_pack_is_asked_for_and_where_nobody_answers_it_stays_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BULK.replace('["gdpr:32"]', '["gdpr:32", "gdpr:99"]')
    (tmp_path / "a.yaml").write_text(text)
    law = shipped_frameworks()["gdpr"]
    new = msgspec.structs.replace(law.provisions[0], id="99")

    class Laws:
        def get(self, path: str) -> Any:
            if path == "/frameworks":
                return [{"id": "gdpr", "origin": "pack x"}, {"id": "nist-ai-rmf", "origin": "ships with this version"}]
            assert path == "/frameworks/gdpr"
            plain = msgspec.to_builtins(msgspec.structs.replace(law, provisions=()))
            return {
                "framework": plain,
                "lines": [{"provision": msgspec.to_builtins(one)} for one in (*law.provisions, new)],
            }

    def away(_options: Options) -> Any:
        raise UnavailableError("WL-CTL-001", "It is away.", "")

    monkeypatch.setattr("wardlaw.cli.sources.connect", away)
    assert [one.code for one in check_set([tmp_path / "a.yaml"]).problems] == ["WL-POL-018"]
    monkeypatch.setattr("wardlaw.cli.sources.connect", lambda _options: Laws())
    assert check_set([tmp_path / "a.yaml"]).ok
    (tmp_path / "a.yaml").write_text(text.replace("gdpr:99", "gdpr:999"))
    (found,) = check_set([tmp_path / "a.yaml"]).problems
    assert found.hint == 'Did you mean "99"?'  # among those of the pack too
