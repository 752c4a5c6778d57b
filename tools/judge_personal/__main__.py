"""Recall and precision of personal data, by type, on labelled sentences.

    python -m tools.judge_personal ROWS.jsonl [--gateway] [--show N] [--answers ANSWERS.jsonl]

Each row has ``text`` and ``spans`` with ``type``, ``start``, ``end``. A span counts as found when a report overlaps it,
and a report as right when it overlaps a span. ``--answers`` judges what somebody else's detector said (``spans.py``)
instead of Wardlaw's.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import FindingKind
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.inspect import Inspector
from wardlaw.security.people import NAME as PEOPLE
from wardlaw.security.pii import NAME as PII

Span = tuple[int, int, str]
Look = Callable[[str], Sequence[Span]]


class Row(NamedTuple):
    """A sentence and what stands in it."""

    text: str
    spans: tuple[Span, ...]


class Tally(NamedTuple):
    """What was found.

    Attributes:
        total: Labelled spans by type.
        hit: Those that a report overlaps.
        reports: All reports by label.
        wrong: Reports that overlap no labelled span.
        ms: Processor time for each row, milliseconds.
        misses: Text and span of what was not found or not there.
    """

    total: Counter[str]
    hit: Counter[str]
    reports: Counter[str]
    wrong: Counter[str]
    ms: float
    misses: list[tuple[str, str, str]]

    @property
    def recall(self) -> float:
        """Share of labelled spans found."""
        return self.hit.total() / max(1, self.total.total())

    @property
    def precision(self) -> float:
        """Share of reports that are right."""
        return 1 - self.wrong.total() / max(1, self.reports.total())


def read(path: Path) -> Iterator[Row]:
    """Rows of a file of labelled sentences."""
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        yield Row(raw["text"], tuple((one["start"], one["end"], one["type"]) for one in raw["spans"]))


def wardlaw(*, people: bool) -> Look:
    """The detectors of personal data: formats, and with ``people`` names, addresses and ages."""
    only = frozenset((PII, PEOPLE)) if people else frozenset((PII,))
    book = FingerprintBook((), key=b"k" * 32, base=257)
    inspector = Inspector(book=book, subject_key=b"s" * 32, people=people, only=only)

    def look(text: str) -> Sequence[Span]:
        found = inspector.inspect(Segment(0, Channel.USER, "", text))
        return [(one.start, one.end, one.label or one.rule) for one in found if one.kind is FindingKind.PII]

    return look


def answered(path: Path) -> Look:
    """What another detector said of the same rows, in their order."""
    kept = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        kept[raw["text"]] = [(start, end, label) for start, end, label in raw["found"]]
    return lambda text: kept[text]


def judge(rows: Sequence[Row], look: Look) -> Tally:
    """Every row looked at once."""
    total, hit, reports, wrong = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    misses: list[tuple[str, str, str]] = []
    begin = time.process_time()
    found = [look(row.text) for row in rows]
    spent = 1000 * (time.process_time() - begin) / max(1, len(rows))
    for row, said in zip(rows, found, strict=True):
        for start, end, kind in row.spans:
            total[kind] += 1
            if any(low < end and start < high for low, high, _ in said):
                hit[kind] += 1
            else:
                misses.append(("missed", kind, f"{row.text[start:end]!r} in {row.text[:160]!r}"))
        for low, high, label in said:
            reports[label] += 1
            if not any(low < end and start < high for start, end, _ in row.spans):
                wrong[label] += 1
                misses.append(("wrong", label, f"{row.text[low:high]!r} in {row.text[:160]!r}"))
    return Tally(total, hit, reports, wrong, spent, misses)


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(prog="tools.judge_personal", description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--gateway", action="store_true", help="without names and addresses, as a gateway starts")
    parser.add_argument("--show", type=int, default=0, help="print so many misses and wrong reports")
    parser.add_argument("--answers", type=Path, help="judge what another detector said")
    said = parser.parse_args()
    look = answered(said.answers) if said.answers else wardlaw(people=not said.gateway)
    tally = judge(list(read(said.rows)), look)
    for miss in tally.misses[: said.show]:
        print(*miss)
    for kind in sorted(tally.total, key=lambda one: -tally.total[one]):
        print(f"  {kind:20} {tally.hit[kind] / tally.total[kind]:6.1%} of {tally.total[kind]}")
    for label in sorted(tally.wrong, key=lambda one: -tally.wrong[one]):
        print(f"  wrong {label:20} {tally.wrong[label]} of {tally.reports[label]}")
    print(f"recall {tally.recall:.1%}, precision {tally.precision:.1%}, {tally.ms:.2f} ms each")


if __name__ == "__main__":
    main()
