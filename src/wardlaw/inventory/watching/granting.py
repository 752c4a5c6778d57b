"""What is worth an alarm by itself: who is let in, what they are given, and what is taken away to hide it."""

from __future__ import annotations

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.aiapps import ai_vendor_of, known_bad
from wardlaw.inventory.lookalike import imitated
from wardlaw.inventory.model import App, Consent, Tristate
from wardlaw.inventory.risk import Privilege, ScopeRisk, scope_risk
from wardlaw.inventory.rules import DAY_S, Weight
from wardlaw.inventory.watching.alarm import AlarmKind
from wardlaw.inventory.watching.memory import (
    HOUR_S,
    MOST_ACTORS,
    MOST_HOLDERS,
    MOST_SCOPES,
    AppMemory,
    DirectoryMemory,
    remember_at,
)
from wardlaw.inventory.watching.noticing import Notice, listed
from wardlaw.inventory.watching.surroundings import Surroundings

BURN_IN_DAYS = 14
"""A directory watched for less has apps and people that only seem new."""
BURST_ACCOUNTS = 6
"""Distinct people within an hour: a team that tries something is smaller, a campaign by mail is larger."""
DEVICE_ACCOUNTS = 3  # an app that so many signed in to by code is one that is meant to be used so
TRACE_DAYS = 3  # an app that tidied up on so many days before does so by habit
UNUSED_DAYS = 30
ACTOR_DAYS = 30
"""Who has done such work for a month, or the directory is not known for so long, is nobody new."""

# Roles by which an app reads or sends everybody's mail (Microsoft Graph and Exchange Online, application permissions).
_MAILBOX_ROLES = frozenset(
    (
        "full_access_as_app", "exchange.manageasapp", "mail.read", "mail.readwrite", "mail.readbasic.all", "mail.send",
        "mailboxsettings.readwrite", "ews.accessasuser.all", "imap.accessasapp", "pop.accessasapp", "smtp.sendasapp",
        "mailboxfolder.readwrite.all", "mailboxitem.importexport.all",
    )
)  # fmt: skip
# Tools of platforms that are imitated because people expect them.
_EXPECTED_TOOLS = frozenset(("data loader", "dataloader", "azure cli", "github cli", "google drive for desktop"))
_LOGGING = ("log", "audit", "trail", "monitor", "alert", "sink", "retention")


def look_at_arrival(
    activity: Activity, app: AppMemory, directory: DirectoryMemory, around: Surroundings
) -> list[Notice]:
    """What is noticed when an app is seen for the first time."""
    is_watched = activity.at - directory.first_at >= BURN_IN_DAYS * DAY_S
    app.is_newcomer = is_watched
    known = around.apps.get(activity.app, App(activity.app))
    name = activity.app_name or known.name
    folded = " ".join(name.casefold().split())
    found = _look_at_id(activity, around)
    bearer = directory.names.get(folded, "") if folded else ""
    if folded and not bearer and len(directory.names) < 20_000:
        directory.names[folded] = activity.app
    if around.is_ours(activity.app) or known.verified is Tristate.YES:
        return found
    imitates = imitated(name) or imitated(known.publisher)
    if imitates:
        said = f"“{name}” is written to look like {imitates}."
        found.append(Notice(AlarmKind.LOOKALIKE, "name", (said,)))
    elif is_watched and (folded in _EXPECTED_TOOLS or (bearer and around.is_ours(bearer))):
        whose = f"the approved app {bearer}" if bearer and around.is_ours(bearer) else "a tool of the platform"
        said = f"“{name}” bears the name of {whose}, and is another client: {activity.app}."
        found.append(Notice(AlarmKind.LOOKALIKE, "name", (said,)))
    return found


def look_at_deed(activity: Activity, app: AppMemory, directory: DirectoryMemory, around: Surroundings) -> list[Notice]:
    """What is noticed at anything but a use; habits are not asked here."""
    match activity.deed:
        case Deed.CONSENT:
            return _consent(activity, app, around)
        case Deed.CREDENTIAL_ADDED:
            return _credential(activity, app, directory)
        case Deed.ROLE_ASSIGNED:
            return _role(activity, around)
        case Deed.DELEGATION_ADDED:
            if around.covers(activity.app, activity.scopes):
                return []
            said = f"It may act as everybody of the domain. Scopes: {listed(activity.scopes) or 'not told'}."
            return [Notice(AlarmKind.DELEGATION, "delegation", (said, *_by(activity)))]
        case Deed.TRACE_REMOVED:
            return _trace(activity, app, directory)
        case _:
            return []


def look_at_advisory(activity: Activity, apps: dict[str, AppMemory], around: Surroundings) -> list[tuple[str, Notice]]:
    """The apps of a vendor that was broken into, each with its notice; none where nothing of theirs is here."""
    vendor = (activity.object or activity.app_name).strip().casefold()
    found = []
    for app in sorted({*apps, *around.apps, *around.facts}):
        name = apps[app].name if app in apps else around.apps[app].name if app in around.apps else ""
        is_named = bool(vendor) and vendor in (name.casefold(), around.vendor_of(app).casefold())
        if app and (app == activity.app or is_named):
            holders = apps[app].holders if app in apps else {}
            said = (
                f"{activity.object or activity.app_name or 'Its vendor'} is said to have been broken into;"
                f" {name or app} is connected here, and every token it has must be renewed."
            )
            who = (f"Consents seen: {len(holders)}.",) if holders else ()
            found.append((app, Notice(AlarmKind.ADVISORY, activity.id, (said, *who))))
    return found


def _look_at_id(activity: Activity, around: Surroundings) -> list[Notice]:
    bad = known_bad(around.platform, activity.app)
    if bad is None:
        return []
    said = (f"The client id is {bad.name}: {bad.why}.", f"Source: {bad.source}.")
    return [Notice(AlarmKind.KNOWN_BAD, "client id", said)]


def _consent(activity: Activity, app: AppMemory, around: Surroundings) -> list[Notice]:
    found = [] if activity.consent is Consent.REQUESTED else _look_at_id(activity, around)
    if activity.consent is Consent.REQUESTED:
        return found
    is_known_holder = activity.account in app.holders
    for scope in activity.scopes:
        if len(app.granted) < MOST_SCOPES:
            app.granted.setdefault(scope, activity.at)
    is_ours = around.is_ours(activity.app)
    if not is_ours:
        found += _powerful(activity, app, around)
        if activity.via == "device_code" and len(app.by_device) < DEVICE_ACCOUNTS:
            said = f"{activity.account or 'Somebody'} agreed by entering a code that was shown on another device."
            found.append(Notice(AlarmKind.DEVICE_CODE, "device code", (said,)))
        if activity.account and not is_known_holder:
            found += _burst(activity, app)
    if activity.via == "device_code" and activity.account:
        remember_at(app.by_device, activity.account, activity.at, DEVICE_ACCOUNTS * 4)
    if activity.account:
        remember_at(app.holders, activity.account, activity.at, MOST_HOLDERS)
    return found


def _powerful(activity: Activity, app: AppMemory, around: Surroundings) -> list[Notice]:
    """Powerful scopes for an app that nobody approved: whose it is, and for how many, says how bad that is."""
    known = around.apps.get(activity.app, App(activity.app))
    named = App(activity.app, known.name or activity.app_name, known.publisher, known.domain)
    is_for_all = activity.consent is Consent.ADMIN
    risks = _risks(around, activity.scopes, application=is_for_all and not activity.account)
    lasts = (
        "offline_access" in activity.scopes
    )  # Microsoft classes a person's own mail as medium; kept for ever it is not
    strong = [
        risk for risk in risks if risk.known and (risk.privilege >= Privilege.HIGH or (lasts and risk.data == "mail"))
    ]
    critical = [risk for risk in strong if risk.privilege is Privilege.CRITICAL]
    if not strong:
        return []
    said = _scopes(strong)
    others = len({*app.holders} - {activity.account})
    who = (f"{others} other accounts have agreed to it." if others else "Nobody else has agreed to it.",)
    if vendor := ai_vendor_of(named):
        text = f"{named.name or named.id} is an AI app ({vendor}) that nobody approved."
        weight = Weight.CRITICAL if critical else None
        return [Notice(AlarmKind.SHADOW_AI, "grant", (text, said, *who), weight=weight)]
    if is_for_all:
        text = f"An administrator agreed for everybody to {named.name or named.id}, which nobody approved."
        return [Notice(AlarmKind.ADMIN_CONSENT, "grant", (text, said, *_by(activity)))]
    if critical or known.verified is Tristate.NO:
        text = f"Nobody approved {named.name or named.id}, publisher {known.publisher or '(none named)'}."
        return [Notice(AlarmKind.POWERFUL_GRANT, "grant", (text, said, *who))]
    return []


def _burst(activity: Activity, app: AppMemory) -> list[Notice]:
    line = activity.at - HOUR_S
    recent = [(at, who) for at, who in app.consents if at >= line]
    app.consents = [*recent, (activity.at, activity.account)][-64:]
    accounts = {who for _, who in app.consents}
    before = app.most_consents
    app.most_consents = max(before, len(accounts)) if len(accounts) < BURST_ACCOUNTS else before
    is_old = bool(app.first_used_at) and app.first_used_at < activity.at - DAY_S * BURN_IN_DAYS
    if len(accounts) < max(BURST_ACCOUNTS, 3 * before if is_old else 0):
        return []
    said = f"{len(accounts)} accounts agreed to it within the hour."
    return [Notice(AlarmKind.CONSENT_BURST, "burst", (said,))]


def _credential(activity: Activity, app: AppMemory, directory: DirectoryMemory) -> list[Notice]:
    """A key added to an app that is there already. Renewing by whoever does it always is no news."""
    actor = activity.actor or activity.account
    since = directory.actors.get(actor, 0.0) if actor else 0.0
    if actor and not since and len(directory.actors) < MOST_ACTORS:
        directory.actors[actor] = activity.at
    is_new_app = app.is_newcomer and activity.at - app.first_at < 7 * DAY_S
    silence = activity.at - app.used_at if app.used_at else 0.0
    what = f"A credential ({activity.credential or 'not named'}) was added"
    if silence >= UNUSED_DAYS * DAY_S:
        said = f"{what}, and the app was not used for {int(silence // DAY_S)} days."
        return [Notice(AlarmKind.CREDENTIAL_ADDED, "credential", (said, *_by(activity)), weight=Weight.CRITICAL)]
    is_watched = activity.at - directory.first_at >= ACTOR_DAYS * DAY_S
    if is_new_app or not is_watched or (since and activity.at - since > DAY_S):
        return []
    said = f"{what} to an app that is in use, by somebody who never added one before."
    return [Notice(AlarmKind.CREDENTIAL_ADDED, "credential", (said, *_by(activity)))]


def _role(activity: Activity, around: Surroundings) -> list[Notice]:
    if around.covers(activity.app, activity.scopes):
        return []
    mail = [scope for scope in activity.scopes if scope.casefold() in _MAILBOX_ROLES]
    if mail and not activity.account:
        said = f"The app itself, and not a person through it, may use every mailbox: {listed(mail)}."
        return [Notice(AlarmKind.MAILBOX_ROLE, "role", (said, *_by(activity)))]
    risks = _risks(around, activity.scopes, application=True)
    strong = [risk for risk in risks if risk.privilege is Privilege.CRITICAL or not risk.known]
    if not strong or (around.is_ours(activity.app) and strong[0].privilege is not Privilege.CRITICAL):
        return []
    weight = Weight.CRITICAL if strong[0].privilege is Privilege.CRITICAL else None
    return [Notice(AlarmKind.ROLE_ASSIGNED, "role", (_scopes(strong), *_by(activity)), weight=weight)]


def _trace(activity: Activity, app: AppMemory, directory: DirectoryMemory) -> list[Notice]:
    """A log, rule or job that was deleted; an app that always tidies up its own jobs does so by habit."""
    day = int(activity.at // DAY_S)
    text = f"{activity.method} {activity.object}".casefold()
    is_log = any(word in text for word in _LOGGING)
    is_habit = len(app.traces) >= TRACE_DAYS
    is_watched = activity.at - directory.first_at >= BURN_IN_DAYS * DAY_S
    if is_log or (is_watched and not is_habit):
        what = f"“{activity.method[:120]}” of {activity.object[:120] or 'something not named'}"
        said = f"{what} removed what would have told what was done."
        return [Notice(AlarmKind.TRACE_REMOVED, "trace", (said, *_by(activity)))]
    if day not in app.traces:
        app.traces = [*app.traces, day][-TRACE_DAYS:]
    return []


def _risks(around: Surroundings, scopes: tuple[str, ...], *, application: bool) -> list[ScopeRisk]:
    found = [scope_risk(around.platform, scope, application=application) for scope in scopes]
    return sorted(found, key=lambda risk: (-risk.privilege, risk.scope))


def _scopes(risks: list[ScopeRisk]) -> str:
    shown = [f"{one.scope} ({one.privilege.name.lower()}, {one.data})" for one in risks]
    return "Scopes: " + listed(shown) + "."


def _by(activity: Activity) -> tuple[str, ...]:
    return (f"Done by {activity.actor}.",) if activity.actor else ()
