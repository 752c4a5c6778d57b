"""The gate, with a gateway that says what it is told; sync and on an event loop alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.frameworks.gate import (
    AsyncToolGate,
    CallStoppedError,
    GateSettings,
    ToolAsk,
    ToolGate,
    arguments_to_run,
    text_to_read,
)
from wardlaw.verdicts import Decided, JudgedResult

ASKED = ToolAsk("crm", {"q": "Ada"}, "c1", {"name": "crm"}, ({"role": "user", "content": "hi"},))
AWAY = UnavailableError("WL-SDK-001", "Away.", "Wait.")
WRONG = InputError("WL-SDK-002", "Wrong key.", "Check.")


class Gateway:
    """Answers both questions; an exception is raised instead."""

    def __init__(self, decided: Any, judged: Any = None) -> None:
        self._decided, self._judged = decided, judged
        self.asked: list[tuple[Any, ...]] = []

    def decide(self, *words: Any, **more: Any) -> Decided:
        self.asked.append(("decide", words, more))
        return self._say(self._decided)

    def judge_result(self, *words: Any, **more: Any) -> JudgedResult:
        self.asked.append(("result", words, more))
        return self._say(self._judged)

    @staticmethod
    def _say(told: Any) -> Any:
        if isinstance(told, Exception):
            raise told
        return told


class AsyncGateway(Gateway):
    async def decide(self, *words: Any, **more: Any) -> Decided:  # type: ignore[override]
        return super().decide(*words, **more)

    async def judge_result(self, *words: Any, **more: Any) -> JudgedResult:  # type: ignore[override]
        return super().judge_result(*words, **more)


Outcome = tuple[Any, list[dict[str, Any]], list[tuple[Any, ...]]]
Play = Callable[..., Outcome]


def sync(decided: Any, judged: Any = None, *, given: Any = "ok", settings: GateSettings | None = None) -> Outcome:
    gateway, ran = Gateway(decided, judged), []

    def run(arguments: dict[str, Any]) -> Any:
        ran.append(arguments)
        return given

    try:
        return ToolGate(gateway, settings).run(ASKED, run, read=_read), ran, gateway.asked  # type: ignore[arg-type]
    except CallStoppedError as error:
        return error, ran, gateway.asked


def from_loop(decided: Any, judged: Any = None, *, given: Any = "ok", settings: GateSettings | None = None) -> Outcome:
    gateway, ran = AsyncGateway(decided, judged), []

    async def run(arguments: dict[str, Any]) -> Any:
        ran.append(arguments)
        return given

    async def story() -> Any:
        return await AsyncToolGate(gateway, settings).run(ASKED, run, read=_read)  # type: ignore[arg-type]

    try:
        return asyncio.run(story()), ran, gateway.asked
    except CallStoppedError as error:
        return error, ran, gateway.asked


def _read(value: Any) -> str | None:
    return value if isinstance(value, str) else None


both = pytest.mark.parametrize("play", [sync, from_loop])
YES = Decided("allow", "dec_1", "call_1", "s.m")
FINE = JudgedResult("allow", "dec_2")


@both
def test_an_allowed_call_runs_once_and_its_result_is_asked_about(play: Play) -> None:
    told, ran, asked = play(YES, FINE, settings=GateSettings(session="s1", model="demo"))
    assert (told, ran) == (("ok", None), [{"q": "Ada"}])
    assert asked == [
        ("decide", ("crm", {"q": "Ada"}),
         {"call": "c1", "definition": {"name": "crm"}, "messages": ASKED.messages, "session": "s1"}),
        ("result", ("crm", {"q": "Ada"}, "ok"), {"call": "call_1", "model": "demo", "session": "s.m"}),
    ]  # fmt: skip


@both
@pytest.mark.parametrize("effect", ["hold", "deny", "cut"])
def test_what_is_not_allowed_does_not_run(play: Play, effect: str) -> None:
    error, ran, _ = play(Decided(effect, "dec_1", "call_1", message="GOV-1: no."))  # type: ignore[arg-type]
    assert ran == []
    assert (error.effect, error.decision, error.ran, error.code) == (effect, "dec_1", False, "WL-SDK-007")
    assert error.message.startswith("GOV-1: no.")
    assert ("A person must decide" in error.message) is (effect == "hold")


@both
def test_a_masked_call_runs_with_what_was_masked_and_its_result_names_that(play: Play) -> None:
    told, ran, asked = play(Decided("transform", "dec_1", "call_1", arguments={"q": "[name]"}), FINE)
    assert (told, ran) == (("ok", None), [{"q": "[name]"}])
    assert asked[1][1] == ("crm", {"q": "[name]"}, "ok")


@both
def test_without_an_answer_nothing_runs(play: Play) -> None:
    error, ran, _ = play(AWAY)
    assert (ran, error.ran, error.effect) == ([], False, "")
    assert "not made" in error.message


@both
def test_a_gateway_that_does_not_take_the_question_is_told_to_the_program(play: Play) -> None:
    with pytest.raises(InputError, match="WL-SDK-002"):
        play(WRONG)
    with pytest.raises(InputError, match="WL-SDK-002"):
        play(YES, WRONG)


@both
def test_a_masked_result_is_read_instead(play: Play) -> None:
    assert play(YES, JudgedResult("transform", "dec_2", result="[name]"))[0] == ("ok", "[name]")


@both
@pytest.mark.parametrize(
    "judged", [AWAY, JudgedResult("deny", "dec_2"), JudgedResult("hold", "dec_2"), JudgedResult("cut", "dec_2")]
)
def test_a_result_that_may_not_be_read_is_withheld(play: Play, judged: Any) -> None:
    error, ran, _ = play(YES, judged)
    assert ran == [{"q": "Ada"}]
    assert error.ran
    assert "withheld" in error.message


@both
def test_what_nobody_can_read_is_withheld(play: Play) -> None:
    error, ran, asked = play(YES, FINE, given=b"picture")
    assert len(ran) == 1
    assert error.ran
    assert len(asked) == 1


@both
def test_results_are_not_asked_about_where_that_is_switched_off(play: Play) -> None:
    told, _, asked = play(YES, settings=GateSettings(results=False), given=b"picture")
    assert told == (b"picture", None)
    assert len(asked) == 1


def test_words_for_what_says_nothing() -> None:
    with pytest.raises(CallStoppedError, match="refused"):
        arguments_to_run(Decided("deny", "dec_1", "call_1"), ASKED)
    with pytest.raises(CallStoppedError, match="withheld"):
        text_to_read(JudgedResult("deny", "dec_1"), "x")
