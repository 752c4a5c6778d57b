"""``wardlaw key``: keys for callers of the gateway."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.rotating import InstallationKey, rotate_installation_key
from wardlaw.cli.session import connect, show_list, show_one, show_secret_text, with_prefix

app = App(name="key", help="Keys for callers of the gateway.")


@app.command
def create(
    key: str,
    *,
    principal: str,
    name: str = "",
    team: str = "",
    group: tuple[str, ...] = (),
    model: tuple[str, ...] = (),
    route: tuple[str, ...] = (),
    days: int | None = None,
    person: tuple[str, ...] = (),
    signing_key: str = "",
    user_channel: bool = False,
    owner: str = "",
    options: Options = NONE,
) -> int:
    """Create a key; its text is shown once.

    Args:
        key: Name of the key, such as support-bot.
        principal: Who calls with it: user:NAME, agent:NAME or nhi:NAME (a service).
        name: Name for people.
        team: Team, for clauses that look at it.
        group: Group, for clauses that look at it; may be given again.
        model: Model it may ask for; may be given again; all when left out.
        route: Route it may use; may be given again; all when left out.
        days: Life in days; 0 without end.
        person: Person an agent may act for (user:NAME, or * for any); may be given again.
        signing_key: Ed25519 public key (base64) that signs the agent's assertions.
        user_channel: The app keeps what people typed apart from everything else.
        owner: Person who answers for it; you when left out.
    """
    body = {
        "id": with_prefix(key, "key"),
        "principal": principal,
        "name": name,
        "team": team,
        "groups": list(group),
        "models": list(model),
        "routes": list(route),
        "persons": list(person),
        "signing_key": signing_key,
        "app_user_channel": user_channel,
        "owner": owner,
    }
    if days is not None:
        body["days"] = days
    answer = connect(options).post("/keys", body)
    return show_secret_text(options, {"key": answer["key"]}, text=answer["text"], what="the key")


@app.command(name="list")
def list_keys(*, options: Options = NONE) -> int:
    """List all keys, without their texts."""
    columns = ("id", "principal", "team", "models", "owner", "created_at", "expires_at", "revoked_at")
    return show_list(options, "keys", connect(options).get("/keys"), columns=columns)


@app.command
def rotate(key: str, *, overlap_s: int | None = None, options: Options = NONE) -> int:
    """Replace a key; the old one goes on for a while beside its successor.

    The installation's own keys are replaced too, while Wardlaw is stopped: log, kek, bundle, gateway.

    Args:
        key: Name of a caller's key; or log, kek, bundle or gateway.
        overlap_s: Seconds the old key of a caller goes on; 0 ends it at once. A day when left out.
    """
    if key in tuple(InstallationKey):
        done = rotate_installation_key(options.configuration(), InstallationKey(key))
        options.output().result({"key": key, "done": done}, done)
        return 0
    body = {} if overlap_s is None else {"overlap_s": overlap_s}
    answer = connect(options).post(f"/keys/{quoted(with_prefix(key, 'key'))}/rotate", body)
    return show_secret_text(options, {"key": answer["key"]}, text=answer["text"], what="the key")


@app.command
def revoke(key: str, *, options: Options = NONE) -> int:
    """Revoke a key; the gateway refuses it within a second.

    Args:
        key: Name of the key.
    """
    return show_one(options, "key", connect(options).post(f"/keys/{quoted(with_prefix(key, 'key'))}/revoke"))
