"""Rules that hold between keys: what may listen where, what refers to what, where secrets lie."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping

from wardlaw.config.address import is_loopback, is_private, parse_listen, url_parts
from wardlaw.config.detection import BuiltIn, Planting
from wardlaw.config.directories import directory_faults
from wardlaw.config.model import Authority, Config, Issuer, Origin
from wardlaw.config.notify import channel_faults
from wardlaw.config.places import lies_under
from wardlaw.config.problem import ConfigProblem, nearest
from wardlaw.config.provider import provider_faults
from wardlaw.config.proving import export_faults
from wardlaw.config.tls import Tls
from wardlaw.config.toolservers import toolserver_faults
from wardlaw.config.upstreams import upstream_faults
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.routes import ROUTES, UpstreamKind
from wardlaw.security.detectors import DETECTORS

# RFC 7518 and RFC 8037 signatures with a public key. A shared secret or "none" would let anybody
# who can verify also sign (RFC 8725, 3.1 and 3.2).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
# Where each detector that a gateway runs is switched.
_SWITCHES = {field.replace("_", "-"): f"built_in.{field}" for field in BuiltIn.__struct_fields__} | {
    "injection-encoder": "encoder.enabled"
}
_DETECTOR_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def check_config(config: Config, origins: Mapping[str, Origin], source: str) -> list[ConfigProblem]:
    """Every rule between keys that is broken.

    Args:
        config: With its paths resolved.
        origins: Where each value came from, by dotted key.
        source: Name of the file, for values that come from nowhere else.
    """
    found = [
        *_listeners(config),
        *_console(config),
        *_installation(config),
        *_twice("upstreams", [upstream.name for upstream in config.upstreams]),
        *upstream_faults(config.upstreams),
        *_files(config),
        *_models(config),
        *_tools(config),
        *_detectors(config),
        *toolserver_faults(config.mcp),
        *_issuers(config),
        *_state(config),
        *_keys(config),
        *_audit(config),
        *channel_faults(config.notify),
        *export_faults(config.export),
        *directory_faults(config.inventory),
    ]
    return [
        ConfigProblem(code, path, _where(path, origins, source), message, hint) for code, path, message, hint in found
    ]


Found = Iterator[tuple[str, str, str, str]]


def _where(path: str, origins: Mapping[str, Origin], source: str) -> str:
    """The place of the key, else of the group it stands in."""
    while path:
        origin = origins.get(path)
        if origin is not None and origin.detail:
            return f"env {origin.detail}" if origin.kind == "env" else origin.detail
        path = path.rpartition(".")[0] if not path.endswith("]") else path.rpartition("[")[0]
    return source


def _listeners(config: Config) -> Found:
    yield from _listener("gateway", config.gateway.listen, config.gateway.tls)
    if config.control.listen:
        yield from _listener("control", config.control.listen, config.control.tls)
    if config.inventory.listener.listen:
        yield from _listener("inventory.listener", config.inventory.listener.listen, config.inventory.listener.tls)
    try:
        host, _ = parse_listen(config.demo_model.listen)
    except ValueError as error:
        yield "WL-CFG-003", "demo_model.listen", str(error), "Write address:port."
        return
    if not is_loopback(host):
        yield "WL-CFG-007", "demo_model.listen", "the demo model obeys everybody", "Use a loopback address."


def _listener(section: str, listen: str, tls: Tls) -> Found:
    if bool(tls.cert) != bool(tls.key):
        yield "WL-CFG-003", f"{section}.tls", "cert and key belong together", "Set both or neither."
    try:
        host, _ = parse_listen(listen)
    except ValueError as error:
        yield "WL-CFG-003", f"{section}.listen", str(error), "Write address:port, such as 127.0.0.1:8080."
        return
    if not is_loopback(host) and not tls:
        hint = f"Set {section}.tls.cert and {section}.tls.key, or listen on 127.0.0.1."
        yield "WL-CFG-007", f"{section}.listen", f"{host} is reachable from outside and has no TLS", hint


def console_address(config: Config) -> str:
    """Where browsers find the console, without a slash at its end; empty where nothing says it."""
    if config.console.address or not config.control.listen:
        return config.console.address.rstrip("/")
    try:
        host, port = parse_listen(config.control.listen)
    except ValueError:
        return ""
    scheme = "https" if config.control.tls else "http"
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}:{port}" if is_loopback(host) and port else ""


def _console(config: Config) -> Found:
    address = config.console.address
    if address:
        parts = url_parts(address)
        usual = parts is not None and parts.hostname and parts.path in ("", "/") and not (parts.query or parts.fragment)
        if parts is None or not usual or parts.username or parts.scheme not in ("https", "http"):
            yield "WL-CFG-003", "console.address", "expected https://host without a path", ""
        elif parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            hint = "Set control.tls and use https; http is for this machine alone."
            yield "WL-CFG-008", "console.address", "sessions would travel in the clear", hint
        elif (parts.scheme == "https") != bool(config.control.tls):
            hint = "https with control.tls, http on loopback without."
            yield "WL-CFG-010", "console.address", "does not fit control.tls", hint
    yield from provider_faults(config.console.oidc, console_address(config))


def _installation(config: Config) -> Found:
    zone = config.installation.timezone
    if zone != "UTC":
        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            choice = nearest(zone, zoneinfo.available_timezones())
            hint = (
                f"Did you mean {choice}?"
                if choice
                else "Use an IANA name such as Europe/Berlin; it needs tzdata installed."
            )
            yield "WL-CFG-003", "installation.timezone", f"no time zone {zone}", hint
    for route in config.gateway.routes:
        if route not in ROUTES:
            yield "WL-CFG-010", f"gateway.routes.{route}", "no such route", _choices(route, ROUTES)


def _files(config: Config) -> Found:
    keeper = config.gateway.files.upstream
    named = {upstream.name: upstream for upstream in config.upstreams}
    if keeper and keeper not in named:
        yield "WL-CFG-010", "gateway.files.upstream", f"no upstream {keeper}", _choices(keeper, tuple(named))
    elif keeper and named[keeper].kind is not UpstreamKind.OPENAI:
        yield "WL-CFG-003", "gateway.files.upstream", "not of kind openai", "Name one that speaks the OpenAI API."


def _detectors(config: Config) -> Found:
    if config.encoder.enabled and not config.built_in.injection_linear:
        hint = "Switch encoder.enabled off as well, or injection_linear on."
        yield "WL-CFG-010", "built_in.injection_linear", "the encoder reads only what this detector doubts", hint
    planted = config.gateway.tripwires.enabled or any(one.tripwire is Planting.ALWAYS for one in config.models)
    if planted and not config.built_in.system_prompt_tripwire:
        hint = "Switch the planting off as well, or system_prompt_tripwire on."
        yield "WL-CFG-010", "built_in.system_prompt_tripwire", "tokens are planted and nobody looks for them", hint
    own = {record.id for record in DETECTORS}
    for name, setting in config.detectors.items():
        path = f"detectors.{name}"
        if name in own:
            switch = _SWITCHES.get(name)
            hint = f"Its switch is {switch}." if switch else "It does not run in a gateway."
            yield "WL-CFG-010", path, "a built-in detector is not set here", hint
        elif not _DETECTOR_ID.fullmatch(name):
            yield "WL-CFG-003", path, "not the id of a detector", "Use lower case, digits and hyphens."
        if not setting.url:
            if setting.key:
                yield "WL-CFG-005", f"{path}.url", "a key without an address", "Set url, or take the key out."
            continue
        parts = url_parts(setting.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            yield "WL-CFG-003", f"{path}.url", "expected http:// or https:// with a host", ""
        elif parts.username or parts.password:
            yield "WL-CFG-006", f"{path}.url", "a secret must not stand in the file", f"Use {path}.key: env:NAME."
        elif parts.scheme == "http" and not is_loopback(parts.hostname):
            hint = "Use https, or an address of this machine."
            yield "WL-CFG-008", f"{path}.url", "plain http would send prompts in the clear", hint


def _models(config: Config) -> Found:
    yield from _twice("models", [model.name for model in config.models])
    names = [upstream.name for upstream in config.upstreams]
    for index, model in enumerate(config.models):
        path = f"models[{index}]"
        if not model.upstreams:
            yield "WL-CFG-005", f"{path}.upstreams", "a model needs an upstream", _choices("", names)
        yield from _twice(f"{path}.upstreams", [f"{one.name}/{one.model}" for one in model.upstreams])
        for place, one in enumerate(model.upstreams):
            if one.name not in names:
                yield "WL-CFG-010", f"{path}.upstreams[{place}]", f"no upstream {one.name}", _choices(one.name, names)
        for route in model.routes:
            if route not in ROUTES:
                yield "WL-CFG-010", f"{path}.routes", f"no route {route}", _choices(route, ROUTES)


def _tools(config: Config) -> Found:
    yield from _twice("tools", [tool.name for tool in config.tools])
    for index, tool in enumerate(config.tools):
        path = f"tools[{index}]"
        if ToolEffect.UNKNOWN in tool.said_effects:
            hint = "Say what it does to the world, by effect or effects."
            yield "WL-CFG-003", f"{path}.effect", "a registered tool has a known effect", hint
        elif tool.effect is not ToolEffect.UNKNOWN and tool.effects and tool.effect not in tool.effects:
            hint = "Write only effects, with everything it does."
            yield "WL-CFG-010", f"{path}.effects", f"effect says {tool.effect.value} and effects does not", hint
        if tool.trusted and not tool.confirmed_by:
            hint = f"Set {path}.confirmed_by to whoever stands for it."
            yield "WL-CFG-005", f"{path}.confirmed_by", "a trusted source needs a person who says so", hint
        if tool.definition_sha256 and not tool.confirmed_by:
            hint = f"Set {path}.confirmed_by, or take definition_sha256 out."
            yield "WL-CFG-005", f"{path}.confirmed_by", "nobody stands for the definition", hint


def _issuers(config: Config) -> Found:
    # One entry is in force for an issuer: another one, with another audience, would be passed over without a word.
    yield from _twice("identity.issuers", [one.issuer for one in config.identity.issuers])
    for index, issuer in enumerate(config.identity.issuers):
        path = f"identity.issuers[{index}]"
        yield from _issuer_keys(path, issuer)
        if not issuer.algorithms:
            yield (
                "WL-CFG-012",
                f"{path}.algorithms",
                "no algorithm would be accepted",
                f"One of {', '.join(ALGORITHMS)}.",
            )
        for name in issuer.algorithms:
            if name not in ALGORITHMS:
                yield "WL-CFG-012", f"{path}.algorithms", f"{name} is not accepted", f"One of {', '.join(ALGORITHMS)}."


def _issuer_keys(path: str, issuer: Issuer) -> Found:
    if bool(issuer.jwks_url) == bool(issuer.jwks_file):
        yield "WL-CFG-012", path, "needs either jwks_url or jwks_file", "Set one of them."
        return
    if not issuer.jwks_url:
        return
    parts = url_parts(issuer.jwks_url)
    loopback = parts is not None and parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts is None or not parts.hostname or not (parts.scheme == "https" or loopback):
        hint = "Keys fetched in the clear can be swapped on the way."
        yield "WL-CFG-012", f"{path}.jwks_url", "must be https (or http on loopback)", hint


def _state(config: Config) -> Found:
    state = config.state
    if config.gateway.workers > 1 and state.authority is not Authority.REDIS:
        hint = "Set state.authority: redis and state.url, or gateway.workers: 1."
        message = f"{config.gateway.workers} workers need one authority that all of them ask"
        yield "WL-CFG-009", "gateway.workers", message, hint
    if state.authority is Authority.REDIS:
        parts = url_parts(state.url)
        if parts is None or parts.scheme not in ("redis", "rediss", "unix"):
            yield "WL-CFG-005", "state.url", "authority redis needs its address", "Such as redis://127.0.0.1:6379/0."
        elif parts.password:
            yield "WL-CFG-006", "state.url", "a secret must not stand in the file", "Use state.password: env:NAME."
        elif parts.scheme == "redis" and not is_private(parts.hostname or ""):
            hint = "Use rediss:// (TLS), or a loopback or private address."
            yield "WL-CFG-008", "state.url", "plain redis over an open network can be read and rewritten", hint


def _keys(config: Config) -> Found:
    hint = "Key and data in one folder end up in one backup, and the seal is worth nothing. Move it outside data_dir."
    if config.keys.kek.kind == "file" and lies_under(config.keys.kek.name, config.data_dir):
        yield "WL-CFG-011", "keys.kek", "the key-encryption key lies in the data directory", hint
    if not config.keys.kek:
        yield "WL-CFG-005", "keys.kek", "no key-encryption key", "Set file:/path or env:NAME."
    if lies_under(config.keys.dir, config.data_dir):
        yield "WL-CFG-011", "keys.dir", "the private keys lie in the data directory", hint
    database = url_parts(config.database.url)
    scheme = database.scheme if database else ""
    if scheme.partition("+")[0] not in ("sqlite", "postgresql"):
        yield "WL-CFG-003", "database.url", "expected sqlite:/// or postgresql+psycopg://", "See docs/configuration.md."
    elif database is not None and database.password:
        yield "WL-CFG-006", "database.url", "a secret must not stand in the file", "Use database.password: env:NAME."


def _audit(config: Config) -> Found:
    witness = config.audit.witness
    if bool(witness.url) != bool(witness.public_key):
        yield "WL-CFG-005", "audit.witness", "url and public_key belong together", "Set both or neither."
    if witness.url:
        parts = url_parts(witness.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            yield "WL-CFG-003", "audit.witness.url", "expected http:// or https:// with a host", ""
    if config.audit.syslog:
        parts = url_parts(config.audit.syslog)
        if parts is None or parts.scheme not in ("tls", "tcp", "udp") or not parts.hostname or not parts.port:
            yield "WL-CFG-003", "audit.syslog", "expected tls://host:port, tcp://… or udp://…", ""
    if config.audit.write_once and lies_under(config.audit.write_once, config.data_dir):
        hint = "Whoever can rewrite the log could rewrite it too. Use storage of its own."
        yield "WL-CFG-011", "audit.write_once", "the write-once folder lies in the data directory", hint


def _twice(path: str, names: list[str]) -> Found:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield "WL-CFG-010", f"{path}[{index}]", f"{name} is defined twice", "Names are unique."


def _choices(name: str, names: list[str] | tuple[str, ...]) -> str:
    if choice := nearest(name, names):
        return f"Did you mean {choice}?"
    return f"One of {', '.join(names)}." if names else "None is defined yet."
