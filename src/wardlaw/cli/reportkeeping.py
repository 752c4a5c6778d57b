"""An evidence report on this machine: written beside and renamed, so that nobody meets half of one."""

from __future__ import annotations

import base64
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store.reportverify import read_report

_PACKED_AT = (1980, 1, 1, 0, 0, 0)  # the first a ZIP file can say; the report itself tells when it was made


def files_of(answer: Mapping[str, Any]) -> dict[str, bytes]:
    """The files of a report as the management API answers them: text, and the others in base64."""
    texts = {name: text.encode() for name, text in answer["files"].items()}
    return texts | {name: base64.b64decode(text, validate=True) for name, text in answer["binary"].items()}


def write_report(files: Mapping[str, bytes], out: Path) -> None:
    """Write a report as a ZIP file when the name ends so, else as a folder; nothing is overwritten.

    Raises:
        InputError: It is there already, or cannot be written (WL-RPT-004); nothing is left behind.
    """
    beside = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        if out.exists():
            raise FileExistsError(17, "it is there already")
        if out.suffix.lower() == ".zip":
            _pack(files, beside)
        else:
            _lay_out(files, beside)
        beside.rename(out)
    except OSError as error:
        _clear(beside)
        raise InputError(
            "WL-RPT-004",
            f"The report cannot be written to {out}: {error.strerror}.",
            "Name a new folder or .zip file with --out; nothing was overwritten.",
        ) from error


def load_report(path: Path) -> dict[str, bytes]:
    """The files of a report.

    Raises:
        EvidenceError: It cannot be read (WL-RPT-005).
    """
    try:
        return read_report(path)
    except (OSError, ValueError) as error:
        raise EvidenceError(
            "WL-RPT-005", f"{path} cannot be read as a report: {error}.", "Fetch it again from whoever made it."
        ) from error


def _pack(files: Mapping[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, _PACKED_AT), files[name], zipfile.ZIP_DEFLATED)


def _lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for name in sorted(files):
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            raise PermissionError(1, f"the server names a file outside of it: {name}")
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_bytes(files[name])


def _clear(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
