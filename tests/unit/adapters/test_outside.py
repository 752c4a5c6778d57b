from __future__ import annotations

import msgspec
import pytest

from wardlaw.adapters.outside import SenselessError, checked, failed
from wardlaw.config.model import OnFailure
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level

SEGMENT = Segment(3, Channel.TOOL_RESULT, "/x", "some text")
GOOD = Finding(
    FindingKind.SECRET, "pretends", "9", "rule-1", Level.BLOCK, 900, label="aws", start=1, end=4, subject="s"
)


def test_a_finding_is_known_by_who_really_found_it_and_where() -> None:
    (one,) = checked("acme", "2", SEGMENT, (GOOD,))
    assert (one.detector, one.version, one.segment, one.channel, one.subject) == ("acme", "2", 3, "tool-result", "")
    assert (one.start, one.end, one.label) == (1, 4, "aws")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": FindingKind.FINGERPRINT},
        {"kind": FindingKind.TRIPWIRE},
        {"kind": FindingKind.FAULT},
        {"kind": "injection2"},
        {"level": "grave"},
        {"score": -1},
        {"score": 1001},
        {"score": 1.5},
        {"score": True},
        {"start": -1},
        {"end": 10},
        {"start": 5, "end": 4},
        {"rule": ""},
        {"rule": "a b"},
        {"label": "a\n"},
    ],
)
def test_what_cannot_be_true_is_not_believed(change: dict[str, object]) -> None:
    with pytest.raises(SenselessError):
        checked("acme", "2", SEGMENT, (GOOD, msgspec.structs.replace(GOOD, **change)))


def test_something_else_than_findings_is_not_believed() -> None:
    for told in (["x"], [None], [GOOD] * 1001):
        with pytest.raises(SenselessError):
            checked("acme", "2", SEGMENT, told)  # type: ignore[arg-type]


def test_a_failure_denies_or_is_recorded() -> None:
    assert failed("acme", "2", "timeout", OnFailure.DENY).kind is FindingKind.FAULT
    note = failed("acme", "2", "timeout", OnFailure.ALLOW_AND_RECORD)
    assert (note.kind, note.level, note.label) == (FindingKind.UNINSPECTED, Level.NOTE, "timeout")


def test_what_is_unsafe_is_for_others_to_tell() -> None:
    unsafe = msgspec.structs.replace(GOOD, kind=FindingKind.UNSAFE, label="hate")
    (one,) = checked("acme", "2", SEGMENT, (unsafe,))
    assert (one.kind, one.label) == (FindingKind.UNSAFE, "hate")
