from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.embeddings import read_embeddings


def _texts(request, channel=Channel.USER):
    return [segment.text for segment in request.segments if segment.channel is channel]


def test_one_text_and_many():
    assert _texts(read_embeddings({"model": "e", "input": "hello"})) == ["hello"]
    many = read_embeddings({"model": "e", "input": ["a", "b", ""], "user": "u", "zeta": "z"})
    assert (_texts(many), many.inputs) == (["a", "b"], 3)
    assert _texts(many, Channel.OTHER) == ["e", "u", "zeta", "z"]
    assert many.measures(40).prompt_tokens == 10


@pytest.mark.parametrize("value", [[1, 2, 3], [[1, 2], [3]], ["text", [1, 2]]])
def test_token_ids_are_said_to_be_unread(value):
    assert read_embeddings({"model": "e", "input": value}).uninspected == ("tokens",)


@pytest.mark.parametrize("value", [None, "", [], {}, 3, [[]], [["a"]], [1, "a"], [1.5], [True], [{"image": "x"}]])
def test_other_input_is_refused(value):
    with pytest.raises(InputError) as caught:
        read_embeddings({"model": "e", "input": value})
    assert caught.value.code == "WL-GW-110"
    assert "/input" in caught.value.message


def test_model_and_case():
    with pytest.raises(InputError):
        read_embeddings({"input": "x"})
    with pytest.raises(InputError):
        read_embeddings({"model": "e", "input": "x", "dimensions": "3"})
    with pytest.raises(InputError) as caught:
        read_embeddings({"model": "e", "input": "x", "Input": "y"})
    assert caught.value.code == "WL-GW-108"


def test_vendor_side():
    assert read_embeddings({"model": "e", "input": "x", "store": True}).hosted_tools == ("store",)
