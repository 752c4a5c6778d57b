"""Puts a question to a person together at the moment it is sent: the address is read then, and kept nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from wardlaw.config.model import Persons
from wardlaw.console.notify.question import Question
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.asking import AskedPersons, address_of, harmless
from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.model import Account, Grant
from wardlaw.inventory.ruling import Fate
from wardlaw.store.grantdecisions import ruling_about
from wardlaw.store.grantquestions import get_question
from wardlaw.store.notifications import Notification
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.thingquery import find_thing, read_faces


def asked_persons(settings: Persons) -> AskedPersons:
    """How persons are asked, as the configuration says."""
    domains = frozenset(domain.lower() for domain in settings.domains)
    return AskedPersons(settings.over, domains, settings.not_asked, settings.per_hour)


def question_of(
    connection: Connection, notification: Notification, settings: Persons, *, installation: str
) -> Question | None:
    """The question that is queued; None where the grant waits no longer, is gone, or has been explained.

    Raises:
        UnavailableError: The account has no address that may be written to, now (WL-NTF-005).
    """
    asked = get_question(connection, notification.incident)
    ruling = ruling_about(connection, asked.directory, asked.grant)
    found = find_thing(connection, asked.grant, at=notification.at, kind="grant", directory=asked.directory)
    if asked.answered_at or ruling is None or ruling.fate is not Fate.ASKED or found is None or not found[0].is_there:
        return None
    item, book = found
    assert isinstance(item.thing, Grant)
    place = face_of(Account(asked.account))
    known = read_faces(connection, [place], FeedsOf(connection, asked.directory)).get(place)
    account = known.thing if known and isinstance(known.thing, Account) else Account(asked.account)
    if not (to := address_of(account, asked_persons(settings))):
        raise UnavailableError(
            "WL-NTF-005",
            f"The person asked by {asked.id} has no mail address that may be written to.",
            "See notify.persons: its domains, and those who are not asked.",
        )
    given = item.thing.granted_at
    return Question(
        id=notification.id,
        question=asked.id,
        installation=installation,
        directory=asked.directory,
        to=to,
        app=harmless(book.app(item).name),
        reach=tuple(sorted({risk.data for risk in book.risks(item, item.thing) if risk.known})),
        granted_on=datetime.fromtimestamp(given, tz=UTC).strftime("%Y-%m-%d") if given else "",
        reply_to=settings.reply_to,
    )
