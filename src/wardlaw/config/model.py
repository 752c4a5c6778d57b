"""The shape of ``wardlaw.yaml`` with its defaults.

Every key carries its meaning here and nowhere else: ``docs/configuration.md`` is compared with these
descriptions by a test. Paths are relative to the folder of the file; ``{data_dir}`` at the start of a
default stands for the ``data_dir`` in force.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.channelforms import FindingLevel, MailSecurity, SyslogForm, WebhookForm
from wardlaw.config.connected import InventorySettings
from wardlaw.config.console import Console
from wardlaw.config.controlplane import ControlPlane
from wardlaw.config.detection import BuiltIn, Encoder, Planting, Tripwires
from wardlaw.config.law import Law
from wardlaw.config.proving import Canaries, Export
from wardlaw.config.retention import Retention
from wardlaw.config.secretref import Certificates, SecretRef
from wardlaw.config.tls import Tls
from wardlaw.config.tools import RegisteredTool
from wardlaw.config.toolservers import Mcp
from wardlaw.facts.effect import RouteMode
from wardlaw.facts.resource import Trust
from wardlaw.facts.routes import ROUTES, UpstreamKind

_ROUTE_WORDS = ", ".join(f"`{route}`" for route in ROUTES)

DATA_DIR = "{data_dir}"
"""Prefix of default paths that follow ``data_dir``."""


class Authority(StrEnum):
    """Who owns counters, sessions, quarantine and revocations."""

    PROCESS = "process"
    REDIS = "redis"


class ContentClass(StrEnum):
    """Whether the judged text is kept (sealed) beside the log."""

    FULL = "full"
    NONE = "none"


class OnFailure(StrEnum):
    """What it means that a detector of others failed, was too slow or made no sense."""

    DENY = "deny"
    ALLOW_AND_RECORD = "allow-and-record"


class KeyForm(StrEnum):
    """How an upstream's key is sent."""

    USUAL = "usual"
    BEARER = "bearer"


class LogFormat(StrEnum):
    """How the processes write their own log lines."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


class Installation(msgspec.Struct, frozen=True):
    """Who this installation is. One company, one installation."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$",
            description="Short name in lower case; stands in the origin line of every checkpoint, so do not change it.",
        ),
    ] = "wardlaw"
    mode: Annotated[
        RouteMode, Meta(description="`enforce` carries decisions out; `observe` records what would have happened.")
    ] = RouteMode.ENFORCE
    timezone: Annotated[str, Meta(description="IANA time zone that clauses on hours and weekdays count in.")] = "UTC"


class Limits(msgspec.Struct, frozen=True):
    """What the gateway takes from one caller before it refuses."""

    body_bytes: Annotated[int, Meta(ge=1_024, description="Largest request body, in bytes; larger ones get 413.")] = (
        8_388_608
    )
    header_bytes: Annotated[int, Meta(ge=1_024, description="Largest sum of request headers, in bytes; 431 above.")] = (
        32_768
    )
    depth: Annotated[int, Meta(ge=4, le=512, description="Deepest nesting of JSON in a body.")] = 64
    segments: Annotated[int, Meta(ge=16, description="Most string leaves in one body.")] = 20_000
    concurrency: Annotated[int, Meta(ge=1, description="Most exchanges at one time; 503 with `retry-after` above.")] = (
        512
    )
    concurrency_per_principal: Annotated[
        int, Meta(ge=1, description="Most exchanges of one principal at one time; 429 above.")
    ] = 64
    body_read_s: Annotated[float, Meta(gt=0, description="Seconds in which a request's body must have arrived.")] = 30.0
    client_write_s: Annotated[
        float, Meta(gt=0, description="Seconds a caller may leave released bytes unread before the exchange is ended.")
    ] = 30.0
    answer_bytes: Annotated[int, Meta(ge=1_024, description="Largest answer of an upstream, in bytes.")] = 33_554_432
    record_s: Annotated[
        float, Meta(gt=0, description="Seconds to wait for a decision's record to be durable; refused with 503 after.")
    ] = 5.0
    drain_s: Annotated[
        float, Meta(ge=0, description="Seconds running exchanges get to end when the gateway stops.")
    ] = 10.0


class Surface(msgspec.Struct, frozen=True):
    """Settings of one route of the gateway."""

    mode: Annotated[RouteMode, Meta(description="`enforce` or `observe`, for this route alone.")] = RouteMode.ENFORCE


class Files(msgspec.Struct, frozen=True):
    """Files and batches that an upstream keeps for callers."""

    upstream: Annotated[
        str, Meta(description="Upstream that keeps files and runs batches; when empty, neither is served.")
    ] = ""
    bytes: Annotated[int, Meta(ge=1_024, description="Largest upload, in bytes; larger ones get 413.")] = 33_554_432
    read_s: Annotated[
        float, Meta(gt=0, description="Seconds in which the text of a PDF or office file must have been read.")
    ] = 20.0


class Gateway(msgspec.Struct, frozen=True):
    """The data plane: the only process on the request path."""

    listen: Annotated[str, Meta(description="Address and port. Anything but loopback needs `tls`.")] = "127.0.0.1:8080"
    tls: Annotated[Tls, Meta(description="Certificate of the gateway.")] = Tls()
    workers: Annotated[
        int, Meta(ge=1, le=256, description="Worker processes; more than 1 needs `state.authority: redis`.")
    ] = 1
    limits: Annotated[Limits, Meta(description="What is taken from one caller.")] = Limits()
    routes: Annotated[dict[str, Surface], Meta(description=f"Per route ({_ROUTE_WORDS}).")] = {}
    files: Annotated[Files, Meta(description="Files and batches at a vendor.")] = Files()
    tripwires: Annotated[Tripwires, Meta(description="What tells that a system prompt leaks.")] = Tripwires()
    receipts: Annotated[bool, Meta(description="Sign a receipt of each decision into the response headers.")] = True
    metrics: Annotated[bool, Meta(description="Serve Prometheus metrics at `/metrics`.")] = True


class Aws(msgspec.Struct, frozen=True):
    """Who signs requests to Amazon Bedrock."""

    access_key: Annotated[SecretRef, Meta(description="Access key id, `env:NAME` or `file:/path`.")] = SecretRef()
    secret_key: Annotated[SecretRef, Meta(description="Secret access key, `env:NAME` or `file:/path`.")] = SecretRef()
    session_token: Annotated[SecretRef, Meta(description="Session token of temporary credentials.")] = SecretRef()
    region: Annotated[
        str,
        Meta(pattern=r"^[a-z0-9-]*$", description="AWS region; empty when the address says it."),
    ] = ""

    def __bool__(self) -> bool:
        return bool(self.access_key or self.secret_key or self.session_token or self.region)


class Upstream(msgspec.Struct, frozen=True):
    """A place models are reached at."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$", description="Name in lower case; unique.")]
    url: Annotated[
        str,
        Meta(
            description="Base URL, with what `kind` needs of a path. `http` only to loopback or private addresses with `trust: internal`."
        ),
    ]
    key: Annotated[
        SecretRef,
        Meta(description="Credential, `env:NAME` or `file:/path`; a file is read anew when it has changed."),
    ] = SecretRef()
    kind: Annotated[
        UpstreamKind,
        Meta(
            description="What it is; `anthropic`, `bedrock` and `vertex` are asked on `/v1/messages`, the others as OpenAI is."
        ),
    ] = UpstreamKind.OPENAI
    key_as: Annotated[
        KeyForm,
        Meta(
            description="`usual`: as the kind has it (`anthropic`: `x-api-key`, `azure`: `api-key`, else bearer); or `bearer`."
        ),
    ] = KeyForm.USUAL
    api_version: Annotated[
        str,
        Meta(
            pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?)?$",
            description="`azure` only: `api-version`, with the deployment in the address; empty for the API without versions.",
        ),
    ] = ""
    aws: Annotated[Aws, Meta(description="`bedrock` only: what requests are signed with, where there is no `key`.")] = (
        Aws()
    )
    region: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9-]+$", description="Where data is processed: `eu`, `us`, `local` or another short name."
        ),
    ] = "unknown"
    trust: Annotated[
        Trust, Meta(description="How far the destination is trusted: `internal`, `partner`, `public`.")
    ] = Trust.UNKNOWN
    connect_timeout_s: Annotated[float, Meta(gt=0, description="Seconds to connect.")] = 5.0
    first_byte_timeout_s: Annotated[
        float, Meta(gt=0, description="Seconds from the request to the first byte of the answer.")
    ] = 60.0
    idle_timeout_s: Annotated[float, Meta(gt=0, description="Seconds between two pieces of a stream.")] = 60.0
    total_timeout_s: Annotated[float, Meta(gt=0, description="Seconds for the whole answer.")] = 600.0
    headers: Annotated[
        dict[str, str],
        Meta(description="Extra request headers; a value that is a credential must be `env:NAME` or `file:/path`."),
    ] = {}


class ModelUpstream(msgspec.Struct, frozen=True):
    """One upstream of a model, in order of preference. A bare name is short for ``{name: …}``."""

    name: Annotated[str, Meta(description="Name of an upstream.")]
    model: Annotated[str, Meta(description="What the upstream calls the model; empty when it is the same name.")] = ""
    region: Annotated[
        str, Meta(pattern=r"^[a-z0-9-]*$", description="Region of this deployment when it differs from the upstream's.")
    ] = ""


class Model(msgspec.Struct, frozen=True):
    """A model callers may ask for."""

    name: Annotated[str, Meta(min_length=1, max_length=200, description="What callers put into `model`; unique.")]
    upstreams: Annotated[
        tuple[ModelUpstream, ...],
        Meta(description="Upstreams in order; the next is tried, and decided anew, when one fails."),
    ]
    routes: Annotated[tuple[str, ...], Meta(description="Routes that serve it; empty means all.")] = ()
    translate: Annotated[
        bool,
        Meta(
            description="Serve it on `chat.completions` and on `messages`, whichever its upstreams speak; what has no counterpart is refused."
        ),
    ] = False
    tripwire: Annotated[
        Planting,
        Meta(
            description="Plant a token in its system prompts: `always`, `never`, or `usual`: as `gateway.tripwires` has it."
        ),
    ] = Planting.USUAL


class Claims(msgspec.Struct, frozen=True):
    """Which claims of a token say who the caller is."""

    user: Annotated[str, Meta(description="Claim that holds the user.")] = "sub"
    team: Annotated[str, Meta(description="Claim that holds the team.")] = "team"
    groups: Annotated[str, Meta(description="Claim that holds the groups.")] = "groups"


class Issuer(msgspec.Struct, frozen=True):
    """An identity provider whose tokens are accepted."""

    issuer: Annotated[str, Meta(min_length=1, description="Exact value of the `iss` claim.")]
    audience: Annotated[str, Meta(min_length=1, description="Value the `aud` claim must contain.")]
    jwks_url: Annotated[str, Meta(description="Where the signing keys are fetched; this or `jwks_file`.")] = ""
    jwks_file: Annotated[str, Meta(description="File with the signing keys (JWK Set); this or `jwks_url`.")] = ""
    clock_skew_s: Annotated[
        int, Meta(ge=0, le=300, description="Seconds of difference between clocks that are tolerated.")
    ] = 30
    algorithms: Annotated[tuple[str, ...], Meta(description="Signature algorithms accepted; asymmetric ones only.")] = (
        "RS256",
        "ES256",
    )
    claims: Annotated[Claims, Meta(description="Which claims say who the caller is.")] = Claims()


class Identity(msgspec.Struct, frozen=True):
    """Who may call, beside Wardlaw keys."""

    issuers: Annotated[tuple[Issuer, ...], Meta(description="Identity providers.")] = ()
    assertion_audience: Annotated[
        str, Meta(min_length=1, description="Audience that signed assertions of agents must name.")
    ] = "wardlaw"


class DetectorSetting(msgspec.Struct, frozen=True):
    """A detector of others, by its id: one that an installed package offers, or a service that is asked over HTTP."""

    enabled: Annotated[bool, Meta(description="Ask it. Installing a package alone never runs its detector.")] = False
    url: Annotated[
        str,
        Meta(
            description="Address of a service; empty for a detector of an installed package. `http` to loopback only."
        ),
    ] = ""
    key: Annotated[SecretRef, Meta(description="Credential sent to the service as bearer token.")] = SecretRef()
    timeout_s: Annotated[float, Meta(gt=0, le=60, description="Seconds in which it must have answered.")] = 2.0
    on_failure: Annotated[
        OnFailure,
        Meta(description="When it fails or is too slow: `deny`, or `allow-and-record` (a finding `uninspected:note`)."),
    ] = OnFailure.DENY


class ClauseLife(StrEnum):
    """Whether clauses need approval."""

    OFF = "off"
    ON = "on"


class Policies(msgspec.Struct, frozen=True):
    """Where the clauses are."""

    dir: Annotated[str, Meta(description="Folder with clause files (`*.yaml`) and hand-written Cedar (`*.cedar`).")] = (
        "policies"
    )
    life: Annotated[
        ClauseLife,
        Meta(
            description="`on`: only what was reviewed and approved by others is put in force, in shadow first; `off`: "
            "whoever publishes puts the files in force. See docs/clause-life.md."
        ),
    ] = ClauseLife.OFF
    sign_off_days: Annotated[int, Meta(ge=1, le=3650, description="Days an approval of a clause holds.")] = 365
    backtest_days: Annotated[
        int, Meta(ge=1, le=365, description="Days after which a backtest is too old to enforce a clause on it.")
    ] = 7


class State(msgspec.Struct, frozen=True):
    """Counters, taint, quarantine, revocations, single use."""

    authority: Annotated[
        Authority, Meta(description="`process`: the one gateway worker; `redis`: Redis or Valkey.")
    ] = Authority.PROCESS
    url: Annotated[str, Meta(description="Address of Redis, `redis://` or `rediss://`, without a password in it.")] = ""
    password: Annotated[SecretRef, Meta(description="Password of Redis.")] = SecretRef()
    prefix: Annotated[str, Meta(min_length=1, description="Prefix of every key in Redis.")] = "wardlaw:"
    session_s: Annotated[
        int, Meta(ge=60, description="Seconds without a request after which a session is forgotten.")
    ] = 86_400
    taint_s: Annotated[
        int, Meta(ge=60, description="Seconds a principal and a person keep the taint of their sessions.")
    ] = 3_600
    probe_window_s: Annotated[
        int, Meta(ge=10, description="Window in which requests stopped by security count as probing.")
    ] = 600


class Database(msgspec.Struct, frozen=True):
    """Tables: SQLite or PostgreSQL."""

    url: Annotated[
        str, Meta(description="`sqlite:///path` or `postgresql+psycopg://user@host/name`, without a password in it.")
    ] = "sqlite:///{data_dir}/wardlaw.db"
    password: Annotated[SecretRef, Meta(description="Password of the database user.")] = SecretRef()


class Keys(msgspec.Struct, frozen=True):
    """Private keys of the installation."""

    kek: Annotated[SecretRef, Meta(description="Key-encryption key; must not lie under `data_dir`.")] = SecretRef(
        "file", "keys/kek"
    )
    dir: Annotated[
        str, Meta(description="Folder of the log, gateway, bundle and fingerprint keys; not under `data_dir`.")
    ] = "keys"


class WitnessLink(msgspec.Struct, frozen=True):
    """The witness that cosigns every checkpoint."""

    url: Annotated[str, Meta(description="Address of the witness; empty for none.")] = ""
    public_key: Annotated[
        str, Meta(description="Verifier key of the witness (signed-note form), or `file:/path` of it.")
    ] = ""


class Audit(msgspec.Struct, frozen=True):
    """The tamper-evident log."""

    content: Annotated[
        ContentClass, Meta(description="`full` keeps the judged text sealed per person; `none` keeps none.")
    ] = ContentClass.FULL
    spool: Annotated[str, Meta(description="Folder of the gateway's spool.")] = "{data_dir}/spool"
    log: Annotated[str, Meta(description="Folder of the Merkle log (tiles, checkpoints).")] = "{data_dir}/log"
    retention: Annotated[Retention, Meta(description="How long sealed parts are kept.")] = Retention()
    checkpoint_s: Annotated[float, Meta(ge=0.1, le=3_600, description="Seconds between checkpoints, idle or not.")] = (
        1.0
    )
    witness: Annotated[WitnessLink, Meta(description="The witness that cosigns checkpoints.")] = WitnessLink()
    write_once: Annotated[str, Meta(description="Folder on storage the operator cannot rewrite; empty for none.")] = ""
    syslog: Annotated[
        str, Meta(description="Remote syslog for checkpoints: `tls://host:port`, `tcp://…` or `udp://…`.")
    ] = ""
    spool_reserve_bytes: Annotated[
        int, Meta(ge=65_536, description="Space held back so that the last records still fit on a full disk.")
    ] = 4_194_304


class DemoModel(msgspec.Struct, frozen=True):
    """The small scripted model that plays the part of a real one."""

    enabled: Annotated[
        bool, Meta(description="Start it with `up`. It obeys whatever it is told: for trying out only.")
    ] = False
    listen: Annotated[str, Meta(description="Address and port; loopback only.")] = "127.0.0.1:8085"


class Logs(msgspec.Struct, frozen=True):
    """What the processes say about themselves; never payload text."""

    level: Annotated[
        str, Meta(pattern="^(debug|info|warning|error)$", description="`debug`, `info`, `warning` or `error`.")
    ] = "info"
    format: Annotated[LogFormat, Meta(description="`text`, `json`, or `auto`: text on a terminal, JSON elsewhere.")] = (
        LogFormat.AUTO
    )


_ChannelName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$",
        description="Name in lower case, unique among all channels; do not change it while notifications wait.",
    ),
]


class Webhook(msgspec.Struct, frozen=True):
    """An address that is sent one POST for each notification."""

    name: _ChannelName
    url: Annotated[
        str,
        Meta(
            min_length=1,
            description="Address, `https` (or `http` on loopback); one that is a secret itself as `env:NAME` or `file:/path`.",
        ),
    ]
    form: Annotated[
        WebhookForm, Meta(description="`json`: all fields; `slack`: one `text`, for Slack and what is compatible.")
    ] = WebhookForm.JSON
    secret: Annotated[
        SecretRef,
        Meta(
            description="Key of the HMAC-SHA256 in `x-wardlaw-signature`: `env:NAME` or `file:/path`; none, no signature."
        ),
    ] = SecretRef()
    ca: Certificates = ""


class Mail(msgspec.Struct, frozen=True):
    """A mail server and who gets mail."""

    name: _ChannelName
    host: Annotated[str, Meta(min_length=1, description="Mail server.")]
    sender: Annotated[str, Meta(pattern=r"^[^@\s<>]+@[^@\s<>]+$", description="Address mails come from.")]
    to: Annotated[tuple[str, ...], Meta(min_length=1, description="Addresses mails go to.")]
    port: Annotated[int, Meta(ge=1, le=65_535, description="Port: 587 for `starttls`, 465 for `tls`.")] = 587
    security: Annotated[
        MailSecurity, Meta(description="`starttls`, `tls`, or `none` (loopback only). A server without TLS is refused.")
    ] = MailSecurity.STARTTLS
    user: Annotated[str, Meta(description="User to sign in with; empty for none.")] = ""
    password: Annotated[SecretRef, Meta(description="Password: `env:NAME` or `file:/path`.")] = SecretRef()
    ca: Certificates = ""


class Syslog(msgspec.Struct, frozen=True):
    """A syslog receiver: RFC 5424 messages, octet-counted over TCP or TLS."""

    name: _ChannelName
    url: Annotated[str, Meta(description="`tls://host:port`, or `tcp://host:port` to loopback or private addresses.")]
    form: Annotated[SyslogForm, Meta(description="`plain`: words and structured data; `cef`: ArcSight CEF:0.")] = (
        SyslogForm.PLAIN
    )
    facility: Annotated[int, Meta(ge=0, le=23, description="Syslog facility; 13 is log audit, 16–23 are local.")] = 13
    ca: Certificates = ""


_MailAddress = Annotated[str, Meta(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]


class Persons(msgspec.Struct, frozen=True):
    """Asking the very person who gave a grant that a clause holds what it is for."""

    over: Annotated[
        tuple[str, ...],
        Meta(
            description="Names of mail servers and webhooks of `notify` that carry the question; without any nobody is asked."
        ),
    ] = ()
    domains: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")], ...],
        Meta(description="The company's own mail domains; no other address is written to."),
    ] = ()
    reply_to: Annotated[str, Meta(description="Mailbox of yours that reads the answers.")] = ""
    not_asked: Annotated[
        tuple[_MailAddress, ...], Meta(description="Addresses that are never written to; `*` for any characters.")
    ] = ()
    per_hour: Annotated[
        int, Meta(ge=1, le=1_000, description="Persons asked within an hour; the others with later judgings.")
    ] = 20


class Notify(msgspec.Struct, frozen=True):
    """Who is told about incidents."""

    webhooks: Annotated[tuple[Webhook, ...], Meta(description="Webhooks.")] = ()
    mail: Annotated[tuple[Mail, ...], Meta(description="Mail servers.")] = ()
    syslog: Annotated[tuple[Syslog, ...], Meta(description="Syslog receivers.")] = ()
    findings: Annotated[
        FindingLevel,
        Meta(description="Findings of the inventory of this weight and above are told over the channels; `off`, none."),
    ] = FindingLevel.CRITICAL
    persons: Annotated[Persons, Meta(description="Asking the person who gave a held grant.")] = Persons()


class Config(msgspec.Struct, frozen=True):
    """One installation's configuration, complete and checked."""

    version: Annotated[int, Meta(ge=1, le=1, description="Version of this format; 1.")] = 1
    data_dir: Annotated[str, Meta(min_length=1, description="Folder of everything Wardlaw writes.")] = "data"
    installation: Annotated[Installation, Meta(description="Who this installation is.")] = Installation()
    gateway: Annotated[Gateway, Meta(description="The data plane.")] = Gateway()
    control: Annotated[ControlPlane, Meta(description="The management API.")] = ControlPlane()
    console: Annotated[Console, Meta(description="The pages for people.")] = Console()
    upstreams: Annotated[tuple[Upstream, ...], Meta(description="Places models are reached at.")] = ()
    models: Annotated[tuple[Model, ...], Meta(description="Models callers may ask for; every other is refused.")] = ()
    tools: Annotated[
        tuple[RegisteredTool, ...], Meta(description="Tools models may call; every other is refused.")
    ] = ()
    mcp: Annotated[Mcp, Meta(description="Servers of tools behind the gateway's `/mcp`.")] = Mcp()
    identity: Annotated[Identity, Meta(description="Who may call, beside Wardlaw keys.")] = Identity()
    detectors: Annotated[
        dict[str, DetectorSetting], Meta(description="Detectors of others by id, beside the built-in ones.")
    ] = {}
    built_in: Annotated[BuiltIn, Meta(description="The built-in detectors, each by its switch.")] = BuiltIn()
    encoder: Annotated[Encoder, Meta(description="The network that reads doubtful texts.")] = Encoder()
    policies: Annotated[Policies, Meta(description="Where the clauses are.")] = Policies()
    state: Annotated[State, Meta(description="Counters, taint, quarantine, revocations.")] = State()
    database: Annotated[Database, Meta(description="Tables.")] = Database()
    keys: Annotated[Keys, Meta(description="Private keys.")] = Keys()
    audit: Annotated[Audit, Meta(description="The tamper-evident log.")] = Audit()
    demo_model: Annotated[DemoModel, Meta(description="The scripted model for trying out.")] = DemoModel()
    notify: Annotated[Notify, Meta(description="Who is told about incidents.")] = Notify()
    canaries: Annotated[Canaries, Meta(description="Synthetic requests that clauses must stop.")] = Canaries()
    export: Annotated[Export, Meta(description="Where the log is told to.")] = Export()
    inventory: Annotated[InventorySettings, Meta(description="Organisations whose grants and identities are read.")] = (
        InventorySettings()
    )
    law: Annotated[Law, Meta(description="Laws and standards.")] = Law()
    logs: Annotated[Logs, Meta(description="What the processes say about themselves.")] = Logs()


class Origin(msgspec.Struct, frozen=True):
    """Where a value came from: ``default``, ``file``, ``env`` or ``flag``; ``detail`` is file:line or the variable."""

    kind: str = "default"
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.detail}" if self.detail else self.kind
