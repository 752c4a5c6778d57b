"""Who somebody is to Wardlaw once the identity provider has said who they are, and which roles they have from then on."""

from __future__ import annotations

import hashlib
import re

import msgspec

from wardlaw.config.provider import Provider
from wardlaw.console.api.deps import Fact
from wardlaw.console.api.desk import Turn
from wardlaw.console.api.providing import Vouching
from wardlaw.console.desks.sessions import begin_session
from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.facts.person import Person, Role
from wardlaw.facts.signin import SignInMethod
from wardlaw.governance.grouproles import RoleChange, change_of_roles
from wardlaw.governance.humans import folded
from wardlaw.governance.rights import RoleBook, role_conflict
from wardlaw.security.idtoken import Identified
from wardlaw.store import people
from wardlaw.store.providerlogins import (
    ProviderLogin,
    ProviderOrigin,
    bind_login,
    find_login,
    keep_origin,
    login_of,
    touch_login,
)
from wardlaw.store.sessions import NewSession, SessionLimits, find_session, rotate_session

BY_PROVIDER = "provider"
"""Who granted a role, or bound an account, where no person did."""

_NOT_OF_A_SLUG = re.compile(r"[^a-z0-9._@+-]+")


class Welcome(msgspec.Struct, frozen=True):
    """What became of a sign-in.

    Attributes:
        session: Text of the cookie; empty where the person is turned away.
        session_id: May be printed.
        turned_away: Code and reason, where they are.
    """

    person: str
    session: str = ""
    session_id: str = ""
    turned_away: tuple[str, str] = ("", "")
    facts: dict[str, Fact] = {}


class Rules(msgspec.Struct, frozen=True):
    """What holds here: the provider's settings, the roles, and how long sessions live."""

    settings: Provider
    book: RoleBook
    limits: SessionLimits


class _TurnedAwayError(Exception):
    """They do not get in; what is kept of the moment is kept all the same."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.told = (code, why)


def welcome(turn: Turn, proof: Vouching, rules: Rules, *, label: str = "") -> Welcome:
    """Find, bind or add the person, give and take roles, and begin a session; or say why not.

    What the groups no longer give is taken even when the person is turned away for something else.

    Args:
        proof: Believed.
        label: What the browser calls itself.
    """
    settings = rules.settings
    facts: dict[str, Fact] = {"method": SignInMethod.IDENTITY_PROVIDER.value, "issuer": settings.issuer}
    known = find_login(turn.connection, settings.issuer, proof.said.subject)
    person_id = known.person if known is not None else ""
    try:
        _is_let_in(proof.said, settings)
        person = _person_of(turn, known, proof.said, settings, facts)
        person_id = person.id
        _may_sign_in(person)
        person = _with_roles(turn, person, proof.said, rules, facts)
        session = _session(turn, proof, person, label)
    except _TurnedAwayError as turned:
        return Welcome(person_id, turned_away=turned.told, facts={**facts, "refused": turned.told[0]})
    found = find_session(turn.connection, session, now=turn.now, limits=rules.limits)
    session_id = found.entry.id if found is not None else ""
    keep_origin(turn.connection, session_id, ProviderOrigin(settings.issuer, proof.said.subject, proof.said.sid))
    told: dict[str, Fact] = {"person": person.id, "session": session_id} | ({"again": 1} if proof.session else {})
    return Welcome(person.id, session, session_id, facts=facts | told)


def _is_let_in(said: Identified, settings: Provider) -> None:
    for claim, wanted in settings.require.items():
        if said.texts.get(claim) != wanted:
            raise _TurnedAwayError("WL-OID-008", f"The claim {claim} is not the one that is asked for here.")
    if settings.domains:
        domain = said.email.rpartition("@")[2].lower()
        if not said.email_verified or domain not in {one.lower() for one in settings.domains}:
            raise _TurnedAwayError("WL-OID-008", "Only verified mail addresses of certain domains are let in here.")


def _may_sign_in(person: Person) -> None:
    if person.disabled:
        raise _TurnedAwayError("WL-OID-010", f"{person.id} is disabled.")


def _person_of(
    turn: Turn, known: ProviderLogin | None, said: Identified, settings: Provider, facts: dict[str, Fact]
) -> Person:
    connection = turn.connection
    if known is not None:
        touch_login(connection, known, now=turn.now)
        return people.get_person(connection, known.person)
    person = _by_mail(turn, said, settings) if settings.match_email and said.email_verified and said.email else None
    if person is not None:
        facts["bound"] = "mail"
    elif settings.create:
        person = _new_person(turn, said, settings)
        people.add_person(connection, person, by=BY_PROVIDER, now=turn.now)
        facts["bound"], facts["added"] = "new", person.id
    else:
        raise _TurnedAwayError("WL-OID-008", "Nobody here is known by this account.")
    bind_login(connection, ProviderLogin(settings.issuer, said.subject, person.id, BY_PROVIDER, turn.now, turn.now))
    return person


def _by_mail(turn: Turn, said: Identified, settings: Provider) -> Person | None:
    """The one person whose identity is this address and who has no account at the provider yet."""
    wanted = folded(said.email)
    found = [one for one in people.list_people(turn.connection) if one.identity and folded(one.identity) == wanted]
    if len(found) > 1:
        raise _TurnedAwayError("WL-OID-008", "Several accounts bear this mail address; an admin binds one of them.")
    if found and login_of(turn.connection, settings.issuer, found[0].id) is not None:
        # The address belongs to another subject now than when the person came first: it was given to somebody else.
        raise _TurnedAwayError("WL-OID-008", f"{found[0].id} comes with another account of this provider.")
    return found[0] if found else None


def _new_person(turn: Turn, said: Identified, settings: Provider) -> Person:
    local = said.email.partition("@")[0] if said.email_verified else said.texts.get("preferred_username", "")
    slug = _NOT_OF_A_SLUG.sub("-", local.lower()).strip("._@+-")[:60]
    mark = hashlib.sha256(f"{settings.issuer}\n{said.subject}".encode()).hexdigest()[:12]
    taken = {one.id for one in people.list_people(turn.connection)}
    # A name somebody has is not shared: who came later is told apart by the account.
    person_id = f"person:{slug}" if slug and f"person:{slug}" not in taken else f"person:{slug or 'p'}-{mark}"
    identity = said.email if said.email_verified and said.email else f"{said.subject}#{settings.issuer}"[:256]
    return Person(id=person_id, name=said.name or slug or mark, roles=(), identity=identity)


def _with_roles(turn: Turn, person: Person, said: Identified, rules: Rules, facts: dict[str, Fact]) -> Person:
    settings = rules.settings
    if not settings.groups:
        return person
    if said.groups is None:
        raise _TurnedAwayError("WL-OID-012", "The provider left out which groups they are in: there are too many.")
    change = change_of_roles(person.roles, said.groups, settings.groups)
    why = _stands_against(turn, person, change, rules)
    kept = change.only_taken() if why is not None else change
    if kept:
        person = msgspec.structs.replace(person, roles=kept.applied(person.roles))
        people.change_person(turn.connection, person, by=BY_PROVIDER, now=turn.now)
        facts["roles"] = ",".join(person.roles)
        facts["reason"] = "groups of the identity provider"
        facts |= {"given": ",".join(kept.given)} if kept.given else {}
        facts |= {"taken": ",".join(kept.taken)} if kept.taken else {}
    if why is not None:
        raise why
    return person


def _stands_against(turn: Turn, person: Person, change: RoleChange, rules: Rules) -> _TurnedAwayError | None:
    """Why roles cannot be given, as they cannot be by an admin either."""
    if not change.given:
        return None
    if Role.ADMIN in change.given and not rules.settings.first_admin and people.count_admins(turn.connection) == 0:
        return _TurnedAwayError("WL-OID-011", "The first admin is made by the token of `wardlaw init`, not by a group.")
    accounts = people.accounts_of(turn.connection, person)
    others = tuple(role for one in accounts if one.id != person.id and not one.disabled for role in one.roles)
    conflict = role_conflict((*change.applied(person.roles), *others), rules.book)
    if conflict is None:
        return None
    return _TurnedAwayError(
        "WL-OID-009", f"Their groups give roles that cannot go together. {conflict.reason} ({conflict.rule})"
    )


def _session(turn: Turn, proof: Vouching, person: Person, label: str) -> str:
    said, method = proof.said, SignInMethod.IDENTITY_PROVIDER
    if not proof.session:
        # A provider that says no time may have known them for hours: such a session is never fresh.
        return begin_session(turn, person, method=method, auth_time=said.auth_time, amr=said.amr, label=label)
    if person.id != proof.person:
        raise _TurnedAwayError("WL-OID-013", "Somebody else proved who they are than the person who is signed in.")
    new = NewSession(person.id, method, min(said.auth_time, turn.now), said.amr)
    try:
        return rotate_session(turn.connection, proof.session, new, secret=turn.entropy(SECRET_BYTES), now=turn.now)
    except InputError as error:
        raise _TurnedAwayError("WL-OID-013", "The session that was to be proven has ended meanwhile.") from error
