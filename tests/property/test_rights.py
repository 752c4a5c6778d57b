"""Whatever roles a person has and whatever is asked: no set of roles gets around the separation of duties."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.console.rolebook import load_role_book
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.rights import Circumstances, Permitted, Refusal, authorise, role_conflict

BOOK = load_role_book()
ROLES = st.sets(st.sampled_from(Role)).map(lambda roles: tuple(sorted(roles)))
PERSONS = st.builds(
    Person,
    id=st.sampled_from(["person:a", "person:b", "person:c"]),
    name=st.just("x"),
    roles=ROLES,
    disabled=st.booleans(),
)
CONTEXTS = st.builds(
    Circumstances,
    changes=st.booleans(),
    target=st.sampled_from(["", "person:a", "person:b"]),
    adds=ROLES,
    will_hold=ROLES,
    purpose=st.text(max_size=12),
    asks=st.booleans(),
    first=st.none() | PERSONS,
    selves=st.frozensets(st.sampled_from(["person:a", "person:b", "person:c"])),
    authors=st.lists(st.sampled_from(["person:a", "person:b"]), max_size=2).map(tuple),
    lacks_approval=st.booleans(),
    lowers=st.booleans(),
    edits=st.booleans(),
    loosens=st.booleans(),
)
OWN_WORK = {Permission.APPROVE_POLICY, Permission.PUBLISH_POLICY, Permission.APPROVE_GATE}
JUDGING = {
    Permission.AUTHOR_POLICY, Permission.APPROVE_POLICY, Permission.APPROVE_GATE, Permission.APPROVE_EXCEPTION,
    Permission.APPROVE_RUNTIME_ACTION, Permission.VIEW_PROMPT_CONTENT,
}  # fmt: skip


@given(PERSONS, st.none() | st.sampled_from(Permission), CONTEXTS)
def test_what_is_permitted_breaks_no_rule(
    person: Person, permission: Permission | None, context: Circumstances
) -> None:
    answer = authorise(person, permission, context=context, book=BOOK)
    assert isinstance(answer, Permitted | Refusal)
    if isinstance(answer, Refusal):
        assert answer.reason
        return
    held = {one for role in person.roles for one in BOOK.roles[role]}
    assert not person.disabled
    assert Role.AUDITOR not in person.roles or len(person.roles) == 1
    assert not (Role.ADMIN in person.roles and held & JUDGING)
    assert not {Permission.PUBLISH_POLICY, Permission.AUTHOR_POLICY} <= held
    if permission is None:
        return
    assert not (context.changes and Role.AUDITOR in person.roles)
    selves = {person.id, *context.selves}
    assert not (context.adds and context.target in selves)
    assert not (permission in OWN_WORK and selves & set(context.authors))
    assert not (permission is Permission.PUBLISH_POLICY and context.lacks_approval)
    if permission is Permission.CLASSIFY_SYSTEM:
        assert not context.edits
        assert not context.lowers or Role.LEGAL in person.roles
    if permission is Permission.TUNE_DETECTOR and context.loosens and not context.asks:
        assert context.first is not None
        assert context.first.id not in selves
        assert Role.RISK in person.roles
        return  # the one thing somebody agrees to who may not do it alone
    assert role_conflict(context.will_hold, BOOK) is None
    if permission is not Permission.CHANGE_RETENTION:
        assert permission in held
    elif not context.asks:
        assert context.first is not None
        assert context.first.id not in selves
        assert not context.first.disabled
        assert {Role.COMPLIANCE, Role.CISO} <= {*context.first.roles, *person.roles}
    if permission is Permission.VIEW_PROMPT_CONTENT:
        assert context.purpose.strip()


@given(PERSONS, st.sampled_from(Permission), CONTEXTS)
def test_the_same_question_has_the_same_answer(person: Person, permission: Permission, context: Circumstances) -> None:
    first = authorise(person, permission, context=context, book=BOOK)
    assert first == authorise(person, permission, context=context, book=BOOK)


@given(ROLES, ROLES)
def test_more_roles_never_mend_a_conflict(some: tuple[Role, ...], more: tuple[Role, ...]) -> None:
    if role_conflict(some, BOOK) is not None:
        assert role_conflict((*some, *more), BOOK) is not None
