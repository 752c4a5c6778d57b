"""What the configuration names: models with their concrete upstreams, and tools.

Everything else is unregistered, and base policy denies what nobody registered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from wardlaw.config.detection import Planting
from wardlaw.config.model import Config, KeyForm, Model, Upstream
from wardlaw.config.secretref import SecretRef
from wardlaw.config.tools import RegisteredTool
from wardlaw.config.upstreams import aws_region
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.errors import InputError
from wardlaw.facts.resource import Resource, ResourceKind, ToolEffect, Trust
from wardlaw.facts.routes import UpstreamKind, WireForm
from wardlaw.facts.toolclass import ToolClass, gravest
from wardlaw.gateway.credential import NO_CREDENTIAL, Credential
from wardlaw.gateway.destination import AwsIdentity, Destination
from wardlaw.gateway.kinds.table import KINDS
from wardlaw.gateway.toolclasses import ToolClasses

NOWHERE = Destination("", "", NO_CREDENTIAL, "", "unknown", Trust.UNKNOWN.value, 1.0, 1.0, 1.0, 1.0)


_OPENAI_FORM = MappingProxyType({WireForm.OPENAI: ""})


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
        self._classes = ToolClasses(config.tools, servers=[server.name for server in config.mcp.servers])
        self._models = {model.name: self._candidates(model) for model in config.models}
        self._translating = frozenset(model.name for model in config.models if model.translate)
        usual = config.gateway.tripwires.enabled
        self._planting = frozenset(
            model.name
            for model in config.models
            if model.tripwire is Planting.ALWAYS or (usual and model.tripwire is Planting.USUAL)
        )
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
            credential=self._credential(upstream.key),
            model=model,
            region=region,
            trust=upstream.trust.value,
            connect_timeout_s=upstream.connect_timeout_s,
            first_byte_timeout_s=upstream.first_byte_timeout_s,
            idle_timeout_s=upstream.idle_timeout_s,
            total_timeout_s=upstream.total_timeout_s,
            headers=tuple((name, self._header(value)) for name, value in upstream.headers.items()),
            kind=upstream.kind,
            bearer=upstream.key_as is KeyForm.BEARER,
            api_version=upstream.api_version,
            aws=self._aws(upstream),
        )

    def _credential(self, ref: SecretRef) -> Credential:
        if not ref:
            return NO_CREDENTIAL
        return Credential(lambda: self._resolve(ref), ref.name if ref.kind == "file" else "")

    def _aws(self, upstream: Upstream) -> AwsIdentity | None:
        if not upstream.aws:
            return None
        return AwsIdentity(
            upstream.aws.region or aws_region(upstream.url),
            self._credential(upstream.aws.access_key),
            self._credential(upstream.aws.secret_key),
            self._credential(upstream.aws.session_token),
        )

    def _header(self, value: str) -> str:
        for kind in ("env", "file"):
            if value.startswith(kind + ":"):
                return self._resolve(SecretRef(kind, value[len(kind) + 1 :]))
        return value

    def candidates(
        self, model: str, route: str, *, paths: Mapping[WireForm, str] = _OPENAI_FORM
    ) -> Sequence[Candidate]:
        """Ways to call a model, in order of preference; for an unknown model one that base policy denies.

        Args:
            paths: What is asked for, in the form it is asked in; after it, what that is in other forms it can be
                translated to, for models that are served so. ``""`` for whatever an upstream has.

        Raises:
            OtherProtocolError: None of the model's upstreams speaks it, or none has what is asked for.
        """
        routes = self._routes.get(model, frozenset())
        known = self._models.get(model, ())
        if known and (not routes or route in routes):
            form, path = next(iter(paths.items()))
            asked = paths if model in self._translating else {form: path}
            speaking = [one for one in known if one.destination.kind.form in asked]
            if not speaking:
                raise _other_protocol(model, form)
            fitting = tuple(one for one in speaking if _has(one.destination.kind, asked))
            if not fitting:
                raise _not_there(model, path)
            return fitting
        unknown = Resource(kind=ResourceKind.MODEL, id=f"model:{model[:200]}", registered=False)
        return (Candidate(unknown, NOWHERE),)

    def plants(self, model: str) -> bool:
        """Whether tripwire tokens are planted in system prompts of a model."""
        return model in self._planting

    def first(self, model: str) -> Resource:
        """A model at its first upstream, whatever routes serve it; an unknown one is denied by base policy."""
        known = self._models.get(model)
        if known:
            return known[0].resource
        return Resource(kind=ResourceKind.MODEL, id=f"model:{model[:200]}", registered=False)

    def keeper(self, name: str) -> Candidate | None:
        """The upstream of that name as the keeper of files and batches."""
        upstream = self._upstreams.get(name)
        if upstream is None:
            return None
        resource = Resource(
            kind=ResourceKind.MODEL,
            id="model:wardlaw-files",
            registered=True,
            upstream=upstream.name,
            destination_registered=True,
            region=upstream.region,
            trust=upstream.trust,
        )
        return Candidate(resource, self._destination(upstream, "", upstream.region))

    def tool(self, name: str) -> Resource:
        """A tool as a resource; an unregistered one has effect ``unknown`` and is denied by base policy."""
        tool = self._tools.get(name)
        return Resource(
            kind=ResourceKind.TOOL,
            id=f"tool:{name[:200]}",
            registered=tool is not None,
            effect=gravest(tool.said_effects) if tool is not None else ToolEffect.UNKNOWN,
            trust=Trust.UNKNOWN,
        )

    def tool_class(self, name: str, definition: Mapping[str, Any] | None) -> ToolClass:
        """What a tool does: inferred from its definition, with what the configuration says of it.

        Args:
            name: As models see it and as the configuration has it: ``server__tool`` behind ``/mcp``.
            definition: As the request's ``tools`` or the MCP server gave it, in any of their forms; ``None`` when
                nobody gave one.
        """
        return self._classes.of(name, definition)

    def rows_argument(self, name: str) -> str:
        """Argument that bounds a tool's rows; ``""`` when the usual names hold."""
        tool: RegisteredTool | None = self._tools.get(name)
        return tool.rows_argument if tool is not None else ""

    def sql_argument(self, name: str) -> str:
        """Argument that holds a tool's SQL; ``""`` when the usual names hold."""
        tool: RegisteredTool | None = self._tools.get(name)
        return tool.sql_argument if tool is not None else ""

    def writes(self, name: str, definition: Mapping[str, Any] | None) -> bool:
        """Whether a tool may keep what it is given; only one that is plainly for reading does not."""
        return not self.tool_class(name, definition).reads_only

    def mode(self, route: str) -> RouteMode:
        """How a route stands: observing when the installation or the route does."""
        if self._mode is RouteMode.OBSERVE:
            return RouteMode.OBSERVE
        return self._modes.get(route, RouteMode.ENFORCE)


def _has(kind: UpstreamKind, asked: Mapping[WireForm, str]) -> bool:
    path = asked[kind.form]
    return not path or path in KINDS[kind].paths


class OtherProtocolError(InputError):
    """The model is registered, but with upstreams of another protocol only."""


def _not_there(model: str, path: str) -> OtherProtocolError:
    return OtherProtocolError(
        "WL-GWY-013",
        f"No upstream of the model {model[:200]} has {path}.",
        "Use another path, or have the operator add an upstream that has it.",
    )


def _other_protocol(model: str, form: WireForm) -> OtherProtocolError:
    where = "/v1/messages" if form is WireForm.OPENAI else "/v1/chat/completions"
    return OtherProtocolError(
        "WL-GWY-012",
        f"No upstream of the model {model[:200]} speaks the protocol of this path.",
        f"Ask for it at {where}.",
    )
