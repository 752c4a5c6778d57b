"""``wardlaw scan --jsonl``: one object a line in, one a line out, in the same order."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from wardlaw.cli.exits import Exit
from wardlaw.cli.scanning.judging import faulty, score_of, text_judge, verdict_of
from wardlaw.cli.scanning.parallel import ordered
from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import Finding
from wardlaw.gateway.wire.body import BodyLimits, read_json
from wardlaw.security.encoder import UNSAID

# A line is one text; longer ones are refused, so that memory stays bounded.
MAX_LINE_BYTES = 33_554_432
_LIMITS = BodyLimits(max_bytes=MAX_LINE_BYTES, max_depth=64, max_leaves=20_000)
_BATCH = 64  # lines handed to a process at a time: their transport costs less than one inspection
CHANNELS = {"prompt": Channel.USER, "data": Channel.TOOL_RESULT}
"""What a line calls its channel: what a person wrote, or what a model is given to read."""


class Judged(msgspec.Struct, frozen=True):
    """One line of output with what it says about the run: ``allow``, ``review``, ``block``, ``error`` or ``fault``."""

    line: bytes
    outcome: str


def scan_lines(source: BinaryIO, sink: BinaryIO, *, groups: tuple[str, ...], jobs: int) -> int:
    """Judge every line; answers the exit code.

    An unreadable line gives an object with an ``error``; 2 is answered then, or 70 when a detector failed.
    """
    outcomes: set[str] = set()
    work = functools.partial(judge_lines, groups)
    for judged in ordered(work, _lines(source), jobs=jobs, batch=_BATCH):
        sink.write(judged.line)
        # Somebody may wait for this answer before sending the next line.
        if jobs <= 1:
            sink.flush()
        outcomes.add(judged.outcome)
    sink.flush()
    if "fault" in outcomes:
        return Exit.FAULT
    if "error" in outcomes:
        return Exit.USAGE
    return Exit.FINDINGS if outcomes & {"review", "block"} else Exit.DONE


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their number; empty ones are left out, of one that is too long only as much as shows it."""
    number = 0
    while raw := source.readline(MAX_LINE_BYTES + 2):
        number += 1
        ended = raw.endswith(b"\n")
        if raw.strip():
            yield number, raw
        while not ended and (rest := source.readline(MAX_LINE_BYTES)):
            ended = rest.endswith(b"\n")


def judge_lines(groups: tuple[str, ...], lines: list[tuple[int, bytes]]) -> list[Judged]:
    """Judge some lines."""
    return [_judge(groups, number, raw) for number, raw in lines]


def _judge(groups: tuple[str, ...], number: int, raw: bytes) -> Judged:
    doc: dict[str, Any] = {}
    try:
        doc = read_json(raw.strip(), limits=_LIMITS)
        text, channel = _read(doc)
    except InputError as error:
        name = doc.get("id")
        told = {"id": name if isinstance(name, str | int) else None, "line": number, "error": error.message}
        return Judged(_encode(told), "error")
    findings = text_judge(groups, closely=True).judge(text, channel)
    verdict = verdict_of(findings)
    answer = {
        "id": doc.get("id"),
        "score": score_of(findings),
        "verdict": verdict,
        "findings": [_plain(finding) for finding in findings if finding.rule != UNSAID],
    }
    return Judged(_encode(answer), "fault" if faulty(findings) else verdict)


def _read(doc: dict[str, Any]) -> tuple[str, Channel]:
    """Text and channel of a line."""
    name, text, channel = doc.get("id"), doc.get("text"), doc.get("channel", "prompt")
    if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
        raise _wrong("`id` is neither a text nor a whole number.")
    if not isinstance(text, str):
        raise _wrong("`text` is missing or no text.")
    if not isinstance(channel, str) or channel not in CHANNELS:
        raise _wrong("`channel` is neither prompt nor data.")
    return text, CHANNELS[channel]


def _wrong(message: str) -> InputError:
    return InputError("WL-CLI-040", message, "Give one object a line: id, text, channel.")


def _plain(finding: Finding) -> dict[str, str | int | float]:
    return {
        "kind": finding.kind.value,
        "rule": finding.rule,
        "level": finding.level.value,
        "score": score_of((finding,)),
        "start": finding.start,
        "end": finding.end,
        "label": finding.label,
        "detector": finding.detector,
    }


def _encode(answer: dict[str, Any]) -> bytes:
    return msgspec.json.encode(answer) + b"\n"
