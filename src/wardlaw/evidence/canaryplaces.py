"""As whom, to which model and with which tool of an installation a canary comes: what its example says, or the ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import msgspec

from wardlaw.evidence.canary import CanaryCaller, ModelPlace, Surroundings, ToolPlace
from wardlaw.evidence.canarycontent import AbsentError, InexpressibleError, attributes_read, tests_of
from wardlaw.facts import routes
from wardlaw.facts.action import Action
from wardlaw.facts.clause import Example
from wardlaw.facts.resource import ToolEffect
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.examples import request_context
from wardlaw.register.system import System

UNKNOWN_MODEL, _UNKNOWN_TOOL = "wardlaw-canary-unknown", "wardlaw_canary_unknown"
# What chooses the tool or the model, asked about or not: another would be refused, or do something else.
_ALWAYS = frozenset(("resourceRegistered", "toolEffect", "toolEffects"))
_OUTWARD = (ToolEffect.EGRESS, ToolEffect.SHARE, ToolEffect.PAYMENT)


class Asking(msgspec.Struct, frozen=True):
    """An example of a clause that is to be met on a route of an installation.

    Attributes:
        system: Whose traffic it is to be; None where the clause does not ask.
    """

    compiled: CompiledClause
    example: Example
    route: str
    around: Surroundings
    system: System | None = None

    def wants(self, name: str) -> object:
        """The value the example gives an attribute; ``None`` where it says nothing, or the clause does not ask."""
        read = attributes_read(self.compiled)
        return self.example.context.get(name) if read is None or name in read or name in _ALWAYS else None


def caller_of(asking: Asking) -> CanaryCaller:
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
        system=asking.system.id if asking.system is not None else "",
    )


def system_for(asking: Asking) -> System | None:
    """A registered system whose traffic the example is, as far as the clause asks; None where it does not.

    Raises:
        InexpressibleError: No such system is registered, or it is not met on this route.
    """
    said, clause = asking.wants("systems"), asking.compiled.clause
    has = [str(one) for one in said] if isinstance(said, list) else []
    tests = tests_of(clause.when) if clause is not None else ()
    asked = [test.contains_any or () for test in tests if test.attribute == "systems"]
    if not has or (clause is not None and not asked):
        return None
    named = [one for one in has if not asked or any(one in some or "*" in some for some in asked)]
    # A clause that asks for any system at all means no particular one.
    fitting = [one for one in asking.around.systems if one.id in named or any("*" in some for some in asked)]
    together = [test.contains_any or () for test in clause.when.all if test.attribute == "systems"] if clause else []
    fitting = [one for one in fitting if all(one.id in some or "*" in some for some in together)]
    if not fitting:
        raise InexpressibleError(f"no system {' or '.join(named)} of the register can be what it asks for")
    met = [one for one in fitting if not one.routes or any(fnmatchcase(asking.route, name) for name in one.routes)]
    if not met:
        raise AbsentError(f"the system {fitting[0].id} has no traffic on {asking.route}")
    return met[0]


def model_for(asking: Asking) -> str:
    """A model that stands where the example says; ``""`` where the route needs none.

    Raises:
        InexpressibleError: There is none.
    """
    if asking.wants("destinationRegistered") is False:
        raise InexpressibleError("every upstream of a registered model is named in the configuration")
    if asking.wants("resourceRegistered") is False and asking.example.action is not Action.TOOL_CALL:
        return UNKNOWN_MODEL
    read = asking.compiled.clause is None or bool(asking.compiled.clause.resources)
    resource = asking.example.resource
    named = resource.removeprefix("model:") if read and not resource.startswith("tool:") else ""
    elsewhere = asking.route in (routes.SCAN, routes.MODERATIONS, routes.DECIDE)
    wanted = {name: asking.wants(name) for name in ("region", "destinationTrust", "upstream")}
    of = asking.system.models if asking.system is not None else ()
    if elsewhere and not (named or of) and all(value in (None, "unknown", "public") for value in wanted.values()):
        return ""  # what is judged for nobody in particular goes to nowhere that clauses would trust
    places = asking.around.models if elsewhere else [p for p in asking.around.models if p.route == asking.route]
    for place in places:
        mine = not of or any(fnmatchcase(place.name, one) for one in of)
        if mine and _stands(place, wanted) and (not named or fnmatchcase(place.name, named)):
            return place.name
    if of and asking.system is not None:
        raise InexpressibleError(f"no model of the system {asking.system.id} is served as it asks")
    told = ", ".join(f"{name} {value}" for name, value in wanted.items() if value is not None)
    if told:
        raise InexpressibleError(f"no model on this route stands in {told}")
    raise InexpressibleError(f"no model {named} is served here" if named else "no model is served here")


def stands_where_wanted(asking: Asking, place: ModelPlace) -> bool:
    """Whether a model or keeper of files stands where the example says."""
    return _stands(place, {name: asking.wants(name) for name in ("region", "destinationTrust", "upstream")})


def _stands(place: ModelPlace, wanted: dict[str, object]) -> bool:
    has = {"region": place.region, "destinationTrust": place.trust.value, "upstream": place.upstream}
    return all(value is None or has[name] == value for name, value in wanted.items())


def tool_for(asking: Asking, *, behind: bool = False) -> str:
    """A registered tool that does what the example says.

    Raises:
        InexpressibleError: There is none.
    """
    if asking.wants("resourceRegistered") is False:
        return _UNKNOWN_TOOL
    wanted = _effects_wanted(asking)
    named = asking.compiled.clause.resources if asking.compiled.clause is not None else ()
    fitting = [tool for tool in _tools(asking, behind=behind) if not named or _is_named(tool, named)]
    for effect in wanted:
        for tool in fitting:
            if tool.effect.value == effect:
                return tool.name
    if fitting and (not wanted or (named and wanted[0] == ToolEffect.UNKNOWN.value)):
        return fitting[0].name
    where = "behind /mcp " if behind else ""
    what = f"with the effect {wanted[0]}" if wanted else "that the clause names"
    raise InexpressibleError(f"no tool {where}{what} is registered")


def reading_tool(asking: Asking, *, behind: bool = False) -> str:
    """A registered tool that only reads; ``""`` where there is none."""
    return next(
        (tool.name for tool in _tools(asking, behind=behind) if tool.effect is ToolEffect.READ),
        "",
    )


def _tools(asking: Asking, *, behind: bool) -> list[ToolPlace]:
    return [tool for tool in asking.around.tools if bool(tool.server) == behind]


def _is_named(tool: ToolPlace, named: Sequence[str]) -> bool:
    return any(fnmatchcase(f"tool:{tool.name}", one) for one in named)


def _effects_wanted(asking: Asking) -> list[str]:
    """Effects of which the tool must have one, the example's first: others that the clause takes for the same do as well."""
    effect, effects = asking.wants("toolEffect"), asking.wants("toolEffects")
    first = str(effect) if effect is not None else str(effects[0]) if isinstance(effects, list) and effects else ""
    if not first:
        return []
    clause = asking.compiled.clause
    conditions = [clause.when] if clause is not None else []
    tests = [test for one in conditions for test in (*one.all, *one.any)]
    asked = [test for test in tests if test.attribute in ("toolEffect", "toolEffects")]
    also = [str(one) for test in asked for one in (*(test.one_of or ()), *(test.contains_any or ()))]
    if not asked and clause is not None and first in _OUTWARD:
        also = [one.value for one in _OUTWARD]
    return list(dict.fromkeys([first, *also]))
