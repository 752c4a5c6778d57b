"""``wardlaw scan PATH…``: files and folders, with the reports that are asked for."""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from rich.table import Table
from rich.text import Text

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import Options
from wardlaw.cli.output import rows
from wardlaw.cli.scanning.baseline import read_baseline, write_baseline, write_report
from wardlaw.cli.scanning.files import Asked, FileReport, judge_files, shown_path
from wardlaw.cli.scanning.junit import junit
from wardlaw.cli.scanning.parallel import ordered
from wardlaw.cli.scanning.sarif import sarif
from wardlaw.cli.scanning.spotted import Spotted
from wardlaw.cli.scanning.walking import Skipped, walk
from wardlaw.cli.scanning.wanted import Wanted
from wardlaw.facts.errors import InputError
from wardlaw.facts.finding import Level

_COLORS = {Level.BLOCK: "bold red", Level.REVIEW: "yellow", Level.NOTE: "dim"}
_BATCH = 8  # files handed to a process at a time
_SHOWN_SKIPS = 20


def scan_places(paths: Sequence[str], wanted: Wanted, options: Options) -> int:
    """Judge every file below the paths; answers the exit code."""
    if wanted.sarif == "-" and wanted.junit == "-":
        raise InputError("WL-CLI-044", "SARIF and JUnit cannot both go to stdout.", "Give a file for one of them.")
    accepted = read_baseline(Path(wanted.baseline)).names if wanted.baseline else frozenset[str]()
    skipped: list[Skipped] = []
    work = functools.partial(judge_files, Asked(wanted.detector, wanted.channel))
    reports = list(ordered(work, _files(paths, wanted, skipped), jobs=wanted.jobs, batch=_BATCH))
    skipped += [report.skipped for report in reports if report.skipped is not None]
    found = [one for report in reports for one in report.found]
    fresh = [one for one in found if one.fingerprint not in accepted]
    grave = [one for one in fresh if one.level is not Level.NOTE]
    failed = any(report.faulty for report in reports)
    if wanted.sarif:
        old = accepted if wanted.baseline else None
        _write(wanted.sarif, sarif(found, skipped, old=old, successful=not failed))
    if wanted.junit:
        _write(wanted.junit, junit(reports, old=accepted))
    output = options.output()
    if wanted.write_baseline:
        # A text that was not judged is nothing to accept.
        if failed:
            raise InputError(
                "WL-CLI-045", "A detector failed, so no baseline was written.", "Report the file it names."
            )
        count = write_baseline(Path(wanted.write_baseline), (one for one in found if one.level is not Level.NOTE))
        output.note(f"{count} findings are accepted in {wanted.write_baseline}")
        return Exit.DONE
    if "-" not in (wanted.sarif, wanted.junit):
        data = {
            "scanned": sum(report.skipped is None for report in reports),
            "known": len(found) - len(fresh),
            "skipped": [msgspec.to_builtins(one) for one in skipped],
            "findings": [_plain(one) for one in fresh],
        }
        output.result(data, *_lines(grave, reports, known=len(found) - len(fresh)))
    for one in skipped[:_SHOWN_SKIPS]:
        output.note(f"skipped {one.path}: {one.why}")
    if len(skipped) > _SHOWN_SKIPS:
        output.note(f"skipped {len(skipped) - _SHOWN_SKIPS} more; --json names them")
    if failed:
        return Exit.FAULT
    return Exit.FINDINGS if grave else Exit.DONE


def _files(paths: Sequence[str], wanted: Wanted, skipped: list[Skipped]) -> Iterator[Path]:
    """What is judged; what is not goes to ``skipped``. Reports of this very run are none of its texts."""
    own = {
        Path(name).resolve() for name in (wanted.sarif, wanted.junit, wanted.baseline, wanted.write_baseline) if name
    }
    for one in walk(paths, excludes=wanted.exclude, heeds=not wanted.no_ignore):
        if isinstance(one, Skipped):
            skipped.append(Skipped(shown_path(Path(one.path)), one.why))
        elif one.resolve() not in own:
            yield one


def _write(place: str, content: bytes) -> None:
    if place == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_report(Path(place), content)


def _lines(grave: Sequence[Spotted], reports: Sequence[FileReport], *, known: int) -> list[str | Table]:
    lines = [
        (
            Text(one.level.value, style=_COLORS[one.level]),
            f"{one.path}:{one.line}" + (f" {one.pointer}" if one.pointer else ""),
            one.kind,
            one.rule,
            f"{one.score / 1000:.2f}",
            one.says,
            one.excerpt,
        )
        for one in grave
    ]
    counts = Counter(one.level.value for one in grave)
    said = ", ".join(f"{count} {level}" for level, count in sorted(counts.items())) or "nothing found"
    looked = sum(report.skipped is None for report in reports)
    summary = f"{said} in {looked} files" + (f", {known} known" if known else "")
    columns = ("level", "place", "kind", "rule", "score", "what", "text")
    return [rows(columns, lines), summary] if lines else [summary]


def _plain(one: Spotted) -> dict[str, object]:
    return {**msgspec.to_builtins(one), "score": one.score / 1000}
