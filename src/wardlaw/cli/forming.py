"""From a filled form to a clause file: asking in a terminal, reading form files, holding the clause against the others."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter
from rich.text import Text

from wardlaw.cli.output import Output
from wardlaw.cli.sources import ENDINGS, read_sources, read_text
from wardlaw.facts.clause import Clause
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import InputError
from wardlaw.governance.check import check
from wardlaw.governance.compile import compile_clause
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.forms import clause_from_form, form_of, next_id
from wardlaw.governance.problems import Problem
from wardlaw.governance.sentence import render_sentence
from wardlaw.governance.template import Field, Template, read_answer
from wardlaw.governance.tree import NodeKind, read_tree


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Making:
    """Where the answers of a form come from, and what becomes of the clause."""

    form: Annotated[str, Parameter(show_default=False)] = ""
    """File with the answers, one line for each field."""
    edit: Annotated[str, Parameter(show_default=False)] = ""
    """Id of a clause that was made from a form, to change some of its answers."""
    to: Annotated[str, Parameter(show_default=False)] = ""
    """Folder for the clause; the configuration's policies when left out."""
    overlapping: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Write it although another clause says as much."""
    show: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Show it and write nothing."""


MADE_USUALLY = Making()
"""A new clause, with the answers of the command line or the terminal."""


class Formed(msgspec.Struct, frozen=True):
    """A clause made from a form, and the file it belongs into."""

    clause: Clause
    file: Path
    text: str


def template_list(templates: Mapping[str, Template]) -> list[dict[str, Any]]:
    """What can be made, JSON-ready: each template with its questions."""
    return [
        {
            "template": template.name,
            "title": template.title,
            "about": template.about,
            "fields": [
                {"name": one.name, "ask": one.ask, "answers": list(one.choices), "default": one.default}
                for one in template.questions
            ],
        }
        for template in templates.values()
    ]


def read_form_file(path: Path) -> dict[str, Any]:
    """The answers in a file: a mapping of fields to a value or a list of values.

    Raises:
        InputError: It cannot be read (WL-TPL-009).
    """
    root, problems = read_tree(read_text(path), source=str(path))
    if problems or root is None or root.kind is not NodeKind.MAPPING:
        why = str(problems[0]) if problems else f"{path} holds no fields with answers."
        raise InputError("WL-TPL-009", f"The form cannot be read: {why}", "Write one line for each field: people: 100.")
    return {
        key.text: [item.value() for item in node.items] if node.kind is NodeKind.LIST else node.value()
        for key, node in root.entries
    }


def ask(template: Template, given: Mapping[str, Any], output: Output) -> dict[str, Any]:
    """Ask a person for every field that was not given; what does not fit is asked for again."""
    output.note(Text(f"{template.title}. {template.about}", style="bold"))
    answers = dict(given)
    for field in template.questions:
        if field.name not in answers and field.name != "id":
            answers[field.name] = _asked(field, output)
    return {name: answer for name, answer in answers.items() if answer is not None}


def _asked(field: Field, output: Output) -> Any:
    usual = ", ".join(field.default) if isinstance(field.default, list) else field.default
    choices = f" ({', '.join(field.choices)})" if field.choices else ""
    while True:
        output.note(f"{field.ask}{choices}" + (f" [{usual}]" if usual is not None else ""))
        line = sys.stdin.readline()
        if not line:
            raise InputError("WL-TPL-010", "The answers ended before the form was full.", "Nothing was written.")
        said = line.strip()
        if not said and (usual is not None or not field.required):
            return field.default
        try:
            return read_answer(field, said)
        except InputError as error:
            output.warn(f"{error.message} {error.hint}")


def form_clause(template: Template, given: Mapping[str, Any], folder: Path) -> Formed:
    """A new clause in a file of its own.

    Raises:
        InputError: The form cannot be filled so, or its id is taken (WL-TPL-008).
    """
    taken = _ids(folder)
    clause = clause_from_form(template, given, identity=next_id(template, taken))
    file = folder / f"{clause.id.lower()}.yaml"
    if clause.id in taken or file.exists():
        raise InputError(
            "WL-TPL-008",
            f"There is a clause {clause.id} already.",
            f"Change it with --edit {clause.id}, or name another id.",
        )
    return Formed(clause, file, write_clause(clause))


def edit_clause(name: str, changes: Mapping[str, Any], folder: Path, templates: Mapping[str, Template]) -> Formed:
    """A clause made anew from its form with some answers changed; how it stands (its mode) stays unless that is changed.

    Raises:
        InputError: No file holds this clause alone, with its form (WL-TPL-011).
    """
    for file in _files(folder):
        checked = check({str(file): read_text(file)}, today=_today())
        found = [clause for clause in checked.clauses if clause.id == name]
        if found and len(checked.compiled) == 1 and found[0].form is not None and found[0].form.template in templates:
            before = found[0]
            clause = clause_from_form(
                templates[found[0].form.template], {**form_of(before), **changes, "id": name}, identity=name
            )
            if "mode" not in changes:
                clause = msgspec.structs.replace(clause, mode=before.mode)
            return Formed(clause, file, write_clause(clause))
    raise InputError(
        "WL-TPL-011",
        f"No file in {folder} holds the clause {name} alone, with the form it was made from.",
        "A clause that was written by hand is changed in its file.",
    )


def hold_against(formed: Formed, folder: Path, *, overlapping: bool) -> None:
    """Refuse a clause that does not stand beside those there are.

    Raises:
        InputError: It has errors, says what another says, or contradicts another (WL-TPL-007).
    """
    sources = {name: text for name, text in read_sources(_files(folder)).items() if name != str(formed.file)}
    known = {(one.code, one.message) for one in check(sources, today=_today()).problems}
    after = check({**sources, str(formed.file): formed.text}, today=_today())
    fresh = [one for one in after.problems if (one.code, one.message) not in known]
    if overlapping:
        fresh = [one for one in fresh if one.code not in ("WL-POL-012", "WL-POL-013")]
    if fresh:
        raise InputError(
            "WL-TPL-007", _first(fresh), "Nothing was written. --overlapping writes what another clause says too."
        )


def replace_file(file: Path, text: str) -> None:
    """Write beside the file and rename, so that an interrupted run leaves the old text."""
    beside = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        if file.exists():
            beside.chmod(file.stat().st_mode & 0o777)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(
            "WL-CLI-007", f"{file} cannot be written: {error.strerror}.", "Check its permissions."
        ) from error


def _first(problems: list[Problem]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0].message} {problems[0].hint}".strip() + more


def shown(formed: Formed) -> tuple[dict[str, Any], list[str | Text]]:
    """A clause for a lawyer: its sentence, what it stops and lets pass, and the compiled policy beside it."""
    clause, cedar = formed.clause, compile_clause(formed.clause)
    sentence = render_sentence(clause)
    stops = [one.name for one in clause.examples if one.effect is not Effect.ALLOW]
    passes = [one.name for one in clause.examples if one.effect is Effect.ALLOW]
    lines: list[str | Text] = [
        Text(clause.id, style="bold").append(f"  {clause.title}", style="not bold"),
        Text(f"  {clause.text}"),
        Text("\nRead back from what is compiled", style="bold"),
        Text(f"  {sentence}"),
        Text("\nIt must stop", style="bold"),
        *[Text(f"  {name}") for name in stops],
        Text("\nIt must let pass", style="bold"),
        *[Text(f"  {name}") for name in passes],
        Text("\nCompiled", style="bold"),
        Text("\n".join(f"  {line}" for line in cedar.rstrip().split("\n")), style="dim"),
    ]
    data = {
        "clause": clause.id,
        "file": str(formed.file),
        "sentence": sentence,
        "cedar": cedar,
        "stops": stops,
        "passes": passes,
        "yaml": formed.text,
    }
    return data, lines


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())


def _ids(folder: Path) -> set[str]:
    checked = check(read_sources(_files(folder)), today=_today())
    return {item.id for item in checked.compiled}


def _today() -> date:
    return datetime.now(UTC).date()
