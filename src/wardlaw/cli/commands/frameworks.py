"""``wardlaw frameworks``: laws, standards and lists of risks as they count, and changes of the law."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.lawshow import framework_lines, report_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import program, rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect
from wardlaw.facts.errors import InputError
from wardlaw.governance.frameworks.pack import MOST_PACK_BYTES

app = App(name="frameworks", help="Laws, standards and lists of risks: what applies from when, and changes of the law.")

_Day = Annotated[date | None, Parameter(show_default=False)]


@app.command(name="list")
def list_frameworks(*, as_of: _Day = None, options: Options = NONE) -> int:
    """List frameworks, and how many of their provisions apply on a day.

    Args:
        as_of: The day; today when left out.
    """
    found = connect(options).get("/frameworks", **_query(as_of))
    heads = ("framework", "title", "as of", "provisions", "apply", "comes from")
    lines = [
        [plain(cell) for cell in (one["id"], one["title"], one["as_of"], str(one["provisions"]), str(one["applying"]), one["origin"])]
        for one in found
    ]  # fmt: skip
    options.output().result({"frameworks": found}, rows(heads, lines))
    return 0


@app.command
def show(framework: str, *, as_of: _Day = None, options: Options = NONE) -> int:
    """Show a framework, or one provision of it, on a day: from when it applies, how sure that is, what answers it.

    Args:
        framework: Its id, such as eu-ai-act, or a provision, such as eu-ai-act:art-14.
        as_of: The day; today when left out.
    """
    name, _, item = framework.partition(":")
    detail = connect(options).get(f"/frameworks/{quoted(name)}", **_query(as_of))
    if item:
        lines = [one for one in detail["lines"] if one["provision"]["id"] == item]
        if not lines:
            raise InputError(
                "WL-FWK-007", f"{name} has no provision {item}.", f"`{program()} frameworks show {name}` lists them."
            )
        detail = {**detail, "lines": lines}
    options.output().result(detail, *framework_lines(detail, in_full=bool(item)))
    return 0


@app.command
def diff(pack: str, *, options: Options = NONE) -> int:
    """Show what a change of the law would change, and which clauses and systems it touches. Nothing is changed.

    Args:
        pack: File of the pack.
    """
    report = connect(options).post("/frameworks/diff", {"pack": _read(pack)})
    options.output().result(report, *report_lines(report))
    options.output().note(f"Apply it: {program()} frameworks apply {plain(pack)} --digest {report['digest']}")
    return 0


@app.command
def apply(pack: str, *, digest: str, options: Options = NONE) -> int:
    """Apply a change of the law that was looked at; what it touches is put up to be looked at again.

    Args:
        pack: File of the pack.
        digest: What `frameworks diff` printed.
    """
    report: Mapping[str, Any] = connect(options).post("/frameworks/apply", {"pack": _read(pack), "digest": digest})
    options.output().result(report, *report_lines(report), f"applied; see {program()} coverage")
    return 0


def _query(day: date | None) -> dict[str, str]:
    return {"as_of": day.isoformat()} if day is not None else {}


def _read(name: str) -> str:
    path = Path(name)
    try:
        with path.open("rb") as file:
            return file.read(MOST_PACK_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("WL-FWK-008", f"{path} cannot be read: {error}.", "Name the file of a pack.") from error
