"""The commands against the API itself, with a revoker over an organisation of the tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.unit.cli.commands.grantshouse import house
from tests.unit.console.api.test_grants import MAIL

from wardlaw.inventory.asking import GrantQuestion
from wardlaw.store.database import writing
from wardlaw.store.grantquestions import keep_question

__all__ = ["house"]

APPROVE = (
    "grants",
    "approve",
    "app-1",
    "--scope",
    MAIL,
    "--clause",
    "GRT-03",
    "--owner",
    "sec",
    "--days",
    "20",
    "--reason",
    "pilot",
)


def test_a_grant_is_listed_shown_and_explained_without_obeying_its_texts(command: Any, house: SimpleNamespace) -> None:
    shown = command("grants", "list", "--about", "app-1")
    assert "\x1b" not in shown.out
    assert shown.out.count("not judged") == 2
    assert "2 grants were judged" not in command("grants", "judge").out  # three: g3 as well
    assert "nobody has approved it" in command("grants", "show", "g1").out
    told = command("grants", "explain", "g1").out
    for part in ("AI vendor: openai", "2 grants of 2 accounts", "level 4 of 4, mail", "unapproved-restricted-scope",
                 "GRT-03", "would stand with grantApproval", "no usage data"):  # fmt: skip
        assert part in told, part
    assert "1 more" in command("grants", "list", "--limit", "2").out
    assert command("grants", "list", "--unused").out == "nothing is known to be unused\n"
    assert command("grants", "explain", "none").code == 2


def test_approving_and_deciding_anew(command: Any, house: SimpleNamespace) -> None:
    assert command(*APPROVE).code == 0
    assert "approved until" in command("grants", "show", "g1").out
    due = command("grants", "recertify").out
    assert "2 grants of 2 accounts" in due
    name = due.split()[0]
    assert "nothing is to be decided" in command("grants", "recertify", "--before", "2020-01-01").out
    for words in ((name,), (name, "--keep-days", "5"), (name, "--keep-days", "5", "--revoke", "--reason", "x")):
        assert "WL-INV-086" in command("grants", "recertify", *words).err
    assert "kept for 90 days" in command("grants", "recertify", name, "--keep-days", "90", "--reason", "needed").out
    gone = command("grants", "recertify", name, "--revoke", "--reason", "over").out
    assert "grants revoke --app app-1" in gone
    assert "nobody has approved it" in command("grants", "show", "g1").out


def test_links(command: Any, house: SimpleNamespace) -> None:
    house.client.uid = house.ops
    words = ("grants", "link", "app-1", "agent:reports")
    assert "WL-INV-086" in command(*words).err
    assert "is agent:reports" in command(*words, "--directory", "acme").out
    assert "agent:reports" in command("grants", "link").out
    assert "no longer" in command(*words, "--directory", "acme", "--remove").out


def test_sync_is_that_of_the_inventory(command: Any, tmp_path: Any) -> None:
    (tmp_path / "wardlaw.yaml").write_text("version: 1\n")
    done = command("grants", "sync", "acme")
    assert (done.code, "WL-INV-012" in done.err) == (2, True)


def test_a_person_who_was_asked_answers_by_command(command: Any, house: SimpleNamespace) -> None:
    with writing(house.api.made.engine) as connection:
        keep_question(connection, GrantQuestion("gqn_1", "acme", "g1", "ada", 10.0))
    assert "no answer yet" in command("grants", "show", "g1").out
    assert "gqn_1 is kept" in command("grants", "explain-why", "gqn_1", "--reason", "minutes of \u202emeetings").out
    shown = command("grants", "show", "g1").out
    assert "by person:sec: minutes of" in shown
    assert "\u202e" not in shown
    assert "WL-INV-120" in command("grants", "explain-why", "g1", "--reason", "x").err


def test_grants_are_looked_through_page_by_page(command: Any, house: SimpleNamespace) -> None:
    first = command("grants", "find", "--level", "4", "--limit", "1")
    assert "g1" in first.out
    assert "\x1b" not in first.out
    after = first.out.rsplit("--after ", 1)[1].strip()
    rest = command("grants", "find", "--level", "4", "--limit", "5", "--after", after).out
    assert "g2" in rest
    assert "more:" not in rest
    assert command("grants", "find", "no such", "--unowned", "--idle").out == "none\n"
    assert command("grants", "find", "--after", "nonsense").code == 2
