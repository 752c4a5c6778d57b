"""``wardlaw person``: people and their roles."""

from __future__ import annotations

from typing import Any

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, show_list, show_one, with_prefix
from wardlaw.facts.person import Role

app = App(name="person", help="People and their roles.")


@app.command
def add(person: str, *, name: str, role: tuple[Role, ...] = (), identity: str = "", options: Options = NONE) -> int:
    """Add a person. They get in with a one-time token: wardlaw token invite.

    Args:
        person: Short name, such as a.meyer.
        name: Full name.
        role: A role; may be given again.
        identity: Who the human is to the organisation, such as the mail address you verified. Accounts with the same
            one count as one person wherever two are asked for.
    """
    body: dict[str, Any] = {"id": with_prefix(person, "person"), "name": name, "roles": list(role)}
    if identity:
        body["identity"] = identity
    return show_one(options, "person", connect(options).post("/persons", body))


@app.command(name="list")
def list_persons(*, options: Options = NONE) -> int:
    """List everybody and their roles."""
    return show_list(
        options, "persons", connect(options).get("/persons"), columns=("id", "name", "roles", "identity", "disabled")
    )


@app.command
def roles(*, options: Options = NONE) -> int:
    """Show what each role permits, and which duties are kept apart."""
    book = connect(options).get("/roles")
    heads = ("role", "may")
    lines = [[role, ", ".join(one.replace("_", " ") for one in may)] for role, may in book["roles"].items()]
    rules = [[name, text] for name, text in book["rules"].items()]
    options.output().result(book, rows(heads, lines), "", rows(("rule", "says"), rules))
    return 0


@app.command
def show(person: str, *, options: Options = NONE) -> int:
    """Show one person.

    Args:
        person: Short name.
    """
    return show_one(options, "person", connect(options).get(f"/persons/{quoted(with_prefix(person, 'person'))}"))


@app.command
def change(
    person: str,
    *,
    name: str | None = None,
    role: tuple[Role, ...] | None = None,
    enable: bool = False,
    unbind: bool = False,
    options: Options = NONE,
) -> int:
    """Change a person's name, roles or state; what is left out stays.

    Args:
        person: Short name.
        name: New full name.
        role: All roles the person has from now on; may be given again.
        enable: Let a disabled person in again.
        unbind: Take the account of the machine away from the person.
    """
    body: dict[str, Any] = {"unbind": unbind}
    if name is not None:
        body["name"] = name
    if role is not None:
        body["roles"] = list(role)
    if enable:
        body["disabled"] = False
    return show_one(
        options, "person", connect(options).patch(f"/persons/{quoted(with_prefix(person, 'person'))}", body)
    )


@app.command
def identify(person: str, identity: str, *, options: Options = NONE) -> int:
    """Say who the human behind an account is; accounts of one human count as one person wherever two are asked for.

    It can be corrected and not taken away.

    Args:
        person: Short name.
        identity: Who the human is to the organisation, such as the mail address you verified.
    """
    path = f"/persons/{quoted(with_prefix(person, 'person'))}"
    return show_one(options, "person", connect(options).patch(path, {"unbind": False, "identity": identity}))


@app.command
def logins(*, options: Options = NONE) -> int:
    """List whose accounts of the identity provider are."""
    return show_list(
        options,
        "logins",
        connect(options).get("/provider/logins"),
        columns=("person", "issuer", "subject", "bound_by", "seen_at"),
    )


@app.command
def bind_login(person: str, subject: str, *, options: Options = NONE) -> int:
    """Say whose an account of the identity provider is; a known person gets in with it from then on.

    Args:
        person: Short name.
        subject: The account's `sub` at the provider, letter by letter.
    """
    body = {"person": with_prefix(person, "person"), "subject": subject}
    return show_one(options, "login", connect(options).post("/provider/logins", body))


@app.command
def unbind_login(person: str, *, options: Options = NONE) -> int:
    """Forget a person's account of the identity provider; the sessions that came of it end.

    Args:
        person: Short name.
    """
    path = f"/provider/logins/{quoted(with_prefix(person, 'person'))}"
    return show_one(options, "login", connect(options).delete(path))


@app.command
def disable(person: str, *, options: Options = NONE) -> int:
    """Disable a person; all their tokens end.

    Args:
        person: Short name.
    """
    return show_one(options, "person", connect(options).delete(f"/persons/{quoted(with_prefix(person, 'person'))}"))


@app.command
def reset(person: str, *, options: Options = NONE) -> int:
    """Take away what a person signs in to the console with: password, passkeys, sessions. Then: wardlaw token invite.

    Args:
        person: Short name.
    """
    path = f"/persons/{quoted(with_prefix(person, 'person'))}/reset"
    return show_one(options, "reset", connect(options).post(path))


@app.command
def whoami(*, options: Options = NONE) -> int:
    """Show who you are to Wardlaw and what you may do."""
    answer = connect(options).get("/session")
    person = answer.pop("person")
    return show_one(options, "session", {**person, **answer})
