from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.connectors.oauthworld import named
from wardlaw.connectors.namedtokens import TokenReference, read_references
from wardlaw.facts.errors import ConfigError


def test_a_file_of_names_and_references(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text("# ours\ncrm env:CRM\n\nnight-job  file:/etc/t 1\n")
    assert read_references(str(path)) == (
        TokenReference("crm", "env:CRM"),
        TokenReference("night-job", "file:/etc/t 1"),
    )


@pytest.mark.parametrize(
    "text", ["", "crm sk-live-1\n", "crm\n", "a env:A\na env:B\n", f"{'n' * 65} env:A\n", "\x07 env:A\n"]
)
def test_a_bad_file_is_told_without_what_stands_in_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_references(str(path))
    assert caught.value.code == "WL-INV-051"
    assert "sk-live" not in str(caught.value)


@pytest.mark.parametrize("raw", [None, b"\xff", b"#" * (1024 * 1024 + 1)])
def test_a_file_that_is_none(tmp_path: Path, raw: bytes | None) -> None:
    if raw is not None:
        (tmp_path / "t").write_bytes(raw)
    with pytest.raises(ConfigError):
        read_references(str(tmp_path / "t"))


def test_ids_are_salted_digests_and_lead_back_only_through_the_file() -> None:
    here, there = named("https://a.example"), named("https://b.example")
    assert here.id_of("tok-crm") != there.id_of("tok-crm")
    assert here.id_of("tok-crm") == named("https://a.example").id_of("tok-crm")
    assert "tok" not in here.id_of("tok-crm").removeprefix("token/")
    assert here.text_of(here.id_of("tok-crm")) == "tok-crm"
    assert here.text_of(there.id_of("tok-crm")) == ""
