"""``wardlaw outcomes``: live decisions of a system by group, and the rule that watches them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.drawing import draw_results
from wardlaw.cli.measuring.telling import tell_results
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, when
from wardlaw.facts.errors import DataError
from wardlaw.register.bias.check import SmallGroups
from wardlaw.register.bias.counts import LiveOutcome
from wardlaw.register.bias.measure import MIN_GROUP_N
from wardlaw.register.bias.rates import BiasMetric
from wardlaw.register.checks import CheckResult

app = App(name="outcomes", help="Live decisions of a system by group: told as counts, watched by a rule.")

_BATCH = 200  # outcomes of one call; 64 KiB of them is the most the API reads
_Texts = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]


@app.command
def add(system: str, file: str, *, options: Options = NONE) -> int:
    """Tell decisions that were made, or their labels once they are known. Only counts are kept.

    Args:
        system: Short name, such as crm-bot.
        file: JSON lines, or - for stdin, such as {"groups":{"sex":"Female"},"predicted":true,"label":"yes","on":"2026-11-02"};
            with "settles":true where the decision was told before without its label.
    """
    client, taken, last = connect(options), 0, None
    outcomes = _read(file)
    while some := list(islice(outcomes, _BATCH)):
        last = client.post(f"/systems/{quoted(system)}/outcomes", {"outcomes": msgspec.to_builtins(some)})
        taken += len(some)
    result = last["result"] if last else None
    said = f"{taken:,} told" + (
        f"; {plain(result['outcome'])}: {plain(result['why'])}" if result else "; nothing watches"
    )
    options.output().result({"taken": taken, "result": result}, said)
    return 0


@app.command
def show(
    system: str,
    *,
    days: int = 0,
    plot: Annotated[str, Parameter(show_default=False)] = "",
    options: Options = NONE,
) -> int:
    """Show how live decisions stand. Exit 0 alike, 1 apart, 11 a person must look (or nothing was told yet).

    Args:
        system: Short name.
        days: Decisions of so many days; those of the rule (30 without one) when left out.
        plot: Write the rates with their intervals to this SVG file.
    """
    found = connect(options).get(f"/systems/{quoted(system)}/outcomes", **({"days": str(days)} if days else {}))
    results = (msgspec.convert(found["result"], CheckResult),) if found["result"] else ()
    if plot and results:
        draw_results(Path(plot), results, title=f"Live decisions of {system}")
    code = tell_results(
        options, results, {name: found[name] for name in ("system", "first", "attributes", "watch", "report")}
    )
    if not options.json:
        watch = found["watch"]
        says = (
            f"watched by a rule of {plain(watch['set_by'])}, {when(watch['set_at'])}"
            if watch
            else "watched by no rule; held against the usual one"
        )
        options.output().note(
            f"{plain(found['system'])} since {found['first']}: {says}" if results else "nothing was told"
        )
    return code


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Watching:
    """The rule that watches."""

    metric: BiasMetric = BiasMetric.DEMOGRAPHIC_PARITY_RATIO
    """How far groups lie apart, as one number."""
    limit: Annotated[float | None, Parameter(show_default=False)] = None
    """Least ratio (0.8) or greatest difference (0.1)."""
    groups: _Texts = ()
    """Compare by these only, such as "sex x race"; may be given again."""
    min_group_n: int = MIN_GROUP_N
    """Smaller groups are told apart."""
    small_groups: SmallGroups = SmallGroups.REVIEW
    """Whether those make a person look, or are only told."""
    days: int = 30
    """Decisions of so many days count."""

    def body(self) -> dict[str, Any]:
        """The rule as the API takes it."""
        rule = {
            "id": "live-bias", "metric": self.metric.value, "limit": self.limit, "groups": self.groups,
            "min_group_n": self.min_group_n, "small_groups": self.small_groups.value,
        }  # fmt: skip
        return {"rule": rule, "window_days": self.days}


@app.command
def watch(system: str, *, watching: Watching = Watching(), options: Options = NONE) -> int:
    """Set the rule that watches a system. When the interval leaves the limit an incident opens, and is told.

    Args:
        system: Short name.
    """
    kept = connect(options).post(f"/systems/{quoted(system)}/outcomes/rule", watching.body())
    said = f"{plain(kept['system'])} is watched: {watching.metric.value} over {watching.days} days"
    options.output().result({"watch": kept}, said)
    return 0


def _read(file: str) -> Iterator[LiveOutcome]:
    if file == "-":
        yield from _outcomes(sys.stdin.buffer)
        return
    try:
        with Path(file).open("rb") as source:
            yield from _outcomes(source)
    except OSError as error:
        raise DataError(
            "WL-DAT-006", f"{file} cannot be read: {error.strerror}.", "Check path and permissions."
        ) from error


def _outcomes(lines: Iterable[bytes]) -> Iterator[LiveOutcome]:
    decoder = msgspec.json.Decoder(LiveOutcome)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _outcome(decoder, line, number)


def _outcome(decoder: msgspec.json.Decoder[LiveOutcome], line: bytes, number: int) -> LiveOutcome:
    try:
        return decoder.decode(line)
    except msgspec.DecodeError as error:
        raise DataError(
            "WL-BIA-012", f"Line {number:,} is no outcome: {error}.", "See wardlaw outcomes add --help for one."
        ) from error
