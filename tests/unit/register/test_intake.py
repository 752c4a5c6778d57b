from __future__ import annotations

import msgspec
import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.person import Role
from wardlaw.register.intake import (
    AskedGrant,
    IntakeAnswer,
    IntakeForm,
    IntakeKind,
    IntakeRequest,
    IntakeState,
    answered_intake,
    check_form,
    roles_due,
    system_of,
)
from wardlaw.register.lifecycle import Lifecycle

TOOL = IntakeForm("notes", IntakeKind.TOOL, "Notes", "writes down", "person:ann", principals=("agent:notes",))
GRANT = AskedGrant("app-1", "GRT-01", ("calendar",))
APP = msgspec.structs.replace(TOOL, kind=IntakeKind.INTEGRATION, principals=(), grant=GRANT, vendor="Acme Notes")
ASKED = IntakeRequest("itk_1", APP, "person:ann", 1.0, roles_due(APP))


def yes(by: str, approves: bool = True) -> IntakeAnswer:
    return IntakeAnswer(by, Role.OWNER, approves, "x", 1.0)


def test_whose_word_is_due_follows_from_what_is_asked() -> None:
    assert roles_due(TOOL) == (Role.RISK,)
    assert roles_due(msgspec.structs.replace(TOOL, data_classes=("cv",))) == (Role.RISK, Role.LEGAL)
    assert roles_due(APP) == (Role.RISK, Role.LEGAL, Role.CISO)


def test_a_form_must_be_able_to_become_something() -> None:
    check_form(TOOL)
    check_form(APP)
    for wrong in (msgspec.structs.replace(TOOL, principals=()), msgspec.structs.replace(APP, grant=None)):
        with pytest.raises(InputError) as caught:
            check_form(wrong)
        assert caught.value.code == "WL-ITK-001"


def test_each_role_is_another_persons_and_one_no_is_enough() -> None:
    one = answered_intake(ASKED, yes("person:a"), (Role.LEGAL, Role.RISK))
    assert one.missing == (Role.LEGAL, Role.CISO)
    for by, roles in (("person:a", (Role.LEGAL,)), ("person:b", (Role.RISK,))):
        with pytest.raises(InputError) as caught:
            answered_intake(one, yes(by), roles)
        assert caught.value.code == "WL-ITK-004"
    two = answered_intake(one, yes("person:b"), (Role.LEGAL,))
    assert answered_intake(two, yes("person:c"), (Role.CISO,)).state is IntakeState.GRANTED
    refused = answered_intake(one, yes("person:b", approves=False), (Role.LEGAL,))
    assert refused.state is IntakeState.REFUSED
    with pytest.raises(InputError) as caught:
        answered_intake(refused, yes("person:c"), (Role.CISO,))
    assert caught.value.code == "WL-ITK-003"


def test_what_is_granted_is_in_review_and_its_traffic_is_its_own() -> None:
    system = system_of(ASKED, "acme-notes")
    assert (system.lifecycle, system.principals, system.vendors) == (
        Lifecycle.IN_REVIEW,
        ("app:app-1",),
        ("acme-notes",),
    )
    assert system_of(msgspec.structs.replace(ASKED, form=TOOL), "").principals == ("agent:notes",)
