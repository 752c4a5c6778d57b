"""What a delivery of GitHub and an entry of its log must have in common to be one event."""

from __future__ import annotations

import msgspec
import pytest

from wardlaw.connectors.githubaudit import AuditNames, audit_page
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.twins import EARLIEST_S, LATEST_S, pair, what_of

HOOK = Activity("hook/1", 1_000.0, Deed.CONSENT, actor="ada", app="app:7", method="installation.created")
ENTRY = Activity("audit/x", 990.0, Deed.CONSENT, actor="ada", app="app:7", method="integration_installation.create")


def test_the_same_by_and_to_the_same_is_one_event() -> None:
    assert pair([ENTRY], [HOOK]) == {"audit/x": "hook/1"}
    assert pair([HOOK], [ENTRY]) == {"hook/1": "audit/x"}


def test_words_of_the_log_are_those_that_the_connector_reads() -> None:
    entry = {
        "action": "integration_installation.create",
        "actor": "ada",
        "@timestamp": 990_000,
        "_document_id": "x",
        "integration": "deployer",
    }
    (told,) = audit_page([entry], AuditNames({"deployer": "app:7"}, {})).activities
    assert what_of(told) == what_of(HOOK)


@pytest.mark.parametrize(
    "other",
    [
        {"app": "app:8"}, {"actor": "bob"}, {"method": "installation.deleted"}, {"id": "audit/2"}, {"account": "ada"},
        {"at": 990.0 + LATEST_S + 1}, {"at": 990.0 + EARLIEST_S - 1}, {"method": "push"},
    ],
)  # fmt: skip
def test_anything_else_is_another_event(other: dict[str, object]) -> None:
    assert pair([ENTRY], [msgspec.structs.replace(HOOK, **other)]) == {}


def test_each_is_paired_once_and_with_the_nearest() -> None:
    later = msgspec.structs.replace(HOOK, id="hook/2", at=1_100.0)
    second = msgspec.structs.replace(ENTRY, id="audit/y", at=1_095.0)
    assert pair([ENTRY, second], [HOOK, later]) == {"audit/x": "hook/1", "audit/y": "hook/2"}
    assert pair([ENTRY, second], [HOOK]) == {"audit/x": "hook/1"}


def test_who_asked_is_who_did_it_where_nobody_else_is_named() -> None:
    hook = Activity(
        "hook/3", 5.0, Deed.OTHER, account="cem", actor="cem", method="personal_access_token_request.created"
    )
    entry = Activity("audit/z", 5.0, Deed.OTHER, account="cem", method="personal_access_token.request_created")
    assert pair([entry], [hook]) == {"audit/z": "hook/3"}
