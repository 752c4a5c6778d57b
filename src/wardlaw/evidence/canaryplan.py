"""Which canaries an installation needs: every clause that stops something, on every route it can be met on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from wardlaw.evidence.canary import Canary, CanaryCaller, CanaryRequest, ModelPlace, Surroundings
from wardlaw.evidence.canarycontent import CanaryContent, InexpressibleError, attributes_read, content_of
from wardlaw.evidence.canarytexts import Planted, calm
from wardlaw.evidence.canarywire import (
    ANSWERING,
    ASKING,
    CALLING,
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
from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.resource import ToolEffect
from wardlaw.governance.compile import validity_bounds
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.examples import request_context

_UNKNOWN_MODEL, _UNKNOWN_TOOL = "wardlaw-canary-unknown", "wardlaw_canary_unknown"
# What chooses the tool or the model, asked about or not: another would be refused, or do something else.
_ALWAYS = frozenset(("resourceRegistered", "toolEffect", "toolEffects"))
_ROUTES = {
    Action.MODEL_CALL: ASKING,
    Action.MODEL_ANSWER: ANSWERING,
    Action.TOOL_CALL: CALLING,
    Action.GRANT: (),
}


def plan_canaries(
    clauses: Iterable[CompiledClause], around: Surroundings, planted: Planted, *, at: float
) -> tuple[Canary, ...]:
    """A canary for each clause and route, or why there is none; by clause and route.

    Only clauses that stop something now are asked for: in force, and within their days.

    Args:
        at: Unix seconds.
    """
    found: list[Canary] = []
    for compiled in clauses:
        if compiled.mode is Mode.ENFORCE and _holds(compiled, at):
            found += _of_clause(compiled, around, planted)
    return tuple(sorted(found, key=lambda one: (one.clause, one.route)))


def _holds(compiled: CompiledClause, at: float) -> bool:
    if compiled.clause is None:
        return True
    first, end = validity_bounds(compiled.clause)
    return (first is None or at >= first) and (end is None or at < end)


def _of_clause(compiled: CompiledClause, around: Surroundings, planted: Planted) -> list[Canary]:
    stopping = [one for one in compiled.examples if one.effect is not Effect.ALLOW]
    by_route: dict[str, list[Example]] = {}
    for example in stopping:
        for route in _routes_of(example, around):
            by_route.setdefault(route, []).append(example)
    if not by_route:
        return [_unsaid(compiled, "grants", "a grant is judged where it stands, and canaries grant nothing")]
    return [_of_route(compiled, route, examples, around, planted) for route, examples in by_route.items()]


def _routes_of(example: Example, around: Surroundings) -> Sequence[str]:
    named = example.context.get("route")
    if isinstance(named, str):
        return (named,)
    served = {place.route for place in around.models}
    standing = {routes.SCAN, routes.MODERATIONS, routes.DECIDE}
    if around.has_servers:
        standing.add(routes.MCP)
    return [route for route in _ROUTES[example.action] if route in served | standing]


def _of_route(
    compiled: CompiledClause, route: str, examples: Sequence[Example], around: Surroundings, planted: Planted
) -> Canary:
    """The first example that a request over the route can be; else the first reason why not."""
    if route in around.observing:
        return _unsaid(compiled, route, "the route observes: nothing is stopped on it", examples[0])
    whys: list[str] = []
    for example in examples:
        try:
            request = _request(_Asking(compiled, example, route, around), content_of(compiled, example, planted))
        except InexpressibleError as error:
            whys.append(str(error))
            continue
        if len(request.body) > around.body_bytes:
            whys.append(f"its body would have {len(request.body)} bytes, and {around.body_bytes} are taken")
            continue
        return Canary(compiled.id, route, compiled.effect, compiled.text, example, request)
    return _unsaid(compiled, route, whys[0], examples[0])


def _unsaid(compiled: CompiledClause, route: str, why: str, example: Example | None = None) -> Canary:
    return Canary(compiled.id, route, compiled.effect, compiled.text, example, None, why)


class _Asking(msgspec.Struct, frozen=True):
    compiled: CompiledClause
    example: Example
    route: str
    around: Surroundings

    def wants(self, name: str) -> object:
        """The value the example gives an attribute; ``None`` where it says nothing, or the clause does not ask."""
        read = attributes_read(self.compiled)
        return self.example.context.get(name) if read is None or name in read or name in _ALWAYS else None


def _request(asking: _Asking, content: CanaryContent) -> CanaryRequest:
    make = _MAKERS.get((asking.example.action, asking.route))
    if make is None:
        make = _USUAL.get(asking.example.action) if asking.route in PATHS else None
    if make is None:
        raise InexpressibleError(f"canaries are not sent over {asking.route}")
    return make(asking, content)


def _ask_model(asking: _Asking, content: CanaryContent) -> CanaryRequest:
    model = _model(asking)
    body = asking_body(asking.route, content, model=model)
    answer = answer_body(asking.route, calm(), model=model)
    return CanaryRequest(PATHS[asking.route], body, answer, _caller(asking))


def _hand_in_result(asking: _Asking, content: CanaryContent) -> CanaryRequest:
    return CanaryRequest(RESULT_PATH, result_body(content, model=_model(asking)), b"", _caller(asking))


def _play_answer(asking: _Asking, content: CanaryContent) -> CanaryRequest:
    model = _model(asking)
    if content.images or content.hosted or content.body_bytes or content.foreign or content.broken:
        raise InexpressibleError("no answer can be that")
    body = asking_body(asking.route, CanaryContent(), model=model)
    return CanaryRequest(
        PATHS[asking.route], body, answer_body(asking.route, answer_text(content), model=model), _caller(asking)
    )


def _play_call(asking: _Asking, content: CanaryContent) -> CanaryRequest:
    model, tool = _model(asking), _tool(asking)
    if content.foreign or content.people or content.images or content.result_bytes:
        raise InexpressibleError("no tool call can be that")
    call = PlayedCall(tool, arguments_of(content))
    body = asking_body(asking.route, CanaryContent(), model=model)
    return CanaryRequest(
        PATHS[asking.route], body, answer_body(asking.route, "", model=model, call=call), _caller(asking)
    )


def _decide_call(asking: _Asking, content: CanaryContent) -> CanaryRequest:
    if content.people or content.images or content.result_bytes:
        raise InexpressibleError("no tool call can be that")
    return CanaryRequest(PATHS[routes.DECIDE], deciding_body(content, _tool(asking)), b"", _caller(asking))


def _call_server(asking: _Asking, content: CanaryContent) -> CanaryRequest:
    if content.foreign or content.people or content.images or content.result_bytes:
        raise InexpressibleError("no tool call can be that")
    body = mcp_body(content, _tool(asking, behind=True))
    return CanaryRequest(PATHS[routes.MCP], body, mcp_answer(calm()), _caller(asking))


_Maker = Callable[[_Asking, CanaryContent], CanaryRequest]
_MAKERS: dict[tuple[Action, str], _Maker] = {
    (Action.MODEL_CALL, routes.DECIDE): _hand_in_result,
    (Action.TOOL_CALL, routes.DECIDE): _decide_call,
    (Action.TOOL_CALL, routes.MCP): _call_server,
}
_USUAL: dict[Action, _Maker] = {
    Action.MODEL_CALL: _ask_model,
    Action.MODEL_ANSWER: _play_answer,
    Action.TOOL_CALL: _play_call,
}


def _caller(asking: _Asking) -> CanaryCaller:
    """As whom the example comes: what it says, and the ordinary where it says nothing."""
    context = request_context(asking.example)
    groups = context["groups"]
    return CanaryCaller(
        kind=asking.example.principal,
        team=str(context["team"]),
        groups=tuple(groups) if isinstance(groups, list) else (),
        registered=bool(context["principalRegistered"]),
        for_person=bool(context["actsForPerson"]),
        user_channel=bool(context["userChannel"]),
    )


def _model(asking: _Asking) -> str:
    """A model that stands where the example says; ``""`` where the route needs none.

    Raises:
        InexpressibleError: There is none.
    """
    if asking.wants("destinationRegistered") is False:
        raise InexpressibleError("every upstream of a registered model is named in the configuration")
    if asking.wants("resourceRegistered") is False:
        return _UNKNOWN_MODEL
    read = asking.compiled.clause is None or bool(asking.compiled.clause.resources)
    named = asking.example.resource.removeprefix("model:") if read else ""
    elsewhere = asking.route in (routes.SCAN, routes.MODERATIONS, routes.DECIDE)
    wanted = {name: asking.wants(name) for name in ("region", "destinationTrust", "upstream")}
    if elsewhere and not named and all(value in (None, "unknown", "public") for value in wanted.values()):
        return ""  # what is judged for nobody in particular goes to nowhere that clauses would trust
    places = asking.around.models if elsewhere else [p for p in asking.around.models if p.route == asking.route]
    for place in places:
        if _stands(place, wanted) and (not named or fnmatchcase(place.name, named)):
            return place.name
    told = ", ".join(f"{name} {value}" for name, value in wanted.items() if value is not None)
    raise InexpressibleError(
        f"no model on this route stands in {told}" if told else f"no model {named or ''} is served here"
    )


def _stands(place: ModelPlace, wanted: dict[str, object]) -> bool:
    has = {"region": place.region, "destinationTrust": place.trust.value, "upstream": place.upstream}
    return all(value is None or has[name] == value for name, value in wanted.items())


def _tool(asking: _Asking, *, behind: bool = False) -> str:
    """A registered tool that does what the example says.

    Raises:
        InexpressibleError: There is none.
    """
    if asking.wants("resourceRegistered") is False:
        return _UNKNOWN_TOOL
    tools = [tool for tool in asking.around.tools if bool(tool.server) == behind]
    effect = asking.wants("toolEffect")
    effects = asking.wants("toolEffects")
    wanted = str(effect) if effect is not None else ""
    if not wanted and isinstance(effects, list) and effects:
        wanted = str(effects[0])
    named = asking.compiled.clause.resources if asking.compiled.clause is not None else ()
    fitting = [tool for tool in tools if not named or any(fnmatchcase(f"tool:{tool.name}", one) for one in named)]
    for tool in fitting:
        if not wanted or tool.effect.value == wanted:
            return tool.name
    if named and fitting and wanted == ToolEffect.UNKNOWN.value:
        return fitting[0].name
    where = "behind /mcp " if behind else ""
    what = f"with the effect {wanted}" if wanted else "that the clause names"
    raise InexpressibleError(f"no tool {where}{what} is registered")
