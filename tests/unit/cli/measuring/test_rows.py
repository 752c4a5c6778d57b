"""Files as columns: each kind the same values, and one clear error for what cannot be read."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wardlaw.cli.measuring.rows import digest_of, read_columns, whole
from wardlaw.facts.errors import DataError

TABLE = {"a": ["1", "2", ""], "b": ["x", "é, y", "z"]}


def code(path: Path, **more) -> str:
    with pytest.raises(DataError) as caught:
        list(read_columns(path, **more))
    return caught.value.code


def test_every_kind_of_file_gives_the_same_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('\ufeffa,b\r\n1,x\r\n2,"é, y"\r\n\r\n,z\r\n', encoding="utf-8")
    (tmp_path / "t.tsv").write_text("a\tb\n1\tx\n2\té, y\n\tz\n", encoding="utf-8")
    (tmp_path / "t.jsonl").write_text('{"a":1,"b":"x"}\n{"b":"é, y","a":2.0}\n\n{"b":"z","a":null}\n', encoding="utf-8")
    for name in ("t.csv", "t.tsv", "t.jsonl"):
        assert whole(tmp_path / name) == TABLE, name
    np.savez(tmp_path / "t.npz", X=np.array([[1.0, 0.5], [2.0, np.nan]]), y=np.array(["x", "z"]))
    assert whole(tmp_path / "t.npz") == {"X0": ["1", "2"], "X1": ["0.5", "nan"], "y": ["x", "z"]}


def test_parquet_is_read_where_pyarrow_is_and_says_so_where_not(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"no parquet")
    there = importlib.util.find_spec("pyarrow") is not None
    assert code(tmp_path / "t.parquet") == ("WL-DAT-008" if there else "WL-DAT-009")


_WRITE_AND_READ = """
import sys
sys.path.append(sys.argv[1])
import pyarrow, pyarrow.parquet
table = pyarrow.table({"a": pyarrow.array([1.0, 2.0, None]), "b": ["x", "é, y", "z"]})
pyarrow.parquet.write_table(table, sys.argv[2])
from pathlib import Path
from wardlaw.cli.measuring import rows
rows.CHUNK_ROWS = 2
print(list(rows.read_columns(Path(sys.argv[2]))))
"""


def test_parquet_gives_the_same_columns(tmp_path: Path) -> None:
    peers = Path(os.environ.get("WARDLAW_TEST_MODELS", "nowhere"))
    place = next(peers.glob("makers/lib/python3*/site-packages/pyarrow"), None)
    if place is None:
        pytest.skip("pyarrow is not there (WARDLAW_TEST_MODELS, tools/modelpeers)")
    command = [sys.executable, "-c", _WRITE_AND_READ, str(place.parent), str(tmp_path / "t.parquet")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    parts = ast.literal_eval(ran.stdout)
    assert [len(one["a"]) for one in parts] == [2, 1]
    assert {name: parts[0][name] + parts[1][name] for name in TABLE} == TABLE


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("t.csv", b"a,b\n1\n", "WL-DAT-008"),
        ("t.csv", b"a,a\n1,2\n", "WL-DAT-008"),
        ("t.csv", b"", "WL-DAT-008"),
        ("t.csv", "a,b\nMünchen,1\n".encode("latin-1"), "WL-DAT-007"),
        ("t.jsonl", b'{"a":1}\n[2]\n', "WL-DAT-008"),
        ("t.jsonl", b"{'a':1}\n", "WL-DAT-008"),
        ("t.jsonl", '{"a":"é"}\n'.encode("latin-1"), "WL-DAT-007"),
        ("t.npz", b"PK nothing", "WL-DAT-008"),
        ("t.xlsx", b"", "WL-DAT-009"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert code(tmp_path / name) == expected


def test_nothing_pickled_is_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "t.npz", y=np.array([{"a": 1}], dtype=object))
    assert code(tmp_path / "t.npz") == "WL-DAT-008"


def test_columns_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    assert code(tmp_path / "t.csv", wanted=["a", "c"]) == "WL-DAT-010"
    assert list(read_columns(tmp_path / "t.csv", wanted=["b"])) == [{"b": ["2"]}]
    assert code(tmp_path / "no.csv") == "WL-DAT-006"
    with pytest.raises(DataError):
        digest_of(tmp_path / "no.csv")


def test_long_files_come_in_pieces_with_their_progress(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n" + "1\n" * 45_000)
    told: list[tuple[float, str]] = []
    sizes = [
        len(one["a"]) for one in read_columns(tmp_path / "t.csv", told=lambda share, word: told.append((share, word)))
    ]
    assert sizes == [20_000, 20_000, 5_000]
    assert told[-1] == (1.0, "45,000 rows")
