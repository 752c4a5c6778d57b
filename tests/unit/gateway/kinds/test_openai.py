"""OpenAI's own way."""

from __future__ import annotations

import json

from tests.unit.gateway.kinds.errands import errand, place
from wardlaw.gateway.kinds.openai import OPENAI


def test_path_and_body_stay_and_the_model_is_renamed() -> None:
    parcel = OPENAI.pack(place(), errand())
    assert parcel.path == "/chat/completions"
    assert json.loads(parcel.body)["model"] == "their-name"
    assert ("accept", "application/json") in parcel.headers
    assert OPENAI.credential(place()) == (("authorization", "Bearer sk-up"),)
