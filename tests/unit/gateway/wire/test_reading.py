from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.facts.exchange import Channel
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.reading import Reading, flag, whole


def test_texts_are_numbered_and_bounded():
    reading = Reading(2)
    reading.text(Channel.USER, "/a", "x")
    reading.text(Channel.USER, "/b", "y", "call_1")
    assert [segment.index for segment in reading.segments] == [0, 1]
    with pytest.raises(TooLargeError) as caught:
        reading.text(Channel.USER, "/c", "z")
    assert (caught.value.code, caught.value.http_status) == ("WL-GW-111", 413)


def test_parts_are_joined_for_what_a_model_reads_as_one():
    reading = Reading(10)
    parts = [{"type": "text", "text": "sk-live"}, {"type": "image_url", "image_url": {"url": "https://x.test/a"}}]
    reading.content([*parts, {"type": "text", "text": "-1234"}], "/c", Channel.USER)
    assert [segment.text for segment in reading.joined] == ["sk-live-1234"]
    assert reading.joined[0].pointer == "/c"


def test_one_part_alone_is_not_joined():
    reading = Reading(10)
    reading.content([{"type": "text", "text": "hello"}], "/c", Channel.USER)
    assert reading.joined == []


@pytest.mark.parametrize("value", [True, 1.0, "3", [], 0])
def test_whole_numbers(value):
    with pytest.raises(InputError) as caught:
        whole({"n": value}, "n", least=1)
    assert caught.value.code == "WL-GW-110"
    assert "/n" in caught.value.message


def test_absent_is_zero_or_false():
    assert whole({"n": None}, "n") == whole({}, "n") == 0
    assert flag({}, "stream") is flag({"stream": None}, "stream") is False
    with pytest.raises(InputError):
        flag({"stream": 1}, "stream")
