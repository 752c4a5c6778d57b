"""What the configuration names: models with their concrete upstreams, and tools.

Everything else is unregistered, and base policy denies what nobody registered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from wardlaw.config.model import Config, Model, RegisteredTool, SecretRef, Upstream
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.errors import InputError
from wardlaw.facts.resource import Resource, ResourceKind, ToolEffect, Trust
from wardlaw.facts.routes import UpstreamKind
from wardlaw.gateway.upstream import Destination

NOWHERE = Destination("", "", "", "", "unknown", Trust.UNKNOWN.value, 1.0, 1.0, 1.0, 1.0)


class Candidate(msgspec.Struct, frozen=True):
    """One concrete way to carry out a model call; each is decided for itself."""

    resource: Resource
    destination: Destination


class Registry:
    """Lookups over the configuration; immutable.

    Args:
        config: The configuration in force.
        resolve: Turns a secret reference into its text (file or environment).
    """

    def __init__(self, config: Config, resolve: Callable[[SecretRef], str]) -> None:
        self._upstreams = {upstream.name: upstream for upstream in config.upstreams}
        self._resolve = resolve
        self._tools = {tool.name: tool for tool in config.tools}
        self._models = {model.name: self._candidates(model) for model in config.models}
        self._routes = {model.name: frozenset(model.routes) for model in config.models}
        self._modes = {name: surface.mode for name, surface in config.gateway.routes.items()}
        self._mode = config.installation.mode
        self.model_names: tuple[str, ...] = tuple(model.name for model in config.models)

    def _candidates(self, model: Model) -> tuple[Candidate, ...]:
        found: list[Candidate] = []
        for link in model.upstreams:
            upstream = self._upstreams.get(link.name)
            if upstream is None:
                continue
            region = link.region or upstream.region
            resource = Resource(
                kind=ResourceKind.MODEL,
                id=f"model:{model.name}",
                registered=True,
                upstream=upstream.name,
                destination_registered=True,
                region=region,
                trust=upstream.trust,
            )
            found.append(Candidate(resource, self._destination(upstream, link.model or model.name, region)))
        return tuple(found)

    def _destination(self, upstream: Upstream, model: str, region: str) -> Destination:
        return Destination(
            name=upstream.name,
            url=upstream.url.rstrip("/"),
            credential=self._resolve(upstream.key) if upstream.key else "",
            model=model,
            region=region,
            trust=upstream.trust.value,
            connect_timeout_s=upstream.connect_timeout_s,
            first_byte_timeout_s=upstream.first_byte_timeout_s,
            idle_timeout_s=upstream.idle_timeout_s,
            total_timeout_s=upstream.total_timeout_s,
            headers=tuple((name, self._header(value)) for name, value in upstream.headers.items()),
            kind=upstream.kind,
        )

    def _header(self, value: str) -> str:
        for kind in ("env", "file"):
            if value.startswith(kind + ":"):
                return self._resolve(SecretRef(kind, value[len(kind) + 1 :]))
        return value

    def candidates(self, model: str, route: str, kind: UpstreamKind = UpstreamKind.OPENAI) -> Sequence[Candidate]:
        """Ways to call a model, in order of preference; for an unknown model one that base policy denies.

        Args:
            kind: Which protocol the request is in; only upstreams that speak it are asked.

        Raises:
            OtherProtocolError: None of the model's upstreams does.
        """
        routes = self._routes.get(model, frozenset())
        known = self._models.get(model, ())
        if known and (not routes or route in routes):
            fitting = tuple(candidate for candidate in known if candidate.destination.kind is kind)
            if not fitting:
                raise _other_protocol(model, kind)
            return fitting
        unknown = Resource(kind=ResourceKind.MODEL, id=f"model:{model[:200]}", registered=False)
        return (Candidate(unknown, NOWHERE),)

    def first(self, model: str) -> Resource:
        """A model at its first upstream, whatever routes serve it; an unknown one is denied by base policy."""
        known = self._models.get(model)
        if known:
            return known[0].resource
        return Resource(kind=ResourceKind.MODEL, id=f"model:{model[:200]}", registered=False)

    def tool(self, name: str) -> Resource:
        """A tool as a resource; an unregistered one has effect ``unknown`` and is denied by base policy."""
        tool = self._tools.get(name)
        return Resource(
            kind=ResourceKind.TOOL,
            id=f"tool:{name[:200]}",
            registered=tool is not None,
            effect=tool.effect if tool is not None else ToolEffect.UNKNOWN,
            trust=Trust.UNKNOWN,
        )

    def rows_argument(self, name: str) -> str:
        """Argument that bounds a tool's rows; ``""`` when the usual names hold."""
        tool: RegisteredTool | None = self._tools.get(name)
        return tool.rows_argument if tool is not None else ""

    def mode(self, route: str) -> RouteMode:
        """How a route stands: observing when the installation or the route does."""
        if self._mode is RouteMode.OBSERVE:
            return RouteMode.OBSERVE
        return self._modes.get(route, RouteMode.ENFORCE)


class OtherProtocolError(InputError):
    """The model is registered, but with upstreams of another protocol only."""


def _other_protocol(model: str, kind: UpstreamKind) -> OtherProtocolError:
    where = "/v1/messages" if kind is UpstreamKind.OPENAI else "/v1/chat/completions"
    return OtherProtocolError(
        "WL-GWY-012",
        f"No upstream of the model {model[:200]} speaks the protocol of this path.",
        f"Ask for it at {where}.",
    )
