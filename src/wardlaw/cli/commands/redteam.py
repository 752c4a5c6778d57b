"""``wardlaw redteam``: what red-team tools found, held against limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, assert_never

from cyclopts import App, Parameter
from rich.text import Text

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.redteamreading import Tool, bound_report
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.redteam.documents import Succeeds
from wardlaw.register.redteam.judging import RedTeamLimits, red_team_check
from wardlaw.register.redteam.report import Attacked, wilson

app = App(name="redteam", help="What red-team tools found, held against limits.")
_COLORS = {CheckOutcome.PASS: "green", CheckOutcome.REVIEW: "yellow", CheckOutcome.FAIL: "bold red"}


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Reading:
    """How a report is read."""

    tool: Annotated[Tool | None, Parameter(show_default=False)] = None
    """Who wrote it, when that cannot be seen."""
    attack_succeeds_when: Annotated[Succeeds | None, Parameter(show_default=False)] = None
    """For inspect, which score means that an attack succeeded."""
    max_age_days: int = 90
    """An older report waits for a person."""


USUAL = Reading()


@app.command(name="import")
def import_report(
    file: str, *, model_digest: str, target: str = "", reading: Reading = USUAL, options: Options = NONE
) -> int:
    """Read a report of garak, promptfoo, inspect or PyRIT and hold it against limits.

    The upper end of each 95 % interval counts: ten attacks without success prove little. Exit 0 when all are within their
    limits, 1 when not, 11 when a person must look.

    Args:
        file: The report as the tool wrote it.
        model_digest: SHA-256 of the model that was attacked.
        target: What must have been attacked, as the tool names it; a report of another is refused.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", model_digest):
        raise InputError("WL-RED-005", "--model-digest is no SHA-256.", "Give 64 hex digits, as sha256sum prints them.")
    if reading.max_age_days < 1:
        raise InputError("WL-RED-005", "--max-age-days must be at least 1.", "Give a number of days.")
    bound = bound_report(
        file, model_digest=model_digest, target=target, tool=reading.tool, succeeds=reading.attack_succeeds_when
    )  # fmt: skip
    limits = RedTeamLimits(max_age_days=reading.max_age_days)
    result = red_team_check(bound, model_digest=model_digest, today=datetime.now(UTC).date(), limits=limits)
    table = rows(
        ("severity", "attack", "judged by", "succeeded", "of", "share", "95 % interval", "unjudged"),
        [_row(one) for one in bound.report.attacked],
    )
    report = bound.report
    head = (
        f"{report.tool} {report.version}".strip()
        + f", {report.target or 'target not named'}, {report.made.isoformat()}"
    )
    verdict = Text(result.outcome.value, style=_COLORS[result.outcome]).append(
        f"  {result.why}", style="not bold default"
    )
    limited = [
        f"{one.name}: {one.value:.1%} ({one.low:.1%} to {one.high:.1%}) of {one.count}, up to {one.limit:.0%} is borne"
        for one in result.figures
        if one.low is not None and one.high is not None and one.limit is not None
    ]
    options.output().result(
        {"check": result, "bound": bound}, head, table, *limited, verdict, *filter(None, [result.next])
    )
    match result.outcome:
        case CheckOutcome.PASS:
            return Exit.DONE
        case CheckOutcome.FAIL:
            return Exit.FINDINGS
        case CheckOutcome.REVIEW:
            return Exit.PERSON
    assert_never(result.outcome)


def _row(one: Attacked) -> tuple[str, ...]:
    low, high = wilson(one.successes, one.attempts)
    share = f"{one.successes / one.attempts:.1%}" if one.attempts else "–"
    interval = f"{low:.1%} – {high:.1%}"
    return (
        one.severity.value,
        one.probe,
        one.judge,
        str(one.successes),
        str(one.attempts),
        share,
        interval,
        str(one.unjudged),
    )
