"""What a replay found, drawn for people: how many decisions would come out otherwise, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from wardlaw.cli.explaining import STYLES
from wardlaw.cli.output import rows
from wardlaw.cli.session import when
from wardlaw.decision.replay import DIMENSIONS, Difference, ReplayExample, ReplayReport, Tally

_BAR = 30  # characters of the longest bar
_MOST_ROWS = 10  # of one table on a screen; --json has all
_PSEUDONYM_SHOWN = len("pseudonym:") + 12  # enough to tell people of one month apart

_COLORS: Mapping[Difference, str] = {
    Difference.STOPPED: "red",
    Difference.ALLOWED: "green",
    Difference.CHANGED: "yellow",
}
_HEADS: Mapping[Difference, str] = {
    Difference.STOPPED: "Newly stopped",
    Difference.ALLOWED: "Newly allowed",
    Difference.CHANGED: "Other effect",
}
_BLOCKS: Mapping[Difference, str] = {Difference.STOPPED: "█", Difference.ALLOWED: "▒", Difference.CHANGED: "░"}


def replay_lines(report: ReplayReport, *, span: str) -> Iterator[str | Text | Table]:
    """The whole picture: the sum, tables with bars, examples, and what could not be judged."""
    yield Text(f"{report.judged:,} decisions {span} judged anew", style="bold")
    yield from _caveats(report)
    if report.total.total == 0:
        yield Text("Nothing would come out otherwise.", style="green") if report.judged else Text("There are none.")
        yield from _noted(report)
        return
    yield ""
    yield rows(("", "decisions", ""), _sums(report))
    yield Text("  " + ", ".join(_effect(name, number) for name, number in _by_number(report.effects)), style="dim")
    for dimension in DIMENSIONS:
        tallies = report.by.get(dimension, {})
        if tallies:
            yield ""
            yield _table(dimension, tallies)
    yield from _noted(report)
    yield from _examples(report)


def _sums(report: ReplayReport) -> Iterator[tuple[Text, str, Text]]:
    for difference, head in _HEADS.items():
        number = _number(report.total, difference)
        yield (
            Text(head, style=_COLORS[difference] if number else "dim"),
            f"{number:,}",
            _bar(_only(difference, number), report.total.total),
        )


def _table(dimension: str, tallies: Mapping[str, Tally]) -> Table:
    ordered = sorted(tallies.items(), key=lambda item: (-item[1].total, item[0]))
    longest = ordered[0][1].total
    lines = [
        (
            name[:_PSEUDONYM_SHOWN] if name.startswith("pseudonym:") else name,
            f"{tally.stopped:,}" if tally.stopped else "·",
            f"{tally.allowed:,}" if tally.allowed else "·",
            f"{tally.changed:,}" if tally.changed else "·",
            _bar(tally, longest),
        )
        for name, tally in ordered[:_MOST_ROWS]
    ]
    if len(ordered) > _MOST_ROWS:
        lines.append((f"… {len(ordered) - _MOST_ROWS} more", "", "", "", Text("")))
    table = rows((f"by {dimension}", "stopped", "allowed", "other", ""), lines)
    for column in table.columns[1:4]:
        column.justify = "right"
    return table


def _bar(tally: Tally, longest: int) -> Text:
    """A bar of three parts; whatever is there has one block at least. The kinds differ by more than their colour."""
    bar = Text()
    for difference in _HEADS:
        number = _number(tally, difference)
        if number:
            bar.append(_BLOCKS[difference] * max(1, round(_BAR * number / longest)), style=_COLORS[difference])
    return bar


def _examples(report: ReplayReport) -> Iterator[Text | str]:
    for difference, head in _HEADS.items():
        shown = [example for example in report.examples if example.difference is difference]
        if not shown:
            continue
        yield ""
        yield Text(f"{head}, such as", style="bold")
        for example in shown:
            yield from _example(example)


def _example(example: ReplayExample) -> Iterator[Text]:
    head = Text(f"  {when(example.at_ms / 1000)} ", style="dim")
    head.append(example.before.value, style=STYLES[example.before.value]).append(" → ", style="default")
    head.append(example.after.value, style=STYLES[example.after.value])
    who = (
        example.who[: example.who.find("pseudonym:") + _PSEUDONYM_SHOWN] if "pseudonym:" in example.who else example.who
    )
    head.append(f"  {who or 'nobody'} {example.action} {example.resource}", style="default")
    yield head.append(f"  {example.decision}", style="dim")
    for why in example.why:
        yield Text(f"    {why}")


def _caveats(report: ReplayReport) -> Iterator[Text]:
    if report.observed:
        yield Text(
            f"  {report.observed:,} were made in observe mode: what the clauses demanded is compared", style="dim"
        )
    for name, number in _by_number(report.unknown):
        yield Text(
            f"  {name} was not known then in {number:,} of them: its value where nothing happens was taken",
            style="yellow",
        )
    if report.erased:
        yield Text(
            f"  {report.erased:,} more could not be judged: their inputs were erased, or are past their time",
            style="yellow",
        )
    if report.unread:
        yield Text(f"  {report.unread:,} more could not be read:", style="bold red")
        yield from (Text(f"    {one.decision} (record {one.leaf_index}): {one.why}") for one in report.unreadable)


def _noted(report: ReplayReport) -> Iterator[Text]:
    if report.noted:
        told = ", ".join(f"{name} {number:,}" for name, number in _by_number(report.noted))
        yield Text(f"Newly noted, not enforced: {told}", style="dim")


def _effect(name: str, number: int) -> str:
    before, _, after = name.partition(">")
    return f"{number:,} {before} → {after}"


def _by_number(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _number(tally: Tally, difference: Difference) -> int:
    return int(getattr(tally, difference.value))


def _only(difference: Difference, number: int) -> Tally:
    return Tally(**{difference.value: number})
