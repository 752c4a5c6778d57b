"""``wardlaw scan``: the detectors alone, offline."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.sources import read_stdin, read_text
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector

_COLORS = {Level.BLOCK: "bold red", Level.REVIEW: "yellow", Level.NOTE: "dim"}
_KEY_BYTES = 32
# Findings that are somebody's secret or personal data; their text is not shown again.
_MASKED = (FindingKind.SECRET, FindingKind.FINGERPRINT, FindingKind.TRIPWIRE, FindingKind.PII)
_SHOWN_CHARACTERS = 48


def scan(
    text: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    channel: Channel = Channel.USER,
    options: Options = NONE,
) -> int:
    """Show what the detectors see. Exit 1 when they found something that warns or blocks.

    Registered secrets and tripwires are known only to the running gateway; this looks for everything else.

    Args:
        text: A text, the path of a file, or - for stdin.
        channel: Where the text would stand in a conversation.
    """
    content, source = _content(text)
    # A key of this run alone: subjects are counted, and nothing that is printed can be matched elsewhere.
    book = FingerprintBook((), key=secrets.token_bytes(_KEY_BYTES), base=257)
    inspector = Inspector(book=book, subject_key=secrets.token_bytes(_KEY_BYTES))
    findings = inspector.inspect(Segment(0, channel, "", content))
    lines = [
        (
            Text(finding.level.value, style=_COLORS[finding.level]),
            finding.kind.value,
            finding.label,
            finding.rule,
            str(finding.score),
            f"{finding.start}–{finding.end}",
            _excerpt(content, finding),
        )
        for finding in findings
    ]
    data = {
        "source": source,
        "version": inspector.version,
        "findings": [{**_plain(finding), "excerpt": _excerpt(content, finding)} for finding in findings],
    }
    columns = ("level", "kind", "label", "rule", "score", "span", "text")
    options.output().result(data, rows(columns, lines) if lines else "nothing found")
    alarming = any(finding.level is not Level.NOTE for finding in findings)
    return Exit.FINDINGS if alarming else Exit.DONE


def _content(text: str) -> tuple[str, str]:
    if text == "-":
        return read_stdin(), "stdin"
    path = Path(text)
    # A long text is no path, and asking the file system about it would be an error of its own (PATH_MAX).
    if len(text) < 1024 and "\n" not in text and "\0" not in text and path.is_file():
        return read_text(path), str(path)
    return text, "argument"


def _excerpt(content: str, finding: Finding) -> str:
    if finding.kind in _MASKED:
        return "•" * min(finding.end - finding.start, 8)
    shown = content[finding.start : finding.end]
    return repr(shown if len(shown) <= _SHOWN_CHARACTERS else shown[:_SHOWN_CHARACTERS] + "…")[1:-1]


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
