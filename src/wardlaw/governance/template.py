"""Forms from which clauses are made: what is asked, in the words of a business, and which answers fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, assert_never

import msgspec

from wardlaw.facts.clause import Risk
from wardlaw.facts.effect import Mode
from wardlaw.facts.errors import InputError
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.clauses import CLAUSE_ID
from wardlaw.governance.problems import did_you_mean
from wardlaw.governance.reader import hidden_characters

MOST_WORDS = 50  # of one list: a person must be able to read the clause's sentence
MOST_CHARACTERS = 200

Value = str | int | list[str]


class FieldKind(StrEnum):
    """What an answer is."""

    NUMBER = "number"
    TEXT = "text"  # one line
    WORDS = "words"  # names, such as those of tools or teams
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question of a form.

    Attributes:
        ask: The question, for somebody who reads no code.
        choices: What the clause says, by the word a business has for it.
        open: There are more values than the choices name, so that all of them together still leave something out.
        least: Smallest number.
        least_of: Name of the field whose number is the smallest.
        begins: What the clause's word begins with and the answer's does not, such as ``tool:``.
    """

    name: str
    ask: str
    kind: FieldKind
    default: Value | None = None
    required: bool = True
    choices: dict[str, str] = {}
    open: bool = False
    least: int = 0
    least_of: str = ""
    most: int = 0
    begins: str = ""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form and the clause it makes.

    Attributes:
        prefix: What ids of its clauses begin with.
        clause: A clause as in its file, with ``{field}`` where an answer stands.
    """

    name: str
    title: str
    about: str
    prefix: str
    fields: tuple[Field, ...]
    clause: dict[str, Any]

    @property
    def questions(self) -> tuple[Field, ...]:
        """What it asks: its own fields, then those every clause has."""
        return (*self.fields, *COMMON)


_WHO = {"people": PrincipalKind.USER.value, "agents": PrincipalKind.AGENT.value, "services": PrincipalKind.NHI.value}

COMMON: tuple[Field, ...] = (
    Field("who", "Whom does it bind? (everybody when left out)", FieldKind.CHOICES, required=False, choices=_WHO),
    Field("owner", "Which role answers for it?", FieldKind.TEXT, default="legal"),
    Field(
        "risk",
        "How bad is a breach?",
        FieldKind.CHOICE,
        required=False,
        choices={risk.value: risk.value for risk in Risk},
    ),
    Field(
        "mode",
        "How does it begin?",
        FieldKind.CHOICE,
        default="watch",
        choices={"watch": Mode.SHADOW.value, "warn": Mode.WARN.value, "enforce": Mode.ENFORCE.value},
    ),
    Field("from", "First day it holds? (may be left out)", FieldKind.DATE, required=False),
    Field("until", "Last day it holds? (may be left out)", FieldKind.DATE, required=False),
    Field("references", "Further references, such as gdpr:32? (may be left out)", FieldKind.WORDS, required=False),
    Field("id", "Its id?", FieldKind.TEXT, required=False),
)
"""What every form asks beside its own: in the order in which a person is asked."""


def template_named(name: str, templates: Mapping[str, Template]) -> Template:
    """The template of that name.

    Raises:
        InputError: There is none (WL-TPL-001).
    """
    found = templates.get(name)
    if found is None:
        hint = did_you_mean(name, templates) or "See `wardlaw policy new --list`."
        raise InputError("WL-TPL-001", f'There is no template "{name}".', hint)
    return found


def read_form(template: Template, given: Mapping[str, object]) -> dict[str, Value]:
    """The answers of a form, each checked, with the usual ones where nothing was said.

    Args:
        given: Answers by field; text is taken for a number or a list of words where one is asked for.

    Raises:
        InputError: A field nobody asks for (WL-TPL-002), one that is missing (WL-TPL-003), an answer that does not
            fit (WL-TPL-004), answers that contradict each other (WL-TPL-005).
    """
    asked = {field.name: field for field in template.questions}
    for name in given:
        if name not in asked:
            hint = did_you_mean(name, asked) or f"Known: {', '.join(asked)}."
            raise InputError("WL-TPL-002", f'{template.name} does not ask for "{name}".', hint)
    answers: dict[str, Value] = {}
    for field in template.questions:
        said = given.get(field.name, field.default)
        if said is None or said in ("", []):
            if field.required:
                raise InputError("WL-TPL-003", f'"{field.name}" is missing. {field.ask}', _how(field))
            continue
        answers[field.name] = read_answer(field, said)
    _agree(template, answers)
    return answers


def read_answer(field: Field, said: object) -> Value:
    """One answer.

    Raises:
        InputError: It does not fit (WL-TPL-004).
    """
    match field.kind:
        case FieldKind.NUMBER:
            return _number(field, said)
        case FieldKind.TEXT:
            return _line(field, said)
        case FieldKind.DATE:
            return _day(field, said)
        case FieldKind.CHOICE:
            return _chosen(field, _line(field, said))
        case FieldKind.CHOICES:
            return [_chosen(field, word) for word in _words(field, said)]
        case FieldKind.WORDS:
            return [_word(field, word) for word in _words(field, said)]
        case never:
            assert_never(never)


def meant(field: Field, answer: Value) -> Value:
    """What the clause says for an answer: the values behind the words."""
    if field.choices:
        return [field.choices[word] for word in answer] if isinstance(answer, list) else field.choices[str(answer)]
    if isinstance(answer, list):
        return [field.begins + word for word in answer]
    return answer


def _number(field: Field, said: object) -> int:
    text = str(said).strip().replace("_", "").replace(",", "")
    if isinstance(said, bool) or not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise _misfit(field, f'"{said}" is not a whole number')
    number = int(text)
    if number < field.least or (field.most and number > field.most):
        raise _misfit(field, f"{number:,} is not from {field.least:,} to {field.most:,}")
    return number


def _line(field: Field, said: object) -> str:
    text = " ".join(str(said).split()) if isinstance(said, str | int | date) else ""
    if not text or len(text) > MOST_CHARACTERS or hidden_characters(text):
        raise _misfit(field, f"a line of 1 to {MOST_CHARACTERS} readable characters is asked for")
    if field.name == "id" and not CLAUSE_ID.match(text):
        raise _misfit(field, f'"{text}" is not an id of a clause')
    return text


def _day(field: Field, said: object) -> str:
    try:
        return date.fromisoformat(str(said)).isoformat()
    except ValueError:
        raise _misfit(field, f'"{said}" is not a day') from None


def _words(field: Field, said: object) -> list[str]:
    parts: Iterable[object] = said.split(",") if isinstance(said, str) else said if isinstance(said, list) else ()
    words = list(dict.fromkeys(_line(field, part) for part in parts if not isinstance(part, str) or part.strip()))
    if not words or len(words) > MOST_WORDS:
        raise _misfit(field, f"1 to {MOST_WORDS} words are asked for, with commas between them")
    return words


def _word(field: Field, text: str) -> str:
    bare = text.removeprefix(field.begins)
    if not bare or "*" in bare or len(bare.split()) > 1 or "," in bare:
        # A star would stand for itself in a list of names, which is not what people mean by it.
        raise _misfit(field, f'"{text}" is not one plain name')
    return bare


def _chosen(field: Field, word: str) -> str:
    by_small = {known.casefold(): known for known in field.choices}
    by_value = {value: known for known, value in field.choices.items()}
    found = by_small.get(word.casefold()) or by_value.get(word)
    if found is None:
        raise _misfit(field, f'"{word}" is none of the answers')
    return found


def _misfit(field: Field, why: str) -> InputError:
    return InputError("WL-TPL-004", f'The answer to "{field.name}" does not fit: {why}.', _how(field))


def _how(field: Field) -> str:
    if field.choices:
        several = " (several, with commas between them)" if field.kind is FieldKind.CHOICES else ""
        return f"Answers: {', '.join(field.choices)}{several}."
    match field.kind:
        case FieldKind.NUMBER:
            return "Write plain digits, such as 100."
        case FieldKind.DATE:
            return "Write 2027-12-02."
        case FieldKind.WORDS:
            return "Write names with commas between them."
        case _:
            return "Write GOV-07." if field.name == "id" else "Write one line."


def _agree(template: Template, answers: Mapping[str, Value]) -> None:
    """Refuse answers that contradict each other."""
    for field in template.questions:
        if field.least_of and field.name in answers and field.least_of in answers:
            low, high = answers[field.least_of], answers[field.name]
            if isinstance(low, int) and isinstance(high, int) and high < low:
                raise _contradiction(f'"{field.name}" ({high:,}) is less than "{field.least_of}" ({low:,})')
    if str(answers.get("until", "9999")) < str(answers.get("from", "")):
        raise _contradiction(f"it ends ({answers['until']}) before it begins ({answers['from']})")


def _contradiction(why: str) -> InputError:
    return InputError(
        "WL-TPL-005", f"The answers contradict each other: {why}.", "Change one of them; nothing was written."
    )
