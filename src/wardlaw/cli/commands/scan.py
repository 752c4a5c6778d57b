"""``wardlaw scan``: the detectors alone, offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.scanning.judging import MASKED, text_judge
from wardlaw.cli.scanning.kinds import FileKind, kind_of
from wardlaw.cli.scanning.lines import scan_lines
from wardlaw.cli.scanning.places import scan_places
from wardlaw.cli.scanning.spotted import masked_excerpt, veiled
from wardlaw.cli.scanning.wanted import Wanted
from wardlaw.cli.sources import read_stdin, read_text
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import Finding, Level

_COLORS = {Level.BLOCK: "bold red", Level.REVIEW: "yellow", Level.NOTE: "dim"}
EVERYTHING = Wanted()
_PATH_CHARS = 1024
_STRUCTURED = (FileKind.DATASET, FileKind.SKILL, FileKind.AGENT_CONFIG, FileKind.DOCUMENT)


def scan(
    *texts: Annotated[str, Parameter(allow_leading_hyphen=True)],
    wanted: Wanted = EVERYTHING,
    options: Options = NONE,
) -> int:
    """Show what the detectors see. Exit 1 when they found something that warns or blocks.

    One text is shown with its findings. Several paths, a folder, a data set, an agent's skill or a configuration of
    tool servers are read for what they are, and so is every file with --files or a report. Registered secrets and
    tripwires are known only to the running gateway; this looks for everything else.

    Args:
        texts: A text, the path of a file, or - for stdin; or files and folders.
    """
    if wanted.jobs < 1:
        raise InputError("WL-CLI-044", "--jobs must be at least 1.", "Give a number of processes.")
    if wanted.jsonl:
        if len(texts) > 1:
            raise InputError("WL-CLI-044", "--jsonl takes one file or stdin.", "Give one file, or - for stdin.")
        return _scan_lines(texts[0] if texts else "-", wanted)
    if not texts:
        raise InputError(
            "WL-CLI-044", "There is nothing to scan.", "Give a text, paths, or - for stdin; see wardlaw scan --help."
        )
    if wanted.reports or len(texts) > 1 or _is_place(texts[0]):
        return scan_places(texts, wanted, options)
    return _scan_text(texts[0], wanted, options)


def _scan_lines(name: str, wanted: Wanted) -> int:
    if name == "-":
        return scan_lines(sys.stdin.buffer, sys.stdout.buffer, groups=wanted.detector, jobs=wanted.jobs)
    try:
        with Path(name).open("rb") as source:
            return scan_lines(source, sys.stdout.buffer, groups=wanted.detector, jobs=wanted.jobs)
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and error.filename == name:
            hint = "Check path and permissions."
            raise InputError("WL-CLI-004", f"{name} cannot be read: {error.strerror}.", hint) from error
        raise


def _is_file(text: str) -> bool:
    # A long text is no path, and asking the file system about it would be an error of its own (PATH_MAX).
    return len(text) < _PATH_CHARS and "\n" not in text and "\0" not in text and Path(text).is_file()


def _is_place(text: str) -> bool:
    """Whether a word is a folder, or a file with a structure that matters."""
    if len(text) < _PATH_CHARS and "\0" not in text and Path(text).is_dir():
        return True
    return _is_file(text) and kind_of(Path(text)) in _STRUCTURED


def _scan_text(text: str, wanted: Wanted, options: Options) -> int:
    content, source = _content(text)
    judge = text_judge(wanted.detector)
    findings = judge.judge(content, wanted.channel or Channel.USER)
    veil = veiled(content, findings)
    lines = [
        (
            Text(finding.level.value, style=_COLORS[finding.level]),
            finding.kind.value,
            finding.label,
            finding.rule,
            str(finding.score),
            f"{finding.start}–{finding.end}",
            _excerpt(veil, finding),
        )
        for finding in findings
    ]
    data = {
        "source": source,
        "version": judge.version,
        "findings": [{**_plain(finding), "excerpt": _excerpt(veil, finding)} for finding in findings],
    }
    columns = ("level", "kind", "label", "rule", "score", "span", "text")
    options.output().result(data, rows(columns, lines) if lines else "nothing found")
    alarming = any(finding.level is not Level.NOTE for finding in findings)
    return Exit.FINDINGS if alarming else Exit.DONE


def _content(text: str) -> tuple[str, str]:
    if text == "-":
        return read_stdin(), "stdin"
    if _is_file(text):
        return read_text(Path(text)), str(Path(text))
    return text, "argument"


def _excerpt(content: str, finding: Finding) -> str:
    return masked_excerpt(content, finding.start, finding.end, masks=finding.kind in MASKED)


def _plain(finding: Finding) -> dict[str, str | int]:
    return {
        "kind": finding.kind.value,
        "level": finding.level.value,
        "label": finding.label,
        "detector": finding.detector,
        "version": finding.version,
        "rule": finding.rule,
        "score": finding.score,
        "start": finding.start,
        "end": finding.end,
    }
