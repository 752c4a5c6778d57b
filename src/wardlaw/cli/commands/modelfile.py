"""``wardlaw model-file``: whether loading a model's files could run code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, assert_never

from cyclopts import App, Parameter
from rich.text import Text

from wardlaw import __version__
from wardlaw.cli.exits import Exit
from wardlaw.cli.modelreading import look_at, model_files, read_allowed
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckOutcome
from wardlaw.register.modelcard import model_card_check
from wardlaw.register.modelfiles.allowed import Allowed
from wardlaw.register.modelfiles.judging import FileLooked, model_file_check, model_file_sarif, words

app = App(name="model-file", help="Whether loading a model's files could run code.")
_COLORS = {CheckOutcome.PASS: "green", CheckOutcome.REVIEW: "yellow", CheckOutcome.FAIL: "bold red"}
_SHOWN = 5


@app.command
def check(
    *paths: str,
    allow: Annotated[str, Parameter(show_default=False)] = "",
    sarif: Annotated[str, Parameter(show_default=False)] = "",
    options: Options = NONE,
) -> int:
    """Look into files of models; nothing is loaded, imported or run.

    Exit 0 when nothing would run code, 1 when something could, 11 when a person must look.

    Args:
        paths: Files and folders.
        allow: A file of names, one a line, that pickles may use beside ours: ourcompany.models.Ranker.
        sarif: Where to write the findings as SARIF 2.1.0.
    """
    if not paths:
        raise InputError("WL-MDL-001", "No file is named.", "Name files or folders of a model.")
    allowed = read_allowed(allow) if allow else Allowed()
    output = options.output()
    found = model_files(paths)
    files: list[FileLooked] = []
    with output.progress("Looking") as advance:
        for place, (path, name) in enumerate(found):
            advance(place / len(found), name)
            files.append(look_at(path, name, allowed))
    result = model_file_check(files)
    if sarif:
        _write(sarif, model_file_sarif(files, __version__))
    table = rows(("result", "file", "is", "what"), [_row(one) for one in files])
    verdict = Text(result.outcome.value, style=_COLORS[result.outcome]).append(
        f"  {result.why}", style="not bold default"
    )
    lines: list[str | Text] = [verdict, *([result.next] if result.next else [])]
    output.result({"check": result, "files": files}, table, *lines)
    return _exit(result.outcome)


@app.command
def card(file: str, *, model_digest: str, options: Options = NONE) -> int:
    """Say what a model's card leaves out, and whether it is of this model.

    Exit 0 when it says what it must, 1 when it is of another model or cannot be read, 11 when something is missing.

    Args:
        file: A README with front matter, or YAML.
        model_digest: SHA-256 of the model's file.
    """
    if not re.fullmatch(r"[0-9a-f]{64}", model_digest):
        raise InputError("WL-MDL-005", "--model-digest is no SHA-256.", "Give 64 hex digits, as sha256sum prints them.")
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        raise InputError(
            "WL-MDL-001", f"{file} cannot be read: {error.strerror}.", "Check path and permissions."
        ) from error
    result = model_card_check(content, model_digest=model_digest)
    verdict = Text(result.outcome.value, style=_COLORS[result.outcome]).append(
        f"  {result.why}", style="not bold default"
    )
    options.output().result({"check": result}, verdict, *filter(None, [result.next]))
    return _exit(result.outcome)


def _row(one: FileLooked) -> tuple[Text, str, str, str]:
    seen = one.looked.seen
    shown = [words(each) for each in seen[:_SHOWN]]
    if len(seen) > _SHOWN:
        shown.append(f"and {len(seen) - _SHOWN} more")
    outcome = one.looked.outcome
    kinds = ", ".join(one.looked.kinds) or "nothing known"
    return Text(outcome.value, style=_COLORS[outcome]), one.path, kinds, "\n".join(shown)


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        hint = "Name a file that can be written."
        raise InputError("WL-MDL-004", f"{path} cannot be written: {error.strerror}.", hint) from error


def _exit(outcome: CheckOutcome) -> int:
    match outcome:
        case CheckOutcome.PASS:
            return Exit.DONE
        case CheckOutcome.FAIL:
            return Exit.FINDINGS
        case CheckOutcome.REVIEW:
            return Exit.PERSON
    assert_never(outcome)
