"""What the very person who granted something is asked, as mail and as webhook. No link stands in it, and no word of the
app's maker but its name, made harmless."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import msgspec


class Question(msgspec.Struct, frozen=True):
    """A question to one person about one grant.

    Attributes:
        id: Of the notification.
        question: ``gqn_…``, which the answer names.
        to: The person's mail address.
        app: How the app calls itself, made harmless; empty where it has no name.
        reach: Kinds of data that the grant reaches, by the tables shipped.
        reply_to: Mailbox that reads answers.
    """

    id: str
    question: str
    installation: str
    directory: str
    to: str
    app: str
    reach: tuple[str, ...]
    granted_on: str
    reply_to: str

    @property
    def command(self) -> str:
        """How somebody who can sign in answers."""
        return f'wardlaw grants explain-why {self.question} --reason "…"'


def question_mail(question: Question, *, sender: str, at: float) -> EmailMessage:
    """The question as mail to the person, whose answer goes to the mailbox."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = question.to
    made["Reply-To"] = question.reply_to
    made["Date"] = format_datetime(datetime.fromtimestamp(at, tz=UTC))
    made["Message-ID"] = f"<{question.id}@wardlaw.invalid>"
    made["Auto-Submitted"] = "auto-generated"
    made["Subject"] = f"[wardlaw {question.installation}] {question.question}: what do you use this app for?"
    made.set_content(
        f"{_asked(question)}\n\n"
        f"Please answer this mail in a sentence; leave {question.question} in the subject. The answer goes to\n"
        f"{question.reply_to}. If you can sign in to Wardlaw you may also run:\n\n    {question.command}\n\n"
        "If you do not know the app, or need it no more, say so: it will be taken away.\n"
        "Nobody asks for a password, and this mail holds no link. You are asked once about each app; if you want\n"
        "no such mails, answer so, and you are put on the list of those who are not asked.\n"
    )
    return made


def question_slack(question: Question) -> bytes:
    """The body for Slack and what is compatible: one text."""
    text = f"{question.to}: {_asked(question)} Answer to {question.reply_to}, or run:".replace("&", "&amp;")
    return msgspec.json.encode({"text": f"{text.replace('<', '&lt;').replace('>', '&gt;')}\n`{question.command}`"})


def question_json(question: Question) -> bytes:
    """The body of a webhook: all fields."""
    return msgspec.json.encode({"format": 1, "event": "why", "command": question.command, **_fields(question)})


def _fields(question: Question) -> dict[str, object]:
    return {name: getattr(question, name) for name in question.__struct_fields__}


def _asked(question: Question) -> str:
    name = f"an app that calls itself “{question.app}”" if question.app else "an app without a name"
    reach = f" It reaches: {', '.join(question.reach)}." if question.reach else ""
    day = f" on {question.granted_on}" if question.granted_on else ""
    return f"In {question.directory} you have let {name} act for you{day}.{reach} What do you use it for?"
