from __future__ import annotations

import json
from pathlib import Path

import pytest

from wardlaw.cli.scanning.reading import MAX_BYTES, Text, UnreadableError, read_file, read_rows


def _rows(path: Path, raw: bytes) -> list[tuple[str, int, str]]:
    path.write_bytes(raw)
    return [(one.text, one.line, one.pointer) for one in read_rows(path)]


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for raw in ("grüß".encode(), b"\xef\xbb\xbf" + "grüß".encode(), "grüß".encode("utf-16"), "grüß".encode("latin-1")):
        path.write_bytes(raw)
        assert read_file(path) == "grüß"


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a\0b")
    with pytest.raises(UnreadableError, match="binary"):
        read_file(path)
    path.write_bytes(b"a" * 11)
    with pytest.raises(UnreadableError, match="larger than 10"):
        read_file(path, limit=10)
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_file(tmp_path / "nowhere")
    (tmp_path / "a.jsonl").write_bytes(b"\0")
    with pytest.raises(UnreadableError, match="binary"):
        list(read_rows(tmp_path / "a.jsonl"))


def test_lines_of_json_give_their_texts_with_line_and_pointer(tmp_path: Path) -> None:
    raw = json.dumps({"a": "x", "b": [{"c/d": "y"}, 3]}).encode() + b'\n\n"z"\nbroken {\n{"a":"1","a":"2"}\n'
    assert _rows(tmp_path / "a.jsonl", raw) == [
        ("x", 1, "/a"),
        ("y", 1, "/b/0/c~1d"),
        ("\n", 2, "/"),
        ("z", 3, "/"),
        ("broken {\n", 4, "/"),
        ('{"a":"1","a":"2"}\n', 5, "/"),  # two readings, so the text itself
    ]


def test_a_secret_comes_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"api_key": "v", "x" * 40: "w"}))
    assert list(read_rows(path)) == [
        Text("x" * 40, 1, "/"), Text("api_key=v", 1, "/api_key", 8), Text("w", 1, "/" + "x" * 40),
    ]  # fmt: skip


def test_json_that_is_none_is_one_text(tmp_path: Path) -> None:
    assert _rows(tmp_path / "a.json", b"{nope") == [("{nope", 1, "")]
    assert _rows(tmp_path / "b.json", b'"text"') == [('"text"', 1, "")]
    assert _rows(tmp_path / "c.json", b"[" * 100_000) == [("[" * 100_000, 1, "")]


def test_csv_by_cell_with_the_line_its_row_begins_on(tmp_path: Path) -> None:
    assert _rows(tmp_path / "a.csv", b'h,i\r\n1,"two\nlines"\n3, \n') == [
        ("h", 1, "/0"), ("i", 1, "/1"), ("1", 2, "/0"), ("two\nlines", 2, "/1"), ("3", 4, "/0"),
    ]  # fmt: skip
    assert _rows(tmp_path / "a.tsv", b"a\tb\n") == [("a", 1, "/0"), ("b", 1, "/1")]


def test_a_cell_without_an_end_is_read_as_it_stands(tmp_path: Path) -> None:
    found = _rows(tmp_path / "a.csv", b'a,"' + b"x" * 100 + (b"\n" + b"y" * 1000) * 200 + b"\n")
    assert sum(text.count("y") for text, _, _ in found) == 200_000


def test_rows_may_be_more_than_a_file_may_be_large(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = json.dumps({"t": "x" * 100_000}).encode() + b"\n"
    path.write_bytes(line * (MAX_BYTES // len(line) + 2))
    assert sum(1 for _ in read_rows(path)) == MAX_BYTES // len(line) + 2
