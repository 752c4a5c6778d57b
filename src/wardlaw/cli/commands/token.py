"""``wardlaw token``: tokens for the management API."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from cyclopts import App, Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one, show_secret_text, with_prefix

app = App(name="token", help="Tokens for the management API.")


@app.command
def redeem(
    token: Annotated[str, Parameter(allow_leading_hyphen=True)],
    *,
    person: str = "admin",
    name: str = "First admin",
    api_token: bool = False,
    days: int = 30,
    options: Options = NONE,
) -> int:
    """Redeem a one-time token: your account on this machine becomes that person.

    With --api-token the account stays whose it is, and a token for that person is printed instead.

    Args:
        token: The one-time token, or - to read it from stdin.
        person: Short name of the first admin (only for the token that init printed).
        name: Full name of the first admin (only for the token that init printed).
        api_token: Print an API token, to be set as WARDLAW_TOKEN.
        days: Life of that API token, in days.
    """
    body = {
        "token": sys.stdin.readline().strip() if token == "-" else token,
        "person": with_prefix(person, "person"),
        "name": name,
        "api_token": api_token,
        "bind": not api_token,
        "days": days,
    }
    answer = connect(options).post("/session/redeem", body)
    who = answer["person"]
    if api_token:
        data = {"person": who, "bound_uid": answer["bound_uid"]}
        return show_secret_text(options, data, text=answer["api_token"], what="the token")
    done = f"{who['id']} ({', '.join(who['roles'])}) is now the account with uid {answer['bound_uid']} on this machine."
    options.output().result({"person": who, "bound_uid": answer["bound_uid"]}, done)
    return 0


@app.command
def create(*, label: str = "", days: int = 30, scope: tuple[str, ...] = (), options: Options = NONE) -> int:
    """Make an API token for yourself; its text is shown once.

    Args:
        label: What it is for.
        days: Life in days.
        scope: What it is limited to: read, an operation (decisions.list) or an area (decisions.*); may be given again.
    """
    body: dict[str, Any] = {"label": label, "days": days}
    if scope:
        body["scopes"] = list(scope)
    answer = connect(options).post("/session/tokens", body)
    return show_secret_text(options, {"token": answer["token"]}, text=answer["text"], what="the token")


@app.command
def invite(person: str, *, label: str = "", hours: int = 24, options: Options = NONE) -> int:
    """Make a one-time token with which a person gets in; its text is shown once.

    In a browser: the console's address with /sign-in# and the token behind it. In a shell: wardlaw token redeem.

    Args:
        person: Short name of the person.
        label: What it is for.
        hours: Hours it can be redeemed.
    """
    body = {"person": with_prefix(person, "person"), "label": label, "hours": hours}
    answer = connect(options).post("/tokens", body)
    return show_secret_text(options, {"token": answer["token"]}, text=answer["text"], what="the token")


@app.command(name="list")
def list_tokens(*, everybody: Annotated[bool, Parameter(name="--all")] = False, options: Options = NONE) -> int:
    """List your tokens, without their texts.

    Args:
        everybody: Those of everybody.
    """
    items = connect(options).get("/tokens" if everybody else "/session/tokens")
    columns = ("id", "kind", "person", "label", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return show_list(options, "tokens", items, columns=columns)


@app.command
def revoke(token: str, *, everybody: Annotated[bool, Parameter(name="--any")] = False, options: Options = NONE) -> int:
    """Revoke a token.

    Args:
        token: Its id, tok_…
        everybody: It may be somebody else's (needs the right to manage users).
    """
    path = f"/tokens/{quoted(token)}" if everybody else f"/session/tokens/{quoted(token)}"
    return show_one(options, "token", connect(options).delete(path))
