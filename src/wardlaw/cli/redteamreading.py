"""A red-team report as it lies on a disk: which tool wrote it, and what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Literal

from wardlaw.facts.errors import InputError
from wardlaw.register.redteam.documents import Succeeds, read_inspect, read_promptfoo, read_pyrit
from wardlaw.register.redteam.garak import read_garak
from wardlaw.register.redteam.report import BoundReport, RedTeamReport, ReportRefusedError

Tool = Literal["garak", "promptfoo", "inspect", "pyrit"]
_DOCUMENT = 1 << 30  # bytes of a report that is one JSON document; lines of garak have no bound


def bound_report(
    path: str, *, model_digest: str, target: str, tool: Tool | None = None, succeeds: Succeeds | None = None
) -> BoundReport:
    """Read a report and bind it to a model.

    Args:
        target: What should have been attacked; empty accepts any.
        tool: Who wrote it; None finds out.
        succeeds: For inspect, which score means that an attack succeeded.

    Raises:
        InputError: It cannot be read, is no evidence, or is of another target.
    """
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            report = _read(file, tool or _tool(file), succeeds)
    except OSError as error:
        hint = "Check path and permissions."
        raise InputError("WL-RED-001", f"{path} cannot be read: {error.strerror}.", hint) from error
    except ReportRefusedError as refused:
        hint = "Import the whole report of a run that ended, as its tool wrote it."
        raise InputError("WL-RED-002", f"{path} is no evidence. {refused}", hint) from refused
    if target and report.target != target:
        hint = f"Attack {target}, or name the target it was made for."
        raise InputError("WL-RED-003", f"The report is of {report.target or 'no target'} and not of {target}.", hint)
    return BoundReport(report, digest, model_digest)


def _tool(file: BufferedReader) -> Tool:
    """Who wrote a file, by its first bytes."""
    head = file.read(1 << 16)
    file.seek(0)
    if b'"entry_type"' in head[:4096]:
        return "garak"
    if b'"status"' in head and b'"eval"' in head and b'"task"' in head:
        return "inspect"
    if b'"evalId"' in head or b'"promptfooVersion"' in head or b'"pluginId"' in head:
        return "promptfoo"
    if any(mark in head for mark in (b'"attack_identifier"', b'"orchestrator_identifier"', b'"attack_results"')):
        return "pyrit"
    raise ReportRefusedError("It is of no tool that is known here: name it with --tool.")


def _read(file: BufferedReader, tool: Tool, succeeds: Succeeds | None) -> RedTeamReport:
    if tool == "garak":
        return read_garak(_lines(file))
    content = file.read(_DOCUMENT + 1)
    if len(content) > _DOCUMENT:
        raise ReportRefusedError("It is larger than 1 GiB.")
    match tool:
        case "promptfoo":
            return read_promptfoo(content)
        case "pyrit":
            return read_pyrit(content)
        case "inspect":
            if succeeds is None:
                hint = "Say --attack-succeeds-when correct or incorrect; the task's own documentation tells."
                raise InputError("WL-RED-004", "A log of inspect does not say which score is a success.", hint)
            return read_inspect(content, succeeds)


def _lines(file: BufferedReader) -> Iterator[bytes]:
    """Lines of a bounded length."""
    most = 1 << 26
    while line := file.readline(most):
        if len(line) == most:
            raise ReportRefusedError("A line of it is longer than 64 MiB.")
        yield line
