"""Worked examples: an ordinary request, changed where the example says so, put to the clause's own policies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import cedarpy
import msgspec

from wardlaw.facts.attributes import ATTRIBUTES, BY_NAME, AttributeType
from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.resource import ResourceKind, ToolEffect, Trust
from wardlaw.governance.compile import validity_bounds
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.problems import did_you_mean
from wardlaw.governance.schema import NAMESPACE, resource_kind

Value = str | int | bool | list[str]
Evaluate = Callable[[str, Example], bool]

# What ``facts.resource.Resource`` says of a tool or a model where the table's ordinary value is the other's.
_ORDINARY_OF: dict[ResourceKind, dict[str, Value]] = {
    ResourceKind.MODEL: {"resourceId": "model:gpt", "toolEffect": ToolEffect.UNKNOWN.value},
    ResourceKind.TOOL: {
        "resourceId": "tool:lookup",
        "upstream": "",
        "destinationRegistered": False,
        "region": "unknown",
        "destinationTrust": Trust.UNKNOWN.value,
    },
    ResourceKind.APP: {
        "resourceId": "app:example",
        "appId": "example",
        "upstream": "",
        "destinationRegistered": False,
        "region": "unknown",
        "destinationTrust": Trust.UNKNOWN.value,
        "toolEffect": ToolEffect.UNKNOWN.value,
        "accountKind": "human",
        "directory": "acme",
        "platform": "google",
        "consent": "user",
    },
}


class ExampleResult(msgspec.Struct, frozen=True):
    """How one example came out.

    Attributes:
        expected: The effect the example asks of the clause; ``allow`` when it must let it pass.
        matched: The clause matched.
        passed: It came out as expected.
        message: What came out, in words.
    """

    clause: str
    example: str
    expected: Effect
    matched: bool
    passed: bool
    message: str


def request_context(example: Example) -> dict[str, Value]:
    """The whole context of an example: ordinary values, then those of its resource, then its own."""
    context: dict[str, Value] = {
        attribute.name: list(attribute.ordinary) if isinstance(attribute.ordinary, tuple) else attribute.ordinary
        for attribute in ATTRIBUTES
    }
    context |= _ORDINARY_OF[resource_kind(example.action)]
    if example.resource:
        context["resourceId"] = example.resource
    return context | example.context


def example_faults(example: Example) -> tuple[tuple[str, str, str], ...]:
    """Values of an example that no request can have: attribute, message, hint."""
    faults = []
    for name, value in example.context.items():
        attribute = BY_NAME.get(name)
        if attribute is None:
            faults.append((name, f'Nothing produces the attribute "{name}".', did_you_mean(name, BY_NAME)))
            continue
        wanted = _PYTHON[attribute.type]
        if type(value) is not wanted:
            faults.append((name, f'"{name}" is {attribute.type.value}, not {value!r}.', f"Write a {wanted.__name__}."))
    kind = resource_kind(example.action).value.lower()
    if example.resource and not example.resource.startswith(f"{kind}:"):
        message = f'{example.action.value} is done to a {kind}, not to "{example.resource}".'
        faults.append(("resource", message, f"Write {kind}:<name>."))
    return tuple(faults)


_PYTHON: dict[AttributeType, type] = {
    AttributeType.LONG: int,
    AttributeType.STRING: str,
    AttributeType.BOOL: bool,
    AttributeType.SET: list,
}


def matches(policy_text: str, example: Example) -> bool:
    """Whether a clause's own policies match an example.

    Raises:
        ConfigError: ``WL-POL-032`` a policy could not be evaluated.
    """
    answer = cedarpy.is_authorized(_request(example), policy_text, [])
    errors = [str(error) for error in answer.diagnostics.errors]
    if errors:
        message = f'The example "{example.name}" makes a policy fail: {errors[0]}.'
        raise ConfigError("WL-POL-032", message, "A policy that fails denies everything; mend its condition.")
    # Without a permit the answer is always deny; only a forbid that matched is named in the reasons.
    return bool(answer.diagnostics.reasons)


def matching(policy_text: str, examples: Sequence[Example]) -> tuple[Example, ...]:
    """Those of the examples that a clause's own policies match; the policies are parsed once. A fault matches nothing."""
    if not examples:
        return ()
    answers = cedarpy.is_authorized_batch([_request(one) for one in examples], policy_text, [])
    return tuple(one for one, answer in zip(examples, answers, strict=True) if answer.diagnostics.reasons)


def _request(example: Example) -> dict[str, Any]:
    context = request_context(example)
    kind = resource_kind(example.action).value
    return {
        "principal": {"type": f"{NAMESPACE}::{example.principal.value}", "id": "user:example"},
        "action": {"type": f"{NAMESPACE}::Action", "id": example.action.value},
        "resource": {"type": f"{NAMESPACE}::{kind}", "id": str(context["resourceId"])},
        "context": context,
    }


def run_examples(clauses: Iterable[CompiledClause], evaluate: Evaluate = matches) -> tuple[ExampleResult, ...]:
    """Put every example to its clause.

    Args:
        clauses: Clauses with their policies and examples.
        evaluate: Says whether a clause's policies match an example; the mode plays no part, so that a
            shadow clause is tested as it would stand in force.
    """
    return tuple(
        _judge(clause, example, matched=evaluate(clause.text, _in_force(clause, example)))
        for clause in clauses
        for example in clause.examples
    )


def _in_force(clause: CompiledClause, example: Example) -> Example:
    """The example moved into the clause's time, unless it names a time itself."""
    if clause.clause is None or "epoch" in example.context:
        return example
    first, end = validity_bounds(clause.clause)
    now = int(request_context(example)["epoch"])  # type: ignore[arg-type]  # a Long by the table
    if first is not None and now < first:
        now = first
    if end is not None and now >= end:
        now = end - 1
    return msgspec.structs.replace(example, context=example.context | {"epoch": now})


def _judge(clause: CompiledClause, example: Example, *, matched: bool) -> ExampleResult:
    must_match = example.effect is not Effect.ALLOW
    if matched == must_match:
        message = f"{clause.id} {'stops' if matched else 'lets pass'} it, as it must."
    elif matched:
        message = f"{clause.id} stops it ({clause.effect.value}), but must let it pass."
    else:
        message = f"{clause.id} lets it pass, but must stop it ({example.effect.value})."
    return ExampleResult(clause.id, example.name, example.effect, matched, matched == must_match, message)
