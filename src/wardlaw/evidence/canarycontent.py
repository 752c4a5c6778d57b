"""From the attributes of an example to what a request must hold; what no request can hold is said in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from wardlaw.evidence.canarytexts import (
    Planted,
    carrying_image,
    confidential_prompt,
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
_MOST_CALLS, _MOST_PROBES = 400, 50  # requests for one canary; each is recorded
_MOST_RECORDS = 5_000
_FEW_COPIED, _MANY_COPIED = 50, 2_000  # rows: some, and more than the 1,000 that ``copied:bulk`` begins at
_UNVERIFIED = "unverified-history"  # taint of a conversation whose tool results nobody here saw asked for
COPY = "canary_copy"
"""Where canaries seem to copy rows to; no tool is ever run."""
_NO_LIMIT = 2**63 - 1


class InexpressibleError(Exception):
    """No request can be this; the text says why."""


class AbsentError(InexpressibleError):
    """Nothing of the kind ever goes over this route, so the clause has nothing to stop there."""


class CanaryContent(msgspec.Struct):
    """What a request must hold; filled in attribute by attribute.

    Attributes:
        texts: The user's words, or the answer's where the clause is about answers.
        system: What the application says to the model beforehand.
        people: Persons in what a tool gave, in the answer, or in a tool's arguments.
        result_bytes: Size of what a tool gave, or of the answer.
        broken: What a tool gave claims to be structured and cannot be read.
        part: Which of several results it is: the same result twice is counted once.
        arguments: Of the tool call.
        calls: Requests that the caller has sent within the minute before.
        probes: Attacks that the caller has sent before, each of them stopped.
        tokens: Size of what the caller has sent before, in estimated tokens.
        copied: Rows that the caller has copied to ``COPY`` before.
        touches: The call names where they were copied to.
        reads: The session has read a foreign text before.
        wrong: What must be wrong with the call, as ``callFindings`` names it.
        records: Requests in a batch.
    """

    texts: list[str] = []
    system: str = ""
    people: int = 0
    result_bytes: int = 0
    broken: bool = False
    part: int = 0
    foreign: bool = False
    images: int = 0
    body_bytes: int = 0
    hosted: list[str] = []
    max_tokens: int = 0
    arguments: dict[str, str | int] = {}
    calls: int = 0
    probes: int = 0
    tokens: int = 0
    copied: int = 0
    touches: bool = False
    reads: bool = False
    wrong: tuple[str, ...] = ()
    records: int = 0


def attributes_read(compiled: CompiledClause) -> frozenset[str] | None:
    """Attributes a clause asks about; ``None`` where it was written by hand and may ask about any."""
    clause = compiled.clause
    if clause is None:
        return None
    conditions = [clause.when, *([clause.unless] if clause.unless is not None else [])]
    return frozenset(test.attribute for one in conditions for test in tests_of(one))


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


def tests_of(condition: Condition) -> tuple[Test, ...]:
    """Everything a condition asks."""
    return (*condition.all, *condition.any)


# What the place, the caller or the tool brings along: chosen when the request is made.
_ELSEWHERE = frozenset(
    (
        "region", "destinationTrust", "upstream", "resourceId", "resourceRegistered", "destinationRegistered", "route",
        "toolEffect", "toolEffects", "systems", "team", "groups", "principalRegistered", "userChannel", "actsForPerson",
        "injectionScore", "toolConfirmed",
        # When it is tried: the plan waits for the time that a clause asks about.
        "hour", "weekday", "epoch",
        # What a grant is made of: see ``canarygrants``.
        "appId", "appPublisher", "appVerified", "appFirstParty", "aiVendor", "appKnownBad", "scopePrivilege",
        "scopeData", "consent", "grantApproval", "accountKind", "directory", "platform",
    )
)  # fmt: skip


def _why_not(name: str) -> str:
    return _REASONS.get(name, f"no request can bring about {name} by itself")


_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "anomalyScore": (
            "it rests on weeks of a caller's past, and the callers of canaries live for minutes: a person may attest it"
        ),
    }
)


# -- one attribute each ------------------------------------------------------------------------------


def _findings(content: CanaryContent, value: Value, case: _Case) -> None:
    named = [str(one) for one in value] if isinstance(value, list) else []
    if case.example.action is Action.MODEL_ANSWER:
        if any(one.startswith("leak") for one in named):
            # An answer that carries away what the application had said in confidence, and says it over again.
            content.system = confidential_prompt()
            content.texts += [content.system, carrying_image(content.system)]
            return
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
        content.arguments["sql"] = copying(rows)
    elif rows >= _NO_LIMIT:
        content.arguments["sql"] = "SELECT * FROM customers"
    else:
        content.arguments.setdefault("sql", _reading(rows))


# Read by the gateway and run by nobody: the call is stopped, or meets a stand-in.


def _reading(rows: int) -> str:
    return f"SELECT * FROM customers LIMIT {rows}"  # noqa: S608


def copying(rows: int) -> str:
    """SQL that copies so many rows to ``COPY``."""
    return f"INSERT INTO {COPY} SELECT * FROM customers LIMIT {rows}"  # noqa: S608


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
        content.arguments["sql"] = copying(int(rows) if isinstance(rows, int) else 50)


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


def _taint(content: CanaryContent, value: Value, case: _Case) -> None:
    clause = case.compiled.clause
    tests = tests_of(clause.when) if clause is not None else ()
    wanted = {label for test in tests if test.attribute == "taint" for label in test.contains_any or ()}
    has = set(value) if isinstance(value, list) else set()
    if _UNVERIFIED in wanted:
        content.foreign = True
    elif any(label.startswith("copied:") for label in wanted & has):
        rows = _FEW_COPIED if "copied:rows" in wanted & has else _MANY_COPIED
        content.copied = max(content.copied, rows)
    elif any(label.startswith("saw:") for label in wanted & has):
        content.reads = True
    else:
        raise InexpressibleError(f"no session can be led to carry {', '.join(sorted(wanted)) or 'that taint'}")


def _touches(content: CanaryContent, value: Value, _case: _Case) -> None:
    if value:
        content.touches = True
        content.copied = max(content.copied, _FEW_COPIED)


def _calls(content: CanaryContent, value: Value, _case: _Case) -> None:
    count = int(value) if isinstance(value, int) else 0
    if count > _MOST_CALLS:
        raise InexpressibleError(f"it needs {count} calls within a minute, and canaries make at most {_MOST_CALLS}")
    content.calls = max(0, count - 1)


def _probes(content: CanaryContent, value: Value, _case: _Case) -> None:
    count = int(value) if isinstance(value, int) else 0
    if count > _MOST_PROBES:
        raise InexpressibleError(f"it needs {count} attacks, and canaries make at most {_MOST_PROBES}")
    content.probes = count


def _tokens_of_day(content: CanaryContent, value: Value, _case: _Case) -> None:
    content.tokens = int(value) if isinstance(value, int) else 0


def _wrong(content: CanaryContent, value: Value, case: _Case) -> None:
    named = {str(one) for one in value} if isinstance(value, list) else set()
    clause = case.compiled.clause
    tests = tests_of(clause.when) if clause is not None else ()
    wanted = {one for test in tests if test.attribute == "callFindings" for one in test.contains_any or ()}
    content.wrong = tuple(sorted(named & wanted or named))


def _unmatched(content: CanaryContent, value: Value, _case: _Case) -> None:
    if value is False and not content.wrong:
        content.wrong = ("unasked-effect",)


def _origins(content: CanaryContent, value: Value, _case: _Case) -> None:
    if isinstance(value, list) and set(value) - {"user", "system"} and not content.wrong:
        content.wrong = ("untrusted-argument",)


def _records(content: CanaryContent, value: Value, _case: _Case) -> None:
    count = int(value) if isinstance(value, int) else 0
    if count > _MOST_RECORDS:
        raise InexpressibleError(f"it needs a batch of {count} requests, and canaries make at most {_MOST_RECORDS}")
    content.records = count


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
        "touchesCopy": _touches,
        "callsPerMinute": _calls,
        "probes": _probes,
        "tokensPerDay": _tokens_of_day,
        "callFindings": _wrong,
        "intentMatched": _unmatched,
        "argumentOrigins": _origins,
        "records": _records,
    }
)


def padding(content: CanaryContent, size: int) -> str:
    """Text that brings a body of ``size`` bytes to what is wanted of it."""
    return filler(content.body_bytes - size + 1) if content.body_bytes > size else ""
