"""``wardlaw policy``: clauses on disk, without a running Wardlaw."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from wardlaw.cli.commands import policylife
from wardlaw.cli.exits import Exit
from wardlaw.cli.forming import (
    MADE_USUALLY,
    Making,
    ask,
    edit_clause,
    form_clause,
    hold_against,
    read_form_file,
    replace_file,
    shown,
    template_list,
)
from wardlaw.cli.lifewords import DIRECTIONS
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.renewing import publish_stopped
from wardlaw.cli.session import connect, show_one
from wardlaw.cli.sources import check_set, policy_files, read_text, usable_set
from wardlaw.facts.errors import InputError
from wardlaw.governance.bundle import decode_bundle
from wardlaw.governance.check import Checked
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.differ import Direction
from wardlaw.governance.differ import diff as compare
from wardlaw.governance.examples import run_examples
from wardlaw.governance.fmt import format_source
from wardlaw.governance.problems import Problem, Severity
from wardlaw.governance.renewal import published_set
from wardlaw.governance.sentence import render_sentence
from wardlaw.governance.shipped import templates
from wardlaw.governance.template import template_named
from wardlaw.store.bundle import read_bundle
from wardlaw.store.installation import Installation

app = App(name="policy", help="Check, test, approve and publish clauses.")


@app.command
def check(path: str = "", *, strict: bool = False, options: Options = NONE) -> int:
    """Check clauses: syntax, types, references, overlaps, examples.

    Args:
        path: Folder or file; the configuration's policies when left out.
        strict: Warnings count as errors.
    """
    checked = _checked(path, options)
    errors = sum(problem.severity is Severity.ERROR for problem in checked.problems)
    warnings = len(checked.problems) - errors
    summary = f"{len(checked.compiled)} clauses, {errors} errors, {warnings} warnings"
    data = {
        "ok": checked.ok,
        "clauses": [item.id for item in checked.compiled],
        "problems": [_problem(problem) for problem in checked.problems],
    }
    options.output().result(data, *[_colored(problem) for problem in checked.problems], summary)
    return Exit.CONFIGURATION if errors or (strict and warnings) else Exit.DONE


@app.command
def test(path: str = "", *, options: Options = NONE) -> int:
    """Run the examples of every clause: what it must stop and what it must let pass.

    Args:
        path: Folder or file; the configuration's policies when left out.
    """
    checked = _usable(path, options)
    results = run_examples(checked.compiled)
    failed = [result for result in results if not result.passed]
    lines = [
        (
            Text("pass", style="green") if result.passed else Text("FAIL", style="bold red"),
            result.clause,
            result.example,
            result.message,
        )
        for result in results
    ]
    data = {
        "passed": len(results) - len(failed),
        "failed": len(failed),
        "examples": [
            {"clause": result.clause, "example": result.example, "passed": result.passed, "message": result.message}
            for result in results
        ],
    }
    summary = f"{len(results) - len(failed)} of {len(results)} examples came out as they must"
    options.output().result(data, rows(("", "clause", "example", "outcome"), lines), summary)
    return Exit.FINDINGS if failed or not results else Exit.DONE


@app.command
def fmt(path: str = "", *, check: bool = False, options: Options = NONE) -> int:
    """Write clause files in their canonical form; comments stay.

    Args:
        path: Folder or file; the configuration's policies when left out.
        check: Write nothing; exit 1 when a file would change.
    """
    changed: list[str] = []
    problems: list[Problem] = []
    for file in policy_files(path, options):
        before = read_text(file)
        after, found = format_source(before, source=str(file))
        problems += found
        if not found and after != before:
            changed.append(str(file))
            if not check:
                replace_file(file, after)
    verb = "would change" if check else "formatted"
    data = {"changed": changed, "written": not check, "problems": [_problem(problem) for problem in problems]}
    options.output().result(data, *[_colored(problem) for problem in problems], *[f"{verb} {name}" for name in changed])
    if problems:
        return Exit.CONFIGURATION
    return Exit.FINDINGS if check and changed else Exit.DONE


@app.command
def explain(clause: str = "", *, path: Annotated[str, Parameter(name="--path")] = "", options: Options = NONE) -> int:
    """Say in one sentence what each clause does, read back from what is enforced.

    Args:
        clause: Id of one clause; all when left out.
        path: Folder or file; the configuration's policies when left out.
    """
    checked = _usable(path, options)
    found = [item for item in checked.compiled if not clause or item.id == clause]
    if not found:
        known = ", ".join(item.id for item in checked.compiled)
        raise InputError("WL-CLI-005", f"There is no clause {clause}.", f"There are: {known}.")
    lines = []
    for item in found:
        lines.append(Text(item.id, style="bold").append(f"  {item.title}", style="not bold"))
        lines.append(Text(f"  {_sentence(item)}"))
        lines.append(
            Text(
                f"  {item.effect.value}, {item.mode.value}; owner {item.owner}; {item.source}:{item.line}", style="dim"
            )
        )
    data = {
        "clauses": [
            {
                "id": item.id,
                "title": item.title,
                "sentence": _sentence(item),
                "effect": item.effect.value,
                "mode": item.mode.value,
                "owner": item.owner,
                "cedar": item.text,
            }
            for item in found
        ]
    }
    options.output().result(data, *lines)
    return Exit.DONE


@app.command
def new(
    template: str = "",
    *,
    made: Making = MADE_USUALLY,
    all_templates: Annotated[bool, Parameter(name="--list")] = False,
    options: Options = NONE,
) -> int:
    """Make a clause from a form in plain words: bulk data, purpose, region, tools, oversight and others.

    A field is given with --set FIELD=VALUE (no field has a dot in its name); in a terminal the rest is asked for.

    Args:
        template: Which form; --list shows them.
        all_templates: List the forms with what they ask.
    """
    known, output = templates(), options.output()
    if all_templates or not (template or made.edit):
        found = template_list(known)
        lines = [(one["template"], one["about"], ", ".join(field["name"] for field in one["fields"])) for one in found]
        output.result({"templates": found}, rows(("template", "what it says", "fields"), lines))
        return Exit.DONE
    answers = {name: value for name, value in options.flags().items() if "." not in name}
    settings = replace(options, set=tuple(one for one in options.set if "." in one.partition("=")[0]))
    folder = Path(made.to) if made.to else Path(settings.configuration().policies.dir)
    if made.form:
        answers = {**read_form_file(Path(made.form)), **answers}
    if made.edit:
        formed = edit_clause(made.edit, answers, folder, known)
    else:
        chosen = template_named(template, known)
        if sys.stdin.isatty() and not made.form:
            answers = ask(chosen, answers, output)
        formed = form_clause(chosen, answers, folder)
    hold_against(formed, folder, overlapping=made.overlapping)
    if not made.show:
        replace_file(formed.file, formed.text)
    data, told = shown(formed)
    output.result({**data, "written": not made.show}, *told, "" if made.show else f"\nwritten to {formed.file}")
    return Exit.DONE


@app.command
def diff(old: str = "", new: str = "", *, options: Options = NONE) -> int:
    """Compare two sets of clauses in words. Exit 1 when anything became looser.

    Args:
        old: Folder or file of the set to compare with; what is published when left out.
        new: Folder or file of the other; the configuration's policies when left out.
    """
    changes = compare(_usable(old, options) if old else _published(options), _usable(new, options))
    lines = [
        (change.clause, Text(change.direction.value, style=DIRECTIONS[change.direction]), change.words)
        for change in changes
    ]
    data = {
        "changes": [
            {"clause": change.clause, "direction": change.direction.value, "words": change.words} for change in changes
        ]
    }
    options.output().result(data, rows(("clause", "", "change"), lines) if lines else "no difference")
    return Exit.FINDINGS if any(change.direction is Direction.LOOSENED for change in changes) else Exit.DONE


@app.command
def publish(
    *, stopped: bool = False, enforce: str = "", emergency: str = "", reason: str = "", options: Options = NONE
) -> int:
    """Have the running Wardlaw check the clauses on disk and put them in force.

    Where clauses have a life (policies.life: on), what is approved goes into shadow first, and an edited clause stays
    as it was approved.

    Args:
        stopped: Do it while Wardlaw is stopped, as after an upgrade whose clauses must change first; recorded
            under the name of your account, which must be able to read the bundle's key.
        enforce: Id of a clause to take from shadow into force; needs its approvals and a backtest.
        emergency: Id of a clause to put in force at once, which must only tighten; reviewed by others within a day.
        reason: Why it cannot wait; with --emergency.
    """
    if stopped + bool(enforce) + bool(emergency) > 1:
        raise InputError("WL-LIF-017", "These do not go together.", "Give one of --stopped, --enforce and --emergency.")
    if bool(emergency) != bool(reason):
        raise InputError("WL-LIF-017", "An emergency needs a reason, and nothing else has one.", "Give --reason.")
    if stopped:
        return show_one(options, "policy", msgspec.to_builtins(publish_stopped(options.configuration())))
    return policylife.publish_part(connect(options), options, enforce=enforce, emergency=emergency, reason=reason)


policylife.add_to(app)


def _published(options: Options) -> Checked:
    """What is in force, also when another version of Wardlaw published it."""
    places = Installation(options.configuration())
    bundle = read_bundle(places.bundle_path, trusted_keys=places.bundle_keys())
    return published_set(decode_bundle(bundle.payload))


def _checked(path: str, options: Options) -> Checked:
    return check_set(policy_files(path, options), options)


def _usable(path: str, options: Options) -> Checked:
    return usable_set(policy_files(path, options), options)


def _sentence(item: CompiledClause) -> str:
    return render_sentence(item.clause) if item.clause is not None else f"Written by hand in Cedar: {item.title}."


def _problem(problem: Problem) -> dict[str, str | int]:
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "source": problem.source,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "hint": problem.hint,
    }


def _colored(problem: Problem) -> Text:
    place, _, rest = str(problem).partition(f" {problem.severity.value} ")
    style = "bold red" if problem.severity is Severity.ERROR else "bold yellow"
    return Text(f"{place} ").append(problem.severity.value, style=style).append(f" {rest}")
