"""The life of clauses for people: what waits, what drifted, who said what and how fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from wardlaw.cli.output import rows
from wardlaw.cli.session import when
from wardlaw.console.api.lifedesk import ClauseHistory, ClauseLook, LifeOverview
from wardlaw.facts.clauselife import Backtest, ClauseVersion, TeamEffect
from wardlaw.governance.differ import Direction
from wardlaw.governance.signing import HASTY_S, Haste
from wardlaw.governance.standing import ClauseStanding

Line = str | Text | Table
_DIGITS = 12  # of a digest: enough to name it

_STATES: Mapping[str, str] = {
    "draft": "dim",
    "in review": "yellow",
    "approved": "cyan",
    "shadow": "magenta",
    "enforce": "green",
    "retired": "dim",
}
DIRECTIONS: Mapping[Direction, str] = {
    Direction.TIGHTENED: "green",
    Direction.LOOSENED: "red",
    Direction.CHANGED: "yellow",
    Direction.WORDING: "dim",
}
_HASTE_SHOWN = 0.2  # a fifth of hasty answers is worth a colour


def overview_lines(overview: LifeOverview, *, everything: bool, now: float) -> Iterator[Line]:
    """Clauses under way or drifted, then whatever is wrong with each, then the meter."""
    if overview.problem:
        yield Text(f"The files cannot be used: {overview.problem}", style="bold red")
    shown = [one for one in overview.clauses if everything or not _is_quiet(one)]
    quiet = len(overview.clauses) - len(shown)
    if shown:
        yield ""
        yield rows(
            ("clause", "state", "version", "in force", "file", "waits for", "would stop"), [_row(one) for one in shown]
        )
    for one in shown:
        for why in one.drifted:
            yield Text(f"{one.clause} drifted: {why}", style="bold red")
        if one.review_until > now:
            yield Text(f"{one.clause}: emergency, to be reviewed until {when(one.review_until)}", style="yellow")
        if one.state not in ("draft", "retired") and one.approved_until and one.approved_until - now < 30 * 86_400:
            yield Text(f"{one.clause}: its approvals expire {when(one.approved_until)}", style="yellow")
    if quiet:
        yield Text(f"{quiet} more are in force as they were approved (--everything shows them)", style="dim")
    if overview.haste:
        yield ""
        yield rows(
            ("who signs", "answers", "median", f"under {HASTY_S:.0f} s"), [_haste(one) for one in overview.haste]
        )


def look_lines(look: ClauseLook) -> Iterator[Line]:
    """What somebody who signs must see, with the digest at the end where it is needed."""
    version = look.version
    head = Text(f"{version.clause} version {version.version}", style="bold")
    yield head.append(f"  {version.state.value}", style=_STATES[version.state.value])
    yield Text(f"by {version.author} {when(version.at)}; risk {version.content.risk.value}", style="dim")
    yield ""
    yield Text(look.sentence)
    if look.changes:
        yield ""
        yield rows(
            ("against what is in force", "change"),
            [(Text(one.direction.value, style=DIRECTIONS[one.direction]), one.words) for one in look.changes],
        )
    if version.backtest is not None:
        yield ""
        yield from backtest_lines(version.backtest)
    yield ""
    yield Text(look.text.rstrip("\n"), style="dim")
    yield ""
    for one in version.sign_offs:
        verb = "approved" if one.approves else "sent back"
        yield Text(f"{verb} by {one.person} ({', '.join(one.roles)}) {when(one.at)}  {one.reason}".rstrip())
    if look.needs:
        yield Text(f"waits for: {look.needs}", style="yellow")
    yield Text(f"digest {version.digest}")


def backtest_lines(test: Backtest) -> Iterator[Line]:
    """Per team: how many decisions and people."""
    yield Text(
        f"{test.judged:,} decisions from {when(test.since_ms / 1000)} to {when(test.until_ms / 1000)} judged twice",
        style="bold",
    )
    if test.erased:
        yield Text(f"  {test.erased:,} more could not be judged: their inputs are gone", style="yellow")
    if test.unread:
        yield Text(f"  {test.unread:,} more could not be read: run wardlaw audit verify", style="bold red")
    if not test.teams:
        yield Text("Nothing would have come out otherwise." if test.judged else "There are none.", style="green")
        return
    teams = sorted(test.teams.items(), key=lambda item: (-item[1].stopped - item[1].allowed, item[0]))
    yield rows(
        ("team", "would have stopped", "people", "would have let through", "people"),
        [(name or "(none)", *_numbers(effect)) for name, effect in teams],
    )


def history_lines(history: ClauseHistory) -> Iterator[Line]:
    """Each version with its steps and signatures, the newest last."""
    for version in history.versions:
        head = Text(f"{version.clause} version {version.version}", style="bold")
        head.append(f"  {version.state.value}", style=_STATES[version.state.value])
        yield head.append(f"  {version.content.kind.value}, digest {version.digest[:_DIGITS]}", style="dim")
        if not version.is_intact:
            yield Text("  its rows were changed by hand", style="bold red")
        yield from _steps(history, version)
        if version.backtest is not None:
            total = version.backtest.total
            yield Text(
                f"  {when(version.backtest.at)}  backtest by {version.backtest.by}: {version.backtest.judged:,} "
                f"decisions, would have stopped {total.stopped:,}, let through {total.allowed:,}"
            )


def _steps(history: ClauseHistory, version: ClauseVersion) -> Iterator[Line]:
    signed = {one.at: one for one in version.sign_offs}
    for event in history.events:
        if event.version != version.version:
            continue
        line = Text(f"  {when(event.at)}  {event.step.value} by {event.by}")
        if (word := signed.get(event.at)) is not None and word.person == event.by:
            line.append(f" as {', '.join(word.roles)} in {word.seconds:,.0f} s, until {when(word.expires_at)}")
        line.append(f" → {event.state.value}", style=_STATES[event.state.value])
        if event.reason:
            line.append(f"  {event.reason}", style="dim")
        if event.until:
            line.append(f"  to be reviewed until {when(event.until)}", style="yellow")
        yield line.append(f"  {event.record}", style="dim")


def _is_quiet(one: ClauseStanding) -> bool:
    """In force as approved, with nothing to say; or at its end."""
    settled = one.state in ("enforce", "retired") and not one.review_until
    return settled and not one.drifted and one.on_disk in ("same", "gone")


def _row(one: ClauseStanding) -> tuple[str | Text, ...]:
    stops = "" if one.backtest is None else f"{one.backtest.stopped:,}"
    return (
        one.clause,
        Text(one.state, style=_STATES[one.state]),
        str(one.version or ""),
        str(one.enforced or ""),
        one.on_disk,
        one.needs,
        stops,
    )


def _haste(one: Haste) -> tuple[str | Text, ...]:
    share = Text(f"{one.hasty:.0%}", style="red" if one.hasty > _HASTE_SHOWN else "default")
    return one.person, str(one.answers), f"{one.median_s:,.0f} s", share


def _numbers(effect: TeamEffect) -> tuple[str, str, str, str]:
    return f"{effect.stopped:,}", f"{effect.stopped_people:,}", f"{effect.allowed:,}", f"{effect.allowed_people:,}"
