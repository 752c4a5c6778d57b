"""Rows of files as columns of text, some at a time: CSV, TSV, JSON lines, npz and Parquet."""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from wardlaw.facts.errors import DataError
from wardlaw.register.poisoning.table import Columns

CHUNK_ROWS = 20_000
_READ_BYTES = 1 << 20
_FIELD_BYTES = 1 << 20  # of one field of CSV; more is a quote that was never closed
Told = Callable[[float, str], None]


def read_columns(
    path: Path, *, wanted: Sequence[str] | None = None, told: Told = lambda _share, _word: None
) -> Iterator[Columns]:
    """Rows as columns, ``CHUNK_ROWS`` at a time.

    Args:
        wanted: Only these columns; None for all.
        told: Called with the share read and a word beside it.

    Raises:
        DataError: The file cannot be read as what it is (WL-DAT-006 to WL-DAT-009), or lacks a column (WL-DAT-010).
    """
    kind = path.suffix.lower()
    readers = {".csv": _csv, ".tsv": _csv, ".data": _csv, ".jsonl": _json_lines, ".ndjson": _json_lines,
               ".npz": _npz, ".parquet": _parquet}  # fmt: skip
    if kind not in readers:
        raise DataError("WL-DAT-009", f"{path.name} is of no kind that is read.", f"Give {', '.join(readers)}.")
    rows = 0
    try:
        for columns, share in readers[kind](path):
            if wanted is not None:
                _require(columns, wanted)
            found = columns if wanted is None else {name: columns[name] for name in wanted}
            rows += len(next(iter(found.values()), ()))
            told(share, f"{rows:,} rows")
            yield found
    except OSError as error:
        raise DataError(
            "WL-DAT-006", f"{path.name} cannot be read: {error.strerror or error}.", "Check path and permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            "WL-DAT-007",
            f"{path.name} is not UTF-8 (byte {error.start:,}).",
            "Save it as UTF-8; guessing would change values.",
        ) from error


def whole(path: Path, *, told: Told = lambda _share, _word: None) -> dict[str, list[str]]:
    """All rows of a file, for trusted rows, which are few."""
    found: dict[str, list[str]] = {}
    for columns in read_columns(path, told=told):
        for name, values in columns.items():
            found.setdefault(name, []).extend(values)
    return found


def digest_of(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        DataError: It cannot be read (WL-DAT-006).
    """
    found = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while part := source.read(_READ_BYTES):
                found.update(part)
    except OSError as error:
        raise DataError(
            "WL-DAT-006", f"{path.name} cannot be read: {error.strerror}.", "Check path and permissions."
        ) from error
    return found.hexdigest()


def _require(columns: Columns, wanted: Sequence[str]) -> None:
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise DataError(
            "WL-DAT-010", f"There is no column {', '.join(missing)}.", f"There are {', '.join(list(columns)[:30])}."
        )


def _csv(path: Path) -> Iterator[tuple[Columns, float]]:
    size = max(1, path.stat().st_size)
    csv.field_size_limit(_FIELD_BYTES)
    # newline="": the reader itself knows line ends inside quotes. A byte order mark is no part of a name.
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as source:
        reader = csv.reader(source, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", skipinitialspace=True)
        try:
            head = next(reader, None)
            if not head or len(set(head)) != len(head):
                raise DataError(
                    "WL-DAT-008",
                    f"{path.name} has no head, or a name twice in it.",
                    "The first line names the columns.",
                )
            while chunk := list(islice(reader, CHUNK_ROWS)):
                rows = [row for row in chunk if row]  # an empty line is no row
                wrong = next((row for row in rows if len(row) != len(head)), None)
                if wrong is not None:
                    raise DataError(
                        "WL-DAT-008",
                        f"{path.name} has a row of {len(wrong)} fields near line {reader.line_num:,}; its head has {len(head)}.",
                        "Mend the row; a shifted column would be measured as another.",
                    )
                columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in head]
                yield dict(zip(head, columns, strict=True)), min(1.0, raw.tell() / size)
        except csv.Error as error:
            raise DataError(
                "WL-DAT-008", f"{path.name}, line {reader.line_num:,}: {error}.", "Mend the line."
            ) from error


def _json_lines(path: Path) -> Iterator[tuple[Columns, float]]:
    size, read, head = max(1, path.stat().st_size), 0, None
    with path.open("rb") as source:
        number = 0
        while lines := list(islice(source, CHUNK_ROWS)):
            rows = []
            for line in lines:
                number += 1
                read += len(line)
                if not line.strip():
                    continue
                rows.append(_object(line, path.name, number))
            head = head or sorted({name for row in rows for name in row})
            strange = {name for row in rows for name in row} - set(head)
            if strange:
                raise DataError(
                    "WL-DAT-008", f"{path.name} has the member {min(strange)} from about line {number:,} on only.",
                    "Give every line the same members.",
                )  # fmt: skip
            yield {name: [_text(row.get(name)) for row in rows] for name in head}, min(1.0, read / size)


def _object(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except UnicodeDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise DataError("WL-DAT-008", f"{name}, line {number:,} is no JSON.", "One object a line.") from error
    if not isinstance(row, dict):
        raise DataError("WL-DAT-008", f"{name}, line {number:,} is no object.", "One object a line.")
    return row


def _npz(path: Path) -> Iterator[tuple[Columns, float]]:
    try:
        # INVARIANT: nothing pickled is ever opened; an array of objects would run what its file says.
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, zipfile.BadZipFile, EOFError) as error:
        raise DataError(
            "WL-DAT-008", f"{path.name} cannot be read: {error}.", "Plain arrays only, none of objects."
        ) from error
    flat: dict[str, Any] = {}
    for name, array in arrays.items():
        if array.ndim == 1:
            flat[name] = array
        elif array.ndim > 1:
            table = array.reshape(len(array), -1)
            flat.update({f"{name}{place}": table[:, place] for place in range(table.shape[1])})
    sizes = {len(array) for array in flat.values()}
    if len(sizes) != 1:
        raise DataError(
            "WL-DAT-008", f"The arrays of {path.name} have different lengths.", "One row each in every array."
        )
    (size,) = sizes
    for begin in range(0, size, CHUNK_ROWS):
        end = min(size, begin + CHUNK_ROWS)
        yield {name: [_text(value) for value in array[begin:end].tolist()] for name, array in flat.items()}, end / size


def _parquet(path: Path) -> Iterator[tuple[Columns, float]]:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise DataError(
            "WL-DAT-009",
            "Parquet is read by pyarrow, which is not installed here.",
            "`pip install 'wardlaw[parquet]'`, or give CSV.",
        ) from error
    try:
        source = parquet.ParquetFile(path)
        total, read = max(1, source.metadata.num_rows), 0
        for batch in source.iter_batches(batch_size=CHUNK_ROWS):
            read += batch.num_rows
            yield {name: [_text(value) for value in values] for name, values in batch.to_pydict().items()}, read / total
    except (ValueError, RuntimeError) as error:  # pyarrow's own errors are kinds of them
        raise DataError("WL-DAT-008", f"{path.name} cannot be read: {error}.", "Have it written again.") from error


def _text(value: Any) -> str:
    """A value as CSV would have it, so that one data set is one whatever holds it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict | list) else str(value)
