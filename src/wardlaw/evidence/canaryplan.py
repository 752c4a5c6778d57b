"""Which canaries an installation needs: every clause that stops something, on every route it can be met on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo

import msgspec

from wardlaw.evidence.canary import Canary, Surroundings
from wardlaw.evidence.canarycontent import AbsentError, InexpressibleError, attributes_read, content_of
from wardlaw.evidence.canarygrants import GRANTS, grant_of
from wardlaw.evidence.canaryplaces import Asking, system_for
from wardlaw.evidence.canarysteps import steps_of
from wardlaw.evidence.canarytexts import Planted
from wardlaw.evidence.canarywire import ANSWERING, ASKING, CALLING
from wardlaw.facts import routes
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Example
from wardlaw.facts.effect import Effect, Mode
from wardlaw.governance.compile import validity_bounds
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.examples import matches

_TIMES = ("hour", "weekday", "epoch")
_ROUTES = {
    Action.MODEL_CALL: ASKING,
    Action.MODEL_ANSWER: ANSWERING,
    Action.TOOL_CALL: CALLING,
    Action.GRANT: (),
}


class CanaryNeeds(msgspec.Struct, frozen=True):
    """What a plan is made for.

    Attributes:
        around: What of the installation canaries can be sent to.
        planted: What is registered for canaries alone.
        at: Unix seconds.
        zone: Time zone that clauses on hours and weekdays mean.
    """

    around: Surroundings
    planted: Planted
    at: float
    zone: tzinfo = UTC


def plan_canaries(
    clauses: Iterable[CompiledClause], around: Surroundings, planted: Planted, *, at: float, zone: tzinfo = UTC
) -> tuple[Canary, ...]:
    """A canary for each clause and route, or why there is none; by clause and route.

    Only clauses that stop something now are asked for: in force, and within their days.

    Args:
        at: Unix seconds.
        zone: Time zone that clauses on hours and weekdays mean.
    """
    needs = CanaryNeeds(around, planted, at, zone)
    found: list[Canary] = []
    for compiled in clauses:
        if compiled.mode is Mode.ENFORCE and _holds(compiled, at):
            found += _of_clause(compiled, needs)
    return tuple(sorted(found, key=lambda one: (one.clause, one.route)))


def _holds(compiled: CompiledClause, at: float) -> bool:
    if compiled.clause is None:
        return True
    first, end = validity_bounds(compiled.clause)
    return (first is None or at >= first) and (end is None or at < end)


def _of_clause(compiled: CompiledClause, needs: CanaryNeeds) -> list[Canary]:
    stopping = [one for one in compiled.examples if one.effect is not Effect.ALLOW]
    by_route: dict[str, list[Example]] = {}
    for example in stopping:
        for route in _routes_of(example, needs.around):
            by_route.setdefault(route, []).append(example)
    if not by_route:
        return [_unsaid(compiled, "none", "no route is served on which an example of it could be met")]
    found = [_of_route(compiled, route, examples, needs) for route, examples in by_route.items()]
    if all(one.is_absent for one in found):
        # A clause that has nothing to stop anywhere proves nothing by that.
        return [msgspec.structs.replace(one, is_absent=False) for one in found]
    return found


def _routes_of(example: Example, around: Surroundings) -> Sequence[str]:
    if example.action is Action.GRANT:
        return (GRANTS,)
    named = example.context.get("route")
    if isinstance(named, str):
        return (named,)
    served = {place.route for place in around.models} | {routes.SCAN, routes.MODERATIONS, routes.DECIDE}
    if around.has_servers:
        served.add(routes.MCP)
    if around.keeper is not None:
        served |= {routes.FILES} | ({routes.BATCHES} if around.batched else set())
    return [route for route in _ROUTES[example.action] if route in served]


def _of_route(compiled: CompiledClause, route: str, examples: Sequence[Example], needs: CanaryNeeds) -> Canary:
    """The example that can be tried over the route with the fewest requests; else the first reason why none can."""
    if route in needs.around.observing:
        return _unsaid(compiled, route, "the route observes: nothing is stopped on it", examples[0])
    found: list[Canary] = []
    whys: list[InexpressibleError] = []
    waiting = ""
    for example in examples:
        if waits := _waits(compiled, example, needs):
            waiting = waits
            continue
        try:
            found.append(_tried(compiled, route, example, needs))
        except InexpressibleError as error:
            whys.append(error)
            continue
        if not found[-1].before:
            break
    if found:
        return min(found, key=lambda one: len(one.before))
    if waiting:
        return msgspec.structs.replace(_unsaid(compiled, route, waiting, examples[0]), waits=True)
    absent = all(isinstance(one, AbsentError) for one in whys)
    return msgspec.structs.replace(_unsaid(compiled, route, str(whys[0]), examples[0]), is_absent=absent)


def _tried(compiled: CompiledClause, route: str, example: Example, needs: CanaryNeeds) -> Canary:
    canary = Canary(compiled.id, route, compiled.effect, compiled.text, example)
    if example.action is Action.GRANT:
        return msgspec.structs.replace(canary, grant=grant_of(compiled, example, at=needs.at))
    asking = Asking(compiled, example, route, needs.around)
    asking = msgspec.structs.replace(asking, system=system_for(asking))
    steps = steps_of(asking, content_of(compiled, example, needs.planted))
    largest = max(len(one.body) for one in steps.requests)
    if largest > needs.around.body_bytes:
        raise InexpressibleError(f"its body would have {largest} bytes, and {needs.around.body_bytes} are taken")
    packed = {id(one): one.packed() for one in steps.requests}  # many steps are one and the same request
    *before, last = (packed[id(one)] for one in steps.requests)
    return msgspec.structs.replace(
        canary,
        request=last,
        before=tuple(before),
        after=steps.after,
        is_probing=steps.is_probing,
    )


def _waits(compiled: CompiledClause, example: Example, needs: CanaryNeeds) -> str:
    """Why it is not the time to try an example; ``""`` when it is, or the clause does not ask for the time."""
    read = attributes_read(compiled)
    asked = [name for name in _TIMES if (name in example.context if read is None else name in read)]
    if not asked:
        return ""
    local = datetime.fromtimestamp(needs.at, tz=needs.zone)
    now = {"hour": local.hour, "weekday": local.isoweekday(), "epoch": int(needs.at)}
    context = {**example.context, **{name: now[name] for name in asked}}
    if matches(compiled.text, msgspec.structs.replace(example, context=context)):
        return ""
    return f"canaries set no clocks: it asks about the {' and the '.join(asked)}, and is tried when its time comes"


def _unsaid(compiled: CompiledClause, route: str, why: str, example: Example | None = None) -> Canary:
    return Canary(compiled.id, route, compiled.effect, compiled.text, example, None, why)
