"""The bodies of the management API."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Annotated, Any

import msgspec

from wardlaw.audit.envelope import decode
from wardlaw.config.toolservers import CREDENTIAL_NAME
from wardlaw.facts.errors import EvidenceError
from wardlaw.facts.incident import Evidence, Incident, Quarantine
from wardlaw.facts.person import Person, Role
from wardlaw.facts.principal import PrincipalKind
from wardlaw.facts.serious import SeriousClass
from wardlaw.store.credentials import KeptCredential
from wardlaw.store.erasures import Erasure
from wardlaw.store.holds import LegalHold
from wardlaw.store.keys import OwnedKey
from wardlaw.store.prunings import Pruning
from wardlaw.store.records import RecordRow
from wardlaw.store.secrets import KeptSecret
from wardlaw.store.sessions import SessionEntry
from wardlaw.store.tokens import TokenEntry

DAY_S = 86_400
MAX_TOKEN_DAYS = 365
DEFAULT_KEY_DAYS = 90
"""A key nobody renews ends within a quarter; an endless one must be asked for with 0."""

_SLUG = r"[a-z0-9][a-z0-9._@+-]{0,99}"
# "(?!\n)": "$" alone would let a trailing newline pass.
_LINE = r"^[^\x00-\x1f\x7f]*$(?!\n)"

# Line ends are left in: a private key in PEM has some.
_VALUE = r"^[^\x00-\x08\x0b-\x1f\x7f]*$(?!\n)"

PersonId = Annotated[str, msgspec.Meta(pattern=rf"^person:{_SLUG}$(?!\n)")]
KeyId = Annotated[str, msgspec.Meta(pattern=rf"^key:{_SLUG}$(?!\n)")]
SecretId = Annotated[str, msgspec.Meta(pattern=rf"^(secret|tripwire):{_SLUG}$(?!\n)")]
PrincipalId = Annotated[str, msgspec.Meta(pattern=rf"^(user|agent|nhi):{_SLUG}$(?!\n)")]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=_LINE)]
MaybeLine = Annotated[str, msgspec.Meta(max_length=256, pattern=_LINE)]
ServerName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$(?!\n)")]
CredentialName = Annotated[str, msgspec.Meta(pattern=CREDENTIAL_NAME)]
Pseudonym = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8,128}$(?!\n)")]
MaybePseudonym = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{8,128})?$(?!\n)")]
Names = Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)]
Scopes = Annotated[
    tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,64}(\.([a-z_]{1,64}|\*))?$(?!\n)")], ...],
    msgspec.Meta(max_length=50),
]
Moment = Annotated[float, msgspec.Meta(ge=0, le=32_503_680_000)]
"""Unix seconds up to the year 3000: what no calendar holds is refused here."""
Days = Annotated[int, msgspec.Meta(ge=1, le=MAX_TOKEN_DAYS)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body with a misspelt field is refused: a limit that is ignored would be worse."""


class Redemption(_Body, frozen=True):
    """A one-time token for access.

    Attributes:
        token: The one-time token.
        person: Id for the first admin; ignored for every other token, which knows its person.
        name: Name for the first admin.
        bind: Bind the account of the calling process (Unix socket only).
        api_token: Answer an API token too.
        days: Life of that API token.
    """

    token: Annotated[str, msgspec.Meta(max_length=200)]
    person: PersonId = "person:admin"
    name: Line = "First admin"
    bind: bool = True
    api_token: bool = False
    days: Days = 30


class Access(msgspec.Struct, frozen=True):
    """What a redemption gave: ``api_token`` is shown this once and ``""`` when none was asked for."""

    person: Person
    bound_uid: int
    api_token: str = ""


class Session(msgspec.Struct, frozen=True):
    """Who is calling and what they may do; ``uid``, ``token`` and ``session`` say how they were recognised.

    Attributes:
        scopes: What the token is limited to; empty for all that the person may do.
    """

    person: Person
    permissions: tuple[str, ...]
    uid: int
    token: str
    session: SessionEntry | None = None
    scopes: tuple[str, ...] = ()


class PersonRequest(_Body, frozen=True):
    """A new person."""

    id: PersonId
    name: Line
    roles: tuple[Role, ...] = ()
    identity: MaybeLine = ""


class PersonChange(_Body, frozen=True):
    """What is to change; what is left out stays. ``unbind`` takes the account of the machine away.

    ``identity`` is never taken away again: it would make two persons of one.
    """

    name: Line | None = None
    roles: tuple[Role, ...] | None = None
    identity: Line | None = None
    disabled: bool | None = None
    unbind: bool = False


class TokenRequest(_Body, frozen=True):
    """A one-time token for a person."""

    person: PersonId
    label: MaybeLine = ""
    hours: Annotated[int, msgspec.Meta(ge=1, le=168)] = 24


class OwnTokenRequest(_Body, frozen=True):
    """An API token for oneself.

    Attributes:
        scopes: What it is limited to: ``read``, operations, or areas such as ``decisions.*``; empty for no limit.
    """

    label: MaybeLine = ""
    days: Days = 30
    scopes: Scopes = ()


class NewText(msgspec.Struct, frozen=True):
    """A token and its text, which is shown this once."""

    token: TokenEntry
    text: str


class KeyRequest(_Body, frozen=True):
    """A new Wardlaw key.

    Attributes:
        principal: Who calls with it; the kind follows from its first part.
        days: Life in days; 0 without end.
        persons: Persons an agent key may act for; ``*`` any.
        signing_key: Ed25519 public key (base64, 32 bytes) that signs an agent's assertions.
        app_user_channel: The app has a separate channel for what people typed.
        owner: Person who answers for it; ``""`` for the caller.
    """

    id: KeyId
    principal: PrincipalId
    name: MaybeLine = ""
    team: MaybeLine = ""
    groups: Names = ()
    models: Names = ()
    routes: Names = ()
    days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = DEFAULT_KEY_DAYS
    persons: Names = ()
    signing_key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    app_user_channel: bool = False
    owner: str = ""


class Rotation(_Body, frozen=True):
    """How long the old key goes on beside its successor, in seconds (at most 30 days)."""

    overlap_s: Annotated[int, msgspec.Meta(ge=0, le=30 * DAY_S)] = DAY_S


class KeyView(msgspec.Struct, frozen=True):
    """A key without its digest; times in Unix seconds, 0 for never."""

    id: str
    principal: str
    kind: PrincipalKind
    name: str
    team: str
    groups: tuple[str, ...]
    models: tuple[str, ...]
    routes: tuple[str, ...]
    persons: tuple[str, ...]
    signs: bool
    owner: str
    created_at: float
    expires_at: float
    revoked_at: float


class NewKeyText(msgspec.Struct, frozen=True):
    """A key and its text, which is shown this once."""

    key: KeyView
    text: str


class SecretRequest(_Body, frozen=True):
    """A secret or tripwire to watch for. The text is digested and forgotten."""

    id: SecretId
    text: Annotated[str, msgspec.Meta(min_length=8, max_length=8192)]


class CredentialRequest(_Body, frozen=True):
    """A credential for a server of tools. The value is sealed and never shown."""

    server: ServerName
    name: CredentialName
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=8192, pattern=_VALUE)]

    def __repr__(self) -> str:
        """Without the value: whoever prints a request must not print it."""
        return f"CredentialRequest({self.server!r}, {self.name!r})"


class CredentialView(msgspec.Struct, frozen=True):
    """A kept credential; nothing that tells of its value. ``set_at`` is Unix seconds."""

    server: str
    name: str
    set_by: str
    set_at: float


class SecretView(msgspec.Struct, frozen=True, omit_defaults=True):
    """A registered secret; nothing that tells of its text. Who asked to remove it, where somebody has."""

    id: str
    tripwire: bool
    created_by: str
    created_at: float
    removal_asked_by: str = ""


class RecordView(msgspec.Struct, frozen=True):
    """One record of the log.

    Attributes:
        principal: Name of the caller for those who may know it; empty for others, and where the inputs were erased.
        resource: As ``principal``.
        canary: The canary it was; ``""`` for traffic.
    """

    leaf_index: int
    id: str
    kind: str
    exchange: str
    at_ms: int
    subject: str
    effect: str
    demanded: str
    action: str
    route: str
    code: str
    policies: str
    clauses: tuple[str, ...] = ()
    principal: str = ""
    resource: str = ""
    canary: str = ""


class RecordDetail(msgspec.Struct, frozen=True):
    """One record whole: its envelope as JSON and the explanation (empty when its inputs were erased)."""

    record: RecordView
    envelope: dict[str, Any]
    explanation: dict[str, Any]


class Purpose(_Body, frozen=True):
    """Why prompt content is to be read (SOD-11)."""

    purpose: Annotated[str, msgspec.Meta(max_length=500)]


class Release(_Body, frozen=True):
    """Why an incident is closed, or what was locked out or lifted for it ends; it stands in the log."""

    reason: Line


class CallAnswerRequest(_Body, frozen=True):
    """A person's word on a held call, and why; it stands in the log."""

    approves: bool
    reason: Line


class WaiverRequest(_Body, frozen=True):
    """Who is to be taken out of which clause, for how long, and why.

    Attributes:
        principals: Callers, or persons that callers act for.
        systems: Apps and agents that ask.
        resources: ``model:<name>`` or ``tool:<name>``, ``*`` for any characters.
        owner: Who answers for what happens under it; whoever asks where it is left out.
    """

    clause: Line
    reason: Line
    minutes: Annotated[int, msgspec.Meta(ge=1)]
    principals: Names = ()
    systems: Names = ()
    resources: Names = ()
    owner: MaybeLine = ""


class GlassRequest(_Body, frozen=True):
    """What is to be lifted at once, for whom or what, and why; no clause named means every one that may be lifted."""

    reason: Line
    minutes: Annotated[int, msgspec.Meta(ge=1)]
    clauses: Names = ()
    principals: Names = ()
    systems: Names = ()
    resources: Names = ()


class GlassReview(_Body, frozen=True):
    """What somebody else found about broken glass."""

    justified: bool
    review: Line


class SeriousRequest(_Body, frozen=True):
    """What happened, and when somebody became aware of it (Unix seconds); decisions by id, or those of an incident."""

    kind: SeriousClass
    aware_at: Moment
    system: Line
    description: Annotated[str, msgspec.Meta(min_length=1, max_length=8_192, pattern=_VALUE)]
    occurred_at: Moment = 0.0
    widespread: bool = False
    member_state: MaybeLine = ""
    incident: MaybeLine = ""
    decisions: Names = ()


class SeriousReport(_Body, frozen=True):
    """When the authority got the report (now where it is left out), and under which reference it has it."""

    report_ref: Line
    sent_at: Moment = 0.0


class AppealRequest(_Body, frozen=True):
    """Which decision was wrong, and why."""

    decision: Annotated[str, msgspec.Meta(pattern=r"^dec_[0-9a-f]{1,64}$(?!\n)")]
    reason: Line


class AppealAnswer(_Body, frozen=True):
    """What somebody else found: whether the decision was wrong, and why."""

    overturns: bool
    answer: Line


class ToolApproval(_Body, frozen=True):
    """What may be used: a tool as its server offers it, by the digest of the definition that was looked at."""

    tool: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{12,64}$")]
    reason: Line


class IncidentDetail(msgspec.Struct, frozen=True):
    """An incident with what it rests on.

    Attributes:
        evidence: Its first decisions, with their places in the log.
        quarantines: Who was locked out for it, those released included.
        checkpoint: The newest signed statement about the log that covers the evidence; ``""`` before the first.
    """

    incident: Incident
    evidence: tuple[Evidence, ...]
    quarantines: tuple[Quarantine, ...]
    checkpoint: str = ""


class Released(msgspec.Struct, frozen=True):
    """The quarantines that were lifted."""

    incident: Incident
    released: tuple[Quarantine, ...]


class QuarantineRequest(_Body, frozen=True):
    """Whom to lock out. ``key`` is ``principal:<id>``, ``person:<id>`` or ``session:<id>``; minutes 0 until released."""

    key: Annotated[str, msgspec.Meta(max_length=256, pattern=r"^(principal|person|session):[^\x00-\x20\x7f]+$(?!\n)")]
    reason: Line
    minutes: Annotated[int, msgspec.Meta(ge=0, le=43_200)] = 0


class ExportRequest(_Body, frozen=True):
    """A span of the log, Unix milliseconds, half-open; ``until_ms`` 0 to the end."""

    since_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0
    until_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0


class ReportRequest(_Body, frozen=True):
    """What an evidence report is of; the day ``until`` is the first that is not part of it."""

    framework: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    since: date
    until: date


class ReportFiles(msgspec.Struct, frozen=True):
    """A signed report: its files by their names, and how many records are proven of those it names.

    Attributes:
        files: Those that are text.
        binary: The others, in base64.
    """

    files: dict[str, str]
    binary: dict[str, bytes]
    applicable: int
    proven: int
    attested: int
    gaps: int
    records: int
    records_proven: int


class SubjectRequest(_Body, frozen=True):
    """A subject of the log, by its pseudonym, and why."""

    subject: Pseudonym
    reason: Line


AccountName = Annotated[
    str, msgspec.Meta(max_length=580, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}:[^\x00-\x1f\x7f]{1,512}$(?!\n)")
]
"""A directory of the inventory and the id of an account in it."""


class ErasureRequest(_Body, frozen=True):
    """A person to be erased, and why: a subject of the log, accounts of the inventory, or both.

    Attributes:
        subject: Pseudonym that the log has; empty for somebody who never came to the gateway.
        accounts: ``directory:id`` of the person's accounts that are not found by the subject.
        suppress: Whether the names stay out when a platform tells them again.
    """

    reason: Line
    subject: MaybePseudonym = ""
    accounts: Annotated[tuple[AccountName, ...], msgspec.Meta(max_length=50)] = ()
    suppress: bool = False


class ProofText(msgspec.Struct, frozen=True):
    """A ``tlog-proof`` file."""

    id: str
    proof: str


class HoldLift(msgspec.Struct, frozen=True):
    """What became of asking to lift a hold: ``lifted`` is false while a second person must agree."""

    hold: LegalHold
    lifted: bool


class InventoryReach(msgspec.Struct, frozen=True):
    """What an erasure reaches in the inventory.

    Attributes:
        accounts: ``directory:id``; once it was carried out, the pseudonyms that stand there now.
        rows: Rows with a name in them, by table.
        suppressed: Whether the names stay out from now on.
        next_reading: What the next reading of a platform that still has the account does.
        traces: Where the names may still be read; empty where they are gone from the files of the database.
    """

    accounts: tuple[str, ...] = ()
    rows: dict[str, int] = {}
    suppressed: bool = False
    next_reading: str = ""
    traces: str = ""


class ErasurePreview(msgspec.Struct, frozen=True):
    """What an erasure would reach, and by which name of the log."""

    subject: str
    inventory: InventoryReach


class ErasureAnswer(msgspec.Struct, frozen=True):
    """A request for erasure, the person with which role must confirm it next, and what it reaches in the inventory."""

    erasure: Erasure
    waits_for: tuple[Role, ...]
    inventory: InventoryReach


class PruneRequest(_Body, frozen=True):
    """Records made before a time (Unix milliseconds) are to go, and why."""

    before_ms: Annotated[int, msgspec.Meta(gt=0, le=2**53)]
    reason: Line


class PruningAnswer(msgspec.Struct, frozen=True):
    """A request to prune, and the person with which role must confirm it next."""

    pruning: Pruning
    waits_for: tuple[Role, ...]


def key_view(key: OwnedKey) -> KeyView:
    """What may be shown of a key."""
    entry = key.entry
    return KeyView(
        id=entry.id,
        principal=entry.principal.id,
        kind=entry.principal.kind,
        name=entry.principal.name,
        team=entry.principal.team,
        groups=entry.principal.groups,
        models=entry.models,
        routes=entry.routes,
        persons=entry.persons,
        signs=bool(entry.signing_key),
        owner=key.owner,
        created_at=key.created_at,
        expires_at=entry.expires_at,
        revoked_at=entry.revoked_at,
    )


def credential_view(kept: KeptCredential) -> CredentialView:
    """What may be shown of a kept credential."""
    return CredentialView(kept.server, kept.name, kept.set_by, kept.set_at)


def secret_view(kept: KeptSecret) -> SecretView:
    """What may be shown of a registered secret."""
    return SecretView(kept.secret.id, kept.secret.tripwire, kept.created_by, kept.created_at)


def record_view(row: RecordRow, *, principal: str = "", resource: str = "") -> RecordView:
    """What a list shows of a record."""
    taken = {name: getattr(row, name) for name in RecordView.__struct_fields__ if name in row.__struct_fields__}
    clauses: tuple[str, ...] = ()
    canary = ""
    with contextlib.suppress(EvidenceError):  # whoever lists records finds even one that was tampered with
        envelope = decode(row.envelope)
        clauses, canary = envelope.clauses, str(envelope.facts.get("canary", ""))
    return RecordView(**taken, clauses=clauses, principal=principal, resource=resource, canary=canary)
