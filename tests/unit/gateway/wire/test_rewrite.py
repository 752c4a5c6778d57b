from __future__ import annotations

import copy

import orjson
import pytest

from wardlaw.facts.errors import Fault
from wardlaw.gateway.wire.rewrite import rewrite

DOC = {
    "messages": [{"role": "user", "content": "iban DE1"}, {"role": "user", "content": [{"text": "two"}]}],
    "meta/data": {"a~b": "x", "keep": 1.5},
    "n": 4111111111111111,
}


def test_only_the_named_texts_change_and_the_document_stays():
    before = copy.deepcopy(DOC)
    out = orjson.loads(
        rewrite(
            DOC,
            {
                "/messages/0/content": "iban [iban]",
                "/messages/1/content/0/text": "TWO",
                "/meta~1data/a~0b": "y",
                "/n": "[card]",
            },
        )
    )
    assert before == DOC
    expected = copy.deepcopy(DOC)
    expected["messages"][0]["content"] = "iban [iban]"
    expected["messages"][1]["content"][0]["text"] = "TWO"
    expected["meta/data"]["a~b"] = "y"
    expected["n"] = "[card]"
    assert out == expected
    assert list(out) == list(DOC)


def test_nothing_to_replace_is_the_same_document():
    assert orjson.loads(rewrite(DOC, {})) == DOC


def test_names_are_replaced_in_place_values_below_them_too():
    out = orjson.loads(rewrite({"a": {"secret": {"b": "v"}, "z": 1}}, {"#/a/secret": "[x]", "/a/secret/b": "w"}))
    assert out == {"a": {"[x]": {"b": "w"}, "z": 1}}
    assert list(out["a"]) == ["[x]", "z"]


def test_a_name_and_a_name_below_it():
    out = orjson.loads(rewrite({"k1": {"k2": 1}}, {"#/k1": "A", "#/k1/k2": "B"}))
    assert out == {"A": {"B": 1}}


@pytest.mark.parametrize(
    "pointer",
    ["", "x", "/messages/9/content", "/messages/0", "/messages/x/content", "/nothing", "/n/deeper", "#/nothing", "#"],
)
def test_a_pointer_to_no_text_is_a_fault(pointer):
    with pytest.raises(Fault) as caught:
        rewrite(DOC, {pointer: "x"})
    assert caught.value.code == "WL-GW-190"


def test_a_new_name_that_is_taken_is_a_fault():
    with pytest.raises(Fault):
        rewrite({"a": {"b": 1, "c": 2}}, {"#/a/b": "c"})
