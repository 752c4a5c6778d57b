from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.unit.connectors.test_googletoken import key_file
from tests.worlds import google_world

from wardlaw.testing.saas.google import GooglePlatform
from wardlaw.testing.saas.server import serve

CONFIG = """version: 1
inventory:
  directories:
    - {name: acme, platform: google, subject: a@acme.example, credential: "env:GOOGLE", url: "URL"}
    - {name: code, platform: github, organisation: acme, credential: "env:GH"}
"""
OPEN = ("inventory", "channel", "open", "acme", "--address", "https://door.example/push", "--secret", "env:PUSH")


@pytest.fixture
def sent(tmp_path, monkeypatch):
    told: list[dict[str, str]] = []
    world = google_world()
    with serve(GooglePlatform(world, send=lambda _address, headers, _body: told.append(headers))) as served:
        (tmp_path / "wardlaw.yaml").write_text(CONFIG.replace("URL", served.url))
        monkeypatch.setenv("GOOGLE", json.dumps(json.loads(key_file()) | {"token_uri": f"{served.url}/token"}))
        monkeypatch.setenv("PUSH", "a token")
        yield told


def test_a_channel_is_opened_and_stopped_and_its_token_never_shown(command: Any, sent) -> None:
    done = command(*OPEN)
    assert done.code == 0, done.err
    assert [one["X-Goog-Channel-Token"] for one in sent] == ["a token"]
    assert "a token" not in done.out + done.err
    found = re.search(r"channel (\S+) for activity is open and ends .*; stop it with --resource (\S+)", done.out)
    assert found is not None
    for said in ("is stopped", "had ended already"):
        done = command("inventory", "channel", "stop", "acme", found[1], "--resource", found[2])
        assert (done.code, said in done.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*OPEN[:-1], "itself"), "WL-INV-034"),
        ((*OPEN[:5], "http://door.example", *OPEN[6:]), "WL-INV-032"),
        ((*OPEN, "--feed", "users"), "WL-INV-012"),
        ((*OPEN[:3], "other", *OPEN[4:]), "WL-INV-012"),
        ((*OPEN[:3], "code", *OPEN[4:]), "WL-INV-012"),
    ],
)
def test_bad_words(command: Any, sent, words, code: str) -> None:
    done = command(*words)
    assert (done.code, code in done.err) == (2, True), done.err
    assert sent == []
