from __future__ import annotations

import pytest

from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Person, Role
from wardlaw.governance.operations import OPERATIONS, Operation, admit, scope_problem
from wardlaw.governance.rights import Circumstances, Permitted, Refusal
from wardlaw.governance.scopes import allows

BOOK = load_role_book()
SEC = Person("person:sec", "Sec", (Role.SECOPS,))


def admitted(operation: Operation, *scopes: str) -> Permitted | Refusal:
    return admit(SEC, operation, context=Circumstances(scopes=scopes), book=BOOK)


def test_a_limit_only_takes_away() -> None:
    for operation in OPERATIONS.values():
        free = admitted(operation)
        limited = admitted(operation, "read", "decisions.*", "quarantines.place")
        if isinstance(free, Refusal):
            assert isinstance(limited, Refusal), operation.id


@pytest.mark.parametrize(
    ("operation", "scopes", "may"),
    [
        ("decisions.list", ("read",), True),
        ("decisions.content", ("read",), False),  # reads, and is recorded
        ("quarantines.place", ("read",), False),
        ("quarantines.place", ("quarantines.place",), True),
        ("quarantines.release", ("quarantines.place",), False),
        ("quarantines.release", ("quarantines.*",), True),
        ("decisions.list", ("quarantines.*",), False),
        ("tokens.create_own", ("tokens.*",), False),
        ("tokens.create", ("tokens.create",), False),
        ("tokens.list_own", ("tokens.*",), True),
        ("quarantines.place", (), True),
    ],
)
def test_a_token_is_good_for_what_its_scopes_name(operation: str, scopes: tuple[str, ...], may: bool) -> None:
    one = OPERATIONS[operation]
    assert allows(scopes, operation, only_reads=not one.changes and not one.recorded) is may


def test_the_refusal_says_what_the_token_is_limited_to() -> None:
    answer = admitted(OPERATIONS["quarantines.place"], "read")
    assert isinstance(answer, Refusal)
    assert answer.rule == "SCOPE"
    assert "limited to read" in answer.reason


@pytest.mark.parametrize("scope", ["write", "nothing.*", "decisions", "*", ".*", "decisions.*.*", "Decisions.list"])
def test_what_names_nothing_is_no_scope(scope: str) -> None:
    assert scope_problem([scope])
    assert scope_problem(["read", "decisions.*", "keys.list"]) == ""
