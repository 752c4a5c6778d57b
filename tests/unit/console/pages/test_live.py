from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.console_fakes import Api
from tests.unit.console.api.test_tail import add
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages import live
from wardlaw.console.pages.front import join
from wardlaw.console.pages.live import MOST_OF_ONE, MOST_STREAMS, Filters, Pace, Streams, rows_of
from wardlaw.console.pages.site import build_site
from wardlaw.console.pages.visit import Me
from wardlaw.facts.person import Role


def test_streams_are_bounded_for_one_person_and_for_all() -> None:
    streams = Streams()
    for _ in range(MOST_OF_ONE):
        assert streams.may_open("a")
        streams.opened("a")
    assert not streams.may_open("a")
    assert streams.may_open("b")
    for number in range(MOST_STREAMS - MOST_OF_ONE):
        streams.opened(f"s{number}")
    assert (streams.count, streams.may_open("b")) == (MOST_STREAMS, False)
    streams.closed("a")
    streams.closed("s0")
    streams.closed("nobody")
    assert (streams.count, streams.may_open("a")) == (MOST_STREAMS - 2, True)


def test_filters_are_asked_of_the_api() -> None:
    assert Filters(wing="security", cuts=True).query == {"wing": "security"}


def test_too_many_streams_are_told_to_come_back(api: Api) -> None:
    browser = Browser(api)
    browser.sign_in("sec", Role.SECOPS)
    assert browser.get("/live?wing=" + "x" * 200).status == 400
    site = build_site(browser.front)
    browser.app = join(api.app, site, entrance=browser.front.entrance)
    streams = site.state.streams
    for _ in range(MOST_OF_ONE):
        streams.opened("person:sec")
    again = Browser(api)
    again.cookies = dict(browser.cookies)
    again.app = browser.app
    for one in (browser, again):  # another session of the same person is not another person
        seen = one.get("/live")
        assert (seen.status, seen.header("retry-after")) == (503, "30")


def test_of_a_storm_that_was_let_in_at_one_moment_only_so_many_streams_begin() -> None:
    class Still:
        asked = 0

        async def me(self) -> Me:
            return Me("person:sec", "Sec", (), frozenset())

        async def get(self, *_words: str, **_query: Any) -> Any:
            self.asked += 1
            await asyncio.sleep(3600)

    async def storm() -> tuple[int, list[bytes]]:
        still, streams = Still(), Streams()
        here = SimpleNamespace(front=SimpleNamespace(stop=asyncio.Event()), get=still.get, me=still.me)
        waves = [live.counted(here, Filters(), streams, "person:sec") for _ in range(50)]  # type: ignore[arg-type]
        first = [await anext(one) for one in waves]
        assert streams.count == MOST_OF_ONE
        for one in waves:
            await one.aclose()
        return streams.count, first

    left, first = asyncio.run(storm())
    assert left == 0
    assert first.count(b"retry: 30000\n\n") == 50 - MOST_OF_ONE


class Here:
    """A visit whose log tells three times and then refuses."""

    def __init__(self, front: Any) -> None:
        self.front, self.zone, self.language, self.asked = front, "UTC", "en", list[dict[str, Any]]()

    async def me(self) -> Me:
        return Me("person:sec", "Sec", (), frozenset({"kill_connection"}))

    async def get(self, _path: str, **query: Any) -> Any:
        self.asked.append(query)
        line = {
            "id": "dec_1", "at_ms": 0, "effect": "cut", "principal": "agent:<b>", "action": "ModelCall", "resource": "m\nx",
            "clauses": ["SEC-01"], "code": "clause", "wing": "security", "reason": "No\nmarkup <i>", "added_us": 0,
        }  # fmt: skip
        match len(self.asked):
            case 1:
                return {"lines": [], "next": 4, "fitting": 0, "unseen": 0}
            case 2:
                return {"lines": [line], "next": 900, "fitting": 50, "unseen": 0}
            case _:
                raise live.ApiAnswerError(403, "", "", "")


def test_a_stream_tells_how_many_it_leaves_out_and_ends_with_the_right_to_see(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.0)
    here = Here(SimpleNamespace(renderer=Browser(api).front.renderer, stop=asyncio.Event()))

    async def read(events: AsyncIterator[bytes]) -> list[bytes]:
        return [one async for one in events]

    told = asyncio.run(read(rows_of(here, Filters(effect="cut", cuts=True))))  # type: ignore[arg-type]
    assert told[0].startswith(b"retry: ")
    assert told[1] == b": still here\n\n"
    passed, rows, rest = told[2].split(b"\n\n")
    event, data = passed.split(b"\n")
    said = json.loads(data.removeprefix(b"data: "))
    assert (event, said["shown"], said["fitting"], said["lost"], said["newest_ms"]) == (b"event: passed", 1, 50, 0, 0)
    assert (rows.count(b"\n"), rest) == (0, b"")  # one event is one line
    assert b"<b>" not in rows and b"<i>" not in rows and b"/traffic/cut?key=principal%3Aagent" in rows
    assert [(one.get("last"), one.get("after")) for one in here.asked] == [(0, None), (None, 4), (None, 900)]


def test_a_stream_goes_on_where_its_page_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.0)
    here = Here(SimpleNamespace(renderer=Browser(api).front.renderer, stop=asyncio.Event()))

    async def read(events: AsyncIterator[bytes]) -> list[bytes]:
        return [one async for one in events]

    asyncio.run(read(rows_of(here, Filters(), 3)))  # type: ignore[arg-type]
    assert [(one.get("last"), one.get("after")) for one in here.asked] == [(None, 3), (None, 4), (None, 900)]


def test_the_pace_of_a_viewer_who_is_fast_enough() -> None:
    pace = Pace(100.0)
    assert pace.told(shown=20, fitting=1_000, unseen=0, now=101.0) == {
        "shown": 20, "fitting": 1_000, "seconds": 1.0, "lost": 0,
    }  # fmt: skip
    pace.stalled(0.5)
    assert pace.told(shown=3, fitting=3, unseen=0, now=121.0)["lost"] == 0  # nothing came for twenty seconds


def test_a_viewer_who_took_nothing_is_told_how_many_rows_went_by() -> None:
    pace = Pace(100.0)
    pace.stalled(30.0)
    assert pace.told(shown=20, fitting=8_000, unseen=22_000, now=130.0) == {
        "shown": 20, "fitting": 30_000, "seconds": 30.0, "lost": 580,
    }  # fmt: skip
    pace.stalled(30.0)
    assert pace.told(shown=5, fitting=5, unseen=0, now=160.0)["lost"] == 0  # so few came that all are here
    assert pace.told(shown=20, fitting=400, unseen=0, now=170.0)["lost"] == 0  # fast again


def test_who_watches_is_asked_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_S", 0.0)
    monkeypatch.setattr(live, "_ME_S", -1.0)
    here, asked = Here(SimpleNamespace(renderer=Browser(api).front.renderer, stop=asyncio.Event())), []
    me = here.me

    async def counted() -> Me:
        asked.append(1)
        if len(asked) == 3:
            raise live.SignInNeededError
        return await me()

    here.me = counted  # type: ignore[method-assign]

    async def read() -> list[bytes]:
        return [one async for one in rows_of(here, Filters())]  # type: ignore[arg-type]

    told = asyncio.run(read())
    assert [one.partition(b":")[0] for one in told] == [b"retry", b""]


def test_a_stream_ends_when_the_server_stops(api: Api) -> None:
    async def stopped() -> list[bytes]:
        stop = asyncio.Event()
        here = Here(SimpleNamespace(renderer=None, stop=stop))
        here.get = lambda *_words, **_query: asyncio.sleep(3600)  # type: ignore[assignment, method-assign, return-value]
        asyncio.get_running_loop().call_soon(stop.set)
        return [one async for one in rows_of(here, Filters())]  # type: ignore[arg-type]

    told = asyncio.run(stopped())
    assert [one.partition(b":")[0] for one in told] == [b"retry"]


def test_a_row_of_the_stream_is_a_row_of_the_page(api: Api) -> None:
    add(api, 0)
    browser = Browser(api)
    browser.sign_in("sec", Role.SECOPS)
    assert "user:of-rec_0" in browser.get("/traffic").text
