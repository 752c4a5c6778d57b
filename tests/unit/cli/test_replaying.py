"""What a replay found, as people see it."""

from __future__ import annotations

import io

from rich.console import Console

from wardlaw.cli.replaying import replay_lines
from wardlaw.decision.replay import Difference, ReplayExample, ReplayReport, Tally, UnreadRecord
from wardlaw.facts.effect import Effect

EXAMPLE = ReplayExample(
    "dec_1", 1_790_000_000_000, Difference.STOPPED, Effect.ALLOW, Effect.DENY, f"agent:a for pseudonym:{'ab' * 32}",
    "ToolCall", "tool:crm", ("GOV-07",), ("GOV-07 would deny: dataSubjects 180 over 100",),
)  # fmt: skip


def drawn(report: ReplayReport) -> str:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    for line in replay_lines(report, span="since yesterday"):
        console.print(line)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_whole_picture() -> None:
    report = ReplayReport(
        judged=12_345,
        total=Tally(stopped=30, allowed=1),
        effects={"allow>deny": 30, "hold>allow": 1},
        by={
            "clause": {"GOV-07": Tally(stopped=30), "GOV-01": Tally(allowed=1)},
            "person": {f"pseudonym:{place:064x}": Tally(stopped=1) for place in range(12)},
            "tool": {},
        },
        noted={"SEC-90": 4},
        examples=(EXAMPLE,),
    )
    text = drawn(report)
    assert "12,345 decisions since yesterday judged anew" in text
    assert "30 allow → deny, 1 hold → allow" in text
    rows = {line.split()[0]: line for line in text.splitlines() if line.startswith(("GOV-07 ", "GOV-01 "))}
    assert rows["GOV-07"].count("█") == 30
    assert rows["GOV-01"].count("▒") == 1
    assert "… 2 more" in text
    assert "by tool" not in text
    assert "GOV-07 would deny: dataSubjects 180 over 100" in text
    assert "agent:a for pseudonym:abababababab ToolCall tool:crm  dec_1" in text
    assert "Newly noted, not enforced: SEC-90 4" in text


def test_nothing_to_change_and_nothing_at_all() -> None:
    assert "Nothing would come out otherwise." in drawn(ReplayReport(judged=3))
    assert "There are none." in drawn(ReplayReport())


def test_what_could_not_be_judged_is_said() -> None:
    report = ReplayReport(
        judged=3, observed=2, erased=5, unread=1, unreadable=(UnreadRecord("dec_9", 9, "WL-KEY-009 spoilt"),),
        unknown={"dataSubjects": 3},
    )  # fmt: skip
    text = drawn(report)
    assert "2 were made in observe mode" in text
    assert "5 more could not be judged" in text
    assert "dec_9 (record 9): WL-KEY-009 spoilt" in text
    assert "dataSubjects was not known then in 3 of them" in text
