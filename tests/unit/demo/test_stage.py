from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from wardlaw.config.load import load_config
from wardlaw.demo import stage
from wardlaw.demo.stage import CALLERS, Stage, free_port
from wardlaw.facts.errors import InputError, UnavailableError


def test_only_models_there_are_can_be_chosen(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="WL-DMO-005"):
        Stage(tmp_path, model="gpt-99")


def test_a_prepared_stage_has_a_configuration_customers_and_a_model(tmp_path: Path) -> None:
    made = Stage(tmp_path)
    made.prepare()
    try:
        config = load_config(made.config_path)
        assert config.models[0].name == "demo"
        assert config.upstreams[0].region == "local"
        assert made.customers.is_file()
        body = json.dumps({"model": "demo", "messages": [{"role": "user", "content": "Hello"}]}).encode()
        url = config.upstreams[0].url + "/chat/completions"
        assert "Hello" in _patiently(url, body)["choices"][0]["message"]["content"]
        assert "Hello" in made.observations.read_text()
    finally:
        made.close()


def _patiently(url: str, body: bytes) -> Any:
    """Ask until somebody listens."""
    end = time.monotonic() + 10
    while True:
        try:
            with urllib.request.urlopen(url, body, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def test_an_installation_that_does_not_start_says_why(tmp_path: Path) -> None:
    made = Stage(tmp_path)
    made.config_path.write_text("nonsense: 1\n")
    with pytest.raises(UnavailableError, match="WL-DMO-001") as told:
        made.start()
    assert "nonsense" in str(told.value)


class _Hurried:
    """Time without waiting."""

    monotonic = staticmethod(time.monotonic)

    @staticmethod
    def sleep(_seconds: float) -> None:
        return


class Desk:
    """A management API that notes what it is asked."""

    def __init__(self, token: str, asked: list[tuple[str, str, Any]]) -> None:
        self.token = token
        self.asked = asked
        self.missing = 1

    def get(self, path: str, **_query: str | int) -> Any:
        self.asked.append((self.token, path, None))
        if self.missing:
            self.missing -= 1
            raise InputError("WL-API-404", "Not in the log yet.")
        return {"explanation": {"causes": [{"clause": "GOV-07"}]}}

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        self.asked.append((self.token, path, body))
        return {"api_token": f"api-{(body or {}).get('token')}", "text": f"text-{(body or {}).get('id', 'invite')}"}


def test_people_keys_and_the_secret_are_made_by_those_who_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "time", _Hurried)
    made = Stage(tmp_path)
    asked: list[tuple[str, str, Any]] = []
    scene = made.people(lambda token: Desk(token, asked), "first")
    assert set(scene.keys) == set(CALLERS)
    by = {path: token for token, path, _ in asked}
    assert by["/persons"] == by["/keys"] == "api-first"
    assert by["/secrets"] == "api-text-invite"  # registering secrets is the security person's right
    assert next(body for _, path, body in asked if path == "/secrets")["text"] == made.secret
    assert scene.clause_of("dec_1") == "GOV-07"  # asked again until the record has reached the log


def test_a_clause_that_never_reaches_the_log_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_EXPLAIN_S", -1.0)
    assert stage._clause_of(Desk("t", []), "dec_1") == ""


def test_ports_are_free(tmp_path: Path) -> None:
    assert free_port() > 1_024
