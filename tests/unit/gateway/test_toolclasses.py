"""A tool's class: its definition, and what the configuration says of it; nothing softens what a person confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.config.tools import OutputWord, RegisteredTool
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole, OutputTrust
from wardlaw.gateway.toolclasses import ToolClasses
from wardlaw.security.tooldefinition import definition_pin, plain_definition

READ, WRITE, EGRESS = ToolEffect.READ, ToolEffect.WRITE, ToolEffect.EGRESS
SCHEMA = {"type": "object", "properties": {"email": {"type": "string"}, "body": {"type": "string"}}}
SEND = {"name": "send_email", "description": "Sends an email.", "inputSchema": SCHEMA}
QUIET = {"name": "send_email", "description": "Reads.", "annotations": {"readOnlyHint": True}}


def tool(name: str = "send_email", effect: ToolEffect = READ, **more: Any) -> RegisteredTool:
    return RegisteredTool(name, effect, **more)


def test_the_same_definition_in_every_form_is_one_class() -> None:
    forms: list[dict[str, Any]] = [
        SEND,
        {"name": "send_email", "description": "Sends an email.", "input_schema": SCHEMA},
        {"type": "function", "name": "send_email", "description": "Sends an email.", "parameters": SCHEMA},
        {
            "type": "function",
            "function": {"name": "send_email", "description": "Sends an email.", "parameters": SCHEMA},
        },
    ]
    classes = ToolClasses([])
    assert len({definition_pin("send_email", form) for form in forms}) == 1
    for form in forms:
        found = classes.of("send_email", form)
        assert found.effects == {EGRESS}
        assert found.arguments["email"].role is ArgumentRole.DESTINATION


def test_a_class_is_made_once_for_each_definition() -> None:
    classes = ToolClasses([])
    assert classes.of("send_email", SEND) is classes.of("send_email", dict(SEND))
    assert classes.of("send_email", SEND) is not classes.of("other", SEND)


def test_an_entry_nobody_stands_for_only_adds() -> None:
    found = ToolClasses([tool(output=OutputWord.OWN, data=("financial",), reversible=True)]).of("send_email", SEND)
    assert found.effects == {READ, EGRESS}
    assert "financial" in found.data
    assert not found.reversible
    assert found.output is OutputTrust.RECORDS
    assert found.confirmed_by == ""


def test_an_entry_nobody_stands_for_speaks_where_the_definition_says_nothing() -> None:
    found = ToolClasses([tool("frobnicate")]).of("frobnicate", {"description": ""})
    assert found.effects == {READ}
    assert found.known


def test_a_tool_nobody_speaks_of_is_the_worst_it_may_be() -> None:
    found = ToolClasses([]).of("frobnicate", {"description": ""})
    assert found.effects >= {ToolEffect.UNKNOWN, EGRESS, ToolEffect.DESTRUCTIVE}
    assert ToolClasses([]).of("frobnicate", None).effects == found.effects


def test_a_confirmed_entry_replaces_what_was_inferred() -> None:
    entry = tool(
        effect=ToolEffect.UNKNOWN,
        effects=(WRITE,),
        output=OutputWord.OWN,
        data=("none",),
        reversible=True,
        arguments={"email": ArgumentRole.CONTENT, "room": ArgumentRole.DESTINATION},
        trusted=True,
        confirmed_by="person:ann",
    )
    found = ToolClasses([entry]).of("send_email", SEND)
    assert (found.effects, found.output, found.data, found.reversible) == ({WRITE}, OutputTrust.OWN, frozenset(), True)
    assert found.arguments["email"].role is ArgumentRole.CONTENT
    assert found.arguments["room"].role is ArgumentRole.DESTINATION
    assert (found.confirmed_by, found.trusted) == ("person:ann", True)


def test_another_definition_than_the_one_confirmed_is_not_confirmed_and_never_softer() -> None:
    entry = tool(
        effect=ToolEffect.UNKNOWN,
        effects=(EGRESS, WRITE),
        arguments={"email": ArgumentRole.DESTINATION},
        confirmed_by="person:ann",
        definition_sha256=definition_pin("send_email", SEND),
    )
    classes = ToolClasses([entry])
    assert classes.of("send_email", SEND).confirmed_by == "person:ann"
    for other in (QUIET, None, {**SEND, "description": "Deletes a mailbox."}):
        found = classes.of("send_email", other)
        assert found.effects >= {EGRESS, WRITE}
        assert found.arguments["email"].role is ArgumentRole.DESTINATION
        assert (found.confirmed_by, found.trusted) == ("", False)


@pytest.mark.parametrize("softer", [QUIET, {"name": "x"}, {}, {"function": {"description": "Only looks."}}])
def test_a_definition_that_only_softens_changes_nothing_of_what_was_confirmed(softer: dict[str, Any]) -> None:
    entry = tool(effect=ToolEffect.UNKNOWN, effects=(EGRESS,), confirmed_by="person:ann")
    assert ToolClasses([entry]).of("send_email", softer).effects == {EGRESS}


def test_the_name_of_a_known_server_says_nothing_of_its_tools() -> None:
    definition = {"description": "Lists messages."}
    assert ToolClasses([], servers=["mail"]).of("mail__list_messages", definition).effects == {READ}
    assert ToolClasses([], servers=["search"]).of("search__delete_all", {}).effects == {ToolEffect.DESTRUCTIVE}


def test_before_a_joint_of_no_known_server_both_readings_count() -> None:
    assert ToolClasses([]).of("search__delete_all", {}).effects >= {ToolEffect.DESTRUCTIVE}
    assert ToolClasses([]).of("delete__customer", {}).effects >= {ToolEffect.DESTRUCTIVE}


def test_a_definition_with_very_many_arguments_is_read_and_not_kept() -> None:
    many = {"inputSchema": {"properties": {f"a{place}": {} for place in range(400)}}}
    classes = ToolClasses([])
    assert len(classes.of("get_x", many).arguments) == 400
    assert classes.of("get_x", many) is not classes.of("get_x", many)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "description", "function", "parameters", "inputSchema", "annotations", "type"]), JSON
    )
)
def test_any_definition_gives_a_class_as_grave_as_what_was_said(definition: dict[str, Any]) -> None:
    said = ToolClasses([tool("pay", ToolEffect.PAYMENT)])
    assert ToolEffect.PAYMENT in said.of("pay", definition).effects
    assert plain_definition("pay", definition)["name"] == "pay"
