from __future__ import annotations

import pytest

from wardlaw.gateway.places import find_place, route_of


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/guard", "scan"),
        ("/v1/moderations", "moderations"),
        ("/v1/models", "models"),
        ("/v1/responses", "responses"),
        ("/v1/unknown", "/v1/unknown"),
    ],
)
def test_every_path_has_the_route_that_scopes_name(path: str, route: str) -> None:
    assert route_of(path) == route


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/guard/", "/v1/Guard", "/healthz"])
def test_nothing_else_answers_here(path: str) -> None:
    assert find_place(path) is None
