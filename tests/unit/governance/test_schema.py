from __future__ import annotations

import cedarpy

from wardlaw.facts.action import Action
from wardlaw.facts.attributes import ATTRIBUTES
from wardlaw.facts.resource import ResourceKind
from wardlaw.governance.schema import cedar_schema, resource_kind


def test_the_schema_parses_and_is_deterministic() -> None:
    cedarpy.Schema.from_str(cedar_schema())
    assert cedar_schema() == cedar_schema()


def test_every_attribute_is_there_and_required() -> None:
    text = cedar_schema()
    for attribute in ATTRIBUTES:
        assert f'"{attribute.name}": {attribute.type.value},' in text
    assert "?" not in text


def test_each_action_has_one_kind_of_resource() -> None:
    assert {action: resource_kind(action) for action in Action} == {
        Action.MODEL_CALL: ResourceKind.MODEL,
        Action.MODEL_ANSWER: ResourceKind.MODEL,
        Action.TOOL_CALL: ResourceKind.TOOL,
        Action.GRANT: ResourceKind.APP,
    }


def test_typos_and_wrong_types_and_entity_attributes_are_refused() -> None:
    schema = cedarpy.Schema.from_str(cedar_schema())
    for condition in ("context.requestedRow > 1", 'context.hour == "3"', "principal.name == 1", "context.groups > 1"):
        text = f"forbid(principal, action, resource) when {{ {condition} }};"
        assert not cedarpy.validate_policies(text, schema).validation_passed, condition
