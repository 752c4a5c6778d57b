"""Class of a tool, inferred from its schema, annotations and names; a person's word replaces it.

The definition comes from whoever wrote the tool. So what it says can only make the class graver: a tool that calls
itself read-only and is named ``delete_x`` deletes. What nothing in the definition tells is the worst it may be.
Not covered: a tool that lies in all of its definition (pinning and confirmation are there for that).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from wardlaw.facts.intent import Intent, of_verb
from wardlaw.facts.intentwords import BARE
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import Argument, ArgumentRole, OutputTrust, ToolClass, ToolConfirmation
from wardlaw.facts.words import name_words, words_of
from wardlaw.governance import toolwords as said

_EFFECTS: dict[Intent, ToolEffect] = {
    Intent.SEND: ToolEffect.EGRESS,
    Intent.SHARE: ToolEffect.SHARE,
    Intent.PAY: ToolEffect.PAYMENT,
    Intent.BOOK: ToolEffect.PAYMENT,
    Intent.DELETE: ToolEffect.DESTRUCTIVE,
    Intent.CREATE: ToolEffect.WRITE,
    Intent.CHANGE: ToolEffect.WRITE,
    Intent.CREDENTIAL: ToolEffect.CREDENTIAL,
}
_WORST = frozenset((ToolEffect.UNKNOWN, ToolEffect.EGRESS, ToolEffect.DESTRUCTIVE))
_IRREVERSIBLE = frozenset(ToolEffect) - {ToolEffect.READ, ToolEffect.WRITE, ToolEffect.SHARE}
_FOREIGN = tuple(OutputTrust)  # from one's own to anybody's
_SENTENCE = re.compile(r"[.!?\n;]+")
_LONGEST = 4_000  # characters of a description that are read; real ones are a few hundred
_GENERIC = frozenset("the a an of to from for in on by with and or all any given my new tool name mcp".split())
_MANY = re.compile(r"\bnumber of (?!(?:the|an?|this|that)\b)|\bhow many|\bcount\b|\bmaximum", re.IGNORECASE)
_ADDRESS = re.compile(r"\be-?mail address|\baccount number\b|\biban\b|\bphone number|\burls?\b", re.IGNORECASE)


def infer(definition: Mapping[str, Any], confirmation: ToolConfirmation | None = None) -> ToolClass:
    """Class of a tool.

    Args:
        definition: ``name``, ``description``, a JSON Schema under ``params``, ``inputSchema``, ``input_schema`` or
            ``parameters``, and optionally ``annotations`` as MCP has them. Parts of a wrong type count as absent.
        confirmation: What a person said of this very definition; the caller compares the pin.
    """
    name = _text(definition.get("name"))
    description = _text(definition.get("description"))[:_LONGEST]
    words = name_words(name)
    properties = _properties(definition)
    effects, intents, known = _effects(words, description)
    effects |= _annotated(definition.get("annotations"), effects)
    arguments = {key: _argument(key, spec, intents) for key, spec in properties.items()}
    if effects == {ToolEffect.READ} and any(_carries_off(one) for one in arguments.values()):
        intents = {Intent.VISIT}
    if ToolEffect.WRITE in effects and any(one.role is ArgumentRole.DESTINATION for one in arguments.values()):
        effects.add(ToolEffect.EGRESS)  # whoever stands there will hear of it
    found = ToolClass(
        name=name,
        effects=frozenset(effects),
        intents=frozenset(intents),
        nouns=_nouns(words),
        arguments=arguments,
        output=_output(words, description, arguments),
        data=frozenset(label for label, names in said.DATA.items() if names & {*words, *words_of(description)}),
        reversible=not effects & _IRREVERSIBLE,
        known=known,
    )
    return found if confirmation is None else confirm(found, confirmation)


def stricter(found: ToolClass, word: ToolConfirmation) -> ToolClass:
    """A class with a word that nobody stands for, or that was said of another definition: the graver of both holds.

    Where the definition says nothing of what the tool does, the word alone does.
    """
    effects = found.effects
    if word.effects is not None:
        effects = found.effects | word.effects if found.known or word.by else word.effects
    led = {wish for wish, effect in _EFFECTS.items() if effect in effects - found.effects}
    return msgspec.structs.replace(
        found,
        effects=effects,
        intents=found.intents or frozenset(led),
        arguments=_with_roles(found, {name: role for name, role in word.roles.items() if _adds(found, name, role)}),
        output=found.output if word.output is None else max(found.output, word.output, key=_FOREIGN.index),
        data=found.data | (word.data or frozenset()),
        reversible=found.reversible and word.reversible is not False and not effects & _IRREVERSIBLE,
        known=found.known or word.effects is not None,
    )


def _adds(found: ToolClass, name: str, role: ArgumentRole) -> bool:
    """Whether a role makes an argument matter more, or names one that the definition does not have."""
    known = found.arguments.get(name)
    return known is None or (not known.critical and Argument(name, role).critical)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _properties(definition: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    for key in ("params", "inputSchema", "input_schema", "parameters"):
        schema = definition.get(key)
        if isinstance(schema, Mapping):
            properties = schema.get("properties")
            if isinstance(properties, Mapping):
                return {str(name): spec if isinstance(spec, Mapping) else {} for name, spec in properties.items()}
    return {}


def _nouns(words: list[str]) -> frozenset[str]:
    """What a tool works on: the words of its name without its first verb."""
    verb = next((place for place, word in enumerate(words) if word in said.READING or of_verb(word)), -1)
    return frozenset(word for place, word in enumerate(words) if place != verb) - _GENERIC


def _effects(words: list[str], description: str) -> tuple[set[ToolEffect], set[Intent], bool]:
    """Effects, the wishes they need, and whether anything said so."""
    wishes, reads = _of_name(words)
    sentences = [words_of(sentence) for sentence in _SENTENCE.split(description)]
    if not wishes and not reads and sentences:
        wishes, reads = _of_name(sentences[0])
    extra = {wish for sentence in sentences for wish in _added(sentence)}
    if not wishes and not reads and not extra:
        return set(_WORST), set(), False
    mine = set(words)
    if said.RUNNING & mine:
        return set(_WORST), wishes, True
    if wishes:
        wishes |= _graver(wishes, mine)
    if wishes >= {Intent.SEND, Intent.CREATE} and not mine & said.MAILING:
        wishes.discard(Intent.SEND)  # one writes a letter to somebody, and a file to nobody
    effects = {_EFFECTS[wish] for wish in wishes | extra if wish in _EFFECTS}
    if Intent.SEND in wishes and Intent.PAY in wishes:
        effects.discard(ToolEffect.EGRESS)
    return effects or {ToolEffect.READ}, wishes, True


def _of_name(words: list[str]) -> tuple[set[Intent], bool]:
    """Wishes of the first verb of a name or sentence, and whether it only looks."""
    for word in words[:4]:
        if word in said.READING:
            return set(), True
        wish = of_verb(word)
        if wish:
            return set(wish) - {Intent.VISIT}, False
    return set(), False


def _graver(wishes: set[Intent], words: set[str]) -> set[Intent]:
    more: set[Intent] = set()
    if words & said.PAYING:
        more.add(Intent.PAY)
    if words & said.CREDENTIALS:
        more.add(Intent.CREDENTIAL)
    if words & said.MAILING and Intent.CREATE in wishes:
        more.add(Intent.SEND)
    if (words & said.PEOPLE and Intent.CREATE in wishes) or (words & said.ACCESS and Intent.CHANGE in wishes):
        more.add(Intent.SHARE)
    return more


def _added(sentence: list[str]) -> set[Intent]:
    """Effects a sentence tells of besides: a verb in the third person at its start, or after "also" or "and"."""
    found: set[Intent] = set()
    for place, word in enumerate(sentence):
        before = sentence[place - 1] if place else ""
        if place and before not in said.ALSO:
            continue
        if not place and word in BARE:
            continue  # "Orders of a customer": a thing, not an act
        base = word.removesuffix("s")
        if (word.endswith("s") or before in said.ALSO) and base not in said.READING and of_verb(word):
            wish = of_verb(base)
            if wish >= {Intent.SEND, Intent.CREATE} and said.MAILING.isdisjoint(sentence):
                wish -= {Intent.SEND}  # "writes a new file": nobody gets it
            found |= wish
    return found & {Intent.SEND, Intent.SHARE, Intent.PAY, Intent.DELETE}


def _annotated(annotations: Any, effects: set[ToolEffect]) -> set[ToolEffect]:
    """What annotations add; they never take away."""
    if not isinstance(annotations, Mapping):
        return set()
    more: set[ToolEffect] = set()
    if annotations.get("destructiveHint") is True and annotations.get("readOnlyHint") is not True:
        more.add(ToolEffect.DESTRUCTIVE)
    if annotations.get("readOnlyHint") is False and effects == {ToolEffect.READ}:
        more.add(ToolEffect.WRITE)
    return more


def _carries_off(argument: Argument) -> bool:
    return argument.role is ArgumentRole.DESTINATION and bool(argument.nouns & said.ADDRESSING)


def _argument(name: str, spec: Mapping[str, Any], intents: set[Intent]) -> Argument:
    words = frozenset(name_words(name))
    description = _text(spec.get("description"))[:_LONGEST]
    nouns = words | frozenset(words_of(description))
    return Argument(name, _role(words, spec, description, intents), nouns)


def _types(spec: Mapping[str, Any]) -> set[str]:
    """JSON types a schema allows, of lists those of their items."""
    found: set[str] = set()
    for one in (spec, *_parts(spec)):
        kind = one.get("type")
        found |= {kind} if isinstance(kind, str) else {str(each) for each in kind} if isinstance(kind, list) else set()
        items = one.get("items")
        if isinstance(items, Mapping) and isinstance(items.get("type"), str):
            found.add(items["type"])
    return found - {"null", "array"}


def _parts(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = [spec.get(key) for key in ("anyOf", "oneOf")]
    return [one for parts in listed if isinstance(parts, list) for one in parts if isinstance(one, Mapping)]


def _role(words: frozenset[str], spec: Mapping[str, Any], description: str, intents: set[Intent]) -> ArgumentRole:
    types = _types(spec)
    closed = any(isinstance(one.get("enum"), list) for one in (spec, *_parts(spec)))
    if types == {"boolean"} or closed or words & said.OPTION:
        return ArgumentRole.OPTION
    if words & said.CREDENTIAL and not words & {"id"}:
        return ArgumentRole.CREDENTIAL
    if types and types <= {"integer", "number"}:
        counting = words & (said.AMOUNT | said.WHEN) and not words & said.NUMBERING
        if counting and "number" in words and not words & said.COUNTING:
            counting = bool(_MANY.search(description))  # "number of the issue" names one, "number of guests" counts
        return ArgumentRole.AMOUNT if counting or "integer" not in types else ArgumentRole.TARGET
    if "id" in words or "ids" in words:
        return ArgumentRole.TARGET
    if words & said.DESTINATION or _ADDRESS.search(description):
        return ArgumentRole.DESTINATION
    if words & said.WHEN:
        return ArgumentRole.WHEN
    if words & (said.CONTENT | said.LOOKING):
        return ArgumentRole.CONTENT
    if words & said.FRESH_NAME and Intent.CREATE in intents:
        return ArgumentRole.CONTENT
    return ArgumentRole.AMOUNT if words & said.AMOUNT - {"number"} else ArgumentRole.TARGET


def _output(words: list[str], description: str, arguments: dict[str, Argument]) -> OutputTrust:
    told = {*words, *words_of(description)}
    if any(_carries_off(one) for one in arguments.values()) or set(words) & said.WEB:
        return OutputTrust.WEB
    if told & said.BODY and told & said.HOLDERS and not set(words) & {"search", "list"}:
        return OutputTrust.CONTENT
    return OutputTrust.OWN if set(words) & said.OWN and not set(words) & said.OTHERS else OutputTrust.RECORDS


def confirm(found: ToolClass, word: ToolConfirmation) -> ToolClass:
    """A class with the word of a person who stands for it: each part that was said replaces what was inferred."""
    effects = found.effects if word.effects is None else word.effects
    return msgspec.structs.replace(
        found,
        effects=effects,
        intents=found.intents if word.effects is None else frozenset(_needed(effects, found.intents)),
        arguments=_with_roles(found, word.roles),
        output=found.output if word.output is None else word.output,
        data=found.data if word.data is None else word.data,
        reversible=not effects & _IRREVERSIBLE if word.reversible is None else word.reversible,
        confirmed_by=word.by,
        known=True,
        trusted=word.trusted,
    )


def _with_roles(found: ToolClass, roles: Mapping[str, ArgumentRole]) -> dict[str, Argument]:
    """The arguments with these roles; one that only the roles name is there too."""
    said = {name: Argument(name, role, frozenset(name_words(name))) for name, role in roles.items()}
    return said | {
        name: msgspec.structs.replace(one, role=roles.get(name, one.role)) for name, one in found.arguments.items()
    }


def _needed(effects: frozenset[ToolEffect], inferred: frozenset[Intent]) -> set[Intent]:
    """Wishes for confirmed effects: those of the name where they lead there, else all that lead there."""
    leading = {wish for wish, effect in _EFFECTS.items() if effect in effects}
    return set(inferred & leading) or leading
