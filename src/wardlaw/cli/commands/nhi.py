"""``wardlaw nhi``: service accounts, agents, apps and keys: how risky each is, since when, and what it reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, when
from wardlaw.cli.showing import freshness_lines, plain_text
from wardlaw.facts.errors import InputError

app = App(name="nhi", help="Service accounts, agents, apps and keys: their risk, their story, and what they reach.")

_COLUMNS = ("who", "app", "scope", "data")


@app.command(name="list")
def list_identities(
    kind: str = "",
    *,
    directory: str = "",
    find: str = "",
    limit: int = 50,
    after: Annotated[str, Parameter(show_default=False)] = "",
    options: Options = NONE,
) -> int:
    """List identities that are no persons, with owner, risk from 0 to 100, and last use.

    Args:
        kind: account, app or credential; all for none.
        directory: Only of this directory.
        find: Part of a name or id.
        limit: At most so many.
        after: Go on where the page before ended, as it said.
    """
    told = (("kind", kind), ("directory", directory), ("find", find), ("after", after))
    answer = connect(options).get(
        "/inventory/identities", limit=limit, **{name: value for name, value in told if value}
    )
    table = [[plain_text(cell) for cell in _line(one)] for one in answer["identities"]]
    heads = ("risk", "directory", "kind", "id", "name", "owner", "accounts", "last use")
    shown: list[Any] = [rows(heads, table)] if table else ["nothing"]
    if answer["next"]:
        shown.append(f"more: --after {answer['next']}")
    options.output().result(answer, *shown, *map(plain_text, freshness_lines(answer["feeds"])))
    return 0


@app.command
def show(id: str, *, kind: str = "", directory: str = "", options: Options = NONE) -> int:
    """Show one identity: each part of its risk with its points and why, and what rules find.

    Args:
        id: Its id, as `list` shows it.
        kind: account, app or credential, where an id stands for several.
        directory: The directory, where several have it.
    """
    answer = connect(options).get("/inventory/identity", **_named(id, kind, directory))
    options.output().result(answer, *map(plain_text, _detail(answer)))
    return 0


@app.command
def timeline(id: str, *, kind: str = "", directory: str = "", options: Options = NONE) -> int:
    """Tell what is known of one identity in order: first seen, consents, keys, uses, gone, found.

    Args:
        id: Its id.
        kind: account, app, grant or credential, where an id stands for several.
        directory: The directory, where several have it.
    """
    answer = connect(options).get("/inventory/timeline", **_named(id, kind, directory))
    lines = []
    for moment in answer["moments"]:
        name = f" ({moment['name']})" if moment["name"] else ""
        seen = ", by our own sight" if moment["ours"] else ""
        lines.append(f"{when(moment['at'])}  {moment['what']}: {moment['about']}{name}{seen}")
    options.output().result(answer, *map(plain_text, [*lines, *freshness_lines(answer["feeds"])]))
    return 0


@app.command
def graph(
    about: str = "",
    *,
    directory: str = "",
    svg: Annotated[Path | None, Parameter(show_default=False)] = None,
    options: Options = NONE,
) -> int:
    """Show who lets which app do what with which data, as text or as a drawing.

    Args:
        about: Only around the account or app of this id.
        directory: Of this directory; the first one for none.
        svg: File to draw it into; it must not be there yet.
    """
    told = (("about", about), ("directory", directory))
    answer = connect(options).get("/inventory/graph", **{name: value for name, value in told if value})
    if svg is not None:
        try:
            with svg.open("x", encoding="utf-8") as out:
                out.write(answer["svg"])
        except OSError as error:
            raise InputError(
                "WL-INV-093", f"{svg} cannot be written: {error.strerror}.", "Name a file that is not there yet."
            ) from error
        options.output().result({"file": str(svg), "graph": answer["graph"]}, f"drawn into {svg}")
        return 0
    lines = [*_graph_lines(answer["graph"]), *freshness_lines(answer["feeds"])]
    options.output().result(answer, *map(plain_text, lines))
    return 0


def _named(id_: str, kind: str, directory: str) -> dict[str, str]:
    return {"id": id_} | {name: value for name, value in (("kind", kind), ("directory", directory)) if value}


def _line(one: Mapping[str, Any]) -> list[str]:
    thing, risk = one["item"]["thing"], one["score"]
    return [
        f"{risk['points']} {risk['band']}",
        one["item"]["directory"],
        thing["kind"],
        thing["id"],
        thing.get("name", ""),
        one["owner"],
        str(one["accounts"] or ""),
        when(one["used_at"]) if one["used_at"] else "",
    ]


def _detail(answer: Mapping[str, Any]) -> Iterator[str]:
    one = answer["identity"]
    thing, risk = one["item"]["thing"], one["score"]
    yield f"{thing['kind']} {thing['id']} in {one['item']['directory']}: {thing.get('name', '')}"
    yield f"  risk {risk['points']} of 100, {risk['band']}"
    for part in risk["parts"]:
        yield f"    {part['points']:>3}  {part['part']}: {part['why']}"
    if one["owner"]:
        yield f"  owner: {one['owner']}"
    if one["used_at"]:
        yield f"  last use that was told: {when(one['used_at'])}"
    for found in answer["findings"]:
        yield f"  {found['weight'].upper()} {found['rule']}: {' '.join(found['evidence'])} → {found['remedy']}"
    yield from freshness_lines(answer["feeds"])


def _graph_lines(drawn: Mapping[str, Any]) -> Iterator[str]:
    """Each node of a column with what it leads to."""
    labels = {node["key"]: node["label"] for node in drawn["nodes"]}
    ways: dict[str, list[tuple[int, str]]] = {}
    for edge in drawn["edges"]:
        ways.setdefault(edge["source"], []).append((edge["grants"], labels[edge["target"]]))
    if drawn["grants"] < drawn["total"]:
        yield f"from {drawn['grants']:,} of {drawn['total']:,} grants, the most powerful ones"
    for column in (0, 1, 2):
        own = [node for node in drawn["nodes"] if node["column"] == column]
        if own:
            yield f"{_COLUMNS[column]} → {_COLUMNS[column + 1]}"
        for node in own:
            marks = f" [{', '.join(node['marks'])}]" if node["marks"] else ""
            leads = ", ".join(f"{label} ({count})" for count, label in sorted(ways.get(node["key"], ()), reverse=True))
            yield f"  {node['label']}{marks} → {leads or 'nothing that was told'}"
