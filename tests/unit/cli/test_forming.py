"""``wardlaw policy new``: from answers to a clause file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from wardlaw.cli.forming import ask, read_form_file
from wardlaw.cli.output import Output
from wardlaw.facts.errors import InputError
from wardlaw.governance.shipped import templates

NEW = ("policy", "new", "--to", "policies")


def test_the_forms_are_listed_with_what_they_ask(command: Any) -> None:
    listed = json.loads(command("policy", "new", "--list", "--json").out)["templates"]
    assert [one["template"] for one in listed] == list(templates())
    assert all(field["ask"] for one in listed for field in one["fields"])
    assert "bulk-data" in command("policy", "new").out


def test_a_form_becomes_a_clause_with_its_sentence_and_its_policy(command: Any, tmp_path: Path) -> None:
    done = command(*NEW, "approved-tools", "--set", "tools=search,mail", "--set", "mode=enforce", "--json")
    made = json.loads(done.out)
    assert done.code == 0
    assert made["sentence"].endswith('unless the model or tool is "tool:search" or "tool:mail".')
    assert '@clause("APT-01")' in made["cedar"]
    assert (tmp_path / made["file"]).read_text() == made["yaml"]
    assert command("policy", "check", "policies", "--strict").code == 0
    assert command("policy", "test", "policies").code == 0
    second = json.loads(command(*NEW, "region", "--set", "data=secrets", "--set", "regions=eu", "--json").out)
    assert second["clause"] == "REG-01"


def test_a_clause_is_edited_as_a_form_and_stays_in_its_mode(command: Any, tmp_path: Path) -> None:
    command(*NEW, "approved-tools", "--set", "tools=search")
    file = tmp_path / "policies" / "apt-01.yaml"
    file.write_text(file.read_text().replace("mode: shadow", "mode: enforce"))
    assert command(*NEW, "--edit", "APT-01", "--set", "tools=search,mail").code == 0
    assert "tool:mail" in file.read_text()
    assert "mode: enforce" in file.read_text()
    assert "WL-TPL-011" in command(*NEW, "--edit", "APT-02").err


def test_nothing_is_written_that_does_not_stand_beside_the_others(command: Any, tmp_path: Path) -> None:
    first = ("approved-tools", "--set", "tools=search")
    assert command(*NEW, *first).code == 0
    twin = command(*NEW, *first)
    assert twin.code == 2
    assert "WL-TPL-007" in twin.err
    assert "APT-01" in twin.err
    assert "WL-TPL-008" in command(*NEW, *first, "--set", "id=APT-01").err
    unknown = command(*NEW, "region", "--set", "data=secrets", "--set", "regions=eu", "--set", "references=gdpr:999")
    assert "gdpr" in unknown.err
    assert unknown.code == 2
    assert [path.name for path in (tmp_path / "policies").iterdir()] == ["apt-01.yaml"]
    assert command(*NEW, *first, "--overlapping", "--show").code == 0
    assert command(*NEW, *first, "--overlapping").code == 0
    assert (tmp_path / "policies" / "apt-02.yaml").exists()


def test_a_form_file_gives_the_answers(command: Any, tmp_path: Path) -> None:
    form = tmp_path / "form.yaml"
    form.write_text("doing: [pay, destroy]\npersons: 2\n")
    assert read_form_file(form) == {"doing": ["pay", "destroy"], "persons": 2}
    made = json.loads(command(*NEW, "human-oversight", "--form", "form.yaml", "--set", "minutes=5", "--json").out)
    assert "two persons to agree within 5 minutes" in made["sentence"]
    form.write_text("- pay\n")
    with pytest.raises(InputError, match="WL-TPL-009"):
        read_form_file(form)


def test_a_person_is_asked_again_until_the_answer_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["none", "secrets", "", "eu", *[""] * 10]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    said = ask(templates()["region"], {}, Output(quiet=True))
    assert said["data"] == ["secrets"]
    assert said["regions"] == ["the European Union"]
    assert said["answer"] == "refuse"
    monkeypatch.setattr("sys.stdin", io.StringIO("secrets\n"))
    with pytest.raises(InputError, match="WL-TPL-010"):
        ask(templates()["region"], {}, Output(quiet=True))
