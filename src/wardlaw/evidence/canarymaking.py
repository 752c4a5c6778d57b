"""One request that is what an example says, in the form of each surface."""

from __future__ import annotations

from collections.abc import Callable

from wardlaw.evidence.canary import CanaryRequest
from wardlaw.evidence.canarycontent import AbsentError, CanaryContent, InexpressibleError
from wardlaw.evidence.canaryfiles import batch_of, upload_of
from wardlaw.evidence.canaryplaces import Asking, caller_of, model_for, tool_for
from wardlaw.evidence.canarytexts import calm
from wardlaw.evidence.canarywire import (
    PATHS,
    RESULT_PATH,
    PlayedCall,
    answer_body,
    answer_text,
    arguments_of,
    asking_body,
    deciding_body,
    mcp_answer,
    mcp_body,
    result_body,
)
from wardlaw.facts import routes
from wardlaw.facts.action import Action


def request_of(asking: Asking, content: CanaryContent) -> CanaryRequest:
    """The one request that holds a content.

    Raises:
        InexpressibleError: None over this route can.
    """
    make = _MAKERS.get((asking.example.action, asking.route))
    if make is None:
        make = _USUAL.get(asking.example.action) if asking.route in PATHS else None
    if make is None:
        raise InexpressibleError(f"canaries are not sent over {asking.route}")
    if content.records and asking.route != routes.BATCHES:
        raise AbsentError("only a batch holds many requests")
    return make(asking, content)


def _ask_model(asking: Asking, content: CanaryContent) -> CanaryRequest:
    model = model_for(asking)
    body = asking_body(asking.route, content, model=model)
    answer = answer_body(asking.route, calm(), model=model)
    return CanaryRequest(PATHS[asking.route], body, answer, caller_of(asking))


def handed_in(asking: Asking, content: CanaryContent) -> CanaryRequest:
    """What a tool gave, handed in before a model reads it."""
    return CanaryRequest(RESULT_PATH, result_body(content, model=model_for(asking)), b"", caller_of(asking))


def _play_answer(asking: Asking, content: CanaryContent) -> CanaryRequest:
    model = model_for(asking)
    if content.images or content.hosted or content.body_bytes or content.foreign or content.broken:
        raise InexpressibleError("no answer can be that")
    body = asking_body(asking.route, CanaryContent(system=content.system), model=model)
    return CanaryRequest(
        PATHS[asking.route], body, answer_body(asking.route, answer_text(content), model=model), caller_of(asking)
    )


def _play_call(asking: Asking, content: CanaryContent) -> CanaryRequest:
    model, tool = model_for(asking), tool_for(asking)
    if content.people or content.images or content.result_bytes:
        raise InexpressibleError("no tool call can be that")
    call = PlayedCall(tool, arguments_of(content))
    body = asking_body(asking.route, CanaryContent(), model=model)
    return CanaryRequest(
        PATHS[asking.route], body, answer_body(asking.route, "", model=model, call=call), caller_of(asking)
    )


def _decide_call(asking: Asking, content: CanaryContent) -> CanaryRequest:
    if content.people or content.images or content.result_bytes:
        raise InexpressibleError("no tool call can be that")
    return CanaryRequest(PATHS[routes.DECIDE], deciding_body(content, tool_for(asking)), b"", caller_of(asking))


def _call_server(asking: Asking, content: CanaryContent) -> CanaryRequest:
    if content.people or content.images or content.result_bytes:
        raise InexpressibleError("no tool call can be that")
    body = mcp_body(content, tool_for(asking, behind=True))
    return CanaryRequest(PATHS[routes.MCP], body, mcp_answer(calm()), caller_of(asking))


_Maker = Callable[[Asking, CanaryContent], CanaryRequest]
_MAKERS: dict[tuple[Action, str], _Maker] = {
    (Action.MODEL_CALL, routes.FILES): upload_of,
    (Action.MODEL_CALL, routes.BATCHES): batch_of,
    (Action.MODEL_CALL, routes.DECIDE): handed_in,
    (Action.TOOL_CALL, routes.DECIDE): _decide_call,
    (Action.TOOL_CALL, routes.MCP): _call_server,
}
_USUAL: dict[Action, _Maker] = {
    Action.MODEL_CALL: _ask_model,
    Action.MODEL_ANSWER: _play_answer,
    Action.TOOL_CALL: _play_call,
}
