"""``wardlaw inventory``: who granted what to whom, how fresh that is, what rules find, and files that tell more."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any, assert_never

from cyclopts import App, Parameter

from wardlaw.cli.appclients import Moments
from wardlaw.cli.commands.channel import app as channel
from wardlaw.cli.commands.findings import describe, finding, plain
from wardlaw.cli.exits import Exit
from wardlaw.cli.exporting import write_events
from wardlaw.cli.inventorying import RunUpload
from wardlaw.cli.moment import read_moment
from wardlaw.cli.opening import open_connector
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, show_list, when
from wardlaw.cli.showing import freshness_lines as _fresh
from wardlaw.cli.showing import plain_text as _plain
from wardlaw.cli.syncing import judge_grants, sync_feed
from wardlaw.cli.watching import WatchedFeed, WatchPlan, read_due, watch
from wardlaw.config.connected import Directory
from wardlaw.facts.errors import InputError
from wardlaw.inventory.importing import grants, groups, logs, machines
from wardlaw.inventory.importing.badrow import BadRow
from wardlaw.inventory.model import FeedKind, Sighting

app = App(name="inventory", help="Who granted what to whom, how fresh that is, and what is wrong with it.")
app.command(channel)
app.command(finding)

SHOWN_ERRORS = 20
MOST_FILE_BYTES = 64 * 1024 * 1024
"""Of files that are read whole: lists of extensions and configurations of clients."""


class ImportKind(StrEnum):
    """What a file holds."""

    GRANTS_CSV = "grants-csv"
    GRANTS_JSONL = "grants-jsonl"
    GROUPS_CSV = "groups-csv"
    SQUID = "squid"
    DNS = "dns"
    LOG_CSV = "log-csv"
    LOG_JSONL = "log-jsonl"
    EXTENSIONS = "extensions"
    MCP = "mcp"


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Search:
    """What else narrows a list, or goes on with it."""

    find: str = ""
    """Part of the name or id of an account, app or credential; of grants and uses, of their account or app."""
    gone: Annotated[bool, Parameter(negative=())] = False
    """Also what is no longer there."""
    after: Annotated[str, Parameter(show_default=False)] = ""
    """Go on where the page before ended, as it said."""


NO_SEARCH = Search()


@app.command
def status(*, options: Options = NONE) -> int:
    """Show how fresh each feed of each directory is, what was not read, and how much is known."""
    answer = connect(options).get("/inventory")
    lines = [*_fresh(answer["feeds"])] or ["nothing was read yet; see `wardlaw inventory import` and `sync`"]
    lines += _pushed(answer["pushes"])
    lines += (
        f"{one['directory']}: being drawn anew after an upgrade, {one['drawn']:,} of {one['total']:,} things;"
        " its lists and findings wait for it"
        for one in answer["drawing"]
    )
    for one in answer["locked"]:
        apps = "".join(f", app {app} of {directory}" for directory, app in one["apps"])
        lines.append(f"LOCKED OUT at the gateway since {when(one['since'])}: {one['principal']}{apps}: {one['reason']}")
    for directory, counts in sorted(answer["counts"].items()):
        lines.append(f"{directory}: " + ", ".join(f"{count} {kind}s" for kind, count in sorted(counts.items())))
    options.output().result(answer, *map(plain, lines))
    return 0


def _pushed(pushes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One line a directory: what became of what its platform sent by itself."""
    for directory in sorted({one["directory"] for one in pushes}):
        own = [one for one in pushes if one["directory"] == directory]
        told = ", ".join(f"{one['count']} {one['outcome']}" for one in own)
        yield f"{directory} by push: {told}; last {when(max(one['last_at'] for one in own))}"


@app.command(name="list")
def list_things(
    kind: str = "",
    *,
    directory: str = "",
    about: str = "",
    search: Search = NO_SEARCH,
    limit: int = 200,
    options: Options = NONE,
) -> int:
    """List accounts, apps, grants, credentials, uses, groups and memberships.

    Args:
        kind: account, app, grant, credential, use, group or membership; all for none.
        directory: Only of this directory.
        about: Only what belongs to the account or app of this id.
        limit: At most so many.
    """
    query: dict[str, str | int] = {"limit": limit}
    told = (("kind", kind), ("directory", directory), ("about", about), ("find", search.find), ("after", search.after))
    query |= {name: value for name, value in told if value}
    answer = connect(options).get("/inventory/items", **query, **({"gone": "true"} if search.gone else {}))
    table = [[plain(cell) for cell in _line(item)] for item in answer["items"]]
    heads = ("directory", "kind", "id", "name", "account", "app", "since", "last seen", "there")
    shown: list[Any] = [rows(heads, table)] if table else ["nothing"]
    if answer["total"] > len(table):
        following = f", or --after {answer['next']} for the next page" if answer.get("next") else ""
        shown.append(f"{answer['total'] - len(table)} more; see --limit{following}")
    options.output().result(answer, *shown, *map(plain, _fresh(answer["feeds"])))
    return 0


@app.command
def show(id: str, *, kind: str = "", directory: str = "", options: Options = NONE) -> int:
    """Show one thing: what its platform says, the class of its scopes, its history, and what rules find.

    Args:
        id: Its id, as `list` shows it.
        kind: account, app, grant, credential, use, group or membership, where an id stands for several.
        directory: The directory, where several have it.
    """
    query = {name: value for name, value in (("kind", kind), ("directory", directory)) if value}
    answer = connect(options).get("/inventory/item", id=id, **query)
    options.output().result(answer, *map(plain, _detail(answer)))
    return 0


@app.command
def findings(
    *, directory: str = "", rule: str = "", state: str = "", limit: int = 500, after: str = "", options: Options = NONE
) -> int:
    """List what rules and detectors find, gravest first; exit code 1 where anything waits for somebody.

    Args:
        directory: Only of this directory.
        rule: Only of this rule, such as known-bad-app or new-network.
        state: open, acknowledged, closed, reopened or all; without it those that wait for somebody.
        limit: At most so many.
        after: Where to go on: the ``next`` of the answer before, which ``--json`` shows.
    """
    named = (("directory", directory), ("rule", rule), ("in_state", state), ("after", after))
    query: dict[str, str | int] = {"limit": limit, **{name: value for name, value in named if value}}
    answer = connect(options).get("/inventory/findings", **query)
    lines: list[str] = []
    for one in answer["findings"]:
        lines += describe(one)
    if answer.get("next"):
        lines.append(f"{answer['total']} in all; go on with --after {answer['next']}")
    options.output().result(answer, *map(plain, [*(lines or ["no findings"]), *_fresh(answer["feeds"])]))
    return Exit.FINDINGS if answer["pending"] else Exit.DONE


@app.command
def runs(*, limit: int = 50, options: Options = NONE) -> int:
    """List readings of feeds, newest first, with what each saw, what it found gone, and its gaps.

    Args:
        limit: At most so many.
    """
    columns = ("id", "directory", "feed", "state", "started_at", "ended_at", "seen", "ended", "gaps")
    return show_list(options, "runs", connect(options).get("/inventory/runs", limit=limit), columns=columns)


@app.command
def sync(directory: str = "", *, feed: str = "", options: Options = NONE) -> int:
    """Read the connected organisations of the configuration; exit code 1 where something could not be read whole.

    It reads with the credentials of this account, on this machine, and hands over what it finds. Nothing is changed
    on any platform.

    Args:
        directory: Only this one.
        feed: Only this feed, such as users, tokens or activity.
    """
    wanted = _connected(options, directory)
    client, output = connect(options), options.output()
    ended: list[dict[str, Any]] = []
    for one in wanted:
        connector = open_connector(one, env=os.environ, clock=time.time, sleep=time.sleep)
        for part in connector.feeds():
            if feed in ("", part.name):
                output.note(f"reading {one.name} {part.name}")
                ended.append(sync_feed(connector, part, one.name, client))
    if not ended:
        raise InputError("WL-INV-012", "No directory has such a feed.", "See `wardlaw inventory status`.")
    lines = []
    for run in ended:
        told = " ".join(run["gaps"])
        lines.append(
            f"{run['directory']} {run['feed']}: {run['state']}, {run['seen']} seen, {run['ended']} gone. {told}"
        )
    judged = judge_grants(client)
    lines += _waiting(judged)
    output.result({"runs": ended, "judged": judged}, *(plain(line.strip()) for line in lines))
    return Exit.DONE if all(run["state"] == "complete" for run in ended) else Exit.FINDINGS


@app.command(name="watch")
def watch_feeds(
    directory: str = "",
    *,
    events_minutes: float = 5.0,
    nightly: str = "02:00",
    once: bool = False,
    options: Options = NONE,
) -> int:
    """Keep reading the connected organisations until interrupted: events every few minutes, listings every night.

    What is due follows from what is known of each feed, so that it may be stopped and started again at any time. A listing
    that was not whole is read again after an hour.

    Args:
        directory: Only this one.
        events_minutes: Minutes between two readings of an event feed, at least 1.
        nightly: Time at which listings are read, HH:MM in UTC.
        once: Read what is due now, and end.
    """
    plan = _plan(events_minutes, nightly)
    watched = [
        WatchedFeed(one.name, connector, feed)
        for one in _connected(options, directory)
        for connector in (open_connector(one, env=os.environ, clock=time.time, sleep=time.sleep),)
        for feed in connector.feeds()
    ]
    client, output = connect(options), options.output()

    def say(text: str) -> None:
        output.note(f"{when(time.time())} {_plain(text)}")

    if once:
        later = read_due(watched, client, plan=plan, clock=time.time, say=say)
        output.result({"next_at": later}, f"the next reading is due {when(later)}")
        return 0
    try:
        watch(watched, client, plan=plan, moments=Moments(time.time, time.sleep), say=say)
    except KeyboardInterrupt:
        output.note("stopped; start it again at any time")
    return 0


def _plan(events_minutes: float, nightly: str) -> WatchPlan:
    hours, colon, minutes = nightly.partition(":")
    fits = colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()
    if not fits or int(hours) > 23 or int(minutes) > 59 or not 1 <= events_minutes <= 1_440:
        raise InputError(
            "WL-INV-094",
            "That is no plan.",
            "--events-minutes from 1 to 1440, --nightly as HH:MM in UTC, such as 02:00.",
        )
    return WatchPlan(events_minutes * 60, int(hours) * 3_600.0 + int(minutes) * 60.0)


def _connected(options: Options, directory: str) -> list[Directory]:
    known = options.configuration().inventory.directories
    wanted = [one for one in known if directory in ("", one.name)]
    if not wanted:
        names = ", ".join(one.name for one in known) or "none"
        raise InputError(
            "WL-INV-012", f"There is no such directory; configured: {names}.", "See inventory.directories."
        )
    return wanted


@app.command
def export(
    *,
    ocsf: Annotated[Path, Parameter(show_default=False)],
    directory: str = "",
    since: Annotated[str, Parameter(show_default=False)] = "",
    options: Options = NONE,
) -> int:
    """Write when grants and credentials came and went, what logs told, and what rules find, as JSON lines for a SIEM.

    Args:
        ocsf: File to write, which must not be there yet: events of the Open Cybersecurity Schema Framework, version 1.8.
        directory: Only of this directory.
        since: Only what came, went or was told since then: 24h, 7d, 2026-11-01. What is found now is written in any case.
    """
    now = time.time()
    begin = read_moment(since, now=now) if since else 0.0
    try:
        with ocsf.open("xb") as out:
            changes, events, found = write_events(connect(options), out, directory=directory, begin=begin, now=now)
    except OSError as error:
        raise InputError(
            "WL-INV-093", f"{ocsf} cannot be written: {error.strerror}.", "Name a file that is not there yet."
        ) from error
    counts = {"file": str(ocsf), "changes": changes, "events": events, "findings": found}
    told = f"{changes} changes, {events} events and {found} findings written into {ocsf}"
    options.output().result(counts, told)
    return 0


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Reading:
    """How a file is read."""

    directory: str = "files"
    """The directory it tells of: a name of your own, such as notion."""
    platform: str = "other"
    """Whose scopes they are: google, entra, github, or another, whose scopes nobody has classed."""
    feed: Annotated[str, Parameter(show_default=False)] = ""
    """A name for this source; the same for the next file that replaces this one (default: the kind)."""
    account: str = ""
    """Whose machine it is, for extensions and mcp where the file does not say."""
    column: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """FIELD=COLUMN; may be given again. Fields are named in docs/inventory.md."""
    whole: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """The file holds everything there is: what an earlier one of this feed had and this has not is gone."""
    errors: Annotated[str, Parameter(show_default=False)] = ""
    """File that every row left out is written to; without it the first 20 are shown, and all are counted."""


_AS_IT_IS = Reading()


@app.command(name="import")
def import_file(file: Path, *, kind: ImportKind, reading: Reading = _AS_IT_IS, options: Options = NONE) -> int:
    """Take in a file: grants of any platform, logs of DNS and proxies, extensions, clients of tool servers.

    A row that cannot be read is left out, told with its line and counted, and makes the run incomplete: an incomplete
    run removes nothing. Exit code 1 then.

    Args:
        file: The file; it is read on this machine, line by line where it has lines.
        kind: What it holds.
    """
    columns = _columns(reading.column)
    client = connect(options)
    output = options.output()
    with ExitStack() as stack:
        source = stack.enter_context(_opened(file))
        errors = stack.enter_context(Path(reading.errors).open("x", encoding="utf-8")) if reading.errors else None
        feed_kind = FeedKind.LISTING if reading.whole else FeedKind.EVENTS
        feed = reading.feed or kind.value
        upload = RunUpload(client, (reading.directory, reading.platform, feed, feed_kind))
        bad = 0
        for one in _parsed(kind, source, columns, reading.account):
            if isinstance(one, Sighting):
                upload.add((one,))
                continue
            bad += 1
            told = f"{file.name}, line {one.line}: {one.why}" if one.line else f"{file.name}: {one.why}"
            if errors is not None:
                errors.write(told + "\n")
            elif bad <= SHOWN_ERRORS:
                output.warn(plain(told))
        gaps = [f"{bad} rows of the file could not be read."] if bad else []
        run = upload.end(complete=not bad, gaps=gaps)
    if bad > SHOWN_ERRORS and not reading.errors:
        output.warn(f"{bad - SHOWN_ERRORS} further rows were left out; --errors FILE writes all of them down.")
    text = (
        f"{run['seen']} things taken in, {bad} rows left out, {run['ended']} found gone; run {run['id']} {run['state']}"
    )
    judged = judge_grants(client)
    output.result({"run": run, "rows_left_out": bad, "judged": judged}, text, *_waiting(judged))
    return Exit.FINDINGS if bad else Exit.DONE


def _waiting(judged: Mapping[str, Any]) -> list[str]:
    """How many grants wait for somebody, in one line; none where none does."""
    waiting = sum(one["fate"] != "stands" for one in judged["rulings"])
    return (
        [f"clauses: {waiting} of {judged['judged']} new or changed grants wait; see `grants list`"] if waiting else []
    )


def _opened(file: Path) -> IO[str]:
    try:
        return file.open(encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise InputError("WL-INV-007", f"{file} cannot be read: {error.strerror}.", "Check the path.") from error


def _parsed(kind: ImportKind, source: IO[str], columns: Mapping[str, str], account: str) -> Iterator[Sighting | BadRow]:
    match kind:
        case ImportKind.GRANTS_CSV:
            return grants.read_csv(source, columns)
        case ImportKind.GRANTS_JSONL:
            return grants.read_json(source, columns)
        case ImportKind.GROUPS_CSV:
            return groups.read_csv(source, columns)
        case ImportKind.SQUID:
            return logs.tallied(logs.squid(source))
        case ImportKind.DNS:
            return logs.tallied(logs.dns(source))
        case ImportKind.LOG_CSV:
            return logs.tallied(logs.table(source, columns))
        case ImportKind.LOG_JSONL:
            return logs.tallied(logs.objects(source, columns))
        case ImportKind.EXTENSIONS:
            return machines.extensions(_whole(source), account)
        case ImportKind.MCP:
            return machines.tool_servers(_whole(source), account)
        case never:
            assert_never(never)


def _whole(source: IO[str]) -> str:
    text = source.read(MOST_FILE_BYTES + 1)
    if len(text) > MOST_FILE_BYTES:
        raise InputError("WL-INV-007", "The file is larger than 64 MiB.", "Split it.")
    return text


def _columns(given: Sequence[str]) -> dict[str, str]:
    known = {*grants.FIELDS, *groups.FIELDS, *logs.FIELDS}
    found = {}
    for text in given:
        field, equals, column = text.partition("=")
        if not equals or field not in known or not column:
            hint = f"Write FIELD=COLUMN; fields: {', '.join(sorted(known))}."
            raise InputError("WL-INV-008", f"--column {text} names no field.", hint)
        found[field] = column
    return found


def _line(item: Mapping[str, Any]) -> list[str]:
    thing = item["thing"]
    is_there = item["last_seen_at"] > item["gone_at"]
    times = (when(item["since"]), when(item["last_seen_at"]), "yes" if is_there else f"gone {when(item['gone_at'])}")
    names = ("kind", "id", "name", "account", "app")
    return [item["directory"], *(str(thing.get(name, "")) for name in names), *times]


def _detail(answer: Mapping[str, Any]) -> Iterator[str]:
    item, thing = answer["item"], answer["item"]["thing"]
    yield f"{thing['kind']} {thing['id']} in {item['directory']}, told by {item['feed']}"
    for name, value in thing.items():
        if name not in ("kind", "id", "scopes") and value not in ("", 0, 0.0, [], False):
            yield f"  {name.replace('_', ' ')}: {when(value) if name.endswith('_at') else value}"
    if answer["vendor"]:
        yield f"  AI vendor: {answer['vendor']}"
    yield f"  first seen {when(item['first_seen_at'])}, last seen {when(item['last_seen_at'])}"
    for spell in item["past"]:
        yield f"  was there {when(spell['since'])} to {when(spell['until'])}"
    if item["gone_at"] >= item["last_seen_at"]:
        yield f"  GONE since {when(item['gone_at'])}"
    for risk in answer["risks"]:
        how = f"level {risk['privilege']} of 4, {risk['data']}" if risk["known"] else "not classed, counts as high"
        yield f"  scope {risk['scope']}: {how}"
    for one in answer["findings"]:
        yield f"  {one['weight'].upper()} {one['rule']}: {' '.join(one['evidence'])} → {one['remedy']}"
    yield from _fresh(answer["feeds"])
