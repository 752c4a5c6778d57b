"""``wardlaw intake``: asking for an AI tool, a model or an integration; ``wardlaw catalogue``: what may be used today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from wardlaw.cli.client import quoted
from wardlaw.cli.exits import Exit
from wardlaw.cli.forming import form_clause, hold_against, replace_file, shown
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, show_list, when
from wardlaw.facts.errors import InputError
from wardlaw.governance.shipped import templates
from wardlaw.governance.template import template_named

app = App(name="intake", help="Ask for an AI tool, a model or an integration, and decide about it.")


@app.command
def ask(file: Path, *, options: Options = NONE) -> int:
    """Ask for something; those whose word is due decide.

    Args:
        file: YAML with system, kind (tool, model, integration), title, purpose, owner and what docs/intake.md names.
    """
    try:
        form = msgspec.yaml.decode(file.read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError("WL-ITK-006", f"{file} cannot be read: {error}.", "Give a YAML file.") from error
    view = connect(options).post("/intake", form)
    options.output().result(view, *_drawn(view))
    return Exit.DONE


@app.command(name="list")
def list_intakes(*, everything: Annotated[bool, Parameter(negative=())] = False, options: Options = NONE) -> int:
    """List requests that wait: your own, or all where you may decide.

    Args:
        everything: Those that were decided too.
    """
    found = connect(options).get("/intake", **({"everything": "true"} if everything else {}))
    items = [
        {**one["request"]["form"], **one["request"], "state": one["state"], "waits_for": one["missing"],
         "title": plain(one["request"]["form"]["title"])}
        for one in found
    ]  # fmt: skip
    columns = ("id", "state", "kind", "system", "title", "vendor", "price", "asked_by", "asked_at", "waits_for")
    return show_list(options, "requests", items, columns=columns)


@app.command
def show(request: str, *, options: Options = NONE) -> int:
    """Show a request with what was said of it.

    Args:
        request: Its id, itk_….
    """
    view = connect(options).get(f"/intake/{quoted(request)}")
    options.output().result(view, *_drawn(view))
    return Exit.DONE


@app.command
def decide(
    request: str, *, reason: str, refuse: Annotated[bool, Parameter(negative=())] = False, options: Options = NONE
) -> int:
    """Say yes to a request, or no; the last yes that is due makes a system of it.

    Args:
        request: Its id, itk_….
        reason: Why; it stands in the log under your name.
        refuse: Say no; one no refuses it.
    """
    body = {"approves": not refuse, "reason": reason}
    view = connect(options).post(f"/intake/{quoted(request)}/answer", body)
    options.output().result(view, *_drawn(view))
    return Exit.DONE


@app.command
def withdraw(request: str, *, reason: str, options: Options = NONE) -> int:
    """Take back what was granted: the system's traffic is refused within a second, and the approval of its grant ends.

    Args:
        request: Its id, itk_….
        reason: Why; it stands in the log under your name.
    """
    view = connect(options).post(f"/intake/{quoted(request)}/withdraw", {"reason": reason})
    options.output().result(view, *_drawn(view))
    return Exit.DONE


@app.command
def propose(
    request: str,
    *,
    to: Annotated[str, Parameter(show_default=False)] = "",
    show: Annotated[bool, Parameter(negative=())] = False,
    options: Options = NONE,
) -> int:
    """Write draft clauses for what was granted: who may use it, where it runs, which data it is not given.

    They are files like those of `policy new`, begin by watching, and are in force only once others reviewed and approved them.

    Args:
        request: Its id, itk_….
        to: Folder for the clauses; the configuration's policies when left out.
        show: Show them and write nothing.
    """
    proposal = connect(options).get(f"/intake/{quoted(request)}/proposal")
    folder = Path(to) if to else Path(options.configuration().policies.dir)
    known, made, told = templates(), [], list[Any]()
    for one in proposal["clauses"]:
        formed = form_clause(template_named(one["template"], known), one["fields"], folder)
        hold_against(formed, folder, overlapping=False)
        if not show:
            replace_file(formed.file, formed.text)
        data, lines = shown(formed)
        made.append({**data, "written": not show})
        told += [
            *lines,
            "" if show else f"written to {formed.file}; next: `wardlaw policy review {formed.clause.id}`",
            "",
        ]
    traffic = (*proposal["principals"], *proposal["routes"], *proposal["models"])
    told.append(f"{proposal['system']} is told by {', '.join(traffic)}; its gate is at {proposal['gate_mode']}.")
    told += [f"For a person to look at: {plain(one)}." for one in proposal["open"]]
    options.output().result({"proposal": proposal, "clauses": made}, *told)
    return Exit.DONE


def catalogue(*, options: Options = NONE) -> int:
    """List what people may use today: approved systems that are not closed, and apps whose approval stands."""
    found = connect(options).get("/catalogue")
    items = [{**one, "purpose": plain(one["purpose"])} for one in found]
    columns = (
        "kind",
        "id",
        "title",
        "owner",
        "purpose",
        "data_classes",
        "users",
        "regions",
        "clauses",
        "until",
        "note",
    )
    return show_list(options, "entries", items, columns=columns)


def _drawn(view: Mapping[str, Any]) -> Iterator[Any]:
    request, form = view["request"], view["request"]["form"]
    grant = form["grant"]
    yield Text(f"{request['id']} is {view['state']}", style="bold")
    told = [
        ("asks for", f"{form['kind']} {form['system']}: {form['title']}"),
        ("purpose", form["purpose"]),
        ("owner", form["owner"]),
        ("data", ", ".join(form["data_classes"])),
        ("users", ", ".join(form["users"])),
        ("vendor", form["vendor"]),
        ("price", form["price"]),
        ("regions", ", ".join(form["regions"])),
        ("traffic", ", ".join((*form["principals"], *form["routes"], *form["models"]))),
        ("grant", f"{grant['app']}: {', '.join(grant['scopes'])} under {grant['clause']}" if grant else ""),
        ("for", f"{form['days']} days"),
        ("asked", f"{when(request['asked_at'])} by {request['asked_by']}"),
    ]
    yield rows(("", ""), [(name, plain(value)) for name, value in told if value])
    if request["answers"]:
        said = [
            (one["by"], one["role"], "yes" if one["approves"] else "no", when(one["at"]), plain(one["reason"]))
            for one in request["answers"]
        ]
        yield ""
        yield rows(("by", "as", "answer", "at", "reason"), said)
    if view["missing"]:
        yield f"\nIt waits for: {', '.join(view['missing'])}. `wardlaw intake decide {request['id']} --reason …`"
    elif view["state"] == "granted":
        yield (
            f"\nIt is in the register until {when(view['until'])}. Next: `wardlaw intake propose {request['id']}` for its"
            f" clauses, `wardlaw system classify {form['system']} --form form.yaml`, then its gate."
        )
    elif request["ended"] is not None:
        end = request["ended"]
        yield f"\n{end['by']} took it back {when(end['at'])}: {plain(end['reason'])}"
