"""What people do to clauses, worked out whole before anything is kept: which versions move where.

Each function answers the moves a wish comes to, or raises why it cannot be; ``after`` gives the book that follows, from
which the set to publish is made before a row is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from wardlaw.facts.clauselife import ClauseText, ClauseVersion, LifeState, LifeStep, SignOff, TextKind
from wardlaw.facts.errors import InputError
from wardlaw.governance.check import Checked
from wardlaw.governance.clausetext import retirement_of
from wardlaw.governance.differ import Direction, diff
from wardlaw.governance.life import (
    EMERGENCY_REVIEW_S,
    LifeRules,
    in_force,
    is_reviewed,
    newest,
    state_after,
)
from wardlaw.governance.running import BESIDE, Book

LEAST_DIGITS = 8  # of a digest: enough that nobody approves another text by chance
ADOPTED = "wardlaw"
"""Author of what was in force before clauses had a life."""

_PENDING = (LifeState.IN_REVIEW, LifeState.APPROVED, LifeState.SHADOW)


class Author(msgspec.Struct, frozen=True):
    """Who hands in: the account, and the human behind it."""

    person: str
    human: str


class Move(msgspec.Struct, frozen=True):
    """One version goes one step.

    Attributes:
        version: As it was, a new one as it begins.
        until: By when an emergency must be reviewed; 0 for none.
        by_itself: It follows from another move; nobody did it.
    """

    version: ClauseVersion
    step: LifeStep
    state: LifeState
    until: float = 0.0
    is_new: bool = False
    by_itself: bool = False
    sign_off: SignOff | None = None


def after(book: Book, moves: Iterable[Move], *, at: float) -> dict[str, tuple[ClauseVersion, ...]]:
    """The book once the moves are kept."""
    found = {name: {one.version: one for one in versions} for name, versions in book.items()}
    for move in moves:
        version = move.version
        signed = (move.sign_off,) if move.sign_off is not None else ()
        found.setdefault(version.clause, {})[version.version] = msgspec.structs.replace(
            version, state=move.state, state_at=at, review_until=move.until, sign_offs=(*version.sign_offs, *signed)
        )
    return {name: tuple(by_number[number] for number in sorted(by_number)) for name, by_number in found.items()}


def adopted(texts: Iterable[ClauseText], *, at: float) -> tuple[Move, ...]:
    """What is in force when the life of clauses begins: enforced as it is, and approved with its first change."""
    return tuple(
        Move(
            ClauseVersion(one, 1, ADOPTED, "", at, LifeState.ENFORCE, at),
            LifeStep.ADOPT,
            LifeState.ENFORCE,
            is_new=True,
        )
        for one in texts
    )


def reviewing(book: Book, file: ClauseText, author: Author, *, at: float) -> tuple[Move, ...]:
    """Hand in the text of a file. A text handed in before and not yet in force is withdrawn by it.

    Raises:
        InputError: There is nothing new in it (WL-LIF-005).
    """
    versions = book.get(file.clause, ())
    last, enforced = newest(versions), in_force(versions)
    withdrawn = _replaced(one for one in versions if one.state in _PENDING)
    if enforced is not None and enforced.digest == file.digest and withdrawn:
        return withdrawn  # back to what is in force: that needs nobody's approval
    if last is not None and last.digest == file.digest and last.state not in (LifeState.DRAFT, LifeState.RETIRED):
        raise InputError(
            "WL-LIF-005",
            f"The file of {file.clause} says what version {last.version} says, which is {last.state.value}.",
            "Change the file first; comments and layout do not count.",
        )
    return (*withdrawn, _new(versions, file, author, at))


def retiring(book: Book, clause: str, author: Author, *, at: float) -> tuple[Move, ...]:
    """Ask that a clause ends; that needs the same approvals as a new one.

    Raises:
        InputError: It is not in force (WL-LIF-004), or its end is asked for already (WL-LIF-005).
    """
    versions = book.get(clause, ())
    enforced = in_force(versions)
    if enforced is None:
        raise no_such_clause(clause)
    content = retirement_of(enforced.content)
    pending = [one for one in versions if one.state in _PENDING]
    if any(one.digest == content.digest for one in pending):
        raise InputError("WL-LIF-005", f"The end of {clause} is asked for already.", "It waits for approval.")
    return (*_replaced(pending), _new(versions, content, author, at))


def signing(book: Book, clause: str, sign_off: SignOff, rules: LifeRules) -> tuple[Move, ...]:
    """Keep what somebody said of the newest version.

    Args:
        sign_off: Its digest may be the first digits of one.

    Raises:
        InputError: There is no version (WL-LIF-004), the digest is another one's (WL-LIF-006), or as ``state_after``.
    """
    version = to_sign(book, clause)
    if len(sign_off.digest) < LEAST_DIGITS or not version.digest.startswith(sign_off.digest):
        raise InputError(
            "WL-LIF-006",
            f"The text of {clause} that waits for approval is not the one of this digest.",
            f"Look at it with `wardlaw policy show {clause}`, and name the digest that it prints.",
        )
    sign_off = msgspec.structs.replace(sign_off, digest=version.digest)
    signed = msgspec.structs.replace(version, sign_offs=(*version.sign_offs, sign_off))
    step = LifeStep.APPROVE if sign_off.approves else LifeStep.REJECT
    state = state_after(signed, step, rules, at=sign_off.at)
    reviewed = is_reviewed(signed, rules, at=sign_off.at)
    until = version.review_until if state is LifeState.ENFORCE and not reviewed else 0.0
    older = _older_enforced(book, version) if reviewed and sign_off.approves else ()
    return (Move(version, step, state, until=until, sign_off=sign_off), *_replaced(older))


def to_sign(book: Book, clause: str) -> ClauseVersion:
    """The version that people approve or send back: the newest.

    Raises:
        InputError: There is none (WL-LIF-004).
    """
    version = newest(book.get(clause, ()))
    if version is None:
        raise no_such_clause(clause)
    return version


def shadowing(
    book: Book, on_disk: Mapping[str, ClauseText], rules: LifeRules, *, at: float
) -> tuple[tuple[Move, ...], tuple[str, ...]]:
    """Every approved version into shadow; and in words what stays where it is, and why."""
    moves, held = [], []
    for name in sorted(book.keys() | on_disk.keys()):
        version, file = newest(book.get(name, ())), on_disk.get(name)
        if version is None or _is_edited(version, file):
            if file is not None:
                held.append(f"{name}: nobody has handed in its text (`wardlaw policy review {name}`)")
            elif version is not None and version.state is not LifeState.RETIRED:
                held.append(f"{name}: its file is gone; it stays as it was approved (`wardlaw policy retire {name}`)")
        elif version.state is LifeState.IN_REVIEW:
            held.append(f"{name}: version {version.version} waits for approval")
        elif version.state is LifeState.APPROVED:
            try:
                moves.append(Move(version, LifeStep.SHADOW, state_after(version, LifeStep.SHADOW, rules, at=at)))
            except InputError as error:
                held.append(f"{name}: {error.message}")
    return tuple(moves), tuple(held)


def enforcing(
    book: Book, on_disk: Mapping[str, ClauseText], clause: str, rules: LifeRules, *, at: float
) -> tuple[Move, ...]:
    """Put the version that is in shadow in force, in place of the one that was.

    Raises:
        InputError: There is none (WL-LIF-004), its file was edited since (WL-LIF-006), or as ``state_after``.
    """
    version = to_sign(book, clause)
    if _is_edited(version, on_disk.get(clause)):
        raise InputError(
            "WL-LIF-008",
            f"The file of {clause} is not what version {version.version} says: an edit voids the approval.",
            f"Put the approved text back, or hand in the new one: `wardlaw policy review {clause}`.",
        )
    state = state_after(version, LifeStep.ENFORCE, rules, at=at)
    return (Move(version, LifeStep.ENFORCE, state), *_replaced(_older_enforced(book, version)))


def emergency(book: Book, file: ClauseText, author: Author, *, at: float) -> tuple[Move, ...]:
    """Put the text of a file in force at once; ``need_tightening`` of what it comes to is the caller's to ask."""
    versions = book.get(file.clause, ())
    # A version of its own, also where the same text waits already: its review is about whoever put it in force.
    new = _new(versions, file, author, at)
    return (
        *_replaced(one for one in versions if one.state in _PENDING),
        msgspec.structs.replace(new, step=LifeStep.EMERGENCY, state=LifeState.ENFORCE, until=at + EMERGENCY_REVIEW_S),
    )


def need_tightening(file: ClauseText, before: Checked, then: Checked) -> None:
    """Refuse an emergency that does anything but tighten.

    Args:
        before: What runs.
        then: What would.

    Raises:
        InputError: It loosens anything, or tightens nothing (WL-LIF-007).
    """
    changes = [one for one in diff(before, then) if not one.clause.endswith(BESIDE)]
    loose = [one for one in changes if one.direction not in (Direction.TIGHTENED, Direction.WORDING)]
    if file.kind is TextKind.PERMITS or loose or not any(one.direction is Direction.TIGHTENED for one in changes):
        why = "; ".join(f"{one.clause} {one.direction.value}: {one.words}" for one in loose[:3])
        raise InputError(
            "WL-LIF-007",
            f"An emergency only tightens, and this does not: {why or 'nothing becomes tighter'}.",
            f"Hand it in for approval: `wardlaw policy review {file.clause}`.",
        )


def as_if_enforced(book: Book, clause: str, *, at: float) -> dict[str, tuple[ClauseVersion, ...]]:
    """The book as it would be with the newest version of a clause in force, whatever it still lacks: for a backtest.

    Raises:
        InputError: There is none (WL-LIF-004).
    """
    version = to_sign(book, clause)
    is_end = version.content.kind is TextKind.RETIREMENT
    state = LifeState.RETIRED if is_end else LifeState.ENFORCE
    moves = (Move(version, LifeStep.ENFORCE, state), *_replaced(_older_enforced(book, version)))
    return after(book, moves, at=at)


def no_such_clause(clause: str) -> InputError:
    """The error for a clause nobody knows, or none that is in force."""
    return InputError("WL-LIF-004", f"There is no {clause} for that.", "`wardlaw policy status` shows every clause.")


def _new(versions: tuple[ClauseVersion, ...], content: ClauseText, author: Author, at: float) -> Move:
    number = max((one.version for one in versions), default=0) + 1
    version = ClauseVersion(content, number, author.person, author.human, at, LifeState.DRAFT, at)
    return Move(version, LifeStep.REVIEW, LifeState.IN_REVIEW, is_new=True)


def _replaced(versions: Iterable[ClauseVersion]) -> tuple[Move, ...]:
    return tuple(Move(one, LifeStep.REPLACE, LifeState.RETIRED, by_itself=True) for one in versions)


def _older_enforced(book: Book, version: ClauseVersion) -> tuple[ClauseVersion, ...]:
    versions = book[version.clause]
    return tuple(one for one in versions if one.state is LifeState.ENFORCE and one.version < version.version)


def _is_edited(version: ClauseVersion, file: ClauseText | None) -> bool:
    if version.content.kind is TextKind.RETIREMENT:
        return False
    return file is None or file.digest != version.digest
