"""Texts of a folder or a file of lines, one after another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from wardlaw.cli.measuring.rows import Told, read_columns
from wardlaw.facts.errors import DataError
from wardlaw.register.poisoning.texts import Document

_ENDINGS = frozenset({".txt", ".md", ".rst", ".html", ".htm", ".json", ".csv", ".xml", ".yaml", ".yml"})
_MOST_BYTES = 16_777_216  # of one document
FIELDS = ("text", "content", "document", "body", "response")


def read_documents(path: Path, *, field: str, told: Told) -> Iterator[Document]:
    """Documents of a folder (each file one), or of a file with rows (each row one).

    Raises:
        DataError: Something cannot be read (WL-DAT-006 to WL-DAT-010).
    """
    if path.is_dir():
        yield from _folder(path, told)
        return
    number = 0
    for columns in read_columns(path, told=told):
        name = field or next((one for one in FIELDS if one in columns), "")
        if name not in columns:
            raise DataError(
                "WL-DAT-010", f"There is no column {name or ' or '.join(FIELDS)}.", "Name it with --text-column."
            )
        for text in columns[name]:
            number += 1
            yield Document(f"row {number}", text)


def _folder(path: Path, told: Told) -> Iterator[Document]:
    files = sorted(one for one in path.rglob("*") if one.suffix.lower() in _ENDINGS and one.is_file())
    for at, file in enumerate(files):
        told(at / len(files), f"{at:,} documents")
        try:
            if file.stat().st_size > _MOST_BYTES:
                raise DataError("WL-DAT-008", f"{file} is larger than 16 MiB.", "Split it, or leave it out.")
            text = file.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise DataError("WL-DAT-006", f"{file} cannot be read: {error.strerror}.", "Check permissions.") from error
        except UnicodeDecodeError as error:
            raise DataError(
                "WL-DAT-007", f"{file} is not UTF-8 (byte {error.start:,}).", "Save it as UTF-8."
            ) from error
        yield Document(file.relative_to(path).as_posix(), _of_json(text) if file.suffix.lower() == ".json" else text)


def _of_json(text: str) -> str:
    """The strings of a JSON document as a model would read them; the text itself when it is none."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text
