"""``wardlaw gate``: what a system must pass before its traffic is let through."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from wardlaw.cli.client import quoted
from wardlaw.cli.drawing import draw_run
from wardlaw.cli.exits import Exit
from wardlaw.cli.gatefiles import digest_of, named_paths, run_on_files, to_json
from wardlaw.cli.gateforms import drawn_run, gate_junit, gate_sarif
from wardlaw.cli.gateoffline import RECORD, check_kept, write_down
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, show_list, when, with_prefix
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.register.checks import CheckResult
from wardlaw.register.gates.gate import Gate, read_gate
from wardlaw.register.gates.runner import Subject
from wardlaw.register.system import System

app = App(name="gate", help="What a system must pass before its traffic is let through, and the verdicts.")

_Text = Annotated[str, Parameter(show_default=False)]
_File = Annotated[Path | None, Parameter(show_default=False)]
_SHORT = 12


class PipelineMode(StrEnum):
    """What a run does to the pipeline it is a step of."""

    ADVISORY = "advisory"  # a pull request: it says what it found and stops nothing
    WARN = "warn"  # the main branch: the same, and warns
    ENFORCE = "enforce"  # a release: it stops what does not pass


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class RunOptions:
    """How a run is made and told."""

    input: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """NAME=PATH of a file a check looks at; may be given again."""
    author: _Text = ""
    """Person who made the model: they and you cannot sign the run off."""
    mode: PipelineMode = PipelineMode.ENFORCE
    """advisory and warn stop nothing; enforce stops what does not pass."""
    sarif: _File = None
    """Write the checks as SARIF 2.1.0."""
    junit: _File = None
    """Write them as JUnit XML."""
    plots: _File = None
    """Write a drawing of each check that has one into this folder, as SVG."""
    model: _File = None
    """The model's file: its digest must be the registered one."""
    cached: _File = None
    """Statement of `gate verdict --out`, at most 24 hours old, that lets a release pass while nobody answers."""
    trust: _File = None
    """Public keys that statement may be signed with, one a line."""
    record: Path = RECORD
    """Where it is written down that nobody answered and nothing was stopped."""
    anew: bool = False
    """Begin another run where one of the same digests waits, or its verdict stands."""


@app.command(name="list")
def list_gates(*, options: Options = NONE) -> int:
    """List gates, and whether their thresholds are signed."""
    found = connect(options).get("/gates")
    items = [
        {**one, "gate": one["gate"]["gate"], "title": plain(one["gate"]["title"]), "checks": len(one["gate"]["checks"]),
         "digest": one["digest"][:_SHORT]}
        for one in found
    ]  # fmt: skip
    columns = ("gate", "title", "checks", "version", "digest", "added_by", "signed_by", "signed_at")
    return show_list(options, "gates", items, columns=columns)


@app.command
def show(gate: str = "", *, system: _Text = "", options: Options = NONE) -> int:
    """Show a gate with its thresholds, one run of it, or the runs of a system.

    Args:
        gate: Its name, or the id of a run, grn_….
        system: List the runs of this system.
    """
    client = connect(options)
    if system:
        views = client.get("/gate-runs", system=system)
        items = [
            {
                **one["run"],
                **{name: one[name] for name in ("state", "outcome", "missing")},
                "asked_at": one["run"]["at"],
            }
            for one in views
        ]
        return show_list(
            options, "runs", items, columns=("id", "gate", "outcome", "state", "missing", "requested_by", "asked_at")
        )
    if gate.startswith("grn_"):
        view = client.get(f"/gate-runs/{quoted(gate)}")
        options.output().result(view, *drawn_run(view))
        return Exit.DONE
    kept = client.get(f"/gates/{quoted(gate)}")
    options.output().result(kept, *_drawn_gate(kept))
    return Exit.DONE


@app.command
def add(file: Path, *, options: Options = NONE) -> int:
    """Add a gate from its YAML, or a new version of one; somebody else signs it.

    Args:
        file: As docs/gates.md shows.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("WL-GAT-010", f"{file} cannot be read: {error}.", "Give a YAML file.") from error
    read_gate(text)
    kept = connect(options).post("/gates", {"text": text})
    options.output().result(kept, *_drawn_gate(kept))
    return Exit.DONE


@app.command
def sign(gate: str, *, digest: str, options: Options = NONE) -> int:
    """Sign the checks and thresholds of a gate, before anything is run.

    Args:
        gate: Its name.
        digest: What you looked at, as `gate show` prints it; eight digits suffice.
    """
    kept = connect(options).post(f"/gates/{quoted(gate)}/sign", {"digest": digest})
    options.output().result(kept, *_drawn_gate(kept))
    return Exit.DONE


@app.command
def run(system: str, *, gate: str, how: RunOptions = RunOptions(), options: Options = NONE) -> int:
    """Run a gate on a system: checks of files here, the others in the installation.

    Exits with 0 where it passed and is approved, 1 where a check failed, 11 where somebody must look or sign it off,
    69 where nobody answers. The modes advisory and warn stop nothing and exit with 0. Run again with the same digests it
    finds the run that waits, or whose verdict stands, as long as nothing comes out otherwise.

    Args:
        system: Short name.
        gate: The gate's name.
    """
    try:
        view = _run(options, system, gate, how)
    except UnavailableError as error:
        return _unseen(options, system, gate, how, error)
    results = view["run"]["results"]
    for path, data in ((how.sarif, gate_sarif), (how.junit, gate_junit)):
        if path is not None:
            path.write_bytes(data(system, gate, results))
    if how.plots is not None:
        drawn = draw_run(how.plots, msgspec.convert(results, tuple[CheckResult, ...]))
        options.output().note(f"{len(drawn)} drawings in {how.plots}")
    if view["found"]:
        options.output().note(
            f"nothing has changed since {view['run']['id']} of {when(view['run']['at'])}, so that run counts"
        )
    options.output().result(view, *drawn_run(view))
    code = {"failed": Exit.FINDINGS, "refused": Exit.FINDINGS, "waiting": Exit.PERSON}.get(view["state"], Exit.DONE)
    if how.mode is not PipelineMode.ENFORCE:
        if code is not Exit.DONE and how.mode is PipelineMode.WARN:
            options.output().warn(f"{system} would not be released: {view['outcome']}, {view['state']}.")
        return Exit.DONE
    return code


@app.command
def approve(run: str, *, reason: str, options: Options = NONE) -> int:
    """Sign a run off; the last sign-off that is due opens the system's routes.

    Args:
        run: Its id, grn_….
        reason: Why; it stands in the log under your name.
    """
    return _answer(options, run, approves=True, reason=reason)


@app.command
def refuse(run: str, *, reason: str, options: Options = NONE) -> int:
    """Refuse a run; one refusal ends it.

    Args:
        run: Its id, grn_….
        reason: Why; it stands in the log under your name.
    """
    return _answer(options, run, approves=False, reason=reason)


@app.command
def verdict(system: str, *, out: _File = None, options: Options = NONE) -> int:
    """Show whether a system's verdict stands, and what it is bound to.

    Exits with 0 where it stands and with 1 where it does not.

    Args:
        system: Short name.
        out: Write the signed statement into this file, for the hours nobody answers.
    """
    view = connect(options).get(f"/systems/{quoted(system)}/verdict")
    if out is not None:
        out.write_bytes(msgspec.json.encode(view) + b"\n")
    options.output().result(view, *_drawn_verdict(view))
    return Exit.DONE if view["statement"]["lives"] else Exit.FINDINGS


@app.command
def standing(*, options: Options = NONE) -> int:
    """Show how all systems stand at the door: open until when, or why closed."""
    found = connect(options).get("/verdicts")
    columns = ("system", "mode", "lives", "why", "gate", "verdict", "until")
    return show_list(options, "standings", found, columns=columns)


@app.command
def revoke(system: str, *, reason: str, options: Options = NONE) -> int:
    """Revoke a system's verdict: where its gate mode is enforce, its routes close within a second.

    Args:
        system: Short name.
        reason: Why; it stands in the log under your name.
    """
    client = connect(options)
    client.post(f"/systems/{quoted(system)}/verdict/revoke", {"reason": reason})
    view = client.get(f"/systems/{quoted(system)}/verdict")
    options.output().result(view, *_drawn_verdict(view))
    return Exit.DONE


def _run(options: Options, system: str, gate_name: str, how: RunOptions) -> dict[str, Any]:
    client = connect(options)
    gate = msgspec.convert(client.get(f"/gates/{quoted(gate_name)}")["gate"], Gate)
    kept = client.get(f"/systems/{quoted(system)}")["kept"]
    registered = msgspec.convert(kept["system"], System)
    if how.model is not None:
        digest, _ = digest_of(how.model)
        if digest != registered.made_of.model:
            raise InputError(
                "WL-GAT-010",
                f"{how.model} is not the model {system} is registered with ({registered.made_of.model[:_SHORT] or 'none'}).",
                f"`wardlaw system change {system} --model-digest {digest}`, and have it classified again.",
            )
    subject = Subject(registered, kept["version"], time.time())
    results = run_on_files(gate, subject, named_paths(how.input, gate))
    author = with_prefix(how.author, "person") if how.author else ""
    body = {"gate": gate_name, "system": system, "author": author, "results": to_json(results), "anew": how.anew}
    view: dict[str, Any] = client.post("/gate-runs", body)
    return view


def _unseen(options: Options, system: str, gate: str, how: RunOptions, error: UnavailableError) -> int:
    """Nobody answered: a release fails closed or shows a signed statement, everything else goes on and is written down."""
    now = time.time()
    if how.mode is not PipelineMode.ENFORCE:
        try:
            write_down(how.record, system=system, gate=gate, mode=how.mode.value, why=error.message, at=now)
        except OSError as failure:
            raise InputError(
                "WL-GAT-010", f"{how.record} cannot be written: {failure.strerror}.", "Nothing passes unrecorded."
            ) from failure
        options.output().warn(f"nobody answered; {system} passed unseen, which stands in {how.record}")
        options.output().result({"system": system, "passed": "unseen", "why": error.message})
        return Exit.DONE
    if how.cached is None or how.trust is None:
        raise error
    model = digest_of(how.model)[0] if how.model is not None else ""
    said = check_kept(how.cached, how.trust, system=system, model=model, at=now)
    told = f"nobody answered; the statement of {when(said.at)} says that the verdict of {system} stands"
    options.output().result({"system": system, "passed": "by statement", "said_at": said.at}, told)
    return Exit.DONE


def _answer(options: Options, run: str, *, approves: bool, reason: str) -> int:
    view = connect(options).post(f"/gate-runs/{quoted(run)}/answer", {"approves": approves, "reason": reason})
    options.output().result(view, *drawn_run(view))
    return Exit.DONE


def _drawn_gate(kept: Mapping[str, Any]) -> list[Any]:
    gate = kept["gate"]
    signed = f"{kept['signed_by']}, {when(kept['signed_at'])}" if kept["signed_at"] else "nobody yet"
    told = [
        ("digest", kept["digest"]),
        ("version", f"{kept['version']}, by {kept['added_by']}, {when(kept['added_at'])}"),
        ("signed by", signed),
        ("sign-offs", ", ".join(gate["approvals"]["roles"])),
        ("systems", ", ".join(gate["systems"])),
        ("tiers", ", ".join(gate["tiers"])),
        ("stands for", f"{gate['days']} days"),
    ]
    checks = [
        (one["id"], one["kind"], ", ".join(one["refs"]),
         ", ".join(f"{name} {_told(value)}" for name, value in one["require"].items()), ", ".join(one["files"]))
        for one in gate["checks"]
    ]  # fmt: skip
    return [
        Text(f"{gate['gate']}: {plain(gate['title'])}", style="bold"),
        rows(("", ""), [(name, value) for name, value in told if value]),
        "",
        rows(("check", "kind", "answers to", "thresholds", "files"), checks),
    ]


def _told(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _drawn_verdict(view: Mapping[str, Any]) -> list[Any]:
    said = view["statement"]
    lines: list[Any] = [
        Text(
            f"{said['system']}: {'open' if said['lives'] else 'closed'}"
            + (f", {plain(said['why'])}" if said["why"] else ""),
            style="bold green" if said["lives"] else "bold red",
        )
    ]
    told = [("door", f"mode {said['mode']}")]
    if said["verdict"] is not None:
        one = said["verdict"]["verdict"]
        told += [
            ("verdict", f"{one['id']}, of {when(one['at'])}"),
            ("until", when(said["until"] or one["until"])),
            ("gate", f"{one['gate']} {one['gate_digest'][:_SHORT]}, signed {when(one['gate_signed_at'])}"),
            ("outcome", one["outcome"]),
            ("signed off by", ", ".join(f"{by['by']} ({by['role']})" for by in one["signed_off"])),
            *((f"{name} digest", digest) for name, digest in one["made_of"].items() if digest),
            ("clauses", ", ".join(one["clauses"])),
            ("rests on", ", ".join(one["rests_on"])),
            ("policies", one["policies"][:_SHORT]),
        ]
    lines.append(rows(("", ""), [(name, value) for name, value in told if value]))
    if said["verdict"] is not None and said["verdict"]["verdict"]["checks"]:
        checks = [
            (one["id"], one["kind"], one["outcome"], ", ".join(ground[:_SHORT] for ground in one["grounds"]))
            for one in said["verdict"]["verdict"]["checks"]
        ]
        lines += ["", rows(("check", "kind", "", "made of"), checks)]
    return lines
