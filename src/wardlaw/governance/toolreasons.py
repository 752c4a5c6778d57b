"""From which words of a definition a tool's class was inferred, for the person who confirms or corrects it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from wardlaw.facts.intent import of_verb
from wardlaw.facts.toolclass import ArgumentRole, ToolClass
from wardlaw.facts.words import name_words, words_of
from wardlaw.governance import toolwords as said

_SENTENCE = re.compile(r"[.!?\n;]+")
_LONGEST = 4_000  # characters of a description that are read, as the inference has it
_ROLES: dict[ArgumentRole, frozenset[str]] = {
    ArgumentRole.DESTINATION: said.DESTINATION,
    ArgumentRole.CREDENTIAL: said.CREDENTIAL,
    ArgumentRole.CONTENT: said.CONTENT | said.LOOKING | said.FRESH_NAME,
    ArgumentRole.WHEN: said.WHEN,
    ArgumentRole.AMOUNT: said.AMOUNT,
    ArgumentRole.OPTION: said.OPTION,
    ArgumentRole.TARGET: said.NUMBERING,
}


class InferenceReason(msgspec.Struct, frozen=True):
    """What was inferred, and from what: ``about`` is ``effects``, ``data`` or ``arguments.<name>``."""

    about: str
    why: str


def reasons(definition: Mapping[str, Any], inferred: ToolClass) -> tuple[InferenceReason, ...]:
    """The words that led to a class.

    Args:
        definition: In the one form: ``name``, ``description``, ``parameters``, ``annotations``.
        inferred: The class that was inferred from it.
    """
    return (*_of_effects(definition, inferred), *_of_data(definition, inferred), *_of_arguments(inferred))


def _of_effects(definition: Mapping[str, Any], inferred: ToolClass) -> Iterator[InferenceReason]:
    words = name_words(str(definition.get("name", "")))
    description = str(definition.get("description") or "")[:_LONGEST]
    told = False
    for word in words:
        why = _of_word(word)
        if why:
            told = True
            yield InferenceReason("effects", f"its name: {why}")
    for sentence in _SENTENCE.split(description):
        for word in words_of(sentence):
            wishes = of_verb(word)
            if wishes and word not in said.READING:
                told = True
                names = ", ".join(sorted(wish.value for wish in wishes))
                yield InferenceReason("effects", f"its description: “{word}” may ask to {names}")
    annotations = definition.get("annotations")
    if isinstance(annotations, Mapping):
        for name in ("destructiveHint", "readOnlyHint"):
            if name in annotations:
                yield InferenceReason("effects", f"its annotation {name}: {annotations[name]}; it only makes graver")
    if not told or not inferred.known:
        yield InferenceReason("effects", "nothing says what it does, so it is taken for the worst it may be")


def _of_word(word: str) -> str:
    if word in said.READING:
        return f"“{word}” only looks"
    if word in said.RUNNING:
        return f"“{word}” runs whatever it is given"
    wishes = of_verb(word)
    if wishes:
        return f"“{word}” asks to {', '.join(sorted(wish.value for wish in wishes))}"
    graver = {
        "pays": said.PAYING,
        "handles credentials": said.CREDENTIALS,
        "sends": said.MAILING,
        "concerns people": said.PEOPLE,
    }
    return next((f"“{word}” {what}" for what, names in graver.items() if word in names), "")


def _of_data(definition: Mapping[str, Any], inferred: ToolClass) -> Iterator[InferenceReason]:
    words = {
        *name_words(str(definition.get("name", ""))),
        *words_of(str(definition.get("description") or "")[:_LONGEST]),
    }
    for label in sorted(inferred.data):
        found = sorted(words & said.DATA.get(label, frozenset()))
        if found:
            yield InferenceReason("data", f"{label}, by {', '.join(f'“{word}”' for word in found)}")


def _of_arguments(inferred: ToolClass) -> Iterator[InferenceReason]:
    for name, argument in sorted(inferred.arguments.items()):
        found = sorted(frozenset(name_words(name)) & _ROLES[argument.role])
        why = f"by {', '.join(f'“{word}”' for word in found)}" if found else "by its type or description"
        yield InferenceReason(f"arguments.{name}", f"{argument.role.value}, {why}")
