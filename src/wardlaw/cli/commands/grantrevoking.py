"""``wardlaw grants revoke`` and ``proof``: from the plan to the records in the log."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from wardlaw.cli import opening
from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.cli.exits import Exit
from wardlaw.cli.grantwords import chain_lines, revocation_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import Output
from wardlaw.cli.plaintext import plain
from wardlaw.cli.revoking import Target, carry_out, plan, targets_of
from wardlaw.cli.session import connect, show_list
from wardlaw.config.connected import Directory
from wardlaw.connectors.revoking import Revoker
from wardlaw.facts.errors import InputError
from wardlaw.inventory.revocation import RevocationStep

_Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
_Text = Annotated[str, Parameter(show_default=False)]
_MOST_SHOWN = 20
_OVER = ("revoked", "residual", "quiet")


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Errand:
    """What is to be done."""

    app: _Text = ""
    """Everything of the app of this client id."""
    directory: _Text = ""
    """Only in this directory."""
    reason: _Text = ""
    """Why; it stands in the log."""
    dry_run: _Flag = False
    """Only show the calls that would be made, and how each is undone."""
    yes: _Flag = False
    """Confirm at once, where one person may, and carry it out."""
    confirm: _Text = ""
    """Id of a revocation to agree to, rev_…; nothing is called yet."""
    resume: _Text = ""
    """Id of a confirmed revocation to carry out, or to try again."""
    due: _Flag = False
    """Carry out what clauses in force have decided (inventory.revoke_automatically: on)."""


_NOTHING = Errand()


def revoke(*ids: str, errand: Errand = _NOTHING, options: Options = NONE) -> int:
    """Take grants and credentials away, and look whether they are gone; exit code 1 while something is not.

    It is planned first, and confirmed; where it touches much, or a protected app, by another person. The calls are made on
    this machine with the directory's write_credential. What failed stays visible and can be resumed.

    Args:
        ids: Grants and credentials, by id.
    """
    one = errand
    chosen = [bool(ids or one.app), bool(one.confirm), bool(one.resume), one.due]
    if sum(chosen) != 1:
        raise InputError("WL-INV-086", "Say what to revoke: ids, --app, --confirm, --resume or --due.", "One of them.")
    client, output = connect(options), options.output()
    if one.confirm:
        return _shown(output, [client.post(f"/revocations/{quoted(one.confirm)}/confirm")], is_done=True)
    if one.resume:
        view = client.get(f"/revocations/{quoted(one.resume)}")
        revoker = _revoker(options, view["revocation"]["directory"])
        return _shown(output, [_carried_out(view, revoker, client, output)])
    if one.due:
        return _shown(output, _due(options, client, output))
    if not (one.reason or one.dry_run):
        raise InputError("WL-INV-086", "A revocation needs a --reason.", "It stands in the log.")
    targets = targets_of(client, ids, app=one.app, directory=one.directory)
    revokers = [_revoker(options, target.directory) for target in targets]
    plans = [revoker.plan(target.things, app=target.app) for target, revoker in zip(targets, revokers, strict=True)]
    if one.dry_run:
        return _show_dry(output, targets, plans)
    views: list[Any] = []
    for target, revoker, steps in zip(targets, revokers, plans, strict=True):
        view = plan(client, target.directory, steps, body={"reason": one.reason, "app": one.app})
        if one.yes and view["revocation"]["persons"] == 1:
            view = client.post(f"/revocations/{quoted(view['revocation']['id'])}/confirm")
            view = _carried_out(view, revoker, client, output)
        views.append(view)
    return _shown(output, views)


def proof(revocation: str = "", *, out: str = "", options: Options = NONE) -> int:
    """Show how far a revocation has come, with the records that prove it; all revocations when none is named.

    Args:
        revocation: Its id, rev_…
        out: Folder to write the log's proof of each record into, one file each; anybody can check them with the log's key.
    """
    client, output = connect(options), options.output()
    if not revocation:
        columns = ("id", "directory", "app", "state", "steps", "done", "reason", "planned_at", "confirmed_by")
        found = [{**one, "app": plain(one["app"])} for one in client.get("/revocations")]
        return show_list(options, "revocations", found, columns=columns)
    view = client.get(f"/revocations/{quoted(revocation)}")
    lines = [*revocation_lines(view), *chain_lines(view)]
    if out:
        lines += _written(Path(out), view, client)
    output.result(view, *map(plain, lines))
    return Exit.DONE if view["state"] in _OVER else Exit.FINDINGS


def _written(folder: Path, view: dict[str, Any], client: ManagementClient) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for told in view["records"]:
        record = told["record"]["record"]
        if told["leaf_index"] < 0:
            lines.append(f"  {record} is not in the log yet")
            continue
        text = client.get(f"/audit/proofs/{quoted(record)}")["proof"]
        (folder / f"{record}.tlog-proof").write_text(text, encoding="utf-8")
        lines.append(f"  written: {folder / record}.tlog-proof")
    return lines


def _due(options: Options, client: ManagementClient, output: Output) -> list[Any]:
    """Carry out what is due: what was begun and is not over, then what nobody has begun."""
    own = [one for one in client.get("/revocations", limit=10_000) if one["decisions"]]
    taken = {decision for one in own for decision in one["decisions"]}
    views = []
    for one in own:
        if one["state"] in ("confirmed", "running"):
            view = client.get(f"/revocations/{quoted(one['id'])}")
            views.append(_carried_out(view, _revoker(options, one["directory"]), client, output))
    waiting: dict[str, dict[str, str]] = {}
    for line in client.get("/grants", fate="due", limit=10_000)["grants"]:
        if line["ruling"]["id"] not in taken:
            waiting.setdefault(line["directory"], {})[line["grant"]] = line["ruling"]["id"]
    for directory, decisions in sorted(waiting.items()):
        revoker = _revoker(options, directory)
        for steps, named in _planned(client, revoker, directory, decisions=decisions, output=output):
            body = {"reason": "clauses have decided it", "decisions": named}
            views.append(_carried_out(plan(client, directory, steps, body=body), revoker, client, output))
    return views


def _planned(
    client: ManagementClient, revoker: Revoker, directory: str, *, decisions: Mapping[str, str], output: Output
) -> Iterator[tuple[Sequence[RevocationStep], list[str]]]:
    """The steps of each grant that is due, with its decision. One that the platform cannot take away stops no other."""
    for grant, decision in decisions.items():
        (target,) = targets_of(client, [grant], app="", directory=directory)
        try:
            yield revoker.plan(target.things), [decision]
        except InputError as error:
            output.warn(plain(f"{grant} is due and stays: {error.message} {error.hint}"))


def _carried_out(view: dict[str, Any], revoker: Revoker, client: ManagementClient, output: Output) -> dict[str, Any]:
    with output.progress("revoking") as progress:
        return carry_out(view, revoker, client, sleep=time.sleep, progress=progress)


def _revoker(options: Options, name: str) -> Revoker:
    known = options.configuration().inventory.directories
    directory: Directory | None = next((one for one in known if one.name == name), None)
    if directory is None:
        names = ", ".join(one.name for one in known) or "none"
        raise InputError(
            "WL-INV-012", f"There is no such directory; configured: {names}.", "See inventory.directories."
        )
    return opening.open_revoker(directory, env=os.environ, clock=time.time, sleep=time.sleep)


def _show_dry(output: Output, targets: Sequence[Target], plans: Sequence[Sequence[RevocationStep]]) -> int:
    lines: list[str] = []
    data: list[Any] = []
    for target, steps in zip(targets, plans, strict=True):
        counts = Counter(step.kind.value for step in steps)
        data.append({"directory": target.directory, "counts": counts, "steps": steps})
        lines.append(
            f"{target.directory}: " + ", ".join(f"{count} of kind {kind}" for kind, count in sorted(counts.items()))
        )
        for step in steps[:_MOST_SHOWN]:
            lines.append(f"  {step.kind.value} {step.subject}: {step.call}")
            lines += [f"    undo: {step.undo}"] if step.undo else []
        lines += [f"  and {len(steps) - _MOST_SHOWN} more"] if len(steps) > _MOST_SHOWN else []
    output.result({"plans": data}, *map(plain, lines), "nothing was changed")
    return Exit.DONE


def _shown(output: Output, views: Sequence[Any], *, is_done: bool = False) -> int:
    lines = [line for view in views for line in revocation_lines(view)] or ["nothing is due"]
    output.result({"revocations": views}, *map(plain, lines))
    over = all(view["state"] in _OVER for view in views)
    return Exit.DONE if is_done or over else Exit.FINDINGS
