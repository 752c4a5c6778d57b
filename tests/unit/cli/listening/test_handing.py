from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec
import pytest

from wardlaw.cli.listening import handing
from wardlaw.cli.listening.handing import PAGE_BYTES, Hand, Place, bodies_of
from wardlaw.cli.listening.reading import Told
from wardlaw.facts.errors import ConfigError, InputError, RefusedError, UnavailableError, WardlawError
from wardlaw.inventory.activity import Activity, Deed

PLACE = Place("acme", "github")


def told(id_: str, *, size: int = 1, wide: int = 10) -> Told:
    events = tuple(Activity(f"{id_}-{number}", 5.0, Deed.USE, app="a" * wide) for number in range(size))
    return Told(id_, 5.0, activities=events)


class Api:
    """A management API that fails as often as it is told to."""

    def __init__(self, *failures: WardlawError) -> None:
        self.failures = list(failures)
        self.bodies: list[dict[str, Any]] = []

    def post(self, path: str, body: dict[str, Any]) -> None:
        assert path == "/inventory/deliveries"
        if self.failures:
            raise self.failures.pop(0)
        if any("bad" in one["id"] for one in body["deliveries"]):
            raise InputError("WL-API-004", "It is none.", "")
        self.bodies.append(body)

    @property
    def ids(self) -> list[str]:
        return [one["id"] for body in self.bodies for one in body["deliveries"]]


def hand_over(api: Api, *deliveries: Told) -> list[str]:
    """What became of each: its error code, or nothing."""

    async def run() -> list[str]:
        hand = Hand(lambda: api)
        hand.start()
        ended = await asyncio.gather(*(hand.take(PLACE, one) for one in deliveries), return_exceptions=True)
        hand.count(PLACE, "forged")
        await hand.stop()
        return ["" if one is None else one.code for one in ended]

    work: Coroutine[Any, Any, list[str]] = run()
    return asyncio.run(work)


def test_several_go_out_together_in_their_order_and_counts_with_them() -> None:
    api = Api()
    assert hand_over(api, *(told(str(number)) for number in range(5))) == [""] * 5
    assert api.ids == list("01234")
    assert len(api.bodies) < 5
    assert api.bodies[-1]["outcomes"] == {"forged": 1}


def test_one_that_is_not_taken_takes_no_other_with_it() -> None:
    api = Api()
    assert hand_over(api, told("a"), told("bad"), told("c")) == ["", "WL-API-004", ""]
    assert sorted(api.ids) == ["a", "c"]


def test_it_waits_for_a_control_process_that_is_away_for_a_moment() -> None:
    api = Api(UnavailableError("WL-API-012", "Away.", ""))
    assert hand_over(api, told("a")) == [""]


@pytest.mark.parametrize("error", [ConfigError("WL-KEY-002", "No token.", ""), RefusedError("WL-RGT-010", "No.", "")])
def test_what_is_our_own_fault_is_not_the_deliverys(error: WardlawError) -> None:
    assert hand_over(Api(error), told("a")) == ["WL-LSN-004"]


def test_what_is_away_for_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "PATIENCE_S", 0.0)
    api = Api(*(UnavailableError("WL-API-012", "Away.", "") for _ in range(3)))
    assert hand_over(api, told("a"))[0] == "WL-LSN-004"


def test_too_many_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "MOST_WAITING", 2)
    codes = hand_over(Api(), *(told(str(number)) for number in range(4)))
    assert codes == ["", "", "WL-LSN-004", "WL-LSN-004"]


def test_a_large_delivery_is_always_cut_in_the_same_places() -> None:
    large = told("a", size=900, wide=200)
    bodies = bodies_of(large)
    assert bodies == bodies_of(large)
    assert [one["id"] for one in bodies[:3]] == ["a", "a/1", "a/2"]
    assert sum(len(one["activities"]) for one in bodies) == 900
    assert max(len(msgspec.json.encode(one)) for one in bodies) <= PAGE_BYTES
    assert hand_over(Api(), large) == [""]


def test_an_event_larger_than_a_page_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        bodies_of(told("a", wide=PAGE_BYTES))
    assert caught.value.code == "WL-LSN-005"
