"""The figures for people: tables on a terminal, and the same tables as Markdown in ``docs/benchmarks.md``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from bench.consoling import ConsoleFigures
from bench.deliveries import DeliveryFigures
from bench.figures import ranged, short
from bench.guarding import GuardFigures
from bench.inventory import InventoryFigures
from bench.live import LiveFigures
from bench.machine import Machine
from bench.million import MillionFigures
from bench.promises import Promise, Results, promises
from bench.stages import BUDGET, in_order
from bench.targets import DURABLE, LABELS, LITELLM, NGINX, PORTKEY
from bench.toolcalls import ADDRESS, PROGRAM, ToolFigures
from bench.traffic import TargetFigures

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


class Grid(msgspec.Struct, frozen=True):
    """One table: the first column is text, the others are figures."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


class Run(msgspec.Struct, frozen=True):
    """One run of the benchmark: what was measured, where, when, and by which command."""

    command: str
    began: str
    seconds: float
    load_before: tuple[float, float, float]
    load_after: tuple[float, float, float]
    machine: Machine
    results: Results


def grids(results: Results) -> list[Grid]:
    """Every table that has something in it."""
    found = [_promises(promises(results))]
    if results.traffic is not None:
        found += [_traffic(results), _streams(results), _ratios(results)]
    if results.guard is not None:
        found.append(_guard(results.guard))
    if results.tools is not None:
        found.append(_tools(results.tools))
    if results.console is not None:
        found.append(_console(results.console))
    if results.live is not None:
        found.append(_live(results.live))
    measured: tuple[tuple[object, Callable[[Results], Grid]], ...] = (
        (results.decisions, _decisions),
        (results.audit, _audit),
        (results.verify, _verify),
        (results.replay, _replay),
        (results.coverage, _coverage),
        (results.models, _models),
        (results.export, _export),
        (results.bundle, _bundle),
    )
    found += [grid(results) for figures, grid in measured if figures is not None]
    if results.inventory is not None:
        found.append(_inventory(results.inventory))
    if results.million is not None:
        found.append(_pages(results.million))
    if results.deliveries is not None:
        found.append(_deliveries(results.deliveries))
    if results.stages is not None:
        found.append(_stages(results))
    return [grid for grid in found if grid.rows]


def _promises(listed: Sequence[Promise]) -> Grid:
    rows = []
    for one in listed:
        met = {True: "yes", False: "**no**", None: "not measured"}[one.is_met]
        sign = "≤" if one.at_most else "≥"
        rows.append((one.what, f"{sign} {one.limit:,g} {one.unit}", short(one.measured), met))
    return Grid("Promised and measured", ("", "promised", "measured", "kept"), rows)


def _traffic(results: Results) -> Grid:
    assert results.traffic is not None
    columns = (
        "", "requests/s", "CPU µs/request", "per core", "CPU µs, 16 KB", "added p50 ms", "added p99 ms",
        "p50 ms loaded", "MB a worker", "void",
    )  # fmt: skip
    rows = [_traffic_row(one) for one in results.traffic.targets]
    rows += [(LABELS[name], *["–"] * 9) for name in results.traffic.absent]
    rounds = max((one.per_second.rounds for one in results.traffic.targets if one.per_second), default=0)
    reasons = "; ".join(f"{LABELS[name]}: {why.splitlines()[0][:160]}" for name, why in results.traffic.absent.items())
    note = (
        f"Behind all of them: {results.traffic.mock}. 32 connections, median (range) of {rounds} interleaved rounds; added: "
        "at low load, against the direct answer of the same turn (direct itself: absolute)."
    )
    return Grid(
        "Whole answers, prompts of 1 KB", columns, rows, note + (f" Not measured: {reasons}." if reasons else "")
    )


def _traffic_row(one: TargetFigures) -> tuple[str, ...]:
    return (
        LABELS[one.name],
        ranged(one.per_second),
        ranged(one.cpu_us),
        short(one.per_core),
        ranged(one.cpu_large_us),
        short(one.low.p50_us / 1000) if one.low else "–",
        short(one.low.p99_us / 1000) if one.low else "–",
        ranged(one.loaded_p50_us, scale=1 / 1000),
        short(one.rss_mb) if one.rss_mb else "–",
        str(one.void + (one.low.errors if one.low else 0)),
    )


def _streams(results: Results) -> Grid:
    assert results.traffic is not None
    rows = [
        (
            LABELS[one.name],
            short(one.stream.work_p50_us / 1000),
            short(one.stream.work_p99_us / 1000),
            short(one.stream.age_p50_us / 1000),
            short(one.stream.first_p50_us / 1000),
            f"{one.stream.streams} ({one.stream.errors})",
        )
        for one in results.traffic.targets
        if one.stream is not None
    ]
    note = (
        "51 chunks, 10 ms apart, added to direct (direct itself: absolute). Work: from the upstream's newest chunk to the "
        "bytes it made the gateway send. Age: from the sending of a word to its arrival, what is held back until it is "
        "complete included."
    )
    columns = ("", "work p50 ms", "work p99 ms", "age p50 ms", "first text p50 ms", "streams (failed)")
    return Grid("Streams", columns, rows, note)


def _ratios(results: Results) -> Grid:
    own = results.target(DURABLE)
    rows = []
    for name in (NGINX, PORTKEY, LITELLM):
        peer = results.target(name)
        if own is None or peer is None or own.cpu_us is None or peer.cpu_us is None:
            continue
        cpu = peer.cpu_us.mid / own.cpu_us.mid
        added = peer.low.p50_us / own.low.p50_us if own.low and peer.low else None
        rows.append((LABELS[name], short(cpu), short(added)))
    note = "How many times what Wardlaw takes, with everything on, they take with no policy at all; below 1 they take less."
    return Grid("Against others, in the same run", ("", "CPU per request", "added p50"), rows, note)


def _guard(one: GuardFigures) -> Grid:
    rows = [
        ("rules and linear model, 1 KB of ASCII, p50 / p99, ms", _pair(one.ascii_us, one.ascii_p99_us)),
        ("the same in other scripts", _pair(one.scripts_us, one.scripts_p99_us)),
        ("history of 200 KB, 1 KB of it new, p50, ms", short(one.history_us / 1000)),
        ("encoder, a full window, CPU ms", short(one.window_us / 1000)),
        ("texts of the mix that ask for it", f"{one.asked} of {one.texts:,} ({one.share:.1%})"),
        (
            f"event loop late at most / p99 while {one.windows:,} windows were read, ms",
            _pair(one.loop_us, one.loop_p99_us),
        ),
        ("event loop late at most while none was, ms", short(one.calm_us / 1000)),
        ("CPU µs per request of the mix, rules and linear model", short(one.cpu_us)),
        ("the same with the encoder", short(one.encoder_cpu_us)),
        ("added p50 / p99 at low load, rules and linear model, ms", _pair(one.added.p50_us, one.added.p99_us)),
        ("MB of the worker with the encoder", short(one.rss_mb)),
        ("answers other than 200", str(one.errors)),
    ]
    note = "The first three rows and the event loop are timed inside a gateway at low load, by a clock that is put in for it."
    return Grid("The detectors", ("", "measured"), rows, note)


def _console(one: ConsoleFigures) -> Grid:
    rows = [
        ("CPU of the gateway a request, people looking over nobody looking", short(one.cpu_ratio)),
        ("p50 of an exchange, the same", short(one.p50_ratio)),
        ("pages a second, all people together", short(one.pages_per_s)),
        ("a page p50 / p99, ms", f"{short(one.page_p50_ms)} / {short(one.page_p99_ms)}"),
        ("answers other than 200", str(one.errors)),
    ]
    note = f"Medians of {one.pairs} pairs of rounds. Gateway and console are two processes; what they share is the machine's cores."
    return Grid("The console beside the gateway", ("", "measured"), rows, note)


def _live(one: LiveFigures) -> Grid:
    rows = [
        ("decisions a second", short(one.decisions_per_s)),
        (
            "rows a second at one viewer, and of how many it is told",
            f"{short(one.rows_per_s)} of {short(one.told_per_s)}",
        ),
        ("rows that viewers were told to have missed", str(one.lost)),
        ("from the decision to the viewer, p50 / p99, ms", f"{short(one.delay_p50_ms)} / {short(one.delay_p99_ms)}"),
        ("cores of the console, viewers watching / nobody", f"{short(one.console_cores)} / {short(one.quiet_cores)}"),
        ("gateway under full load: CPU a request, viewers over nobody", short(one.gateway_cpu_ratio)),
        ("the same, requests a second", short(one.gateway_rate_ratio)),
    ]
    note = f"{one.viewers} viewers, medians of {one.pairs} pairs of rounds. Gateway, sequencer and console are processes of their own."
    return Grid("Live traffic", ("", "measured"), rows, note)


def _tools(found: Sequence[ToolFigures]) -> Grid:
    said = {PROGRAM: "a program, over its standard input and output", ADDRESS: "an address, streamable HTTP"}
    rows = [
        (
            said[one.way],
            short(one.direct_p50_us / 1000),
            _pair(one.added.p50_us, one.added.p99_us),
            str(one.added.errors),
        )
        for one in found
    ]
    note = "One call at a time, each with another text; call and result are judged and recorded on disk before they go."
    return Grid("Calls of tools", ("", "direct p50, ms", "added p50 / p99, ms", "other answers"), rows, note)


def _decisions(results: Results) -> Grid:
    rows = [
        (
            f"{one.clauses} clauses ({one.in_slice} policies in the slice)",
            short(one.warm_p50_us),
            short(one.warm_p99_us),
            short(one.cold_p50_us),
            short(one.cold_p99_us),
        )
        for one in results.decisions or ()
    ]
    note = "Microseconds in a hot loop. Warm: varied ordinary requests; cold: the policy engine is asked each time."
    return Grid("The decision alone", ("", "warm p50", "warm p99", "cold p50", "cold p99"), rows, note)


def _audit(results: Results) -> Grid:
    one = results.audit
    assert one is not None
    rows = [
        ("records/s, durable in the spool", short(one.append_per_second)),
        ("records/s, until under a signed checkpoint", short(one.through_per_second)),
        (f"durable append p50 / p99, {one.in_flight} in flight, ms", _pair(one.append_p50_us, one.append_p99_us)),
        ("durable append p50 / p99, alone, ms", _pair(one.alone_p50_us, one.alone_p99_us)),
        ("CPU µs per record, making, sealing, appending", short(one.append_cpu_us)),
        ("CPU µs per record, sequencer", short(one.sequencer_cpu_us)),
    ]
    return Grid("The audit path", ("", f"{one.records:,} records"), rows)


def _pair(first_us: float, second_us: float) -> str:
    return f"{short(first_us / 1000)} / {short(second_us / 1000)}"


def _verify(results: Results) -> Grid:
    assert results.verify is not None
    rows = [
        (
            f"{one.records:,} records",
            "yes" if one.sound else "**no**",
            short(one.seconds),
            short(one.cpu_s),
            short(one.records / one.seconds),
            f"{short(one.peak_mb)} ({short(one.start_mb)})",
        )
        for one in (results.verify.tenth, results.verify.whole)
    ]
    columns = ("", "sound", "seconds", "CPU s", "records/s", "peak MB (before)")
    return Grid("Verifying a log", columns, rows)


def _inventory(one: InventoryFigures) -> Grid:
    rows = [
        ("first listing, s", short(one.first_s)),
        (f"listed again, {one.changed:,} told otherwise or new, {one.ended:,} gone: s", short(one.again_s)),
        ("of it work of the processor, s", short(one.work_s)),
        *((f"{name}, p50, ms", short(taken)) for name, taken in one.asked_ms.items()),
        (f"tokens of {one.sync.users:,} Google users: work of the processor, s", short(one.sync.work_s)),
        ("requests made, and refused", f"{one.sync.read.requests:,}, {one.sync.read.refused:,}"),
        ("by Google's quota alone, s", short(one.sync.read.floor_s)),
        ("as we wait for it, s", short(one.sync.read.taken_s)),
    ]
    note = (
        "One transaction a page, as the management API does it: 1,000 things at first, 10,000 where nearly all is known. "
        "The questions one at a time. Google's answers take 20 ms each, on a clock that is put in."
    )
    return Grid(f"An inventory of {one.grants:,} grants, {one.database}", ("", "measured"), rows, note)


def _pages(one: MillionFigures) -> Grid:
    rows = [(page.address, short(page.p50_ms), short(page.slowest_ms), short(page.kilobytes)) for page in one.pages]
    note = (
        "From the request to the last byte of one page after the other, seven times each; the slowest first. "
        f"Made in {one.filled_s:,.0f} s, decided and sealed as at the door."
    )
    title = f"Pages of the console with {one.decisions:,} decisions and {one.grants:,} grants, {one.database}"
    return Grid(title, ("page", "p50, ms", "slowest, ms", "KB"), rows, note)


def _deliveries(one: DeliveryFigures) -> Grid:
    rows = [
        ("deliveries sent", f"{one.sent:,}"),
        ("of them taken", f"{one.taken:,}"),
        ("findings that came of them", f"{one.findings:,}"),
        *((f"CPU µs a delivery, {role}", short(used)) for role, used in one.cpu_us.items()),
        ("webhook to finding, p50, ms", short(one.p50_ms)),
        ("webhook to finding, p99, ms", short(one.p99_ms)),
        ("webhook to finding, worst, ms", short(one.worst_ms)),
    ]
    note = "From the moment a delivery was due to the answer, which is given once its finding is durable."
    return Grid(f"Events by push, {one.per_second:,.0f} deliveries a second", ("", "measured"), rows, note)


def _replay(results: Results) -> Grid:
    one = results.replay
    assert one is not None
    rows = [
        ("decisions judged anew a second", short(one.per_second)),
        ("CPU µs per decision", short(one.cpu_us)),
        ("of them coming out otherwise", f"{one.differing:,}"),
    ]
    return Grid("Judging a log anew", ("", f"{one.decisions:,} decisions, {one.clauses} clauses"), rows)


def _coverage(results: Results) -> Grid:
    one = results.coverage
    assert one is not None
    rows = [
        ("every clause for every system, CPU s", f"{one.clauses_s:.2f}"),
        ("every provision of the EU AI Act through them, CPU s", f"{one.law_s:.2f}"),
        ("opened decisions counted a second", f"{one.counted_per_s:,.0f}"),
    ]
    return Grid("Coverage", ("", f"{one.clauses} clauses, {one.systems} systems"), rows)


def _models(results: Results) -> Grid:
    one = results.models
    assert one is not None
    rows = [
        ("a file looked into, CPU ms", f"{one.file_ms:.1f}"),
        ("MB a second of a pickle of small values", short(one.pickle_mb_per_s)),
        (f"a red-team report of {one.report_bytes / 1e6:.0f} MB imported, CPU s", f"{one.report_s:.2f}"),
    ]
    return Grid("Files of models", ("", "the corpus of attacks, its bombs with it"), rows)


def _export(results: Results) -> Grid:
    one = results.export
    rows = [("records told a second", short(one.per_second)), ("CPU µs per record", short(one.cpu_us))]
    return Grid("Telling the log to one target", ("", f"{one.records:,} records, a file"), rows)


def _bundle(results: Results) -> Grid:
    one = results.bundle
    assert one is not None
    rows = [
        ("opening and counting every decision, s", f"{one.count_s:.1f}"),
        ("gathering, proving, drawing, signing, packing, s", f"{one.rest_s:.1f}"),
        ("CPU of all of it, s", f"{one.cpu_s:.1f}"),
        ("peak memory of the process, MB; before it", f"{one.peak_mb:.0f}; {one.start_mb:.0f}"),
        ("times it said how far it was", f"{one.steps:,}"),
    ]
    return Grid("An evidence report of the EU AI Act", ("", f"{one.decisions:,} decisions"), rows)


def _stages(results: Results) -> Grid:
    one = results.stages
    assert one is not None
    rows = [(stage, short(BUDGET.get(stage)), short(value)) for stage, value in in_order(one.stages)]
    rows += [(f"thread: {name}", "–", short(value)) for name, value in in_order(one.threads)]
    rows.append(("all of it", short(sum(BUDGET.values())), short(one.cpu_us)))
    note = "Sampled under load with py-spy, which itself slows the gateway down: shares hold, sums are a little high."
    return Grid("Where the CPU goes", ("", "budget µs", "µs per request"), rows, note)


def markdown(run: Run) -> str:
    """Everything between the two marks of ``docs/benchmarks.md``."""
    machine = run.machine
    minutes, before, after = run.seconds / 60, _loads(run.load_before), _loads(run.load_after)
    lines = [
        f"Made by `{run.command}` on {run.began}, in {minutes:.1f} minutes; load average before {before}, after {after}.",
        "",
        f"{machine.processor}, {machine.cores} cores, {machine.memory_gb:g} GB, {machine.system}, Python {machine.python}, "
        f"records on {machine.filesystem} (4 KiB and a sync: {short(machine.disk_sync_us)} µs). "
        f"Wardlaw {machine.wardlaw}, revision {machine.commit or 'unknown'}; "
        + ", ".join(f"{name} {version}" for name, version in {**machine.tools, **machine.packages}.items())
        + ".",
    ]
    for grid in grids(run.results):
        lines += ["", f"### {grid.title}", "", _markdown_row(grid.columns), _markdown_rule(len(grid.columns))]
        lines += [_markdown_row(row) for row in grid.rows]
        if grid.note:
            lines += ["", grid.note]
    return "\n".join(lines) + "\n"


def _loads(loads: tuple[float, float, float]) -> str:
    return " ".join(f"{one:g}" for one in loads)


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _markdown_rule(columns: int) -> str:
    return "|---|" + "---:|" * (columns - 1)


def insert(page: str, text: str) -> str:
    """The page with the text between its marks.

    Raises:
        ValueError: The page has no marks, or not one pair of them.
    """
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise ValueError(f"the page needs one {BEGIN} and, after it, one {END}")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{text}{END}{after}"


def write(path: Path, run: Run) -> None:
    """Put a run's tables into the page."""
    path.write_text(insert(path.read_text(encoding="utf-8"), markdown(run)), encoding="utf-8")
