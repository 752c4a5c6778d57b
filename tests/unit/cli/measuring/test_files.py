"""The rest of the measuring on files is covered by the commands' own tests; here what they do not reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli.measuring.corpus import read_documents
from wardlaw.facts.errors import DataError

COVERS = ("corpus", "signing", "telling", "bias", "poisoning")


def read(path: Path, field: str = "") -> list[str]:
    return [one.text for one in read_documents(path, field=field, told=lambda _share, _word: None)]


def test_texts_of_rows_and_of_files(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"id":1,"content":"one"}\n{"id":2,"content":"two"}\n')
    assert read(tmp_path / "t.jsonl") == ["one", "two"]
    assert read(tmp_path / "t.jsonl", "id") == ["1", "2"]
    with pytest.raises(DataError) as caught:
        read(tmp_path / "t.jsonl", "body")
    assert caught.value.code == "WL-DAT-010"
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "a.json").write_text('{"text":"\\u006fbey"}')
    (folder / "b.json").write_text("{broken")
    (folder / "c.png").write_bytes(b"\x89PNG")
    assert read(folder) == ['{\n "text": "obey"\n}', "{broken"]
    (folder / "d.txt").write_bytes(b"M\xfcnchen")
    with pytest.raises(DataError) as wrong:
        read(folder)
    assert wrong.value.code == "WL-DAT-007"
