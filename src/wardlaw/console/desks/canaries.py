"""Which canaries there should be: from the clauses people wrote, the published ones, and what the configuration serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.engine import Engine

from wardlaw.config.model import ClauseLife, Config, Model
from wardlaw.evidence.canary import Canary, ModelPlace, Surroundings, ToolPlace
from wardlaw.evidence.canaryplan import plan_canaries
from wardlaw.evidence.canarytexts import Planted
from wardlaw.facts import routes
from wardlaw.facts.clause import Clause
from wardlaw.facts.clauselife import ClauseText
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.mac import hmac_sha256
from wardlaw.facts.routes import UpstreamKind, WireForm
from wardlaw.facts.toolclass import gravest
from wardlaw.governance.bundle import decode_bundle
from wardlaw.governance.check import Checked, check
from wardlaw.governance.compile import compile_clause
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.life import in_force
from wardlaw.governance.running import sources_of
from wardlaw.register.system import System
from wardlaw.security.toolnames import JOINT
from wardlaw.store.bundle import read_bundle
from wardlaw.store.database import reading
from wardlaw.store.installation import Installation
from wardlaw.store.life import LifeStore
from wardlaw.store.systems import list_systems

_IN_BATCHES = (routes.CHAT_COMPLETIONS, routes.RESPONSES)
_ENDINGS = (".yaml", ".cedar")
_OPENAI_ROUTES = (routes.CHAT_COMPLETIONS, routes.COMPLETIONS, routes.EMBEDDINGS, routes.RESPONSES)
_SERVED: Mapping[UpstreamKind, tuple[str, ...]] = MappingProxyType(
    {
        UpstreamKind.OPENAI: _OPENAI_ROUTES,
        UpstreamKind.OLLAMA: _OPENAI_ROUTES,
        UpstreamKind.VLLM: _OPENAI_ROUTES,
        UpstreamKind.AZURE: _OPENAI_ROUTES,
        UpstreamKind.VERTEX_OPENAI: (routes.CHAT_COMPLETIONS,),
        UpstreamKind.ANTHROPIC: (routes.MESSAGES,),
        UpstreamKind.BEDROCK: (routes.MESSAGES,),
        UpstreamKind.VERTEX: (routes.MESSAGES,),
    }
)
_TRANSLATED: Mapping[WireForm, str] = MappingProxyType(
    {WireForm.OPENAI: routes.MESSAGES, WireForm.ANTHROPIC: routes.CHAT_COMPLETIONS}
)


class _Known(msgspec.Struct, frozen=True):
    """Texts that were checked on a day, and what came of it."""

    today: date
    sources: dict[str, str]
    checked: Checked


class CanaryDesk:
    """The canaries of one installation.

    Args:
        key: Key from which what is planted for canaries is derived.
        clock: Unix seconds.
        approved: The texts that are in force by their history, by clause; None where clauses have no life.
        systems: Reads the systems of the register; none without.
    """

    def __init__(
        self,
        places: Installation,
        key: bytes,
        *,
        clock: Callable[[], float],
        approved: Callable[[], Mapping[str, ClauseText]] | None = None,
        systems: Callable[[], tuple[System, ...]] = tuple,
    ) -> None:
        self._places = places
        self._clock = clock
        self._approved = approved
        self._systems = systems
        self._folder = Path(places.config.policies.dir)
        self._around = surroundings(places.config)
        self._zone = ZoneInfo(places.config.installation.timezone)
        self._known: _Known | None = None
        self.planted = planted_texts(key)

    def plan(self) -> tuple[Canary, ...]:
        """A canary for each clause in force and route, or why there is none.

        Clauses are taken as people approved them, or as they wrote them where nobody approves, so that one that was
        loosened or left out of what is published is noticed; and as published where neither has them. A text that
        waits, is in shadow or was edited stops nothing, and is not asked to.

        Raises:
            WardlawError: The published clauses cannot be read.
        """
        payload = read_bundle(self._places.bundle_path, trusted_keys=self._places.bundle_keys()).payload
        sources = self._on_disk() if self._approved is None else _sources(self._approved())
        written = {one.id: one for one in self._checked(sources).compiled}
        for clause in decode_bundle(payload).clauses:
            written.setdefault(clause.id, _compiled(clause))
        clauses = (written[name] for name in sorted(written))
        around = msgspec.structs.replace(self._around, systems=self._systems())
        return plan_canaries(clauses, around, self.planted, at=self._clock(), zone=self._zone)

    def _on_disk(self) -> dict[str, str]:
        sources: dict[str, str] = {}
        for path in sorted(self._folder.rglob("*")):
            if path.suffix in _ENDINGS and path.is_file():
                try:
                    sources[str(path.relative_to(self._folder))] = path.read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError):
                    continue
        return sources

    def _checked(self, sources: Mapping[str, str]) -> Checked:
        """These clauses; what does not pass its check says nothing here. The same texts are checked once a day."""
        today = datetime.fromtimestamp(self._clock(), tz=UTC).date()
        known = self._known
        if known is None or (known.today, known.sources) != (today, sources):
            checked = check(sources, today=today)
            known = _Known(today, dict(sources), checked if checked.ok else Checked("", (), checked.problems))
            self._known = known
        return known.checked


def approved_texts(config: Config, engine: Engine, key: bytes) -> Callable[[], dict[str, ClauseText]] | None:
    """Reads which texts are in force by their history; None where clauses have no life.

    Args:
        key: Of the marks of the rows; a text whose rows were changed by hand is left out.
    """
    if config.policies.life is not ClauseLife.ON:
        return None
    store = LifeStore(key)

    def read() -> dict[str, ClauseText]:
        with reading(engine) as connection:
            book = store.load(connection)
        enforced = (in_force(versions) for versions in book.values())
        return {one.clause: one.content for one in enforced if one is not None and one.is_intact}

    return read


def registered_systems(engine: Engine) -> Callable[[], tuple[System, ...]]:
    """Reads the systems of the register that are in use."""

    def read() -> tuple[System, ...]:
        with reading(engine) as connection:
            return tuple(one.system for one in list_systems(connection))

    return read


def planted_texts(key: bytes) -> Planted:
    """What is registered for canaries alone: nobody else ever says it."""
    return Planted(
        secret=f"CnrS{hmac_sha256(key, b'planted secret').hex()[:36]}",
        tripwire=f"CnrT{hmac_sha256(key, b'planted tripwire').hex()[:36]}",
    )


def surroundings(config: Config) -> Surroundings:
    """What of the configuration canaries can be sent to."""
    observing = config.installation.mode is RouteMode.OBSERVE
    return Surroundings(
        models=tuple(place for model in config.models for place in _places(config, model)),
        tools=tuple(
            ToolPlace(one.name, gravest(one.said_effects), one.name.partition(JOINT)[0] if JOINT in one.name else "")
            for one in config.tools
        ),
        observing=frozenset(
            route
            for route in routes.ROUTES
            if observing or (route in config.gateway.routes and config.gateway.routes[route].mode is RouteMode.OBSERVE)
        ),
        body_bytes=config.gateway.limits.body_bytes,
        keeper=_keeper(config),
        batched=tuple(place for model in config.models for place in _batched(config, model)),
        has_servers=bool(config.mcp.servers),
    )


def _places(config: Config, model: Model) -> Iterator[ModelPlace]:
    """Each route a model is served on, at the upstream that is asked first there."""
    upstreams = {one.name: one for one in config.upstreams}
    served: set[str] = set()
    for link in model.upstreams:
        upstream = upstreams.get(link.name)
        if upstream is None:
            continue
        on = [*_SERVED[upstream.kind], *([_TRANSLATED[upstream.kind.form]] if model.translate else [])]
        for route in on:
            if route in served or (model.routes and route not in model.routes):
                continue
            served.add(route)
            region = link.region or upstream.region
            yield ModelPlace(model.name, route, upstream.name, region, upstream.trust, upstream.kind.form)


def _keeper(config: Config) -> ModelPlace | None:
    """Where files and batches are kept."""
    for one in config.upstreams:
        if one.name == config.gateway.files.upstream:
            return ModelPlace("", routes.FILES, one.name, one.region, one.trust, one.kind.form)
    return None


def _batched(config: Config, model: Model) -> Iterator[ModelPlace]:
    """Where batches of a model are judged: on each route of it that the keeper of files serves first."""
    keeper = config.gateway.files.upstream
    for place in _places(config, model):
        if keeper and place.upstream == keeper and place.route in _IN_BATCHES:
            yield place


def _sources(texts: Mapping[str, ClauseText]) -> dict[str, str]:
    return {name: source for text in texts.values() for name, source in sources_of(text).items()}


def _compiled(clause: Clause) -> CompiledClause:
    return CompiledClause(
        id=clause.id,
        title=clause.title,
        owner=clause.owner,
        wing=clause.wing,
        effect=clause.effect,
        mode=clause.mode,
        quarantine=clause.quarantine,
        text=compile_clause(clause),
        examples=clause.examples,
        source="",
        line=0,
        clause=clause,
    )
