"""Classes inferred from definitions; no tool here is one of a known suite."""

from __future__ import annotations

from typing import Any

import pytest

from wardlaw.facts.intent import Intent
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole, OutputTrust, ToolConfirmation
from wardlaw.governance.toolclass import confirm, infer, stricter

COVERS = ["toolwords"]


def tool(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    return {"name": name, "description": description, "params": {"type": "object", "properties": properties}}


@pytest.mark.parametrize(
    ("name", "description", "effect"),
    [
        ("lookupCustomer", "Looks up a customer.", ToolEffect.READ),
        ("list_orders", "", ToolEffect.READ),
        ("dispatchParcelMessage", "Sends a message.", ToolEffect.EGRESS),
        ("grant_access", "", ToolEffect.SHARE),
        ("add_member", "", ToolEffect.SHARE),
        ("wire_funds", "", ToolEffect.PAYMENT),
        ("create_invoice_payment", "", ToolEffect.PAYMENT),
        ("purge_folder", "", ToolEffect.DESTRUCTIVE),
        ("rotateApiToken", "", ToolEffect.CREDENTIAL),
        ("rename_note", "", ToolEffect.WRITE),
        ("run_shell", "Runs a command.", ToolEffect.UNKNOWN),
        ("frobnicate", "", ToolEffect.UNKNOWN),
        ("xyz", "Deletes a record.", ToolEffect.DESTRUCTIVE),
    ],
)
def test_the_gravest_effect_is_inferred(name: str, description: str, effect: ToolEffect) -> None:
    assert infer(tool(name, description)).effect is effect


def test_what_a_description_tells_besides_makes_it_graver() -> None:
    assert ToolEffect.EGRESS in infer(tool("create_note", "Creates a note. It also sends a copy to the team.")).effects
    assert ToolEffect.DESTRUCTIVE in infer(tool("get_log", "Gets the log and deletes it.")).effects
    assert infer(tool("find_mails", "Finds mails by words.")).reads_only
    assert infer(tool("searchOrders", "Orders of a customer.")).reads_only


def test_annotations_only_make_it_graver() -> None:
    liar = {**tool("delete_all"), "annotations": {"readOnlyHint": True}}
    assert infer(liar).effect is ToolEffect.DESTRUCTIVE
    assert ToolEffect.DESTRUCTIVE in infer({**tool("get_x"), "annotations": {"destructiveHint": True}}).effects
    assert not infer({**tool("get_x"), "annotations": {"readOnlyHint": False}}).reads_only


@pytest.mark.parametrize(
    ("name", "spec", "role"),
    [
        ("recipient_address", {"type": "string"}, ArgumentRole.DESTINATION),
        ("callbackUrl", {"type": "string"}, ArgumentRole.DESTINATION),
        ("x", {"type": "string", "description": "IBAN of the payee"}, ArgumentRole.DESTINATION),
        ("ticket_id", {"type": "integer"}, ArgumentRole.TARGET),
        ("mail_id", {"type": "string"}, ArgumentRole.TARGET),
        ("whatever", {"type": "string"}, ArgumentRole.TARGET),
        ("new_password", {"type": "string"}, ArgumentRole.CREDENTIAL),
        ("body", {"type": "string"}, ArgumentRole.CONTENT),
        ("due_date", {"anyOf": [{"type": "string"}, {"type": "null"}]}, ArgumentRole.WHEN),
        ("amount", {"type": "number"}, ArgumentRole.AMOUNT),
        ("order_number", {"type": "integer"}, ArgumentRole.TARGET),
        ("orderNo", {"type": "integer"}, ArgumentRole.TARGET),
        ("seat", {"type": "integer"}, ArgumentRole.TARGET),
        ("guests", {"type": "integer"}, ArgumentRole.AMOUNT),
        ("urgent", {"type": "boolean"}, ArgumentRole.OPTION),
        ("mode", {"enum": ["a", "b"]}, ArgumentRole.OPTION),
    ],
)
def test_roles_of_arguments(name: str, spec: dict[str, Any], role: ArgumentRole) -> None:
    assert infer(tool("do_send", "", **{name: spec})).arguments[name].role is role


@pytest.mark.parametrize(
    ("name", "description", "properties", "trust"),
    [
        ("open_paper", "Returns the contents of a document.", {}, OutputTrust.CONTENT),
        ("fetch_it", "", {"url": {"type": "string"}}, OutputTrust.WEB),
        ("list_tickets", "Lists tickets.", {}, OutputTrust.RECORDS),
        ("get_balance", "", {}, OutputTrust.OWN),
    ],
)
def test_who_wrote_the_output(name: str, description: str, properties: dict[str, Any], trust: OutputTrust) -> None:
    assert infer(tool(name, description, **properties)).output is trust


def test_reading_an_address_needs_a_wish_to_visit() -> None:
    assert infer(tool("get_site", "", url={"type": "string"})).intents == {Intent.VISIT}


@pytest.mark.parametrize(
    "wrong", [{}, {"name": 3}, {"name": "x", "params": []}, {"name": "x", "params": {"properties": 1}}]
)
def test_a_definition_of_any_shape_gives_the_worst(wrong: dict[str, Any]) -> None:
    assert infer(wrong).effect is ToolEffect.UNKNOWN
    assert not infer(wrong).known


def test_a_person_overrides_what_was_inferred() -> None:
    definition = tool("frobnicate", "", thing={"type": "string"})
    word = ToolConfirmation(
        "person:ann",
        "pin",
        effects=frozenset((ToolEffect.WRITE,)),
        output=OutputTrust.OWN,
        data=frozenset(("contact",)),
        roles={"thing": ArgumentRole.CONTENT},
    )
    found = infer(definition, word)
    assert (found.effect, found.output, found.confirmed_by) == (ToolEffect.WRITE, OutputTrust.OWN, "person:ann")
    assert found.arguments["thing"].role is ArgumentRole.CONTENT
    assert found.intents == {Intent.CREATE, Intent.CHANGE}
    assert found.known
    assert found.reversible


def test_a_confirmation_of_one_part_leaves_the_rest() -> None:
    found = infer(tool("delete_row"), ToolConfirmation("person:ann", "pin", reversible=True))
    assert found.effect is ToolEffect.DESTRUCTIVE
    assert found.intents == {Intent.DELETE}
    assert found.reversible


def test_of_two_words_that_nobody_stands_for_the_graver_holds() -> None:
    found = infer(tool("get_page", "Gets a page.", url={"type": "string"}, id={"type": "string"}))
    word = ToolConfirmation(
        "",
        "",
        effects=frozenset((ToolEffect.SHARE,)),
        output=OutputTrust.OWN,
        data=frozenset(("secret",)),
        reversible=True,
        roles={"url": ArgumentRole.OPTION, "id": ArgumentRole.CREDENTIAL},
    )
    graver = stricter(found, word)
    assert graver.effects == {ToolEffect.READ, ToolEffect.SHARE}
    assert graver.output is found.output is OutputTrust.WEB
    assert "secret" in graver.data
    assert graver.arguments["url"].role is ArgumentRole.DESTINATION
    assert graver.arguments["id"].role is ArgumentRole.TARGET
    assert graver.confirmed_by == ""


def test_confirming_without_anything_said_keeps_what_was_inferred() -> None:
    found = infer(tool("delete_row"))
    assert confirm(found, ToolConfirmation("person:ann", "")).effects == found.effects


def test_a_file_is_written_to_nobody() -> None:
    assert infer(tool("create_file", "Writes a new file.")).effects == {ToolEffect.WRITE}
    assert ToolEffect.EGRESS in infer(tool("create_event", "Writes an email to everybody.")).effects


@pytest.mark.parametrize(
    ("name", "description", "role"),
    [
        ("number", "Number of the issue", ArgumentRole.TARGET),
        ("issue_number", "", ArgumentRole.TARGET),
        ("number", "Number of results to return", ArgumentRole.AMOUNT),
        ("number_of_guests", "", ArgumentRole.AMOUNT),
    ],
)
def test_the_number_of_a_thing_is_its_name(name: str, description: str, role: ArgumentRole) -> None:
    found = infer(tool("update_issue", "", **{name: {"type": "integer", "description": description}}))
    assert found.arguments[name].role is role


def test_a_comment_is_read_by_others() -> None:
    assert ToolEffect.EGRESS in infer(tool("add_issue_comment", "Comments on an issue.")).effects
