"""A clause to Cedar text.

Every obligation is a ``forbid`` whose ``@effect`` names what it demands; Cedar itself only knows allow
and deny. The text is deterministic: the same clause gives the same bytes, whatever the order its
sets were written in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from wardlaw.facts.action import Action
from wardlaw.facts.attributes import BY_NAME, Attribute, AttributeType
from wardlaw.facts.clause import Clause, Condition, Test
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.principal import PrincipalKind
from wardlaw.governance.cedartext import quote, quote_pattern, quote_set
from wardlaw.governance.schema import NAMESPACE, resource_kind

# In the order they are written; ``decision.policy`` reads them back.
ANNOTATIONS = (
    "id", "clause", "title", "refs", "owner", "wing", "risk", "mode", "effect", "advice", "redact", "quarantine",
    "quarantine_minutes", "approvers", "expires_minutes", "duties", "notice",
)  # fmt: skip


def compile_clause(clause: Clause) -> str:
    """The Cedar policy that enforces a clause.

    Args:
        clause: A clause without problems.

    Returns:
        One policy, or one for each kind of principal when the clause names some but not all (``GOV-07``,
        ``GOV-07.2``): a policy whose scope names the kind falls out of the other kinds' slices.

    Raises:
        ConfigError: ``WL-POL-008`` an attribute nobody knows, ``WL-POL-009`` a comparison that does not
            fit it, ``WL-POL-021`` a date that is none, ``WL-POL-029`` text Cedar cannot hold.
    """
    kinds: tuple[PrincipalKind | None, ...] = tuple(kind for kind in PrincipalKind if kind in clause.principals)
    if len(kinds) in (0, len(PrincipalKind)):
        kinds = (None,)
    try:
        return "\n".join(_policy(clause, kind, place) for place, kind in enumerate(kinds, start=1))
    except ValueError as error:
        raise ConfigError("WL-POL-029", f"Clause {clause.id}: {error}.", "Rewrite the text.") from error


def _policy(clause: Clause, kind: PrincipalKind | None, place: int) -> str:
    parts = [*_annotations(clause, clause.id if place == 1 else f"{clause.id}.{place}"), _scope(clause, kind)]
    terms = [*_resource_terms(clause.resources), *_validity_terms(clause), *_terms(clause.when)]
    if terms:
        parts.append(f"when {{ {' && '.join(terms)} }}")
    if clause.unless is not None:
        parts.append(f"unless {{ {' && '.join(_terms(clause.unless)) or 'true'} }}")
    return "\n".join(parts) + ";\n"


def base_permits() -> str:
    """The permits: registered callers may use registered models and tools; all else is ``unregistered``.

    A grant stands already, on a platform that nobody asked Wardlaw about: it is left alone unless a clause says otherwise.
    """
    return (
        '@id("base-model")\n@base("true")\n@clause("BASE")\n@title("A registered caller may use a registered model at a '
        'registered upstream")\n'
        f'permit (\n  principal,\n  action in [{NAMESPACE}::Action::"ModelAnswer", {NAMESPACE}::Action::"ModelCall"],\n'
        f"  resource is {NAMESPACE}::Model\n)\n"
        "when { context.principalRegistered && context.resourceRegistered && context.destinationRegistered };\n"
        '\n@id("base-tool")\n@base("true")\n@clause("BASE")\n@title("A registered caller may use a registered tool")\n'
        f'permit (\n  principal,\n  action == {NAMESPACE}::Action::"ToolCall",\n  resource is {NAMESPACE}::Tool\n)\n'
        "when { context.principalRegistered && context.resourceRegistered };\n"
        '\n@id("base-grant")\n@base("true")\n@clause("BASE")\n@title("A grant stands unless a clause says otherwise")\n'
        f'permit (\n  principal,\n  action == {NAMESPACE}::Action::"Grant",\n  resource is {NAMESPACE}::App\n);\n'
    )


def validity_bounds(clause: Clause) -> tuple[int | None, int | None]:
    """First second a clause holds and first second it no longer does (Unix time, days in UTC).

    Raises:
        ConfigError: ``WL-POL-021`` a date that is none.
    """
    first = _midnight(clause.valid_from, clause) if clause.valid_from else None
    last = _midnight(clause.valid_to, clause, days=1) if clause.valid_to else None
    return first, last


def _midnight(day: str, clause: Clause, *, days: int = 0) -> int:
    try:
        start = date.fromisoformat(day) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise ConfigError("WL-POL-021", f'Clause {clause.id}: "{day}" is not a date.', "Write 2027-12-02.") from error
    return int(datetime(start.year, start.month, start.day, tzinfo=UTC).timestamp())


def _annotations(clause: Clause, identity: str) -> list[str]:
    values = {
        "id": identity,
        "clause": clause.id,
        "title": clause.title,
        "refs": ", ".join(clause.refs),
        "owner": clause.owner,
        "wing": clause.wing.value,
        "risk": clause.risk.value,
        "mode": clause.mode.value,
        "effect": clause.effect.value,
        "advice": clause.advice,
        "redact": ",".join(sorted(set(clause.redact))),
        "quarantine": "true" if clause.quarantine else "false",
    }
    for name in ("quarantine_minutes", "approvers", "expires_minutes"):
        if number := getattr(clause, name):
            values[name] = str(number)
    if clause.duties:
        values["duties"] = ",".join(sorted(set(clause.duties)))
    if clause.notice:
        values["notice"] = clause.notice
    return [f"@{name}({quote(values[name])})" for name in ANNOTATIONS if name in values]


def _scope(clause: Clause, kind: PrincipalKind | None) -> str:
    actions = [f"{NAMESPACE}::Action::{quote(action.value)}" for action in Action if action in clause.actions]
    action = f"action == {actions[0]}" if len(actions) == 1 else f"action in [{', '.join(actions)}]"
    things = {resource_kind(action) for action in clause.actions}
    resource = f"resource is {NAMESPACE}::{things.pop().value}" if len(things) == 1 else "resource"
    head = "principal" if kind is None else f"principal is {NAMESPACE}::{kind.value}"
    return f"forbid (\n  {head},\n  {action},\n  {resource}\n)"


def _resource_terms(resources: Iterable[str]) -> list[str]:
    names = sorted(set(resources))
    exact = [name for name in names if "*" not in name]
    parts = [f"{quote_set(exact)}.contains(context.resourceId)"] if exact else []
    parts += [f"context.resourceId like {quote_pattern(name)}" for name in names if "*" in name]
    return [_either(parts)] if parts else []


def _validity_terms(clause: Clause) -> list[str]:
    first, end = validity_bounds(clause)
    terms = [] if first is None else [f"context.epoch >= {first}"]
    return terms if end is None else [*terms, f"context.epoch < {end}"]


def _terms(condition: Condition) -> list[str]:
    terms = [_term(test) for test in condition.all]
    return [*terms, _either([_term(test) for test in condition.any])] if condition.any else terms


def _either(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' || '.join(parts)})"


def _term(test: Test) -> str:
    attribute = BY_NAME.get(test.attribute)
    if attribute is None:
        raise ConfigError(
            "WL-POL-008", f'Nothing produces the attribute "{test.attribute}".', "See the attribute table."
        )
    fault = misfit(test, attribute)
    if fault:
        raise ConfigError("WL-POL-009", fault, "Choose a comparison that fits the attribute.")
    name = f"context.{attribute.name}"
    if test.over is not None:
        return f"{name} > {test.over}"
    if test.at_least is not None:
        return f"{name} >= {test.at_least}"
    if test.under is not None:
        return f"{name} < {test.under}"
    if test.one_of is not None:
        return f"{quote_set(test.one_of)}.contains({name})"
    if test.contains_any is not None:
        return (
            f"!{name}.isEmpty()" if "*" in test.contains_any else f"{name}.containsAny({quote_set(test.contains_any)})"
        )
    if isinstance(test.equals, bool):
        return name if test.equals else f"!{name}"
    return f"{name} == {test.equals if isinstance(test.equals, int) else quote(str(test.equals))}"


_FITS: dict[AttributeType, tuple[str, ...]] = {
    AttributeType.LONG: ("over", "at_least", "under", "equals"),
    AttributeType.STRING: ("equals", "one_of"),
    AttributeType.BOOL: ("equals",),
    AttributeType.SET: ("contains_any",),
}
_PYTHON: dict[AttributeType, type] = {AttributeType.LONG: int, AttributeType.STRING: str, AttributeType.BOOL: bool}


def misfit(test: Test, attribute: Attribute) -> str:
    """Why a comparison does not fit an attribute, in words; ``""`` when it fits."""
    named = [name for name in Test.__struct_fields__[1:] if getattr(test, name) is not None]
    if len(named) != 1:
        return f'The condition on "{attribute.name}" needs exactly one comparison, found {len(named)}.'
    fits = _FITS[attribute.type]
    if named[0] not in fits:
        return f'"{named[0]}" does not fit "{attribute.name}", which is {in_words(attribute.type)}; {" or ".join(fits)} does.'
    if not (test.one_of if test.one_of is not None else True) or not (
        test.contains_any if test.contains_any is not None else True
    ):
        return f'The condition on "{attribute.name}" names no value.'
    if test.equals is not None and type(test.equals) is not _PYTHON[attribute.type]:
        return f'"{attribute.name}" is {in_words(attribute.type)}, it is never equal to {test.equals!r}.'
    return ""


def in_words(kind: AttributeType) -> str:
    """A Cedar type for somebody who has never met Cedar."""
    match kind:
        case AttributeType.LONG:
            return "a number"
        case AttributeType.STRING:
            return "text"
        case AttributeType.BOOL:
            return "a claim (true or false)"
        case AttributeType.SET:
            return "a set of texts"
