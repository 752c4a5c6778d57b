"""``wardlaw redteam``: what red-team tools found, held against limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, assert_never

import msgspec
from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.redteamreading import Tool, bound_report
from wardlaw.cli.session import connect, when
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.redteam.documents import Succeeds
from wardlaw.register.redteam.judging import RedTeamLimits, red_team_check
from wardlaw.register.redteam.report import Attacked, BoundReport, wilson

app = App(name="redteam", help="What red-team tools found, held against limits.")
_HEADS = ("severity", "attack", "judged by", "succeeded", "of", "share", "95 % interval", "unjudged")
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
    keep: Annotated[bool, Parameter(negative=())] = False
    """Keep it in the register, bound to the model, so that gates find it without the file."""


USUAL = Reading()


@app.command(name="import")
def import_report(
    file: str, *, model_digest: str, target: str = "", reading: Reading = USUAL, options: Options = NONE
) -> int:
    """Read a report of garak, promptfoo, inspect or PyRIT and hold it against limits.

    The upper end of each 95 % interval counts: ten attacks without success prove little. Exit 0 when all are within their
    limits, 1 when not, 11 when a person must look. Without `--keep` no installation is asked and nothing is kept.

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
        _HEADS,
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
    kept = connect(options).post("/red-team", _body(bound)) if reading.keep else None
    told = f"kept as {kept['id']} for {', '.join(kept['of'])}" if kept else "not kept: gates find it with --keep"
    options.output().result(
        {"check": result, "bound": bound, "kept": kept["id"] if kept else ""},
        head, table, *limited, verdict, *filter(None, [result.next]), told,
    )  # fmt: skip
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


@app.command(name="list")
def list_kept(*, model_digest: Annotated[str, Parameter(show_default=False)] = "", options: Options = NONE) -> int:
    """List reports that are kept, each attack with its 95 % interval.

    Args:
        model_digest: Only of this model.
    """
    found = connect(options).get("/red-team", **({"model": model_digest} if model_digest else {}))
    shown: list[str | Text | Table] = []
    for one in found:
        head = f"{one['id']}  {one['tool']} {one['version']}".rstrip()
        of = ", ".join(one["of"]) or "no longer registered"
        bound = f"model {one['model_digest'][:12]} ({of}), file {one['digest'][:12]}"
        shown += [
            Text(f"{head}, {plain(one['target']) or 'target not named'}, {one['made']}", style="bold"),
            f"{bound}, kept {when(one['kept_at'])} by {one['kept_by']}",
            rows(_HEADS, [_row(msgspec.convert(each, Attacked)) for each in one["attacked"]]),
            "",
        ]
    options.output().result({"reports": found}, *(shown or ["no reports"]))
    return Exit.DONE


def _body(bound: BoundReport) -> dict[str, object]:
    """A report as the API takes it."""
    report = msgspec.to_builtins(bound.report)
    return {**report, "digest": bound.digest, "model_digest": bound.model_digest}
