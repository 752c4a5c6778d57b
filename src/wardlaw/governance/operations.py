"""What the management API can do and which permission each operation needs: one entry each.

The API refuses to be built when an endpoint has no entry here or an entry has no endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

import msgspec

from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.rights import Circumstances, Permitted, Refusal, RoleBook, authorise, roles_with
from wardlaw.governance.scopes import allows, covers


class Audience(StrEnum):
    """Who may call an operation at all."""

    ANYONE = "anyone"  # what it asks for instead (a one-time token) is its credential, or it tells nothing
    PERSON = "person"  # any signed-in person, about themselves
    HOLDER = "holder"  # persons with a permission


class Service(StrEnum):
    """A background process of the installation, which acts under its own name and may do only what names it."""

    LISTENER = "listener"  # takes deliveries of platforms; reached from outside
    WATCH = "watch"  # reads connected organisations


class Operation(msgspec.Struct, frozen=True):
    """One operation.

    Attributes:
        permissions: Any of these suffices; empty only where the audience is not ``HOLDER``.
        services: Processes that may do it without any person's rights.
        changes: It changes something (and is recorded).
        recorded: It is recorded although it changes nothing.
        console: Only the console's own pages ask for it, inside the process: what it makes or takes is a browser's.
        paced: Other people have to look at what it files, so one person does it only so often in an hour.
    """

    id: str
    audience: Audience
    permissions: tuple[Permission, ...] = ()
    changes: bool = False
    recorded: bool = False
    services: tuple[Service, ...] = ()
    console: bool = False
    paced: bool = False


def _reads(operation: str, *permissions: Permission, services: tuple[Service, ...] = ()) -> Operation:
    return Operation(operation, Audience.HOLDER, permissions, services=services)


def _changes(operation: str, *permissions: Permission, services: tuple[Service, ...] = ()) -> Operation:
    return Operation(operation, Audience.HOLDER, permissions, changes=True, services=services)


_P = Permission
_LISTENER, _WATCH = (Service.LISTENER,), (Service.WATCH,)

_ALL: tuple[Operation, ...] = (
    Operation("health", Audience.ANYONE),
    Operation("session.redeem", Audience.ANYONE, changes=True),
    Operation("session.whoami", Audience.PERSON),
    # Signing in to the console. A secret that is shown here, or a session that begins here, never leaves the browser.
    Operation("session.enter_token", Audience.ANYONE, changes=True, console=True),
    Operation("session.enter_password", Audience.ANYONE, changes=True, console=True),
    Operation("session.enter_passkey", Audience.ANYONE, changes=True, console=True),
    Operation("session.enter_options", Audience.ANYONE, console=True),
    Operation("session.prove", Audience.PERSON, changes=True, console=True),
    Operation("session.prove_options", Audience.PERSON, console=True),
    Operation("session.leave", Audience.PERSON, changes=True, console=True),
    Operation("session.list_own", Audience.PERSON),
    Operation("session.standing", Audience.PERSON),
    Operation("session.end_own", Audience.PERSON, changes=True),
    _reads("session.list", _P.MANAGE_USERS),
    _changes("session.end", _P.MANAGE_USERS),
    # What somebody signs in with is changed by whoever sits at the browser and has just proven it, by no token.
    Operation("passwords.set", Audience.PERSON, changes=True, console=True),
    Operation("passkeys.list_own", Audience.PERSON),
    Operation("passkeys.options", Audience.PERSON, console=True),
    Operation("passkeys.add", Audience.PERSON, changes=True, console=True),
    Operation("passkeys.remove", Audience.PERSON, changes=True, console=True),
    Operation("provider.begin", Audience.ANYONE, console=True),
    Operation("provider.finish", Audience.ANYONE, changes=True, console=True),
    Operation("provider.ended", Audience.ANYONE, changes=True, console=True),
    Operation("provider.again", Audience.PERSON, console=True),
    Operation("provider.farewell", Audience.PERSON, console=True),
    _reads("provider.logins", _P.MANAGE_USERS, _P.VIEW_AUDIT_LOG),
    _changes("provider.bind", _P.MANAGE_USERS),
    _changes("provider.unbind", _P.MANAGE_USERS),
    Operation("tokens.create_own", Audience.PERSON, changes=True),
    Operation("tokens.list_own", Audience.PERSON),
    Operation("tokens.revoke_own", Audience.PERSON, changes=True),
    _reads("persons.list", _P.MANAGE_USERS, _P.VIEW_AUDIT_LOG),
    _reads("persons.get", _P.MANAGE_USERS, _P.VIEW_AUDIT_LOG),
    _changes("persons.create", _P.MANAGE_USERS),
    _changes("persons.change", _P.MANAGE_USERS),
    _changes("persons.disable", _P.MANAGE_USERS),
    _changes("persons.reset", _P.MANAGE_USERS),
    _reads("roles.list", _P.MANAGE_USERS, _P.VIEW_AUDIT_LOG, _P.VIEW_DASHBOARDS),
    _reads("tokens.list", _P.MANAGE_USERS),
    _changes("tokens.create", _P.MANAGE_USERS),
    _changes("tokens.revoke", _P.MANAGE_USERS),
    _reads("keys.list", _P.MANAGE_USERS, _P.REGISTER_SYSTEM, _P.REVOKE_NHI, _P.VIEW_AUDIT_LOG),
    _changes("keys.create", _P.MANAGE_USERS, _P.REGISTER_SYSTEM),
    _changes("samples.send", _P.MANAGE_USERS, _P.REGISTER_SYSTEM),
    _changes("keys.rotate", _P.MANAGE_USERS, _P.REGISTER_SYSTEM),
    _changes("keys.revoke", _P.REVOKE_NHI, _P.MANAGE_USERS),
    _reads("secrets.list", _P.TUNE_DETECTOR, _P.VIEW_AUDIT_LOG),
    _changes("secrets.register", _P.TUNE_DETECTOR),
    _changes("secrets.remove", _P.TUNE_DETECTOR),
    _reads("detectors.status", _P.TUNE_DETECTOR, _P.VIEW_AUDIT_LOG),
    _changes("detectors.loosen", _P.TUNE_DETECTOR),
    _reads("decisions.list", _P.VIEW_AUDIT_LOG),
    _reads("decisions.counts", _P.VIEW_DASHBOARDS),
    _reads("decisions.door", _P.VIEW_DASHBOARDS),
    _reads("decisions.get", _P.VIEW_AUDIT_LOG),
    _reads("decisions.tail", _P.VIEW_AUDIT_LOG, _P.VIEW_DASHBOARDS),
    _reads("decisions.replay", _P.VIEW_AUDIT_LOG),
    _reads("decisions.again", _P.VIEW_AUDIT_LOG),
    Operation("decisions.content", Audience.HOLDER, (_P.VIEW_PROMPT_CONTENT,), recorded=True),
    _reads("incidents.list", _P.VIEW_AUDIT_LOG),
    _reads("incidents.get", _P.VIEW_AUDIT_LOG),
    _changes("incidents.close", _P.CLOSE_INCIDENT),
    _changes("incidents.release", _P.KILL_CONNECTION),
    _reads("quarantines.list", _P.VIEW_AUDIT_LOG),
    _changes("quarantines.place", _P.KILL_CONNECTION),
    _changes("quarantines.release", _P.KILL_CONNECTION),
    # How somebody usually works is personal: for those who answer for incidents, as the judge's `unusual` is.
    _reads("habits.list", _P.KILL_CONNECTION, _P.CLOSE_INCIDENT),
    _reads("habits.get", _P.KILL_CONNECTION, _P.CLOSE_INCIDENT),
    _changes("habits.accept", _P.KILL_CONNECTION, _P.CLOSE_INCIDENT),
    _changes("habits.forget", _P.KILL_CONNECTION, _P.CLOSE_INCIDENT),
    # Whoever is signed in may see what waits for them; each part asks for the right to answer it.
    Operation("inbox.list", Audience.PERSON),
    Operation("inbox.others", Audience.PERSON),
    Operation("inbox.answered", Audience.PERSON),
    # Each name is told to whoever may list such things.
    Operation("names.list", Audience.PERSON),
    _reads("approvals.list", _P.APPROVE_RUNTIME_ACTION),
    _reads("approvals.get", _P.APPROVE_RUNTIME_ACTION),
    _changes("approvals.answer", _P.APPROVE_RUNTIME_ACTION),
    _reads("tools.seen", _P.VIEW_AUDIT_LOG, _P.TUNE_DETECTOR, _P.REGISTER_SYSTEM),
    _reads("tools.list", _P.VIEW_AUDIT_LOG, _P.TUNE_DETECTOR, _P.REGISTER_SYSTEM),
    _reads("tools.get", _P.VIEW_AUDIT_LOG, _P.TUNE_DETECTOR, _P.REGISTER_SYSTEM),
    _changes("tools.approve", _P.TUNE_DETECTOR, _P.REGISTER_SYSTEM),
    _reads("credentials.list", _P.REGISTER_SYSTEM, _P.KILL_CONNECTION, _P.VIEW_AUDIT_LOG),
    _changes("credentials.set", _P.REGISTER_SYSTEM),
    # Whoever may cut a connection may take away what it is made with.
    _changes("credentials.forget", _P.REGISTER_SYSTEM, _P.KILL_CONNECTION),
    # Who granted what to whom is personal, as the log is.
    _reads("inventory.status", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM, services=_WATCH),
    _reads("inventory.list", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("inventory.get", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("inventory.findings", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("inventory.finding", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _changes("inventory.accept", _P.REVOKE_NHI, _P.CLOSE_INCIDENT),
    _changes("inventory.close", _P.REVOKE_NHI, _P.CLOSE_INCIDENT),
    _reads("inventory.events", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI),
    _reads("inventory.runs", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("identities.list", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("identities.get", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("identities.timeline", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("identities.graph", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("shadow.report", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("shadow.systems", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _changes("inventory.begin", _P.REVOKE_NHI, _P.IMPORT_EVIDENCE, services=_WATCH),
    _changes("inventory.take", _P.REVOKE_NHI, _P.IMPORT_EVIDENCE, services=_WATCH),
    _changes("inventory.end", _P.REVOKE_NHI, _P.IMPORT_EVIDENCE, services=_WATCH),
    _changes("inventory.deliver", _P.REVOKE_NHI, _P.IMPORT_EVIDENCE, services=_LISTENER),
    _reads("signals.waiting", _P.REVOKE_NHI, services=_LISTENER),
    _changes("signals.settle", _P.REVOKE_NHI, services=_LISTENER),
    _reads("inventory.due", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM, services=_WATCH),
    _changes("inventory.channel", _P.REVOKE_NHI, _P.IMPORT_EVIDENCE, services=_WATCH),
    _reads("grants.list", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("grants.page", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("grants.get", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("grants.approvals", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _changes("grants.approve", _P.APPROVE_EXCEPTION),
    _changes("grants.recertify", _P.APPROVE_EXCEPTION),
    # The person who gave a grant need not have any role; the id in the message is what they were given.
    Operation("grants.answer", Audience.PERSON, changes=True),
    _changes("grants.judge", _P.REVOKE_NHI, _P.IMPORT_EVIDENCE, services=_WATCH),
    _reads("grants.links", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    # A link locks a principal out once the app is revoked: for those who may cut it off anyway.
    _changes("grants.link", _P.KILL_CONNECTION),
    _changes("grants.unlink", _P.KILL_CONNECTION),
    _reads("revocations.list", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, services=_WATCH),
    _reads("revocations.get", _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, services=_WATCH),
    _changes("revocations.plan", _P.REVOKE_NHI),
    _changes("revocations.draft", _P.REVOKE_NHI),
    _changes("revocations.add", _P.REVOKE_NHI),
    _changes("revocations.confirm", _P.REVOKE_NHI),
    # What a person has confirmed may be carried out by the process that has the credential; it can confirm nothing.
    _changes("revocations.report", _P.REVOKE_NHI, services=_WATCH),
    _reads("systems.list", _P.VIEW_DASHBOARDS),
    _reads("systems.get", _P.VIEW_DASHBOARDS),
    _changes("systems.add", _P.REGISTER_SYSTEM),
    # Who classifies says what a system is in the eyes of the law, who registers everything else (SOD-8).
    _changes("systems.change", _P.CLASSIFY_SYSTEM, _P.REGISTER_SYSTEM),
    _changes("systems.retire", _P.REGISTER_SYSTEM),
    # Rates of groups are no secret of one person; who tells decisions is whoever runs the system.
    _reads("outcomes.show", _P.VIEW_DASHBOARDS),
    _changes("outcomes.add", _P.REGISTER_SYSTEM, _P.IMPORT_EVIDENCE),
    # Thresholds are set by who approves gates, not by who is measured.
    _changes("outcomes.watch", _P.APPROVE_GATE),
    _reads("systems.file", _P.VIEW_DASHBOARDS),
    _reads("systems.parts", _P.VIEW_DASHBOARDS),
    _reads("classification.get", _P.VIEW_DASHBOARDS),
    _changes("classification.hand_in", _P.CLASSIFY_SYSTEM),
    # A draft is its author's own; nothing follows from it.
    _reads("classification.draft", _P.CLASSIFY_SYSTEM),
    _changes("classification.keep_draft", _P.CLASSIFY_SYSTEM),
    _changes("classification.drop_draft", _P.CLASSIFY_SYSTEM),
    # Whoever is signed in may ask, see what became of it, and know what may be used.
    Operation("intake.ask", Audience.PERSON, changes=True, paced=True),
    Operation("intake.list", Audience.PERSON),
    Operation("intake.get", Audience.PERSON),
    _changes("intake.answer", _P.APPROVE_EXCEPTION),
    # Whoever may stop a system may end the approval of its use.
    _changes("intake.withdraw", _P.APPROVE_EXCEPTION, _P.KILL_SYSTEM),
    Operation("intake.proposal", Audience.PERSON),
    Operation("catalogue.list", Audience.PERSON),
    _reads("gates.list", _P.VIEW_DASHBOARDS),
    _reads("gates.get", _P.VIEW_DASHBOARDS),
    _changes("gates.add", _P.REGISTER_SYSTEM, _P.APPROVE_GATE),
    _changes("gates.sign", _P.APPROVE_GATE),
    _reads("gates.runs", _P.VIEW_DASHBOARDS),
    _reads("gates.run_get", _P.VIEW_DASHBOARDS),
    _changes("gates.run", _P.IMPORT_EVIDENCE, _P.REGISTER_SYSTEM),
    _changes("gates.answer", _P.APPROVE_GATE),
    _reads("gates.verdict", _P.VIEW_DASHBOARDS),
    _reads("gates.standings", _P.VIEW_DASHBOARDS),
    # Whoever may stop a system may close its routes.
    _changes("gates.revoke", _P.APPROVE_GATE, _P.KILL_SYSTEM),
    _reads("redteam.list", _P.VIEW_DASHBOARDS),
    _changes("redteam.keep", _P.IMPORT_EVIDENCE, _P.REGISTER_SYSTEM),
    _reads("register.list", _P.VIEW_DASHBOARDS),
    _reads("register.get", _P.VIEW_DASHBOARDS),
    _changes("register.put", _P.REGISTER_SYSTEM),
    _changes("register.retire", _P.REGISTER_SYSTEM),
    _reads("frameworks.list", _P.VIEW_DASHBOARDS),
    _reads("frameworks.get", _P.VIEW_DASHBOARDS),
    _reads("frameworks.diff", _P.VIEW_DASHBOARDS),
    # What the law says decides what is asked of everybody: for those who approve clauses.
    _changes("frameworks.apply", _P.APPROVE_POLICY),
    _reads("coverage.get", _P.VIEW_DASHBOARDS),
    _reads("evidence.trail", _P.VIEW_AUDIT_LOG),
    Operation("reports.build", Audience.HOLDER, (_P.EXPORT_EVIDENCE,), recorded=True),
    _reads("attestations.list", _P.VIEW_DASHBOARDS),
    _changes("attestations.give", _P.ATTEST),
    _changes("attestations.withdraw", _P.ATTEST),
    _reads("canaries.list", _P.VIEW_AUDIT_LOG, _P.TUNE_DETECTOR, _P.PUBLISH_POLICY),
    _reads("canaries.history", _P.VIEW_AUDIT_LOG, _P.TUNE_DETECTOR, _P.PUBLISH_POLICY),
    _reads("canaries.order", _P.VIEW_AUDIT_LOG, _P.TUNE_DETECTOR, _P.PUBLISH_POLICY),
    _changes("canaries.run", _P.TUNE_DETECTOR, _P.PUBLISH_POLICY, _P.CLOSE_INCIDENT),
    _reads("audit.status", _P.VIEW_AUDIT_LOG),
    _reads("audit.export_status", _P.VIEW_AUDIT_LOG),
    _reads("audit.proof", _P.VIEW_AUDIT_LOG),
    _reads("audit.check", _P.VIEW_AUDIT_LOG),
    _reads("audit.records", _P.VIEW_AUDIT_LOG),
    _reads("audit.verify", _P.VIEW_AUDIT_LOG),
    Operation("audit.export", Audience.HOLDER, (_P.EXPORT_EVIDENCE,), recorded=True),
    _reads("erasures.list", _P.VIEW_AUDIT_LOG),
    _reads("erasures.preview", _P.CHANGE_RETENTION),
    _changes("erasures.request", _P.CHANGE_RETENTION),
    _changes("erasures.confirm", _P.CHANGE_RETENTION),
    _reads("holds.list", _P.VIEW_AUDIT_LOG),
    _changes("holds.place", _P.CHANGE_RETENTION),
    _changes("holds.lift", _P.CHANGE_RETENTION),
    _reads("audit.retention", _P.VIEW_AUDIT_LOG),
    _reads("prunings.list", _P.VIEW_AUDIT_LOG),
    _changes("prunings.request", _P.CHANGE_RETENTION),
    _changes("prunings.confirm", _P.CHANGE_RETENTION),
    _reads("waivers.list", _P.VIEW_AUDIT_LOG, _P.REQUEST_EXCEPTION, _P.APPROVE_EXCEPTION),
    _reads("waivers.get", _P.VIEW_AUDIT_LOG, _P.REQUEST_EXCEPTION, _P.APPROVE_EXCEPTION),
    Operation("waivers.request", Audience.HOLDER, (_P.REQUEST_EXCEPTION,), changes=True, paced=True),
    _changes("waivers.answer", _P.APPROVE_EXCEPTION),
    # Putting a clause in force again is for everybody who may ask, agree or cut.
    _changes("waivers.end", _P.REQUEST_EXCEPTION, _P.APPROVE_EXCEPTION, _P.KILL_CONNECTION),
    _reads("glass.list", _P.VIEW_AUDIT_LOG, _P.BREAK_GLASS),
    _reads("glass.liftable", _P.BREAK_GLASS),
    _changes("glass.open", _P.BREAK_GLASS),
    _changes("glass.close", _P.BREAK_GLASS, _P.CLOSE_INCIDENT, _P.APPROVE_EXCEPTION),
    _changes("glass.review", _P.CLOSE_INCIDENT, _P.APPROVE_EXCEPTION),
    _reads("serious.list", _P.VIEW_AUDIT_LOG),
    _reads("serious.get", _P.VIEW_AUDIT_LOG),
    _reads("serious.draft", _P.VIEW_AUDIT_LOG),
    # A hold only keeps: whoever may open an incident may have its evidence kept; lifting takes two (SOD-7).
    _changes("serious.open", _P.OPEN_INCIDENT),
    _changes("serious.close", _P.CLOSE_INCIDENT),
    Operation("appeals.make", Audience.PERSON, changes=True, paced=True),
    Operation("appeals.own", Audience.PERSON),
    _reads("appeals.list", _P.VIEW_AUDIT_LOG, _P.CLOSE_INCIDENT),
    _changes("appeals.answer", _P.CLOSE_INCIDENT, _P.APPROVE_EXCEPTION),
    Operation("views.list", Audience.PERSON),
    Operation("views.save", Audience.PERSON, changes=True),
    Operation("views.remove", Audience.PERSON, changes=True),
    # How the house is built, such as where its keys lie, is for those who run it.
    _reads("settings.show", _P.MANAGE_USERS),
    _reads("settings.connectors", _P.MANAGE_USERS, _P.VIEW_AUDIT_LOG, _P.REVOKE_NHI, _P.REGISTER_SYSTEM),
    _reads("policy.status", _P.VIEW_DASHBOARDS),
    _changes("policy.reload", _P.PUBLISH_POLICY),
    _reads("policy.life", _P.VIEW_DASHBOARDS),
    _reads("policy.history", _P.VIEW_AUDIT_LOG, _P.PUBLISH_POLICY),
    _reads("policy.look", _P.APPROVE_POLICY, _P.AUTHOR_POLICY, _P.VIEW_AUDIT_LOG),
    _reads("policy.read", _P.VIEW_AUDIT_LOG, _P.AUTHOR_POLICY, _P.APPROVE_POLICY, _P.PUBLISH_POLICY),
    _reads("policy.effect", _P.VIEW_AUDIT_LOG, _P.PUBLISH_POLICY),
    _reads("policy.templates", _P.AUTHOR_POLICY, _P.APPROVE_POLICY),
    _reads("policy.fill", _P.AUTHOR_POLICY, _P.APPROVE_POLICY),
    _reads("policy.check", _P.AUTHOR_POLICY, _P.APPROVE_POLICY),
    _changes("policy.hand_in", _P.AUTHOR_POLICY),
    _changes("policy.review", _P.AUTHOR_POLICY),
    _changes("policy.retire", _P.AUTHOR_POLICY),
    _changes("policy.approve", _P.APPROVE_POLICY),
    _changes("policy.reject", _P.APPROVE_POLICY),
    _reads("policy.try", _P.AUTHOR_POLICY, _P.APPROVE_POLICY, _P.PUBLISH_POLICY),
    _changes("policy.backtest", _P.AUTHOR_POLICY, _P.APPROVE_POLICY, _P.PUBLISH_POLICY),
    _changes("policy.enforce", _P.PUBLISH_POLICY),
    _reads("policy.foresee", _P.KILL_CONNECTION),
    # Who may cut a connection may put a tightening in force at once; others look at it within a day.
    _changes("policy.emergency", _P.KILL_CONNECTION),
)

OPERATIONS: dict[str, Operation] = {operation.id: operation for operation in _ALL}


def admit(person: Person, operation: Operation, *, context: Circumstances, book: RoleBook) -> Permitted | Refusal:
    """Whether this person may do this operation: ``authorise`` for each permission that would suffice."""
    context = msgspec.structs.replace(context, changes=operation.changes and operation.audience is Audience.HOLDER)
    if not allows(context.scopes, operation.id, only_reads=_only_reads(operation)):
        return Refusal("SCOPE", f"This token is limited to {', '.join(context.scopes)}: {operation.id} is not in it.")
    match operation.audience:
        case Audience.ANYONE | Audience.PERSON:
            return authorise(person, None, context=context, book=book)
        case Audience.HOLDER:
            return _any_of(person, operation, context, book)
        case unknown:
            assert_never(unknown)


def scope_problem(scopes: Iterable[str]) -> str:
    """What is wrong with the scopes of a token, in words; empty when nothing is."""
    for one in scopes:
        if not any(covers(one, each.id, only_reads=_only_reads(each)) for each in OPERATIONS.values()):
            return f"{one!r} is no scope: say read, an operation such as decisions.list, or an area such as decisions.*"
    return ""


def admit_service(service: Service, operation: Operation) -> Permitted | Refusal:
    """Whether a process may do this operation: only what names it, whatever persons may do."""
    if service in operation.services:
        return Permitted(None)
    return Refusal("ROLE", f"{operation.id} is not for the process {service}.")


def _only_reads(operation: Operation) -> bool:
    return not operation.changes and not operation.recorded


def _any_of(person: Person, operation: Operation, context: Circumstances, book: RoleBook) -> Permitted | Refusal:
    refusals: list[Refusal] = []
    for permission in operation.permissions:
        answer = authorise(person, permission, context=context, book=book)
        if isinstance(answer, Permitted):
            return answer
        refusals.append(answer)
    for refusal in refusals:
        if refusal.rule != "ROLE":  # it holds the permission and a rule stands against it: that explains more
            return refusal
    able = {role for permission in operation.permissions for role in roles_with(permission, book)}
    names = ", ".join(role for role in Role if role in able)
    return Refusal("ROLE", f"{operation.id} needs one of the roles: {names}.")
