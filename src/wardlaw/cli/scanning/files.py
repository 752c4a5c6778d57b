"""One file judged for what it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from wardlaw.cli.scanning.code import as_in_code, is_code
from wardlaw.cli.scanning.judging import MASKED, MORE_PLACES, faulty, text_judge
from wardlaw.cli.scanning.kinds import CHANNELS, FileKind, kind_of
from wardlaw.cli.scanning.reading import Text, UnreadableError, read_file, read_paper, read_rows
from wardlaw.cli.scanning.spotted import Lines, Spotted, context, masked_excerpt, veiled, with_fingerprints
from wardlaw.cli.scanning.walking import Skipped
from wardlaw.documents.piece import Document
from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security import agentconfig
from wardlaw.security.injection import RULES as INJECTION_RULES

_CONFIG_BYTES = 1_048_576
_SECRETS = ("secrets",)
_DOCUMENTS = "1"  # version of what reads them
UNREAD = "uninspected-"
"""How the rules begin that say what nobody could read."""
_SAYS = {rule.id: rule.says for rule in INJECTION_RULES}
_WHAT = {
    FindingKind.SECRET: "a credential ({label})",
    FindingKind.PII: "personal data ({label})",
    FindingKind.HIDDEN_TEXT: "text that a person does not see",
    FindingKind.UNINSPECTED: "more encodings than are undone: something may be in it that nobody looked at",
    FindingKind.FAULT: "a detector failed here, so the text was not judged",
}


class Asked(msgspec.Struct, frozen=True):
    """What was asked for.

    Attributes:
        groups: ``injection``, ``secrets``, ``pii``; empty for what suits each kind of file.
        channel: Where every text would stand; None for what suits each kind of file.
    """

    groups: tuple[str, ...] = ()
    channel: Channel | None = None


class FileReport(msgspec.Struct, frozen=True):
    """What was found in one file; ``skipped`` when it was not looked at."""

    path: str
    kind: FileKind
    found: tuple[Spotted, ...] = ()
    skipped: Skipped | None = None
    faulty: bool = False


def judge_files(asked: Asked, paths: list[Path]) -> list[FileReport]:
    """Judge some files."""
    return [judge_file(asked, path) for path in paths]


def judge_file(asked: Asked, path: Path) -> FileReport:
    """Judge one file for what it is."""
    shown, kind = shown_path(path), kind_of(path)
    found: list[tuple[Spotted, str]] = []
    failed = False
    try:
        paper = read_paper(path) if kind is FileKind.DOCUMENT else None
        if paper is not None:
            found += _unread(shown, paper.uninspected)
        for text in _texts(path, kind, paper):
            kind = FileKind.CODE if kind is FileKind.TEXT and is_code(path, text.text) else kind
            judge = text_judge(asked.groups or (_SECRETS if kind is FileKind.CODE else ()))
            findings = judge.judge_everywhere(text.text, asked.channel or CHANNELS[kind])
            failed = failed or faulty(findings)
            told = as_in_code(path, text.text, findings) if kind is FileKind.CODE else findings
            found += _spotted(shown, text, told)
        if kind is FileKind.AGENT_CONFIG and (not asked.groups or "secrets" in asked.groups):
            found += _config(shown, read_file(path, limit=_CONFIG_BYTES), known=found)
    except UnreadableError as error:
        return FileReport(shown, kind, skipped=Skipped(shown, error.message))
    return FileReport(shown, kind, tuple(with_fingerprints(found)), faulty=failed)


def shown_path(path: Path) -> str:
    """A path as reports name it: with slashes, below the current folder where it is."""
    absolute = path.absolute()
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def _texts(path: Path, kind: FileKind, paper: Document | None) -> Iterator[Text]:
    if paper is not None:
        yield from (Text(piece.text, pointer=piece.where or "/") for piece in paper.pieces)
    elif kind is FileKind.DATASET:
        yield from read_rows(path)
    else:
        yield Text(read_file(path))


def _spotted(path: str, text: Text, findings: Iterable[Finding]) -> Iterator[tuple[Spotted, str]]:
    everything = tuple(findings)
    veil = veiled(text.text, everything)
    lines = Lines(text.text) if everything and not text.pointer else None
    for finding in everything:
        start, end = finding.start, max(finding.start, finding.end)
        first, last = (lines.place(start), lines.place(end)) if lines else ((text.line, 1), (text.line, 1))
        spotted = Spotted(
            path=path,
            line=first[0],
            column=first[1],
            end_line=last[0],
            end_column=last[1],
            pointer=text.pointer,
            start=max(0, start - text.shift),
            end=max(0, end - text.shift),
            kind=finding.kind.value,
            rule=finding.rule,
            level=finding.level,
            score=finding.score,
            label=finding.label,
            detector=finding.detector,
            version=finding.version,
            says=says(finding),
            excerpt=masked_excerpt(veil, start, end, masks=finding.kind in MASKED),
        )
        yield spotted, context(text.text, finding, everything)


def _unread(path: str, kinds: Iterable[str]) -> Iterator[tuple[Spotted, str]]:
    """What stands in a document and nobody could read."""
    for kind in kinds:
        finding = Finding(
            FindingKind.UNINSPECTED, "documents", _DOCUMENTS, f"{UNREAD}{kind}", Level.NOTE, 0, label=kind
        )
        yield from _spotted(path, Text("", pointer="/"), (finding,))


def says(finding: Finding) -> str:
    """What a finding is, for a person."""
    if finding.rule == MORE_PLACES:
        return "more places of the same rules than are told"
    if finding.rule.startswith(UNREAD):
        return f"content that nobody could read ({finding.label})"
    if finding.kind is FindingKind.INJECTION:
        return _SAYS.get(finding.rule, "text that tries to take over a model")
    return _WHAT.get(finding.kind, finding.kind.value).format(label=finding.label)


def _config(path: str, text: str, *, known: Iterable[tuple[Spotted, str]]) -> Iterator[tuple[Spotted, str]]:
    """What is wrong in a configuration beyond its texts; a secret the detectors have seen is not told twice."""
    doc = parse_config(text)
    if doc is None:
        yield _config_spotted(path, text, agentconfig.ConfigFinding(
            "agent-config-unreadable", "It is no JSON, so only its text was looked at.", Level.REVIEW, 500, "", ""
        ))  # fmt: skip
        return
    seen = [(one.start, one.end) for one, _ in known if one.kind == FindingKind.SECRET.value]
    for found in agentconfig.inspect_config(doc):
        spotted, known_by = _config_spotted(path, text, found)
        if found.is_secret and any(low < spotted.end and spotted.start < high for low, high in seen):
            continue
        yield spotted, known_by


def parse_config(text: str) -> Any:
    """A configuration, with remarks and trailing commas as editors take them; None when it is no JSON."""
    for candidate in (text, _plain_json(text)):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _plain_json(text: str) -> str:
    """The text without remarks and trailing commas, strings left alone."""
    out: list[str] = []
    at, size = 0, len(text)
    while at < size:
        char = text[at]
        if char == '"':
            end = at + 1
            while end < size and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            out.append(text[at : end + 1])
            at = end + 1
        elif text.startswith("//", at):
            at = size if (end := text.find("\n", at)) < 0 else end
        elif text.startswith("/*", at):
            at = size if (end := text.find("*/", at + 2)) < 0 else end + 2
        elif char in "]}":
            while out and (not out[-1].strip() or out[-1] == ","):
                out.pop()
            out.append(char)
            at += 1
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _config_spotted(path: str, text: str, found: agentconfig.ConfigFinding) -> tuple[Spotted, str]:
    start = text.find(json.dumps(found.literal, ensure_ascii=False)[1:-1]) if found.literal else 0
    start = max(0, start)
    end = start + len(found.literal)
    lines = Lines(text)
    (line, column), (end_line, end_column) = lines.place(start), lines.place(min(end, len(text)))
    spotted = Spotted(
        path, line, column, end_line, end_column, found.pointer, start, end,
        kind=agentconfig.NAME, rule=found.rule, level=found.level, score=found.score, label="", detector=agentconfig.NAME,
        version=agentconfig.VERSION, says=found.says,
        excerpt=masked_excerpt(found.literal, 0, len(found.literal), masks=found.is_secret),
    )  # fmt: skip
    kind = FindingKind.SECRET if found.is_secret else FindingKind.UNINSPECTED
    probe = Finding(
        kind, agentconfig.NAME, agentconfig.VERSION, found.rule, found.level, found.score, end=len(found.literal)
    )
    return spotted, context(found.literal, probe) + found.pointer
