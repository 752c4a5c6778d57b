from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.connectors.scripted import Answer, serving

from wardlaw.config.connected import Platform

INSTALLED = {"installations": [{"id": 1, "app_id": 2}]}


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH", "ghp")


def words(url: str) -> tuple[str, ...]:
    return ("connect", "github", "acme", "credential=env:GH", "organisation=acme", f"url={url}")


def test_platforms_are_listed(command: Any) -> None:
    shown = command("connect")
    assert shown.code == 0
    assert all(f"docs/connectors/{one.value}.md" in shown.out for one in Platform)


def test_each_feed_is_tried_and_the_entry_written(command: Any, tmp_path: Path) -> None:
    path = tmp_path / "wardlaw.yaml"
    path.write_text("version: 1\ndata_dir: data\n")
    path.chmod(0o640)
    with serving() as platform:
        for name in ("personal-access-tokens", "personal-access-token-requests", "credential-authorizations"):
            platform.on(f"/orgs/acme/{name}", Answer([]))
        platform.on("/orgs/acme/installations", Answer(INSTALLED))
        platform.on("/orgs/acme/personal-access-tokens", Answer({}, 403))
        shown = command(*words(platform.url), "--write")
        assert shown.code == 1  # one feed may not be read; the entry is written all the same
        assert all(method == "GET" for method, _, _ in platform.asked)
    assert "2 entries" in shown.out
    assert "answers 403" in shown.out
    assert "organisation: acme" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_write_it_is_shown_and_nothing_touched(command: Any, tmp_path: Path) -> None:
    shown = command(*words("http://127.0.0.1:1"), "--no-check")
    assert (shown.code, list(tmp_path.iterdir())) == (0, [])
    assert "- {name: acme, platform: github," in shown.out


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("connect", "nowhere", "acme"), "WL-INV-110"),
        (("connect", "github", "acme", "tenant"), "WL-INV-111"),
        (("connect", "github", "acme", "name=other"), "WL-INV-111"),
        (("connect", "github", "acme", "credential=env:GH"), "WL-CFG-005"),
    ],
)
def test_what_is_wrong_is_said(command: Any, given: tuple[str, ...], code: str) -> None:
    shown = command(*given)
    assert shown.code in (2, 3)
    assert code in shown.err
