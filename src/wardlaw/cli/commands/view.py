"""``wardlaw view``: your saved views of the console's lists."""

from __future__ import annotations

from urllib.parse import urlsplit

from cyclopts import App

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one

app = App(name="view", help="Saved views of the console's lists: filters under a name, each person their own.")


@app.command(name="list")
def list_views(*, place: str = "", options: Options = NONE) -> int:
    """List your saved views.

    Args:
        place: Only of this page, such as /grants.
    """
    views = connect(options).get("/views", **({"place": place} if place else {}))
    return show_list(options, "views", views, columns=("place", "name", "query", "saved_at"))


@app.command
def save(name: str, address: str, *, options: Options = NONE) -> int:
    """Save an address of the console under a name.

    Args:
        name: What you call it, 60 characters at most.
        address: The page with its filters, such as "/grants?level=3".
    """
    parts = urlsplit(address)
    view = connect(options).post("/views", {"place": parts.path, "name": name, "query": parts.query})
    return show_one(options, "view", view)


@app.command
def remove(name: str, place: str, *, options: Options = NONE) -> int:
    """Remove a saved view.

    Args:
        name: Its name.
        place: The page it is of, such as /grants.
    """
    return show_one(options, "removed", connect(options).post("/views/remove", {"place": place, "name": name}))
