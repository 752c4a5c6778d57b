"""``wardlaw measure``: the measures of a gate on files, offline."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from wardlaw.cli.drawing import draw_results
from wardlaw.cli.measuring.bias import read_decisions
from wardlaw.cli.measuring.poisoning import check_file, make_baseline
from wardlaw.cli.measuring.rows import digest_of
from wardlaw.cli.measuring.signing import open_baseline
from wardlaw.cli.measuring.telling import tell_results
from wardlaw.cli.measuring.writes import check_writes
from wardlaw.cli.options import NONE, Options
from wardlaw.facts.errors import DataError, InputError
from wardlaw.register.bias.check import BiasRule, SmallGroups, check_bias
from wardlaw.register.bias.measure import MIN_GROUP_N
from wardlaw.register.bias.rates import BiasMetric
from wardlaw.register.bias.reading import Favourable
from wardlaw.register.checks import Ground
from wardlaw.register.poisoning.baseline import TextBaseline

app = App(name="measure", help="Measure data and decisions on this machine: bias, and what was slipped into data.")

_Texts = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
_Text = Annotated[str, Parameter(show_default=False)]


# Dataclasses, not structs: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Asked:
    """Where the decisions stand in the file, and what is compared."""

    predicted: str = "predicted"
    """Column with the answers."""
    label: _Text = ""
    """Column with what turned out to be right; equalised odds need it."""
    by: _Texts = ()
    """Column of an attribute, such as sex; may be given again."""
    groups: _Texts = ()
    """Compare by these only, such as "sex x race"; may be given again. Else by each attribute and each pair."""
    favourable: _Text = ""
    """The value that means yes, such as ">50K"; not needed for 0/1, no/yes, false/true."""
    from_score: Annotated[float | None, Parameter(show_default=False)] = None
    """Answers are scores, and mean yes from here on."""


@Parameter(name="*")
@dataclass(frozen=True)
class Ruled:
    """The rule that decides."""

    metric: BiasMetric = BiasMetric.DEMOGRAPHIC_PARITY_RATIO
    """How far groups lie apart, as one number."""
    limit: Annotated[float | None, Parameter(show_default=False)] = None
    """Least ratio (0.8) or greatest difference (0.1)."""
    min_group_n: int = MIN_GROUP_N
    """Smaller groups are told apart."""
    small_groups: SmallGroups = SmallGroups.REVIEW
    """Whether groups too small to be compared make a person look, or are only told."""
    seed: int = 1
    """Of the resamples; the same seed gives the same intervals."""
    plot: _Text = ""
    """Write the rates with their intervals and the limit to this SVG file."""


@app.command
def bias(file: str, *, asked: Asked = Asked(), ruled: Ruled = Ruled(), options: Options = NONE) -> int:
    """Compare how groups are answered. Exit 0 alike, 1 apart, 11 a person must look, 3 the file cannot be measured.

    Args:
        file: Decisions, one a row: CSV, TSV, JSON lines, npz or Parquet.
    """
    if not asked.by:
        raise InputError(
            "WL-BIA-006", "Nobody said which groups to compare.", "Name columns with --by, such as --by sex."
        )
    path = Path(file)
    rule = _rule(asked, ruled)
    favourable = Favourable(asked.favourable, asked.from_score)
    with options.output().progress("reading") as told:
        read = read_decisions(path, asked.by, (asked.predicted, asked.label), favourable=favourable, told=told)
    ground = Ground("dataset", path.name, digest_of(path))
    answer = check_bias(read, rule, seed=ruled.seed, grounds=(ground,))
    if ruled.plot:
        draw_results(Path(ruled.plot), (answer.result,), title=path.name)
    return tell_results(options, (answer.result,), {"report": msgspec.to_builtins(answer.report)})


@Parameter(name="*")
@dataclass(frozen=True)
class Places:
    """Which column is what."""

    label: _Text = ""
    """Column with the label of a table; without one the file is read as texts."""
    text_column: _Text = ""
    """Column with the texts (text, content, document, body, response)."""


@app.command
def baseline(
    file: str,
    *,
    out: str,
    key: str,
    trusted: _Text = "",
    places: Places = Places(),
    options: Options = NONE,
) -> int:
    """Keep what is known of data that was accepted, signed: counts, rates and digests, no row.

    Args:
        file: A table (with --label), or texts: a file of rows, or a folder of documents.
        out: Where to write it.
        key: File with the key that signs; made when it is not there.
        trusted: File with trusted rows, by which this and later versions are asked about their labels.
    """
    with options.output().progress("reading") as told:
        made, public = make_baseline(
            Path(file), Path(out), Path(key), trusted, (places.label, places.text_column), told
        )
    data = {"baseline": out, "of": file, "rows": made.rows, "digest": made.data, "key": public}
    lines = (f"{out}: {made.rows:,} rows of {file}", f"signed by {public}")
    options.output().result(data, *lines)
    return 0


@app.command
def poisoning(
    file: str,
    *,
    reference: _Texts,
    key: _Text = "",
    places: Places = Places(),
    plot: _Text = "",
    options: Options = NONE,
) -> int:
    """Look for what was slipped into data, by what changed. Exit 0 nothing, 1 found, 11 a person must look, 3 unreadable.

    Args:
        file: A table, a file of texts, or a folder of documents.
        reference: A baseline, a file of trusted rows, or both (given twice); both together see most.
        key: File with the key, or the public line, by which the baseline is verified.
        plot: Write what changed, with the limits, to this SVG file.
    """
    with options.output().progress("reading") as told:
        results = check_file(
            Path(file),
            tuple(map(Path, reference)),
            Path(key) if key else None,
            (places.label, places.text_column),
            told,
        )
    if plot:
        draw_results(Path(plot), results, title=Path(file).name)
    return tell_results(options, results)


@app.command
def writes(file: str = "-", *, reference: str, key: _Text = "", options: Options = NONE) -> int:
    """Hold documents against a corpus before they are written to it: one object a line in, one answer a line out, at once.

    A line is `{"id": …, "text": …}`; the answer says pass, review or fail and why. A trigger that is spread over many
    documents shows in none of them: measure the whole corpus now and then. Exit 0 nothing, 1 found, 11 a person must look,
    2 a line that is none.

    Args:
        file: File of lines, or - for standard input.
        reference: The baseline of the corpus, as `measure baseline` wrote it.
        key: File with the key, or the public line, by which the baseline is verified.
    """
    held = open_baseline(Path(reference), Path(key) if key else None)
    if not isinstance(held, TextBaseline):
        raise InputError(
            "WL-DAT-013",
            f"{reference} is the baseline of a table.",
            "Give one of texts: `measure baseline` without --label.",
        )
    options.output().note(f"held against {held.rows:,} documents of {reference}")
    if file == "-":
        return check_writes(sys.stdin.buffer, sys.stdout.buffer, held)
    try:
        with Path(file).open("rb") as source:
            return check_writes(source, sys.stdout.buffer, held)
    except OSError as error:
        raise DataError(
            "WL-DAT-006", f"{file} cannot be read: {error.strerror}.", "Check path and permissions."
        ) from error


def _rule(asked: Asked, ruled: Ruled) -> BiasRule:
    fields = {
        "metric": ruled.metric, "limit": ruled.limit, "groups": asked.groups, "min_group_n": ruled.min_group_n,
        "small_groups": ruled.small_groups,
    }  # fmt: skip
    try:
        return msgspec.convert(fields, BiasRule)
    except msgspec.ValidationError as error:
        raise InputError(
            "WL-BIA-007", f"The rule is not valid: {error}.", "See wardlaw measure bias --help."
        ) from error
