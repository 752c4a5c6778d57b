"""The Cedar schema that every policy is validated against, generated from the attribute table.

Entities carry no attributes: whatever a clause asks for stands in the context, and each attribute is
required. A missing optional attribute would make a ``forbid`` error, and Cedar skips a policy that
errors; with none optional the validator refuses every policy that could.
"""

from __future__ import annotations

from wardlaw.facts.action import Action
from wardlaw.facts.attributes import ATTRIBUTES
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.resource import ResourceKind

NAMESPACE = "Wardlaw"

_RESOURCE_OF = {
    Action.MODEL_CALL: ResourceKind.MODEL,
    Action.MODEL_ANSWER: ResourceKind.MODEL,
    Action.TOOL_CALL: ResourceKind.TOOL,
    Action.GRANT: ResourceKind.APP,
}


def resource_kind(action: Action) -> ResourceKind:
    """What an action is done to."""
    return _RESOURCE_OF[action]


def cedar_schema() -> str:
    """The schema as Cedar schema text; deterministic."""
    principals = ", ".join(kind.value for kind in PrincipalKind)
    lines = [f"namespace {NAMESPACE} {{", "  type Context = {"]
    lines += [f'    "{attribute.name}": {attribute.type.value},' for attribute in ATTRIBUTES]
    lines.append("  };")
    lines += [f"  entity {kind.value};" for kind in (*PrincipalKind, *ResourceKind)]
    for action in Action:
        lines.append(
            f'  action "{action.value}" appliesTo {{ principal: [{principals}], '
            f"resource: [{resource_kind(action).value}], context: Context }};"
        )
    lines.append("}")
    return "\n".join(lines) + "\n"
