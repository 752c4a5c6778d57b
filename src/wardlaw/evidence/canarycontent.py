"""From the attributes of an example to what a request must hold; what no request can hold is said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from wardlaw.evidence.canarytexts import (
    Planted,
    filler,
    leaking_image,
    list_of_people,
    text_of_class,
    text_of_finding,
)
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Condition, Example, Test
from wardlaw.governance.compiled import CompiledClause

Value = str | int | bool | list[str]

_MOST_PEOPLE = 5_000
_MOST_IMAGES = 200
_UNVERIFIED = "unverified-history"  # taint of a conversation whose tool results nobody here saw asked for
_NO_LIMIT = 2**63 - 1


class InexpressibleError(Exception):
    """No request can be this; the text says why."""


class CanaryContent(msgspec.Struct):
    """What a request must hold; filled in attribute by attribute.

    Attributes:
        texts: The user's words, or the answer's where the clause is about answers.
        people: Persons in what a tool gave, in the answer, or in a tool's arguments.
        result_bytes: Size of what a tool gave, or of the answer.
        broken: What a tool gave claims to be structured and cannot be read.
        arguments: Of the tool call.
    """

    texts: list[str] = []
    people: int = 0
    result_bytes: int = 0
    broken: bool = False
    foreign: bool = False
    images: int = 0
    body_bytes: int = 0
    hosted: list[str] = []
    max_tokens: int = 0
    arguments: dict[str, str | int] = {}


def attributes_read(compiled: CompiledClause) -> frozenset[str] | None:
    """Attributes a clause asks about; ``None`` where it was written by hand and may ask about any."""
    clause = compiled.clause
    if clause is None:
        return None
    conditions = [clause.when, *([clause.unless] if clause.unless is not None else [])]
    return frozenset(test.attribute for one in conditions for test in _tests(one))


def content_of(compiled: CompiledClause, example: Example, planted: Planted) -> CanaryContent:
    """What a request must hold to be what an example says.

    Attributes the clause does not ask about need not be so.

    Raises:
        InexpressibleError: No request can.
    """
    content, read = CanaryContent(), attributes_read(compiled)
    for name, value in example.context.items():
        if (read is not None and name not in read) or name in _ELSEWHERE:
            continue
        say = _SAID.get(name)
        if say is None:
            raise InexpressibleError(_why_not(name))
        say(content, value, _Case(compiled, example, planted))
    return content


class _Case(msgspec.Struct, frozen=True):
    compiled: CompiledClause
    example: Example
    planted: Planted


def _tests(condition: Condition) -> tuple[Test, ...]:
    return (*condition.all, *condition.any)


# What the place, the caller or the tool brings along: chosen when the request is made.
_ELSEWHERE = frozenset(
    (
        "region", "destinationTrust", "upstream", "resourceId", "resourceRegistered", "destinationRegistered", "route",
        "toolEffect", "toolEffects", "team", "groups", "principalRegistered", "userChannel", "actsForPerson",
        "injectionScore", "argumentOrigins", "toolConfirmed",
    )
)  # fmt: skip


def _why_not(name: str) -> str:
    return _REASONS.get(name, f"no request can bring about {name} by itself")


_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "hour": "canaries set no clocks: the clause asks about the hour",
        "weekday": "canaries set no clocks: the clause asks about the weekday",
        "epoch": "canaries set no clocks: the clause asks about the time",
        "callsPerMinute": "it needs many calls within a minute, and a canary is one",
        "tokensPerDay": "it rests on a day's use, and what canaries use is not counted",
        "probes": "it rests on earlier refusals, and those of canaries are not counted",
        "anomalyScore": "it rests on a caller's past, and canaries have none",
        "touchesCopy": "it rests on an earlier copy, and canaries leave nothing behind",
        "callFindings": "it rests on where a call's values came from, in a conversation that was followed",
        "intentMatched": "it rests on where a call's values came from, in a conversation that was followed",
    }
)


# -- one attribute each ------------------------------------------------------------------------------


def _findings(content: CanaryContent, value: Value, case: _Case) -> None:
    named = [str(one) for one in value] if isinstance(value, list) else []
    if case.example.action is Action.MODEL_ANSWER:
        if not any(one.startswith("injection") for one in named):
            raise InexpressibleError(f"no answer can be made up in which detectors find {', '.join(named)}")
        content.texts.append(leaking_image())
        return
    texts = [text for one in named if ":" in one and (text := text_of_finding(one))]
    if not texts:
        raise InexpressibleError(f"no text can be made up in which detectors find {', '.join(named)}")
    content.texts += texts


def _classes(content: CanaryContent, value: Value, case: _Case) -> None:
    named = [str(one) for one in value] if isinstance(value, list) else []
    # The finest class says most; a registered secret is more than a secret.
    for one in sorted(named, key=lambda name: (name != "registered-secret", ":" not in name)):
        if text := text_of_class(one, case.planted):
            content.texts.append(text)
            return
    raise InexpressibleError(f"no text can be made up that holds {', '.join(named)}")


def _people(content: CanaryContent, value: Value, _case: _Case) -> None:
    count = int(value) if isinstance(value, int) else 0
    if count > _MOST_PEOPLE:
        raise InexpressibleError(f"it needs the data of {count} people in one request")
    content.people = max(content.people, count)


def _carried(content: CanaryContent, value: Value, case: _Case) -> None:
    _people(content, value, case)
    content.arguments["body"] = list_of_people(content.people)
    content.people = 0


def _bytes(content: CanaryContent, value: Value, _case: _Case) -> None:
    content.result_bytes = max(content.result_bytes, int(value) if isinstance(value, int) else 0)


def _rows(content: CanaryContent, value: Value, case: _Case) -> None:
    rows = int(value) if isinstance(value, int) else 0
    kinds = case.example.context.get("sqlKinds", [])
    if case.example.context.get("copiesRows") or (isinstance(kinds, list) and "copy" in kinds):
        content.arguments["sql"] = _copying(rows)
    elif rows >= _NO_LIMIT:
        content.arguments["sql"] = "SELECT * FROM customers"
    else:
        content.arguments.setdefault("sql", _reading(rows))


# Read by the gateway and run by nobody: the call is stopped, or meets a stand-in.


def _reading(rows: int) -> str:
    return f"SELECT * FROM customers LIMIT {rows}"  # noqa: S608


def _copying(rows: int) -> str:
    return f"INSERT INTO canary_copy SELECT * FROM customers LIMIT {rows}"  # noqa: S608


def _sql(content: CanaryContent, value: Value, case: _Case) -> None:
    kinds = value if isinstance(value, list) else []
    if "destroy" in kinds:
        content.arguments["sql"] = "DROP TABLE customers"
    elif "unreadable" in kinds:
        content.arguments["sql"] = "SELECT FROM WHERE ((("
    elif "copy" in kinds:
        _copies(content, True, case)
    else:
        content.arguments.setdefault("sql", _reading(10))


def _copies(content: CanaryContent, value: Value, case: _Case) -> None:
    if value and not str(content.arguments.get("sql", "")).startswith(("INSERT", "DROP")):
        rows = case.example.context.get("requestedRows", 50)
        content.arguments["sql"] = _copying(int(rows) if isinstance(rows, int) else 50)


def _unparsed(content: CanaryContent, value: Value, _case: _Case) -> None:
    content.broken = bool(value)


def _images(content: CanaryContent, value: Value, _case: _Case) -> None:
    count = int(value) if isinstance(value, int) else 0
    if count > _MOST_IMAGES:
        raise InexpressibleError(f"it needs {count} attachments in one request")
    content.images = max(content.images, count)


def _unread(content: CanaryContent, value: Value, _case: _Case) -> None:
    if not isinstance(value, list) or "image" not in value:
        raise InexpressibleError("only an image can be made up that nobody can read")
    content.images = max(content.images, 1)


def _body(content: CanaryContent, value: Value, _case: _Case) -> None:
    content.body_bytes = max(content.body_bytes, int(value) if isinstance(value, int) else 0)


def _prompt(content: CanaryContent, value: Value, _case: _Case) -> None:
    content.body_bytes = max(content.body_bytes, 4 * (int(value) if isinstance(value, int) else 0))


def _hosted(content: CanaryContent, value: Value, _case: _Case) -> None:
    content.hosted = [str(one) for one in value] if isinstance(value, list) else []


def _most_tokens(content: CanaryContent, value: Value, _case: _Case) -> None:
    content.max_tokens = int(value) if isinstance(value, int) else 0


def _taint(content: CanaryContent, _value: Value, case: _Case) -> None:
    clause = case.compiled.clause
    tests = _tests(clause.when) if clause is not None else ()
    if not any(test.attribute == "taint" and _UNVERIFIED in (test.contains_any or ()) for test in tests):
        raise InexpressibleError("it rests on what the session did before, and canaries leave nothing behind")
    content.foreign = True


_SAID: Mapping[str, Callable[[CanaryContent, Value, _Case], None]] = MappingProxyType(
    {
        "findings": _findings,
        "dataClasses": _classes,
        "dataSubjects": _people,
        "sessionSubjects": _people,
        "subjectsPerDay": _people,
        "carriedSubjects": _carried,
        "resultBytes": _bytes,
        "sessionBytes": _bytes,
        "bytesPerDay": _bytes,
        "requestedRows": _rows,
        "sqlKinds": _sql,
        "copiesRows": _copies,
        "resultUnparsed": _unparsed,
        "attachments": _images,
        "uninspected": _unread,
        "bodyBytes": _body,
        "promptTokens": _prompt,
        "hostedTools": _hosted,
        "maxTokens": _most_tokens,
        "taint": _taint,
    }
)


def padding(content: CanaryContent, size: int) -> str:
    """Text that brings a body of ``size`` bytes to what is wanted of it."""
    return filler(content.body_bytes - size + 1) if content.body_bytes > size else ""
