"""The questionnaire as a file people fill in: written with every question beside its answer, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.register.classification import SaidAnswer

_WORDS = {"yes-no": "yes, no", "number": "a number"}


class FilledAnswers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form that was filled in: of which system, and which classification it follows."""

    system: str
    version: int
    answers: dict[str, SaidAnswer]


def form_text(view: Mapping[str, Any]) -> str:
    """The form of a system, with the answers there are; JSON's strings are YAML's."""
    return "\n".join(_lines(view)) + "\n"


def read_form(path: Path, system: str) -> FilledAnswers:
    """A form from its file.

    Raises:
        InputError: It is no form, or another system's (WL-CLS-004).
    """
    try:
        form = msgspec.yaml.decode(path.read_bytes(), type=FilledAnswers)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError("WL-CLS-004", f"{path} cannot be read as a form: {error}.", _hint(system)) from error
    if form.system != system:
        raise InputError("WL-CLS-004", f"{path} is the form of {form.system}.", _hint(system))
    return form


def _lines(view: Mapping[str, Any]) -> Iterator[str]:
    current, questionnaire = view["current"], view["questionnaire"]
    answers = current["answers"] if current else {}
    yield f"# Questions of {questionnaire['id']}, version {questionnaire['version']}: {questionnaire['basis']}."
    yield "# Change values and reasons. `unknown` always may stand, and never makes a system milder."
    yield f"system: {json.dumps(view['system'])}"
    yield f"version: {view['versions']}  # the classification this form follows"
    yield "answers:"
    group = ""
    for question in questionnaire["questions"]:
        if question["group"] != group:
            group = question["group"]
            yield f"\n  # --- {group} ---"
        given = answers.get(question["id"], {"value": "unknown", "reason": ""})
        may = _WORDS.get(question["type"]) or _listed(question)
        yield f"\n  # {question['text']}" + (f" ({question['ref']})" if question["ref"] else "")
        yield f"  # {may}, unknown"
        yield f"  {question['id']}:"
        yield f"    value: {json.dumps(given['value'])}"
        yield f"    reason: {json.dumps(given['reason'], ensure_ascii=False)}"


def _listed(question: Mapping[str, Any]) -> str:
    values = ", ".join(question["values"])
    return (
        f"a list, may be empty, of: {values}"
        if question["type"] == "list"
        else (f"a list of: {values}" if question["type"] == "several" else f"one of: {values}")
    )


def _hint(system: str) -> str:
    return f"Write it with `wardlaw system classify {system} --form form.yaml`."
