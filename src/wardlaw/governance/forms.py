"""A filled form to a clause, and the clause held against its form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from wardlaw.facts.clause import Clause, FilledForm
from wardlaw.governance.template import Field, FieldKind, Template, Value, meant, read_form

# A field, what of it, and what stands there when it was left out: {tools.first|tool:any}, {people+1}.
_PLACE = re.compile(r"\{([a-z_]+)(?:\.(first|outside))?(\+[0-9]+)?(?:\|([^}]*))?\}")
_OUTSIDE = "not-on-the-list"
_UNKNOWN = "unknown"  # a value every open choice leaves out


class _Gone:
    """What stands where a field was left out; the entry around it goes with it."""


_GONE = _Gone()


def clause_from_form(template: Template, given: Mapping[str, object], *, identity: str) -> Clause:
    """The clause a form makes, with examples on both sides of its limits. The same form gives the same clause.

    Args:
        given: Answers by field.
        identity: The clause's id where the form names none.

    Raises:
        InputError: The form cannot be filled so (``template.read_form``).
    """
    answers = read_form(template, given)
    filling = _Filling(template, answers)
    values = {key: value for key, part in template.clause.items() if not _is_gone(value := filling.fill(part))}
    values |= {
        "id": answers.get("id", identity),
        "wing": "governance",
        "owner": answers["owner"],
        "mode": filling.meant("mode"),
        "refs": list(dict.fromkeys([*values.get("refs", ()), *_listed(answers.get("references"))])),
        "valid_from": answers.get("from", ""),
        "valid_to": answers.get("until", ""),
        # Answers that were not given stay out: where the house changes what is usual, the form follows.
        "form": {"template": template.name, "fields": {name: answers[name] for name in answers if name != "id"}},
    }
    if "risk" in answers:
        values["risk"] = filling.meant("risk")
    if "who" in answers:
        kinds = values["principals"] = _listed(filling.meant("who"))
        values["examples"] = [{"principal": kinds[0], **example} for example in values["examples"]]
    for key in ("title", "text"):
        values[key] = values[key][:1].upper() + values[key][1:]
    return msgspec.convert(values, Clause)


def form_of(clause: Clause) -> dict[str, Any]:
    """The answers a clause was made from; empty for one that was written by hand."""
    return dict(clause.form.fields) if clause.form is not None else {}


def departs_from_form(clause: Clause, templates: Mapping[str, Template]) -> tuple[str, ...]:
    """The keys in which a clause says something else than its form; empty when it is as its form makes it.

    Raises:
        InputError: Its form cannot be filled any more.
    """
    assert isinstance(clause.form, FilledForm)
    template = templates[clause.form.template]
    made = clause_from_form(template, clause.form.fields, identity=clause.id)
    return tuple(
        name
        for name in Clause.__struct_fields__
        # How far a clause has come in its life is no edit of what it says.
        if name not in ("form", "mode") and getattr(made, name) != getattr(clause, name)
    )


def next_id(template: Template, taken: Iterable[str]) -> str:
    """The first id of a template that no clause has."""
    known = set(taken)
    number = 1
    while (name := f"{template.prefix}-{number:02}") in known:
        number += 1
    return name


class _Filling:
    """Puts answers into the places of a clause."""

    def __init__(self, template: Template, answers: Mapping[str, Value]) -> None:
        self._fields = {field.name: field for field in template.questions}
        self._answers = answers

    def meant(self, name: str) -> Value:
        """What the clause says for the answer to a field."""
        return meant(self._fields[name], self._answers[name])

    def fill(self, part: Any) -> Any:
        """A part of a clause with its places filled; ``_GONE`` when it speaks of a field that was left out."""
        if isinstance(part, dict):
            filled = {key: self.fill(value) for key, value in part.items()}
            return _GONE if any(map(_is_gone, filled.values())) and not _loses(filled) else _kept(filled)
        if isinstance(part, list):
            items = [item for item in map(self.fill, part) if not _is_gone(item)]
            return _GONE if part and not items else items
        return self._text(part) if isinstance(part, str) else part

    def _text(self, text: str) -> Any:
        if (whole := _PLACE.fullmatch(text)) is not None:
            return self._value(*whole.groups())
        found: list[Any] = [self._words(*place.groups()) for place in _PLACE.finditer(text)]
        if any(map(_is_gone, found)):
            return _GONE
        words = iter(found)
        return _PLACE.sub(lambda _place: str(next(words)), text)

    def _value(self, name: str, which: str | None, step: str | None, usual: str | None) -> Any:
        if name not in self._answers:
            return _GONE if usual is None else usual
        field, answer = self._fields[name], self._answers[name]
        if which == "outside":
            return _outside(field, _listed(meant(field, answer)))
        value = meant(field, answer)
        if which == "first":
            return _listed(value)[0]
        return value + int(step) if step and isinstance(value, int) else value

    def _words(self, name: str, which: str | None, step: str | None, usual: str | None) -> Any:
        """The same for people: numbers grouped, lists joined, a business's own words."""
        if name not in self._answers:
            return _GONE if usual is None else usual
        answer = self._answers[name]
        if isinstance(answer, int):
            return f"{answer + int(step or 0):,}"
        words = _listed(answer)
        if which == "first":
            return words[0]
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _outside(field: Field, named: list[str]) -> str:
    """A value that is not among the named ones."""
    if field.kind is FieldKind.CHOICES:
        return next((value for value in field.choices.values() if value not in named), _UNKNOWN)
    found = field.begins + _OUTSIDE
    while found in named:
        found += "-either"
    return found


def _loses(filled: Mapping[str, Any]) -> bool:
    """A condition (``all``, ``any``) may lose one of its groups; anything else goes as a whole."""
    return bool(filled) and filled.keys() <= {"all", "any"} and not all(map(_is_gone, filled.values()))


def _kept(filled: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in filled.items() if not _is_gone(value)}


def _is_gone(value: object) -> bool:
    return value is _GONE


def _listed(value: Value | None) -> list[str]:
    return [] if value is None else [*value] if isinstance(value, list) else [str(value)]
