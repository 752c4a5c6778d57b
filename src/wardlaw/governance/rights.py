"""Who may do what on Wardlaw itself: one choke point, deny by default.

Roles and permissions are data (``governance/data/roles.json``). What a role list cannot say, the
separation of duties, is checked here too, at the same moment and with the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from wardlaw.facts.clause import Risk
from wardlaw.facts.errors import ConfigError
from wardlaw.facts.person import Permission, Person, Role

# SOD-5: what somebody who manages persons must never hold beside it.
_NOT_FOR_ADMINS = frozenset(
    {
        Permission.AUTHOR_POLICY,
        Permission.APPROVE_POLICY,
        Permission.APPROVE_GATE,
        Permission.APPROVE_EXCEPTION,
        Permission.APPROVE_RUNTIME_ACTION,
        Permission.VIEW_PROMPT_CONTENT,
    }
)

# SOD-7: these two roles together, held by two persons. The data gives the permission to one of them only.
_JOINT = {Permission.CHANGE_RETENTION: (Role.COMPLIANCE, Role.CISO)}

_MIN_PURPOSE = 8
"""Shortest purpose, in characters, that can name a case or an incident."""


class RoleBook(msgspec.Struct, frozen=True):
    """What each role permits, the rules it came with (id → text), and whose approvals a clause of each risk needs."""

    roles: dict[Role, frozenset[Permission]]
    rules: dict[str, str]
    sign_offs: dict[Risk, tuple[frozenset[Role], ...]]


class Circumstances(msgspec.Struct, frozen=True):
    """What the rules must know beside person and permission.

    Attributes:
        changes: The operation changes something.
        target: Id of the person whose rights it changes.
        adds: Roles it gives to the target.
        will_hold: Roles the target will hold afterwards.
        purpose: Why prompt content is to be read.
        asks: It only records a request that a second person must confirm, or makes retention longer.
        first: The person who made that request, as they are now.
        selves: Every name of the human who calls: all accounts, not only this one.
        authors: Whose work is approved or published: who wrote the clause, asked for the gate, made the model.
        lacks_approval: What is to be published is not approved, digest for digest.
        lowers: A classification becomes milder.
        classifies: It says what a system is in the eyes of the law.
        registers: It says something else of a system.
        edits: A classification would be changed in place, instead of a new version beside it.
        loosens: A detector will see less than before.
        not_by: Id of the person whose own doing this answers to: whoever asked for a waiver, broke the glass or appealed.
        rule: The rule that keeps that person from it.
        scopes: What the token they call with is limited to; empty for all they may do.
    """

    changes: bool = False
    target: str = ""
    adds: tuple[Role, ...] = ()
    will_hold: tuple[Role, ...] = ()
    purpose: str = ""
    asks: bool = False
    first: Person | None = None
    selves: frozenset[str] = frozenset()
    authors: tuple[str, ...] = ()
    lacks_approval: bool = False
    lowers: bool = False
    classifies: bool = False
    registers: bool = False
    edits: bool = False
    loosens: bool = False
    not_by: str = ""
    rule: str = ""
    scopes: tuple[str, ...] = ()


class Permitted(msgspec.Struct, frozen=True):
    """It may be done, by right of this permission; None where being signed in suffices."""

    permission: Permission | None


class Refusal(msgspec.Struct, frozen=True):
    """It may not be done: the rule (``ROLE``, ``DISABLED`` or ``SOD-n``) and the reason in plain words."""

    rule: str
    reason: str


class _RoleFile(msgspec.Struct, frozen=True):
    permissions: tuple[Permission, ...]
    roles: dict[Role, frozenset[Permission]]
    separation_of_duties: tuple[dict[str, str], ...]
    sign_offs: dict[Risk, tuple[frozenset[Role], ...]]


def parse_role_book(text: bytes) -> RoleBook:
    """Read the roles' data.

    Raises:
        ConfigError: It is not JSON of that form, or leaves out a role or a permission (WL-RGT-001).
    """
    try:
        data = msgspec.json.decode(text, type=_RoleFile)
        rules = {rule["id"]: rule["rule"] for rule in data.separation_of_duties}
    except (msgspec.MsgspecError, KeyError) as error:
        raise _broken(str(error)) from error
    if set(data.roles) != set(Role) or set(data.permissions) != set(Permission):
        raise _broken("it does not name each role and each permission")
    if set(data.sign_offs) != set(Risk) or not all(slots and all(slots) for slots in data.sign_offs.values()):
        raise _broken("it does not say for each risk who must approve")
    return RoleBook(data.roles, rules, data.sign_offs)


def authorise(
    person: Person, permission: Permission | None, *, context: Circumstances, book: RoleBook
) -> Permitted | Refusal:
    """Whether this person may use this permission under these circumstances. Total: it never raises.

    Args:
        permission: None asks only for a person in good standing (what everybody may do about themselves).
    """
    if person.disabled:
        return Refusal("DISABLED", f"{person.id} is disabled.")
    conflict = role_conflict(person.roles, book)
    if conflict is not None:
        return conflict
    if context.not_by and context.not_by in {person.id, *context.selves}:
        return Refusal(context.rule, "It answers to what this person did or asked for; another one must say.")
    if permission is None:
        return Permitted(None)
    joint = _JOINT.get(permission)
    held = permission in _union(person.roles, book) if joint is None else bool(set(joint) & set(person.roles))
    if not held and not _agrees_to_loosen(person, permission, context):
        return Refusal("ROLE", f"{permission} needs one of the roles: {', '.join(roles_with(permission, book))}.")
    if context.changes and Role.AUDITOR in person.roles:
        return Refusal("SOD-6", "An auditor reads and exports, and changes nothing.")
    refusal = _granting(person, context, book)
    if refusal is None and joint is not None:
        refusal = _two_persons(person, context, joint)
    if refusal is None:
        refusal = _duties_apart(person, permission, context)
    return Permitted(permission) if refusal is None else refusal


def authorise_first_admin(admins: int) -> Permitted | Refusal:
    """Whether the one-time token of ``init`` may still make an admin: only while there is none."""
    if admins == 0:
        return Permitted(Permission.MANAGE_USERS)
    return Refusal("SOD-5", "There is an admin already; only that admin adds persons.")


def role_conflict(roles: Iterable[Role], book: RoleBook) -> Refusal | None:
    """The rule that forbids one person to hold all of these roles; None when they go together."""
    held = set(roles)
    permissions = _union(held, book)
    if Role.AUDITOR in held and len(held) > 1:
        return Refusal("SOD-6", "The role auditor is exclusive: its holder has no other role.")
    if Permission.MANAGE_USERS in permissions and permissions & _NOT_FOR_ADMINS:
        return Refusal("SOD-5", "Who manages persons cannot also author, approve or read prompts.")
    if Permission.PUBLISH_POLICY in permissions and Permission.AUTHOR_POLICY in permissions:
        return Refusal("SOD-2", "Who publishes policies cannot also author them.")
    return None


def holds_any(person: Person, permissions: Iterable[Permission], *, book: RoleBook) -> bool:
    """Whether a person in good standing holds one of these permissions: for what is shown beside an operation."""
    context = Circumstances()
    return any(isinstance(authorise(person, one, context=context, book=book), Permitted) for one in permissions)


def roles_with(permission: Permission, book: RoleBook) -> tuple[Role, ...]:
    """The roles that give a permission, or that share it between two persons."""
    if permission in _JOINT:
        return _JOINT[permission]
    return tuple(role for role in Role if permission in book.roles[role])


def _granting(person: Person, context: Circumstances, book: RoleBook) -> Refusal | None:
    if context.adds and context.target in {person.id, *context.selves}:
        return Refusal("SOD-5", "Nobody grants a role to themselves.")
    return role_conflict(context.will_hold, book)


def _two_persons(person: Person, context: Circumstances, joint: tuple[Role, ...]) -> Refusal | None:
    if context.asks:
        return None
    first = context.first
    one, other = joint
    if first is None or first.disabled or not set(first.roles) & set(joint):
        return Refusal("SOD-7", f"This needs two persons, with the roles {one} and {other}; nobody else has asked yet.")
    if first.id in {person.id, *context.selves}:
        return Refusal("SOD-7", "The person who asked cannot confirm it, by no account they have.")
    if (one in first.roles and other in person.roles) or (other in first.roles and one in person.roles):
        return None
    return Refusal("SOD-7", f"The two persons must hold the roles {one} and {other} between them.")


def _duties_apart(person: Person, permission: Permission, context: Circumstances) -> Refusal | None:
    """The rules that belong to one permission each."""
    is_own_work = not {person.id, *context.selves}.isdisjoint(context.authors)
    match permission:
        case Permission.APPROVE_POLICY if is_own_work:
            return Refusal("SOD-1", "Whoever wrote a clause cannot approve it, by no account they have.")
        case Permission.PUBLISH_POLICY if is_own_work:
            return Refusal("SOD-2", "Whoever wrote a clause cannot publish it, by no account they have.")
        case Permission.PUBLISH_POLICY if context.lacks_approval:
            return Refusal("SOD-2", "Only a text whose digest is approved can be published.")
        case Permission.APPROVE_GATE if is_own_work:
            return Refusal("SOD-3", "Whoever asked for a gate or made its model cannot approve it.")
        case Permission.CLASSIFY_SYSTEM:
            return _classifying(person, context)
        case Permission.REGISTER_SYSTEM if context.classifies:
            return Refusal("SOD-8", "What a system is in the eyes of the law is said by whoever may classify systems.")
        case Permission.TUNE_DETECTOR if context.loosens:
            return _loosening(person, context)
        case Permission.VIEW_PROMPT_CONTENT:
            return _purpose(context)
        case _:
            return None


def _classifying(person: Person, context: Circumstances) -> Refusal | None:
    if context.registers:
        return Refusal("SOD-8", "Whoever only classifies systems says nothing else of them.")
    if context.edits:
        return Refusal("SOD-8", "A classification is never edited; a new version stands beside the old one.")
    if context.lowers and Role.LEGAL not in person.roles:
        return Refusal("SOD-8", "A milder classification needs somebody with the role legal.")
    return None


def _agrees_to_loosen(person: Person, permission: Permission, context: Circumstances) -> bool:
    """Whoever answers for risk tunes no detector and yet says yes to a loosening that somebody asked for."""
    is_asked = permission is Permission.TUNE_DETECTOR and context.loosens and not context.asks
    return is_asked and Role.RISK in person.roles


def _loosening(person: Person, context: Circumstances) -> Refusal | None:
    first = context.first
    if context.asks:
        return None
    if first is None or first.disabled:
        return Refusal("SOD-10", "A detector is loosened only when somebody who tunes it has asked.")
    if first.id in {person.id, *context.selves}:
        return Refusal("SOD-10", "Whoever asked to loosen a detector cannot agree to it, by no account they have.")
    if Role.RISK not in person.roles:
        return Refusal("SOD-10", "Loosening a detector needs the agreement of somebody with the role risk.")
    return None


def _purpose(context: Circumstances) -> Refusal | None:
    if len(context.purpose.strip()) >= _MIN_PURPOSE:
        return None
    return Refusal("SOD-11", f"Reading prompts needs a purpose of at least {_MIN_PURPOSE} characters; it is recorded.")


def _union(roles: Iterable[Role], book: RoleBook) -> frozenset[Permission]:
    return frozenset().union(*(book.roles[role] for role in roles))


def _broken(why: str) -> ConfigError:
    return ConfigError("WL-RGT-001", f"The roles' data cannot be read: {why}.", "Reinstall Wardlaw; it ships with it.")
