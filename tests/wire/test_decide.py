"""The client asks about tool calls on a real gateway; a held call is approved and then goes once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import openai
import pytest

from tests.wire.house import House
from tests.wire.puppet import Puppet, Turn, completion
from tests.wire.trail import Trail
from wardlaw import Client
from wardlaw.facts.action import Action
from wardlaw.facts.approval import CallAnswer
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.store.approvals import answer_call

HOLD = """- id: OPS-91
  title: Payments wait for a person
  text: A person agrees to each payment.
  owner: dpo
  wing: governance
  risk: low
  effect: hold
  actions: [ToolCall]
  when: {all: [{attribute: toolEffect, one_of: [payment]}]}
  examples:
    - {name: pays, effect: hold, action: ToolCall, context: {toolEffect: payment}}
    - {name: reads, effect: allow, action: ToolCall, context: {toolEffect: read}}
"""
PAY = {"to": "acct-1", "amount": 3}


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    made = Puppet()
    yield made
    made.close()


class Place(NamedTuple):
    house: House
    key: str
    narrow: str


@pytest.fixture
def place(tmp_path: Path, puppet: Puppet) -> Iterator[Place]:
    made = House(tmp_path, puppet.url, tools="  - {name: pay, effect: payment}\n")
    made.publish({"hold.yaml": HOLD}, version=2)
    key, narrow = made.key("ada"), made.key("ben", routes=("scan",))
    made.start()
    yield Place(made, key, narrow)
    made.stop()


def test_an_approved_call_is_allowed_once_and_another_never_was(place: Place) -> None:
    house, key, _ = place
    with Client(house.url, key) as client:
        held = client.decide("pay", PAY, session="s1")
        assert (held.effect, held.code) == ("hold", "held")
        assert held.approval is not None
        assert client.decide("pay", PAY, session="s1").approval == held.approval
        with house.writing() as connection:
            answer_call(
                connection, held.approval["approval"], CallAnswer("person:ben", time.time(), True, "looked at it")
            )
        other = client.decide("pay", {**PAY, "amount": 3_000}, session="s1")
        first, second = (client.decide("pay", PAY, session="s1") for _ in range(2))
    assert (other.effect, first.effect, second.effect) == ("hold", "allow", "hold")
    trail = Trail(house)
    assert [trail.find(one.decision).facts.get("approval") for one in (held, first)] == [held.approval["approval"]] * 2
    assert {trail.inputs(one.decision).request.action for one in (held, first, second)} == {Action.TOOL_CALL}


def test_calls_of_models_here_and_results_handed_in_make_one_conversation(place: Place, puppet: Puppet) -> None:
    """A call that the gateway released to a model needs no question of its own for its result to be believed."""

    def play(turn: Turn) -> None:
        turn.answer(completion(calls=[("call_m1", "read_file", '{"name": "a.txt"}')]))

    house, key, _ = place
    with openai.OpenAI(base_url=house.url, api_key=key, default_headers={"x-wardlaw-session": "s1"}) as model:
        answer = model.chat.completions.create(
            model="demo", messages=[{"role": "user", "content": puppet.on("read", play)}]
        )
    call = answer.choices[0].message.tool_calls[0]  # type: ignore[index]
    with Client(house.url, key) as client:
        judged = client.judge_result("read_file", {"name": "a.txt"}, "fine", call=call.id, session="s1")
        forged = client.judge_result("read_file", {"name": "b.txt"}, "fine too", call=call.id, session="s1")
    trail = Trail(house)
    believed, not_believed = (set(trail.inputs(one.decision).state.taint) for one in (judged, forged))
    assert "saw:tool-result" in believed
    assert "unverified-history" not in believed
    assert "unverified-history" in not_believed


def test_what_is_no_question_and_who_may_not_ask(place: Place) -> None:
    house, key, narrow = place
    with Client(house.url, narrow) as client, pytest.raises(InputError, match="WL-ADM-001"):
        client.decide("pay", PAY)
    with Client(house.url, "wl_nobody") as client, pytest.raises(InputError, match="WL-ADM-001"):
        client.decide("pay", PAY)
    with Client(house.url, key) as client:
        with pytest.raises(InputError, match="WL-GW-124"):
            client.decide("", PAY)
        house.stop()
        with pytest.raises(UnavailableError, match="WL-SDK-001"):
            client.decide("pay", PAY)
