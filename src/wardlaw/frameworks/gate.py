"""Asking before a tool runs and before a model reads what it gave; the same for every framework.

Whatever cannot be judged does not happen: without an answer the tool is not run, and what it gave is not handed on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.client import AsyncClient, Client
from wardlaw.facts.errors import RefusedError, UnavailableError
from wardlaw.verdicts import Decided, JudgedResult

_UNJUDGED = "The call could not be judged now, so it was not made. Try again later."
_UNREAD = "The tool ran, but what it gave could not be judged, so it is withheld. Do not run it again for that."
_OTHER = "The tool ran, but what it gave is of a kind nobody could read, so it is withheld."


class CallStoppedError(RefusedError):
    """The tool was not run, or what it gave may not be read; ``message`` is for the model.

    Attributes:
        effect: ``hold``, ``deny`` or ``cut``; ``""`` when it could not be judged.
        decision: Id of the decision; ``""`` when there is none.
        ran: The tool has run.
    """

    def __init__(self, message: str, *, effect: str = "", decision: str = "", ran: bool = False) -> None:
        super().__init__("WL-SDK-007", message)
        self.effect = effect
        self.decision = decision
        self.ran = ran


class ToolAsk(msgspec.Struct, frozen=True):
    """One call that a model wants.

    Attributes:
        call: Id the model gave it.
        messages: The conversation that led to it, in chat form.
    """

    tool: str
    arguments: Mapping[str, Any]
    call: str = ""
    definition: Mapping[str, Any] | None = None
    messages: Sequence[Mapping[str, Any]] = ()


class GateSettings(msgspec.Struct, frozen=True):
    """How a gate asks.

    Attributes:
        session: The conversation, where it goes by a name of its own.
        model: Registered model that reads what tools give; without one it goes nowhere that is trusted.
        results: What tools give is judged too.
    """

    session: str = ""
    model: str = ""
    results: bool = True


def arguments_to_run(decided: Decided, asked: ToolAsk) -> dict[str, Any]:
    """The arguments the tool may be run with.

    Raises:
        CallStoppedError: It may not be run.
    """
    if decided.effect == "allow":
        return dict(asked.arguments)
    if decided.effect == "transform" and decided.arguments is not None:
        return decided.arguments
    message = decided.message or "The call was refused."
    if decided.effect == "hold":
        message = f"{message} A person must decide: do not try another way to the same end."
    raise CallStoppedError(message, effect=decided.effect, decision=decided.decision)


def text_to_read(judged: JudgedResult, text: str) -> str:
    """What a model may read of what a tool gave.

    Raises:
        CallStoppedError: Nothing of it.
    """
    if judged.effect == "allow":
        return text
    if judged.effect == "transform" and judged.result is not None:
        return judged.result
    message = f"The tool ran, but what it gave is withheld. {judged.message}".strip()
    raise CallStoppedError(message, effect=judged.effect, decision=judged.decision, ran=True)


class ToolGate:
    """Runs tools behind the gateway's verdicts, blocking."""

    def __init__(self, client: Client, settings: GateSettings | None = None) -> None:
        self._client = client
        self._settings = settings or GateSettings()

    def run(
        self, asked: ToolAsk, run: Callable[[dict[str, Any]], Any], *, read: Callable[[Any], str | None]
    ) -> tuple[Any, str | None]:
        """Run a tool if it may be run.

        Args:
            run: Runs it with the arguments that may be used.
            read: What a model would read of what it gave; None for what is no text.

        Returns:
            What it gave, and the text to be read instead; None where it may be read as it is.

        Raises:
            CallStoppedError: It may not be run, or nothing of what it gave may be read.
            InputError: The gateway did not take the question: the key, or the set-up.
        """
        settings = self._settings
        try:
            decided = self._client.decide(
                asked.tool, asked.arguments, call=asked.call, definition=asked.definition, messages=asked.messages,
                session=settings.session,
            )  # fmt: skip
        except UnavailableError as error:
            raise CallStoppedError(_UNJUDGED) from error
        arguments = arguments_to_run(decided, asked)
        given = run(arguments)
        if not settings.results:
            return given, None
        text = _readable(given, read)
        try:
            judged = self._client.judge_result(
                asked.tool, arguments, text, call=decided.call, model=settings.model, session=decided.session
            )
        except UnavailableError as error:
            raise CallStoppedError(_UNREAD, decision=decided.decision, ran=True) from error
        return given, _instead(judged, text)


class AsyncToolGate:
    """Runs tools behind the gateway's verdicts, on an event loop; as ``ToolGate``."""

    def __init__(self, client: AsyncClient, settings: GateSettings | None = None) -> None:
        self._client = client
        self._settings = settings or GateSettings()

    async def run(
        self, asked: ToolAsk, run: Callable[[dict[str, Any]], Awaitable[Any]], *, read: Callable[[Any], str | None]
    ) -> tuple[Any, str | None]:
        """As ``ToolGate.run``."""
        settings = self._settings
        try:
            decided = await self._client.decide(
                asked.tool, asked.arguments, call=asked.call, definition=asked.definition, messages=asked.messages,
                session=settings.session,
            )  # fmt: skip
        except UnavailableError as error:
            raise CallStoppedError(_UNJUDGED) from error
        arguments = arguments_to_run(decided, asked)
        given = await run(arguments)
        if not settings.results:
            return given, None
        text = _readable(given, read)
        try:
            judged = await self._client.judge_result(
                asked.tool, arguments, text, call=decided.call, model=settings.model, session=decided.session
            )
        except UnavailableError as error:
            raise CallStoppedError(_UNREAD, decision=decided.decision, ran=True) from error
        return given, _instead(judged, text)


def _readable(given: Any, read: Callable[[Any], str | None]) -> str:
    text = read(given)
    if text is None:
        raise CallStoppedError(_OTHER, ran=True)
    return text


def _instead(judged: JudgedResult, text: str) -> str | None:
    told = text_to_read(judged, text)
    return None if judged.effect == "allow" else told
