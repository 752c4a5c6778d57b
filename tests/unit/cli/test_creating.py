"""Making an installation."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wardlaw.cli.commands.init import next_steps
from wardlaw.cli.creating import create_installation
from wardlaw.config.model import ClauseLife
from wardlaw.config.parse import parse_config
from wardlaw.facts.errors import ConfigError, WardlawError
from wardlaw.store.database import open_database, writing
from wardlaw.store.installation import Installation
from wardlaw.store.tokens import redeem


def test_everything_is_made_once_and_nothing_overwritten(tmp_path: Path) -> None:
    first = create_installation(tmp_path)
    assert first.kept == []
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".db"}
    again = create_installation(tmp_path)
    assert again.made == []
    assert all(path.read_bytes() == content for path, content in before.items())
    assert again.admin_token != first.admin_token


def test_keys_lie_outside_the_data_and_are_private(tmp_path: Path) -> None:
    config = create_installation(tmp_path).config
    for name in ("kek", "log.key", "gateway.key", "bundle.key"):
        path = Path(config.keys.dir) / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not path.is_relative_to(config.data_dir)
    assert stat.S_IMODE(Path(config.data_dir).stat().st_mode) == 0o700


def test_only_the_newest_first_admin_token_is_good(tmp_path: Path) -> None:
    old = create_installation(tmp_path)
    new = create_installation(tmp_path)
    engine = open_database(Installation(new.config).database_url({}))
    with writing(engine) as connection:
        with pytest.raises(WardlawError):
            redeem(connection, old.admin_token, now=0.0)
        assert redeem(connection, new.admin_token, now=0.0).id
    engine.dispose()


def test_what_is_missing_is_made_again(tmp_path: Path) -> None:
    created = create_installation(tmp_path)
    for path in Path(created.config.policies.dir).iterdir():
        path.unlink()
    Path(created.config.policies.dir).rmdir()
    assert create_installation(tmp_path).made == [created.config.policies.dir]


@pytest.mark.parametrize("name", ["kek", "bundle.key"])
def test_a_lost_key_is_never_replaced_in_silence(tmp_path: Path, name: str) -> None:
    config = create_installation(tmp_path).config
    (Path(config.keys.dir) / name).unlink()
    with pytest.raises(ConfigError, match="WL-CLI-012"):
        create_installation(tmp_path)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="WL-CLI-011"):
        create_installation(tmp_path / "file" / "below")


def test_the_template_is_a_sound_configuration(tmp_path: Path) -> None:
    text = create_installation(tmp_path).config_path.read_text()
    assert parse_config(text, source="wardlaw.yaml").demo_model.enabled
    shown = text.replace("  # - name: openai\n  #   url", "  - name: openai\n    url")
    for line in ("key", "region", "trust"):
        shown = shown.replace(f"  #   {line}:", f"    {line}:")
    shown = shown.replace("  # - {name: gpt-5", "  - {name: gpt-5")
    assert [one.name for one in parse_config(shown, source="wardlaw.yaml").models] == ["demo", "gpt-5"]


def test_clauses_have_a_life_where_it_is_asked_for_and_what_is_there_stays(tmp_path: Path) -> None:
    made = create_installation(tmp_path / "a", sign_off=True)
    assert made.config.policies.life is ClauseLife.ON
    assert create_installation(tmp_path / "b").config.policies.life is ClauseLife.OFF
    assert create_installation(tmp_path / "b", sign_off=True).config.policies.life is ClauseLife.OFF
    told = "\n".join(one.plain for one in next_steps(made))
    assert "none counts as proven" in told
    assert "policy approve" in told
    alone = "\n".join(one.plain for one in next_steps(create_installation(tmp_path / "b")))
    assert "one person alone may vouch: attested, never proven" in alone
