"""Azure's addresses, old and new."""

from __future__ import annotations

import json

import pytest

from tests.unit.gateway.kinds.errands import errand, place
from wardlaw.gateway.kinds.azure import AZURE


@pytest.mark.parametrize(
    ("version", "path", "expected"),
    [
        ("2024-10-21", "/chat/completions", "/openai/deployments/their-name/chat/completions?api-version=2024-10-21"),
        ("2024-10-21", "/embeddings", "/openai/deployments/their-name/embeddings?api-version=2024-10-21"),
        ("2025-04-01-preview", "/responses", "/openai/responses?api-version=2025-04-01-preview"),
        ("", "/chat/completions", "/openai/v1/chat/completions"),
        ("", "/responses", "/openai/v1/responses"),
    ],
)
def test_where_the_deployment_stands(version: str, path: str, expected: str) -> None:
    parcel = AZURE.pack(place(api_version=version), errand(path))
    assert parcel.path == expected
    assert json.loads(parcel.body)["model"] == "their-name"


def test_a_deployment_cannot_lead_elsewhere() -> None:
    parcel = AZURE.pack(place(model="../a b?x=1", api_version="2024-10-21"), errand())
    assert parcel.path.startswith("/openai/deployments/..%2Fa%20b%3Fx%3D1/chat/completions?")


def test_keys_and_tokens() -> None:
    assert AZURE.credential(place()) == (("api-key", "sk-up"),)
    assert AZURE.credential(place(bearer=True)) == (("authorization", "Bearer sk-up"),)
