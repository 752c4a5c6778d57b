from __future__ import annotations

import pytest

from wardlaw.gateway.places import find_place, is_stored, route_of


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/guard", "scan"),
        ("/v1/moderations", "moderations"),
        ("/v1/models", "models"),
        ("/v1/files", "files"),
        ("/v1/files/file-1/content", "files"),
        ("/v1/batches/batch_1/cancel", "batches"),
        ("/v1/responses", "responses"),
        ("/v1/unknown", "/v1/unknown"),
    ],
)
def test_every_path_has_the_route_that_scopes_name(path: str, route: str) -> None:
    assert route_of(path) == route


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions",
        "/v1/guard/",
        "/v1/Guard",
        "/healthz",
        "/v1/files/",
        "/v1/files/../x",
        "/v1/files/a/b",
        "/v1/files/a%2Fb",
        "/v1/batches/a/content",
    ],
)
def test_nothing_else_answers_here(path: str) -> None:
    assert find_place(path) is None


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        ("/v1/responses/resp_1", True),
        ("/v1/responses/resp_1/input_items", True),
        ("/v1/responses/resp_1/cancel", True),
        ("/v1/chat/completions/chatcmpl-1", True),
        ("/v1/chat/completions/chatcmpl-1/messages", True),
        ("/v1/conversations", True),
        ("/v1/vector_stores/vs_1/search", True),
        ("/v1/uploads", True),
        ("/v1/responses", False),
        ("/v1/files/file-1", False),
        ("/v1/uploadsx", False),
    ],
)
def test_what_vendors_keep_of_conversations_is_known(path: str, stored: bool) -> None:
    assert is_stored(path) is stored
