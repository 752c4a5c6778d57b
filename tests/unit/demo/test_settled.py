from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.console_fakes import Api
from wardlaw.demo.settled import PEOPLE, Settled
from wardlaw.store.database import writing
from wardlaw.store.tokens import create_first_admin_token


class Client:
    """The management API in this process, as its client gives it."""

    def __init__(self, api: Api, token: str) -> None:
        self._api, self._token = api, token

    def get(self, path: str, **query: str | int) -> Any:
        return self._api.ok("GET", path, token=self._token)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        status, answer = self._api.call("POST", path, body or {}, token=self._token)
        assert status < 300, (path, answer)
        return answer


@pytest.fixture
def api(tmp_path: Path) -> Any:
    made = Api(tmp_path)
    yield made
    made.close()


def test_a_company_is_made_as_people_make_it(api: Api) -> None:
    made = api.made
    with writing(made.engine) as connection:
        first = create_first_admin_token(connection, secret=b"f" * 32, now=made.deps.clock(), lifetime_s=60)
    said: list[str] = []
    asked: list[str] = []

    def check(gate: Any, kept: Any) -> list[dict[str, Any]]:
        asked.append(f"{gate['gate']} on {kept['system']['id']}")
        return [{"id": "fair", "kind": "bias", "outcome": "review", "why": "a person must look"}]

    settled = Settled(lambda token: Client(api, token), first, check)
    keys = settled.settle(said.append)
    assert set(settled.people) == set(PEOPLE)
    assert all(text.startswith("wl") for text in keys.values())
    assert said[0] == "people"
    assert asked == ["before-live on cv-ranker"]
    assert settled.invite("auditor").startswith("wlo_")
