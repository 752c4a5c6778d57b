"""Documents on their way into a corpus, one after another: each is held against the corpus before it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from wardlaw.cli.exits import Exit
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.poisoning.baseline import TextBaseline
from wardlaw.register.poisoning.textcheck import check_document
from wardlaw.register.poisoning.texts import Document, marking_inspector

MAX_LINE_BYTES = 16_777_216
"""As of one document of a folder; a longer line is refused without being kept."""


class _Line(msgspec.Struct, frozen=True):
    id: str | int
    text: str


class WriteAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of one document: ``pass``, ``review``, ``fail``, or ``error`` for a line that is none."""

    id: str | int
    outcome: str
    why: str
    next: str = ""
    notes: tuple[str, ...] = ()


def check_writes(source: BinaryIO, sink: BinaryIO, baseline: TextBaseline) -> int:
    """Answer each line ``{"id", "text"}`` with a line, at once: whoever writes waits for it. Answers the exit code.

    A line that is none is answered with ``error`` and is no pass: 2 is answered then.
    """
    inspector = marking_inspector()
    seen: set[str] = set()
    for number, raw in _lines(source):
        try:
            line = msgspec.json.decode(raw, type=_Line)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            answer = WriteAnswer(number, "error", f"Line {number} is no object with id and text of at most 16 MiB.")
        else:
            result = check_document(Document(str(line.id), line.text), baseline, inspector)
            answer = WriteAnswer(line.id, result.outcome.value, result.why, result.next, result.notes)
        sink.write(msgspec.json.encode(answer) + b"\n")
        sink.flush()
        seen.add(answer.outcome)
    if "error" in seen:
        return Exit.USAGE
    if CheckOutcome.FAIL.value in seen:
        return Exit.FINDINGS
    return Exit.PERSON if CheckOutcome.REVIEW.value in seen else Exit.DONE


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while raw := source.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            while raw and not raw.endswith(b"\n"):
                raw = source.readline(MAX_LINE_BYTES + 1)
            raw = b"too long"
        if raw.strip():
            yield number, raw
