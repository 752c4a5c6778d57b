"""What ``doctor`` looks at. Each check answers in words and with the next step; none changes anything."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from wardlaw.adapters.identityprovider import IdentityProvider
from wardlaw.cli.providing import identity_provider
from wardlaw.cli.toolcredentials import unkept, unread, unused
from wardlaw.config.address import parse_listen
from wardlaw.config.load import read_reference, read_secret
from wardlaw.config.loosening import detecting_of, looser
from wardlaw.config.model import Authority, ClauseLife, Config
from wardlaw.config.notify import channel_names
from wardlaw.config.parse import unknown_env
from wardlaw.facts.canary import CanaryOutcome
from wardlaw.facts.errors import WardlawError
from wardlaw.governance.bundle import parse_bundle
from wardlaw.store.bundle import read_bundle
from wardlaw.store.canaries import CanaryRuns
from wardlaw.store.database import open_database, reading
from wardlaw.store.detectingbook import read_approved
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_signing import load_signing_key
from wardlaw.store.migrate import revision
from wardlaw.store.notifications import Standing, count_by_state
from wardlaw.store.people import count_admins

# Below this the spool's reserve and a day of log at a request a second (about 2 KB each) do not fit.
LEAST_FREE_BYTES = 512 * 1024 * 1024
TIMEOUT_S = 3.0
_BEFORE_NOTIFICATIONS = ("", "0001")  # schema revisions without their table
_SINCE_CANARIES = "0022"  # the revision that brought their tables
_SINCE_CREDENTIALS = "0011"  # the revision that brought theirs; revisions count up
# Tokens and certificates are checked to the minute; a clock off by more than that refuses people.
MOST_SKEW_S = 60.0


class DiagnosisState(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Diagnosis(msgspec.Struct, frozen=True):
    """One thing looked at; ``fix`` is the next step, empty when there is none to take."""

    name: str
    verdict: DiagnosisState
    words: str
    fix: str = ""


Check = Iterator[Diagnosis]


def examine(config: Config, env: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Every check, in the order in which people should mend."""
    checks: tuple[tuple[str, Callable[[Config, Mapping[str, str]], Check]], ...] = (
        ("environment", _environment),
        ("permissions", _permissions),
        ("disk", _disk),
        ("keys", _keys),
        ("keyring", _keyring),
        ("database", _database),
        ("notifications", _notifications),
        ("policies", _policies),
        ("detectors", _detectors),
        ("canaries", _canaries),
        ("state", _state),
        ("ports", _ports),
        ("secrets", _secrets),
        ("identity provider", _identity_provider),
        ("tool servers", _toolservers),
        ("upstreams", _upstreams),
    )
    for name, look in checks:
        try:
            yield from look(config, env)
        except WardlawError as error:
            yield Diagnosis(name, DiagnosisState.BAD, error.message, error.hint)
        except OSError as error:
            yield Diagnosis(name, DiagnosisState.BAD, str(error), "Check the path and its permissions.")


def _environment(_config: Config, env: Mapping[str, str]) -> Check:
    near = unknown_env(env)
    for name, choice in near:
        yield Diagnosis("environment", DiagnosisState.WARN, f"{name} is no setting.", f"Did you mean {choice}?")
    if not near:
        yield Diagnosis("environment", DiagnosisState.OK, "no misspelt WARDLAW_ variables")


def _permissions(config: Config, _env: Mapping[str, str]) -> Check:
    for what, text in (("data_dir", config.data_dir), ("keys.dir", config.keys.dir)):
        path = Path(text)
        if not path.is_dir():
            yield Diagnosis("permissions", DiagnosisState.BAD, f"{what} {path} does not exist.", "Run `wardlaw init`.")
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            yield Diagnosis(
                "permissions", DiagnosisState.BAD, f"{what} {path} is open to others ({mode:o}).", f"chmod 700 {path}"
            )
        elif not os.access(path, os.W_OK):
            yield Diagnosis(
                "permissions", DiagnosisState.BAD, f"{what} {path} is not writable.", "Run as the account that owns it."
            )
        else:
            yield Diagnosis("permissions", DiagnosisState.OK, f"{what} {path}")


def _disk(config: Config, _env: Mapping[str, str]) -> Check:
    path = Path(config.data_dir)
    if not path.is_dir():
        return
    free = shutil.disk_usage(path).free
    words = f"{free / 1e9:.1f} GB free on {path}"
    if free < LEAST_FREE_BYTES:
        yield Diagnosis("disk", DiagnosisState.BAD, words, "Make room: without a durable record nothing is answered.")
    else:
        yield Diagnosis("disk", DiagnosisState.OK, words)


def _keys(config: Config, _env: Mapping[str, str]) -> Check:
    places = Installation(config)
    for path in (places.log_key_path, places.gateway_key_path, places.bundle_key_path):
        key = load_signing_key(path)
        yield Diagnosis("keys", DiagnosisState.OK, f"{path.name} signs as {key.name}")


def _keyring(config: Config, env: Mapping[str, str]) -> Check:
    if not (Path(config.data_dir) / "deks.db").exists() and config.database.url.startswith("sqlite:"):
        yield Diagnosis("keyring", DiagnosisState.BAD, "There is no key database yet.", "Run `wardlaw init`.")
        return
    keyring = Installation(config).open_keyring(env)
    try:
        yield Diagnosis("keyring", DiagnosisState.OK, f"the key-encryption key {keyring.kek_id[:8]} opens it")
    finally:
        keyring.close()


def _database(config: Config, env: Mapping[str, str]) -> Check:
    engine = open_database(Installation(config).database_url(env))
    try:
        found = revision(engine)
        if not found:
            yield Diagnosis("database", DiagnosisState.BAD, "The database has no tables.", "Run `wardlaw init`.")
            return
        with reading(engine) as connection:
            admins = count_admins(connection)
        yield Diagnosis("database", DiagnosisState.OK, f"{engine.dialect.name}, schema {found}")
        if not admins:
            yield Diagnosis(
                "people", DiagnosisState.WARN, "Nobody is admin yet.", "`wardlaw init` prints a one-time token."
            )
    finally:
        engine.dispose()


def _notifications(config: Config, env: Mapping[str, str]) -> Check:
    """Whether people hear of incidents: what was sent, what waits, what was given up."""
    named = channel_names(config.notify)
    if not named:
        yield Diagnosis("notify", DiagnosisState.OK, "nobody is told about incidents: no channel under notify")
        return
    engine = open_database(Installation(config).database_url(env))
    try:
        if revision(engine) in _BEFORE_NOTIFICATIONS:
            return
        with reading(engine) as connection:
            counts = count_by_state(connection)
    finally:
        engine.dispose()
    words = f"{', '.join(named)}: {counts[Standing.SENT]} sent, {counts[Standing.WAITING]} waiting"
    yield Diagnosis("notify", DiagnosisState.OK, words)
    if dead := counts[Standing.DEAD]:
        fix = "Mend the channel named in the control process's log; closing their incidents ends this warning."
        yield Diagnosis("notify", DiagnosisState.BAD, f"{dead} notifications were given up.", fix)


def _policies(config: Config, _env: Mapping[str, str]) -> Check:
    places = Installation(config)
    bundle = read_bundle(places.bundle_path, trusted_keys=places.bundle_keys())
    content = parse_bundle(bundle.payload)
    yield Diagnosis(
        "policies", DiagnosisState.OK, f"bundle {bundle.version}, {len(content.clauses)} clauses, {content.digest[:12]}"
    )
    if config.policies.life is not ClauseLife.ON:
        words = "Nobody signs clauses off (policies.life: off), so no clause is proved."
        fix = "One person may vouch: `wardlaw attest`. With three or four people: policies.life: on, then `wardlaw policy approve`."
        yield Diagnosis("policies", DiagnosisState.WARN, words, fix)


def _detectors(config: Config, _env: Mapping[str, str]) -> Check:
    """Whether the file lets detectors see less than was approved."""
    places = Installation(config)
    if config.policies.life is not ClauseLife.ON:
        yield Diagnosis("detectors", DiagnosisState.OK, "set by the file alone (policies.life: off)")
        return
    approved = read_approved(places.detecting_path, places.bundle_keys())
    if approved is None:
        yield Diagnosis(
            "detectors", DiagnosisState.WARN, "Nothing is approved yet.", "`wardlaw up` takes what the file says."
        )
    elif less := looser(approved.detecting, detecting_of(config)):
        words = f"drifted: looser than what was approved, and not taken over: {', '.join(less)}."
        yield Diagnosis(
            "detectors", DiagnosisState.BAD, words, "Put it back, or have it approved: `wardlaw detectors loosen`."
        )
    else:
        yield Diagnosis("detectors", DiagnosisState.OK, f"as approved by {approved.approved_by}, or stricter")


def _canaries(config: Config, env: Mapping[str, str]) -> Check:
    """Whether clauses are proved: when canaries ran, and which clause did not stop its own."""
    if not config.canaries.enabled:
        yield Diagnosis(
            "canaries", DiagnosisState.WARN, "Canaries are off, so no clause is proved.", "canaries.enabled: true"
        )
        return
    engine = open_database(Installation(config).database_url(env))
    try:
        if revision(engine) < _SINCE_CANARIES:
            return
        with reading(engine) as connection:
            latest = CanaryRuns(connection).latest()
    finally:
        engine.dispose()
    if not latest:
        fix = "They begin a minute after `wardlaw up`; `wardlaw canary run` runs them now."
        yield Diagnosis("canaries", DiagnosisState.WARN, "No canary has run yet, so no clause is proved.", fix)
        return
    for run in latest:
        if run.outcome is CanaryOutcome.FAIL:
            words = f"{run.clause} did not stop its canary on {run.route}: {run.detail}"
            yield Diagnosis(
                "canaries", DiagnosisState.BAD, words, f"`wardlaw canary show {run.clause}`; compare what is published."
            )
    age_h = (time.time() - max(run.at for run in latest)) / 3_600
    counts = ", ".join(
        f"{count} {one.value}" for one in CanaryOutcome if (count := sum(run.outcome is one for run in latest))
    )
    if age_h > config.canaries.every_h:
        fix = "Look whether the canary process of `wardlaw up` runs."
        yield Diagnosis("canaries", DiagnosisState.WARN, f"No canary has run for {age_h:.0f} hours ({counts}).", fix)
    else:
        yield Diagnosis("canaries", DiagnosisState.OK, f"{counts}; the last one {age_h:.1f} hours ago")


def _state(config: Config, env: Mapping[str, str]) -> Check:
    if config.state.authority is not Authority.REDIS:
        yield Diagnosis("state", DiagnosisState.OK, "kept by the gateway itself")
        return
    url = urlsplit(config.state.url)
    with socket.create_connection((url.hostname or "127.0.0.1", url.port or 6379), timeout=TIMEOUT_S):
        pass
    if config.state.password:
        read_secret(config.state.password, env=env, what="state.password")
    yield Diagnosis("state", DiagnosisState.OK, f"{url.hostname}:{url.port or 6379} answers")


def _ports(config: Config, _env: Mapping[str, str]) -> Check:
    """A port in use is only wrong when Wardlaw is not the one that uses it."""
    running = _serves_socket(Path(config.control.socket))
    wanted = [("gateway.listen", config.gateway.listen)]
    if config.control.listen:
        wanted.append(("control.listen", config.control.listen))
    if config.demo_model.enabled:
        wanted.append(("demo_model.listen", config.demo_model.listen))
    for key, listen in wanted:
        host, port = parse_listen(listen)
        if _is_free(host, port):
            yield Diagnosis(
                "ports", DiagnosisState.WARN if running else DiagnosisState.OK, f"{key} {listen} is free", ""
            )
        elif running:
            yield Diagnosis("ports", DiagnosisState.OK, f"{key} {listen} is served")
        else:
            yield Diagnosis(
                "ports", DiagnosisState.BAD, f"{key} {listen} is taken by another program.", f"Choose another: {key}."
            )


def _serves_socket(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(TIMEOUT_S)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _secrets(config: Config, env: Mapping[str, str]) -> Check:
    """Every secret the configuration names can be read."""
    count = 0
    for upstream in config.upstreams:
        if upstream.key:
            read_secret(upstream.key, env=env, what=f"the key of upstream {upstream.name}")
            count += 1
        for part in ("access_key", "secret_key", "session_token"):
            if ref := getattr(upstream.aws, part):
                read_secret(ref, env=env, what=f"aws.{part} of upstream {upstream.name}")
                count += 1
        for name, value in upstream.headers.items():
            read_reference(value, env=env, what=f"header {name} of upstream {upstream.name}")
    for target in config.export.targets:
        if target.token:
            read_secret(target.token, env=env, what=f"the token of the target {target.name}")
    yield Diagnosis("secrets", DiagnosisState.OK, f"{count} upstream keys can be read")


def _identity_provider(config: Config, env: Mapping[str, str]) -> Check:
    """The provider people sign in through answers, and what it says of itself can be used."""
    provider = identity_provider(config, env)
    if provider is None:
        return
    asyncio.run(_ask(provider))
    yield Diagnosis("identity provider", DiagnosisState.OK, f"{config.console.oidc.issuer} answers as it should")


async def _ask(provider: IdentityProvider) -> None:
    try:
        await provider.metadata()
    finally:
        await provider.close()


def _toolservers(config: Config, env: Mapping[str, str]) -> Check:
    """Every credential of a server of tools is there, and opens."""
    servers = config.mcp.servers
    if not servers:
        return
    found = list(unread(config, env))
    idle: list[tuple[str, str]] = []
    engine = open_database(Installation(config).database_url(env))
    try:
        if revision(engine) >= _SINCE_CREDENTIALS:
            keyring = Installation(config).open_keyring(env)
            try:
                with reading(engine) as connection:
                    found += unkept(servers, connection, keyring)
                    idle += unused(servers, connection)
            finally:
                keyring.close()
    finally:
        engine.dispose()
    for words, fix in found:
        yield Diagnosis("tool servers", DiagnosisState.BAD, words, fix)
    for words, fix in idle:
        yield Diagnosis("tool servers", DiagnosisState.WARN, words, fix)
    if not found:
        yield Diagnosis("tool servers", DiagnosisState.OK, f"credentials of {len(servers)} can be read")


def _upstreams(config: Config, _env: Mapping[str, str]) -> Check:
    """Each upstream takes a connection; nothing is sent to it beyond a TLS handshake and a HEAD."""
    for upstream in config.upstreams:
        name = f"upstream {upstream.name}"
        url = urlsplit(upstream.url)
        try:
            skew = _visit(
                url.hostname or "", url.port or (443 if url.scheme == "https" else 80), tls=url.scheme == "https"
            )
        except ssl.SSLError as error:
            yield Diagnosis(
                name, DiagnosisState.BAD, f"{url.netloc}: TLS fails: {error}.", "Check certificate, clock and proxy."
            )
        except OSError as error:
            verdict = (
                DiagnosisState.WARN
                if config.demo_model.enabled and url.netloc == config.demo_model.listen
                else DiagnosisState.BAD
            )
            yield Diagnosis(
                name, verdict, f"{url.netloc} is not reachable: {error}.", "Check address, network and firewall."
            )
        else:
            yield Diagnosis(name, DiagnosisState.OK, f"{url.netloc} is reachable")
            if abs(skew) > MOST_SKEW_S:
                fix = "Set the clock (chrony, systemd-timesyncd): tokens and certificates depend on it."
                yield Diagnosis(
                    "clock", DiagnosisState.BAD, f"The clock differs from {url.netloc} by {skew:.0f} s.", fix
                )


def _visit(host: str, port: int, *, tls: bool) -> float:
    """Connect and ask for nothing; answers how far our clock is ahead of the server's, in seconds, 0 when unknown.

    Raises:
        OSError: It cannot be reached.
    """
    with socket.create_connection((host, port), timeout=TIMEOUT_S) as plain:
        stream = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if tls else plain
        stream.sendall(f"HEAD / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        answer = stream.recv(4096).decode("latin-1")
    for line in answer.splitlines():
        key, _, value = line.partition(":")
        if key.lower() == "date":
            try:
                # RFC 9110, 5.6.7: IMF-fixdate, always GMT.
                theirs = datetime.strptime(value.strip(), "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
            except ValueError:
                return 0.0
            return (datetime.now(UTC) - theirs).total_seconds()
    return 0.0
